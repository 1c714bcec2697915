"""The form of how an action type earns trust, as an edit of the draft: what is left empty is as usual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agents.terms import LEVELS
from approvals.drafting.rows import Document, Edit, Row, Unfit, put, refuse, row_of

Posted = Mapping[str, str]
EARNED = LEVELS[1:]
RATES = ("tolerance", "alpha", "gross", "sample", "sample_flagged")
COUNTS = ("min_labels",)
MEASURES = ("min_days",)
SPANS = ("cooldown", "severe_cooldown", "stale", "evidence", "maturity", "reading_floor")
PROMOTIONS = ("", "ratified", "automatic")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", re.ASCII)
_SPAN = re.compile(r"[0-9]{1,6} ?[smhdw]", re.ASCII)


def trust_edit(agent: str, kind: str, posted: Posted) -> Edit:
    """Return the edit that the form makes of what the agent's type `kind` has to prove. The edit raises Unfit."""

    def edit(document: Document) -> None:
        row = action_of(document, agent, kind)
        wrong: dict[str, str] = {}
        built = trust_typed(row, posted, wrong)
        refuse(wrong)
        row.clear()
        row.update(built)

    return edit


def action_of(document: Document, agent: str, kind: str) -> Row:
    """Return an agent's action type in the document, to be changed in place. Raises Unfit if it is gone."""
    owner = row_of(document, "agents", agent)
    found: Row | None = next((one for one in owner.get("actions", ()) if one.get("type") == kind), None)
    if found is None:
        raise Unfit(f"{agent} has no action type “{kind}” any more. Nothing was changed.")
    return found


def trust_typed(row: Row, posted: Posted, wrong: dict[str, str]) -> Row:
    """Return an action type as the form says it; what cannot be read goes into `wrong` by field."""
    built = dict(row)
    trust = dict(row.get("trust", {}))
    levels = {level: _level(trust.get("levels", {}).get(level, {}), level, posted, wrong) for level in EARNED}
    put(trust, "levels", {level: said for level, said in levels.items() if said}, {})
    for name in SPANS:
        put(trust, name, _span(posted, name, wrong))
    put(built, "trust", trust, {})
    put(built, "promotion", _one_of(posted, "promotion", PROMOTIONS, wrong), "")
    put(built, "ceiling", _one_of(posted, "ceiling", ("", *LEVELS), wrong), "")
    return built


def _level(before: Row, level: str, posted: Posted, wrong: dict[str, str]) -> Row:
    said = dict(before)
    for name in RATES:
        put(said, name, _rate(posted, f"{level}-{name}", wrong))
    for name in COUNTS:
        put(said, name, _typed(posted, f"{level}-{name}", wrong, _WHOLE, "Write a whole number."))
    for name in MEASURES:
        put(said, name, _typed(posted, f"{level}-{name}", wrong, _NUMBER, "Write a number of days."))
    return said


def _rate(posted: Posted, field: str, wrong: dict[str, str]) -> float | int | None:
    """Return a share that was typed in per cent: "5 %" is 0.05."""
    text = posted.get(field, "").strip()
    if not text:
        return None
    found = _PERCENT.fullmatch(text)
    if found is None or Decimal(found[1]) > 100:
        wrong[field] = "Write a share in per cent, like 5 %."
        return None
    return _plain(Decimal(found[1]) / 100)


def _typed(posted: Posted, field: str, wrong: dict[str, str], form: re.Pattern[str], advice: str) -> float | int | None:
    text = posted.get(field, "").strip()
    if not text:
        return None
    if not form.fullmatch(text):
        wrong[field] = advice
        return None
    return _plain(Decimal(text))


def _plain(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)


def _span(posted: Posted, field: str, wrong: dict[str, str]) -> str | None:
    text = posted.get(field, "").strip()
    if not text:
        return None
    if not _SPAN.fullmatch(text):
        wrong[field] = "Write a length like 5s, 30m, 4h, 14d or 2w."
        return None
    return text.replace(" ", "")


def _one_of(posted: Posted, field: str, known: tuple[str, ...], wrong: dict[str, str]) -> str:
    value = posted.get(field, "")
    if value not in known:
        wrong[field] = "Choose one of the list."
        return ""
    return value


def percent_of(value: Any) -> str:
    """Return a share of the document as it is typed: 0.05 is "5 %"."""
    return f"{(Decimal(str(value)) * 100).normalize():f} %"
