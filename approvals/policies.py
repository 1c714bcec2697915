"""The policy in force, compiled once for each version of the document and kept in the process."""

from __future__ import annotations

import json
from functools import lru_cache

from approvals.configuration.compile import compile_policy
from approvals.looks import Looks
from approvals.models import ConfigVersion
from approvals.terms import Policy


@lru_cache(maxsize=512)
def policy_of(org: int, version: int) -> Policy:
    """Return what version `version` of the organization's document means, in the scope that is open.

    A version never changes, so what is kept never grows old; but ask only for versions that are committed.
    Raises ConfigVersion.DoesNotExist.
    """
    row = ConfigVersion.objects.only("document").get(org_id=org, number=version)
    return compile_policy(json.loads(row.document))


@lru_cache(maxsize=512)
def looks_of(org: int, version: int) -> Looks:
    """Return what that policy looks at; raises what `policy_of` raises."""
    return Looks.of(policy_of(org, version))
