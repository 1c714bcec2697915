"""Somebody took history out."""

from __future__ import annotations

from audit.models import Entry
from audit.record import record
from core import tx


@tx.use_case
def note_export(org: int, *, actor: str, form: str) -> None:
    """Record that all entries up to now were exported, by whom and as what."""
    last = Entry.objects.order_by("-seq").values_list("seq", flat=True).first()
    if last is None:
        return
    record("audit.exported", actor=actor, subject="audit", facts={"first": 1, "last": last, "form": form}, at=tx.now())
