"""One person's changes, made again on a version that another published meanwhile. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approvals.drafting.rows import KEYS, Document, Row

Plain = Mapping[str, Any]
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Redone:
    """The changes on top of the newer version. `both` names what both changed: there the draft's word stands."""

    document: Document
    both: tuple[str, ...] = ()


def redo(base: Plain, mine: Plain, theirs: Plain) -> Redone:
    """Return `theirs` with everything in it that `mine` changed of `base`."""
    both: list[str] = []
    out: Document = {}
    for section in dict.fromkeys([*theirs, *mine]):
        old, own, new = (one.get(section, _NOTHING) for one in (base, mine, theirs))
        if section in KEYS:
            if rows := _rows(section, _list(old), _list(own), _list(new), both):
                out[section] = rows
        else:
            _keep(out, section, _value(section, old, own, new, both))
    return Redone(copy.deepcopy(out), tuple(dict.fromkeys(both)))


def _list(rows: Any) -> list[Row]:
    return [] if rows is _NOTHING else list(rows)


def _rows(section: str, base: list[Row], mine: list[Row], theirs: list[Row], both: list[str]) -> list[Row]:
    key = KEYS[section]
    old, own, new = ({row[key]: row for row in rows} for rows in (base, mine, theirs))
    merged: dict[str, Row] = {}
    for name in dict.fromkeys([*new, *own]):
        what = f"{section[:-1]} “{name}”"
        if name not in own and name in old:  # I took it out
            if new.get(name) not in (None, old[name]):
                both.append(what)
            continue
        if name not in new and name in old:  # they took it out
            if own[name] != old[name]:
                both.append(what)
                merged[name] = own[name]
            continue
        if name in own and name in new:
            row = _value(what, old.get(name, _NOTHING), own[name], new[name], both)
            merged[name] = dict(row)
        else:
            merged[name] = own.get(name) or new[name]
    return [merged[name] for name in _order(list(old), list(own), list(new)) if name in merged]


def _order(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """Return whose order counts: mine where I moved something, else theirs; what the other added stays in its place."""
    moved = [name for name in mine if name in base] != [name for name in base if name in mine]
    order, others = (list(mine), theirs) if moved else (list(theirs), mine)
    for place, name in enumerate(others):
        if name not in order:
            after = next((one for one in others[place + 1 :] if one in order), None)
            order.insert(order.index(after) if after is not None else len(order), name)
    return order


def _value(what: str, base: Any, mine: Any, theirs: Any, both: list[str]) -> Any:
    if mine == base:
        return theirs
    if theirs in (base, mine):
        return mine
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        old = base if isinstance(base, Mapping) else {}
        out: dict[str, Any] = {}
        for name in dict.fromkeys([*theirs, *mine]):
            was, own, new = (one.get(name, _NOTHING) for one in (old, mine, theirs))
            _keep(out, name, _value(what, was, own, new, both))
        return out
    both.append(what)
    return mine


def _keep(out: dict[str, Any], name: str, value: Any) -> None:
    if value is not _NOTHING:
        out[name] = value
