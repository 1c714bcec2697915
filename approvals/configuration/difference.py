"""What changes from one plain document to the next, in sentences.

Rows are known by what names them (an e-mail, a slug, a type), so that moving them about is no change; only the order of
routes matters, because the first that fits wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agents.pointers import pointer_of
from agents.terms import LEVELS
from approvals.configuration.words import are_texts, said

Plain = Mapping[str, Any]
Kind = Literal["added", "removed", "changed"]

_KEYS = {"people": "email", "teams": "slug", "agents": "slug", "actions": "type", "rules": "name", "routes": "name"}
_KEYS |= {"chains": "slug", "calendars": "slug", "schedules": "slug"}
_NOUNS = {"people": "person", "teams": "team", "agents": "agent", "actions": "action type", "rules": "rule"}
_NOUNS |= {"routes": "route", "chains": "chain", "calendars": "calendar", "schedules": "schedule"}
SECTIONS = ("people", "teams", "calendars", "schedules", "agents", "rules", "routes", "chains")
_DEFAULTS: dict[str, object] = {
    "reversible": False,
    "require_signatures": False,
    "owner_may_decide": False,
    "always_ask": False,
    "finally": "reject",
    "roles": ["viewer"],
    "delegation_depth": 1,
    "mode": "active",
    "assign": "all",
    "clock": "wall",
    "waiting_too": True,
    "tighten_on_report": "all",
    "tighten_on_drift": True,
    "versions": "semver",
}
_ORGANIZATION = {"promotion": "ratified", "practice": 0}  # a type's promotion is the organization's, unless it is said
_MAPS = ("limits", "authority", "amount", "trust", "levels", *LEVELS)  # what is told field by field
_GONE = {"people": "they can no longer sign in or decide", "agents": "its keys open nothing any more"}
_MANY = ("stages", "steps", "hours", "people", "min_labels", "min_days", "versions")  # what is spoken of as several


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `path` names rows by what they are called: `/agents/refunds/limits/per_minute`."""

    path: str
    kind: Kind
    before: Any
    after: Any
    text: str

    def as_json(self) -> dict[str, Any]:
        """Return the change for `apply --json`."""
        return {"path": self.path, "kind": self.kind, "from": self.before, "to": self.after, "text": self.text}


def difference(before: Plain | None, after: Plain) -> tuple[Change, ...]:
    """Return every change, in the order of the document. Without `before` everything is new."""
    old = before or {}
    changes: list[Change] = []
    if before is not None:
        now, then = (_ORGANIZATION | dict(one["organization"]) for one in (after, old))
        changes += _fields("/organization", "the organization", then, now)
    for section in SECTIONS:
        changes += _rows(f"/{section}", section, "", old.get(section, []), after.get(section, []))
    changes += _delegations(old.get("delegations", []), after.get("delegations", []))
    return tuple(changes)


def _rows(path: str, section: str, owner: str, before: list[Plain], after: list[Plain]) -> Iterator[Change]:
    """Yield what changes in a list of named rows."""
    key, noun = _KEYS[section], _NOUNS[section]
    old, new = {row[key]: row for row in before}, {row[key]: row for row in after}
    for name, row in old.items():
        if name not in new:
            ending = f": {_GONE[section]}" if section in _GONE else ""
            text = _sentence(f"{owner}{noun} {_called(section, row)} is gone{ending}")
            yield Change(path + pointer_of(name), "removed", dict(row), None, text)
    for name, row in new.items():
        here = path + pointer_of(name)
        if name not in old:
            text = _sentence(f"{owner}{noun} {_called(section, row)} is new{_summary(section, row)}")
            yield Change(here, "added", None, dict(row), text)
        else:
            yield from _fields(here, f"{owner}{noun} {_called(section, row)}", old[name], row)
    if section == "routes":
        yield from _order(path, [name for name in old if name in new], [name for name in new if name in old])


def _delegations(before: list[Plain], after: list[Plain]) -> Iterator[Change]:
    """Yield what changes in delegations, known by who lends to whom from when."""
    old, new = ({(row["from"], row["to"], row["starts"]): row for row in rows} for rows in (before, after))
    for key, row in old.items():
        if key not in new:
            path = "/delegations" + pointer_of(*key)
            yield Change(path, "removed", dict(row), None, _sentence(f"delegation {_lent(row)} is gone"))
    for key, row in new.items():
        path = "/delegations" + pointer_of(*key)
        if key not in old:
            text = f"delegation {_lent(row)} is new: until {row['until']}{_scope(row)}"
            yield Change(path, "added", None, dict(row), _sentence(text))
        else:
            yield from _fields(path, f"delegation {_lent(row)}", old[key], row)


def _lent(row: Plain) -> str:
    return f"from {row['from']} to {row['to']} of {row['starts']}"


def _scope(row: Plain) -> str:
    words = [f"{name} {', '.join(row[name])}" for name in ("agents", "actions") if name in row]
    words += [f"up to {row['max_amount']}"] if "max_amount" in row else []
    return ", " + ", ".join(words) if words else ""


def _order(path: str, before: list[str], after: list[str]) -> Iterator[Change]:
    if before != after:
        text = "The routes are tried in another order: " + ", ".join(f"“{name}”" for name in after)
        yield Change(path, "changed", before, after, _sentence(text))


def _fields(path: str, what: str, before: Plain, after: Plain, within: str = "") -> Iterator[Change]:
    """Yield what changes in one row, going into mappings."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, _DEFAULTS.get(name)), after.get(name, _DEFAULTS.get(name))
        if old == new and type(old) is type(new):
            continue
        here, words = path + pointer_of(name), _within(within, name)
        if name == "actions" and _is_rows(old) and _is_rows(new):
            yield from _rows(here, "actions", f"{what}, ", old or [], new or [])
        elif name in ("members", "roles", "actions", "holidays") and are_texts(old, new):
            yield from _members(here, what, words, old or [], new or [])
        elif name in _MAPS and (old is None or new is None or _are_maps(old, new)):
            yield from _fields(here, what, old or {}, new or {}, words)
        else:
            yield _changed(here, what, words, name, old, new)


def _within(within: str, name: str) -> str:
    """Return what a field is called in a sentence: "limits, per hour", "trust at assisted, tolerance"."""
    if within == "trust" and name == "levels":
        return within
    if within == "trust" and name in LEVELS:
        return f"trust at {name}"
    return (f"{within}, " if within else "") + name.replace("_", " ")


def _changed(path: str, what: str, words: str, name: str, old: object, new: object) -> Change:
    now, was = ("are", "were") if name in _MANY else ("is", "was")
    if new is None:
        return Change(
            path, "removed", old, None, _sentence(f"{what}: {words} {now} no longer set, {was} {said(name, old)}")
        )
    if old is None:
        return Change(path, "added", None, new, _sentence(f"{what}: {words} {now} now {said(name, new)}"))
    text = f"{what}: {words} {now} now {said(name, new)}, {was} {said(name, old)}"
    return Change(path, "changed", old, new, _sentence(text))


def _members(path: str, what: str, words: str, old: list[str], new: list[str]) -> Iterator[Change]:
    """Yield who or what came into a list of words and who left it."""
    for one in old:
        if one not in new:
            text = _sentence(f"{what}: {words} no longer have {one}")
            yield Change(path + pointer_of(one), "removed", one, None, text)
    for one in new:
        if one not in old:
            yield Change(path + pointer_of(one), "added", None, one, _sentence(f"{what}: {words} now have {one}"))
    kept = [one for one in new if one in old]
    if words == "members" and kept != [one for one in old if one in new]:
        text = f"{what}: {words} are in another order, by which they take turns: {', '.join(new)}"
        yield Change(path, "changed", old, new, _sentence(text))


def _is_rows(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, Mapping) for item in value))


def _are_maps(*values: object) -> bool:
    return all(isinstance(value, Mapping) for value in values)


def _called(section: str, row: Plain) -> str:
    name = row[_KEYS[section]]
    if section in ("rules", "routes"):
        return f"“{name}”"
    return f"{row['name']} ({name})" if row.get("name") not in (None, name) else str(name)


def _summary(section: str, row: Plain) -> str:
    if section == "routes":
        return f": {said('stages', row['stages'])}, when {said('when', row['when'])}" if "when" in row else ""
    if section == "rules":
        return f": {row['then']} when {said('when', row['when'])}"
    if section == "calendars":
        return f": {said('hours', row['hours'])}"
    if section == "schedules":
        return f": each {row['every']}, {', '.join(row['people'])}"
    if section == "chains":
        steps = f": {said('steps', row['steps'])}" if "steps" in row else ""
        return f"{steps or ': no step'}, after {row['decide_within']} {row.get('finally', 'reject')}"
    if section == "actions":
        more = [f"promotion {row['promotion']}"] if "promotion" in row else []
        more += ["trust on terms of its own"] if "trust" in row else []
        return ", ".join([f": risk {row.get('risk', 'high')}", *more])
    return ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
