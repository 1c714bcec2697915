"""The documents that are stored, found by organization."""

from __future__ import annotations

import json
from typing import Any

from accounts.models import Organization
from approvals.models import ConfigVersion
from core import tx


def document_in_force(org: int) -> tuple[int, dict[str, Any]]:
    """Return the number and the plain document of the version in force; 0 and nothing if there never was one."""
    with tx.reading(org):
        number = Organization.objects.get(pk=org).config_version
        row = ConfigVersion.objects.filter(number=number).first()
    return (number, dict(json.loads(row.document))) if row else (0, {})
