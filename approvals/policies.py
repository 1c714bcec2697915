"""The configuration in force, compiled once per version and kept in the process."""

from __future__ import annotations

import json
from functools import lru_cache

from approvals.configuration.compile import compile_policy
from approvals.models import ConfigVersion
from approvals.terms import Policy


@lru_cache(maxsize=256)
def policy_of(org: int, version: int) -> Policy:
    """Return what version `version` of the organization's document means, in the scope that is open."""
    return compile_policy(json.loads(ConfigVersion.objects.get(org_id=org, number=version).document))
