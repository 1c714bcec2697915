"""What the configuration commands print, and how they fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import CommandError, OutputWrapper

from accounts.doors import org_by_slug
from approvals.configuration.faults import InvalidDocument
from approvals.flow.apply import Applied
from core.errors import DomainError

T = TypeVar("T")


def org_called(slug: str) -> int:
    """Return the organization `slug`. Raises CommandError."""
    org = org_by_slug(slug)
    if org is None:
        raise CommandError(f"There is no organization {slug}. `apply` a configuration document first.")
    return org


def read_file(path: str) -> bytes:
    """Return what a file holds. Raises CommandError."""
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}") from None


def trying(name: str, step: Callable[[], T], *, as_json: bool, out: OutputWrapper) -> T:
    """Return what `step` returns; a refusal ends the command with exit 1 and every fault of the document on a line."""
    try:
        return step()
    except InvalidDocument as refusal:
        if as_json:
            out.write(json.dumps({"file": name, "code": refusal.code, "errors": _listed(refusal)}, ensure_ascii=False))
        count = len(refusal.faults)
        lines = [f"{name}: {fault}" for fault in refusal.faults]
        closing = f"{name}: {count} fault{'' if count == 1 else 's'}; nothing was applied."
        raise CommandError("\n".join([*lines, closing])) from None
    except DomainError as refusal:
        raise CommandError(refusal.detail) from None


def _listed(refusal: InvalidDocument) -> list[dict[str, Any]]:
    return [fault.as_json() for fault in refusal.faults]


def show(applied: Applied, out: OutputWrapper, *, name: str) -> None:
    """Print an application for people."""
    for warning in applied.warnings:
        out.write(f"{name}: warning: {warning}")
    if not applied.changes and not applied.created:
        out.write(f"{applied.organization}: no changes; version {applied.version} stays in force.")
        return
    out.write(f"{applied.organization}: version {applied.version}")
    marks = {"added": "+", "removed": "-", "changed": "~"}
    for change in applied.changes:
        out.write(f"  {marks[change.kind]} {change.text}")
    for slug, issued in applied.created.items():
        out.write(f"Agent {slug}, shown this once:")
        out.write(f"  key             {issued.key}")
        out.write(f"  signing_secret  {issued.signing_secret}")
