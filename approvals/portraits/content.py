"""What it does and what it sends: outcome, what is unusual, arguments, the agent's words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from agents.calibration import FEW, calibrate
from approvals.cards import undo_of
from approvals.faces.action import (
    ArgRow,
    ArgsFace,
    ConfidenceFace,
    ContextFace,
    OddFace,
    OddFact,
    OutcomeFace,
    SayFace,
)
from approvals.faces.arguments import rows, tables, text_of
from approvals.faces.diffs import diff, text_diff
from approvals.faces.strips import StripFace, strip
from approvals.faces.times import clock
from approvals.likeness import told_of
from approvals.models import Revision
from approvals.odds import FieldOdds
from approvals.portraits.names import called
from approvals.portraits.sight import Sight
from approvals.wording import render_template

UNDESCRIBED = "It does what is sent below: nobody has described its effect."
TABLE_ROWS, TABLE_COLUMNS = 50, 8
VIEWS = ("fields", "json", "diff")
SIGNS = {"add": "+", "del": "-", "hd": "@"}


def outcome(sight: Sight) -> OutcomeFace:
    """Return what approving does, from the type's own sentences."""
    kind = sight.kind
    effect = render_template(kind.effect, sight.arguments, sight.amount) if kind.effect else UNDESCRIBED
    undo = render_template(undo_of(kind), sight.arguments, sight.amount)
    note = "" if kind.known else "This kind of action was never given to the agent, so it is held to be high risk."
    return OutcomeFace(effect=effect, undo=undo, undo_ok=kind.reversible if kind.known else None, effect_note=note)


def odd(sight: Sight, lines: tuple[ArgRow, ...]) -> OddFace | None:
    """Return what is unusual, each fact with the line that shows it; None where nothing is compared."""
    past = sight.past
    if past is None:
        return None
    if not past.odds.enough:
        return OddFace(facts=(), early=f"{past.odds.compared}.")
    places = {line.pointer: (f"arg-{number}", line.label) for number, line in enumerate(lines, start=1)}
    facts = []
    for fact in past.odds.oddities:
        anchor, label = places.get(fact.pointer, ("", ""))
        facts.append(OddFact(fact.strong, fact.rest, anchor, label))
    if warned := told_of(past.alike):
        facts.append(OddFact(f"{warned}.", anchor="similar", anchor_label="Similar decisions"))
    return OddFace(facts=tuple(facts), compared=past.odds.compared)


def args(sight: Sight, *, view: str = "fields") -> ArgsFace:
    """Return what it will send, each value beside what is usual, and what the last change changed."""
    lines = tuple(_line(sight, line) for line in rows(sight.arguments, sight.kind.schema))
    before = _before(sight)
    changes = diff(json.loads(bytes(before.arguments)), sight.arguments) if before else ()
    return ArgsFace(
        rows=lines,
        tables=tables(sight.arguments),
        json=json.dumps(sight.arguments, ensure_ascii=False, indent=2),
        title="What it asks about" if sight.action.kind == "question" else _sends(sight),
        diff=changes,
        diff_title=_changed_by(sight) if before else "",
        view=view if view in VIEWS else "fields",
    )


def say(sight: Sight) -> SayFace:
    """Return the agent's own words, and how sure it says it is against what that has been worth."""
    revision = sight.story.revision
    context = json.loads(bytes(revision.context))
    return SayFace(
        text=revision.reason,
        summary=revision.summary,
        context=tuple(_context(item) for item in context if isinstance(item, dict)),
        confidence=_confidence(sight),
    )


def _sends(sight: Sight) -> str:
    if sight.is_pending:
        return "What it will send"
    return "What was approved" if sight.action.status == "approved" else "What it asked to send"


def _line(sight: Sight, line: ArgRow) -> ArgRow:
    line = replace(line, editable=line.editable and sight.is_pending and sight.refusal is None)
    found = sight.past.odds.at(line.pointer) if sight.past else None
    if found is None or not line.pointer:
        return line
    return replace(line, odd=found.odd, remark=found.remark, tone="warn" if found.odd else "", strip=_strip(found))


def _strip(found: FieldOdds) -> StripFace | None:
    seen = found.strip
    return strip(seen.value, seen.low, seen.median, seen.high, seen.label) if seen else None


def _before(sight: Sight) -> Revision | None:
    revisions = sight.story.revisions
    return revisions[-2] if len(revisions) > 1 else None


def _changed_by(sight: Sight) -> str:
    revision = sight.story.revision
    at = clock(revision.created_at, sight.now, sight.zone)
    return f"Changed by {author(sight, revision.author, middle=True)} at {at}."


def author(sight: Sight, who: str, *, middle: bool = False) -> str:
    """Return who wrote a revision: "The agent" or a person's name; `middle` is within a sentence."""
    if not who.startswith("person:"):
        return "the agent" if middle else "The agent"
    email = who.removeprefix("person:")
    known = sight.ground.people.get(email.lower())
    name = called(sight, known.name if known else email, email)
    return "you" if middle and name == "You" else name


def _confidence(sight: Sight) -> ConfidenceFace | None:
    stated = sight.action.confidence
    if stated is None:
        return None
    if sight.past is None:
        return ConfidenceFace(stated, enough=FEW)
    found = calibrate(stated, sight.past.history.stated).bin
    return ConfidenceFace(stated, right=found.agreed if found else 0, of=found.total if found else 0, enough=FEW)


def _context(item: dict[str, Any]) -> ContextFace:
    title, kind, value = text_of(item.get("title", "")), str(item.get("kind", "text")), item.get("value")
    if kind == "table" and isinstance(value, list) and all(isinstance(line, dict) for line in value):
        columns = list(dict.fromkeys(name for line in value for name in line))[:TABLE_COLUMNS]
        lines = tuple(tuple(text_of(line.get(name, "")) for name in columns) for line in value[:TABLE_ROWS])
        return ContextFace(title, "table", columns=tuple(columns), rows=lines, total=len(value))
    if kind == "table" and isinstance(value, list) and value and all(isinstance(line, list) for line in value):
        width = min(max(len(line) for line in value), TABLE_COLUMNS)
        lines = tuple(tuple(text_of(cell) for cell in line[:width]) for line in value[1 : TABLE_ROWS + 1])
        return ContextFace(
            title, "table", columns=tuple(text_of(cell) for cell in value[0][:width]), rows=lines, total=len(value) - 1
        )
    if kind == "diff" and isinstance(value, dict):
        lines_of = text_diff if isinstance(value.get("before"), str) and isinstance(value.get("after"), str) else diff
        changes = lines_of(value.get("before"), value.get("after"))  # type: ignore[arg-type]  # both are text there
        return ContextFace(
            title, "diff", text="\n".join(f"{SIGNS.get(line.kind, ' ')} {line.text}" for line in changes)
        )
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return ContextFace(title, kind if kind in ("text", "json", "link", "diff") else "json", text=text)
