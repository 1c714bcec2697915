"""Somebody had the chain checked: what was found is history too, and the page's banner."""

from __future__ import annotations

from audit.record import record
from audit.verify import Report
from core import tx


@tx.use_case
def note_check(org: int, *, actor: str, report: Report, took_ms: int) -> None:
    """Record what a check of all entries up to now found."""
    found = "every entry holds" if report.holds else report.why or "; ".join(report.differences[:3])
    facts = {
        "found": found,
        "holds": report.holds,
        "entries": report.entries,
        "first_broken": report.first_broken_seq,
        "head": report.end.hash.hex(),
        "took_ms": took_ms,
    }
    record("audit.checked", actor=actor, subject="audit", facts=facts, at=tx.now())
