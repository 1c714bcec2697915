"""Edits of routes and hard rules, from their forms and the buttons of their lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.drafting.conditions import conditions_of
from approvals.drafting.rows import Document, Edit, Row, Unfit, is_new, put, refuse, row_of, rows_of
from approvals.drafting.targets import target_of

Posted = Mapping[str, str]
ASSIGN = ("all", "round_robin", "least_loaded", "sticky")
MODES = ("active", "monitor", "off")
LONGEST_NAME = 200


def moved(section: str, place: int, by: int) -> Edit:
    """Return the edit that lets a route or rule trade places with its neighbour. The last route stays last."""

    def edit(document: Document) -> None:
        rows, other = rows_of(document, section), place + by
        last = len(rows) - (2 if section == "routes" else 1)
        if not (0 <= other <= last and 0 <= place <= last):
            raise Unfit("This cannot go further: the last route takes everything else. Nothing was changed.")
        rows[place], rows[other] = rows[other], rows[place]

    return edit


def removed(section: str, name: str) -> Edit:
    """Return the edit that takes a route or rule out."""

    def edit(document: Document) -> None:
        row = row_of(document, section, name)
        if section == "routes" and row is document["routes"][-1]:
            raise Unfit("The last route takes everything else and stays. Nothing was changed.")
        document[section].remove(row)

    return edit


def route_edit(name: str, posted: Posted) -> Edit:
    """Return the edit that a route's form makes; without `name` it is a new route, before the last."""

    def edit(document: Document) -> None:
        rows = rows_of(document, "routes")
        row = row_of(document, "routes", name) if name else {}
        built = route_typed(row, posted, is_last=bool(name) and row is rows[-1])
        built["name"] = _name(document, "routes", name, posted)
        if name:
            rows[rows.index(row)] = built
        else:
            rows.insert(max(0, len(rows) - 1), built)

    return edit


def route_typed(row: Row, posted: Posted, *, is_last: bool) -> Row:
    """Return a route as its form says it, name and all; `row` is what it was, {} for a new one."""
    built = {**row, "name": posted.get("name", "")}
    if not is_last:
        built["when"] = conditions_of(posted, row.get("when", []))
    built["stages"] = _stages(posted, row.get("stages", []))
    put(built, "assign", posted.get("assign"), "all")
    put(built, "always_ask", bool(posted.get("always_ask")), default=False)
    put(built, "mode", posted.get("mode"), "active")
    built["chain"] = posted.get("chain", "")
    put(built, "fallback", target_of(posted.get("fallback", "")))
    return built


def rule_edit(name: str, posted: Posted) -> Edit:
    """Return the edit that a hard rule's form makes; without `name` it is a new rule, the last."""

    def edit(document: Document) -> None:
        rows = rows_of(document, "rules")
        row = row_of(document, "rules", name) if name else {}
        built = rule_typed(row, posted)
        built["name"] = _name(document, "rules", name, posted)
        if name:
            rows[rows.index(row)] = built
        else:
            rows.append(built)

    return edit


def rule_typed(row: Row, posted: Posted) -> Row:
    """Return a hard rule as its form says it; `row` is what it was, {} for a new one."""
    when = conditions_of(posted, row.get("when", []))
    built = {**row, "name": posted.get("name", ""), "when": when, "then": posted.get("then", "deny")}
    put(built, "mode", posted.get("mode"), "active")
    return built


def _name(document: Document, section: str, was: str, posted: Posted) -> str:
    name = " ".join(posted.get("name", "").split())
    wrong: dict[str, str] = {}
    if not name:
        wrong["name"] = "Write a name."
    elif len(name) > LONGEST_NAME:
        wrong["name"] = f"At most {LONGEST_NAME} characters fit."
    elif not is_new(document, section, name, was):
        wrong["name"] = f"“{name}” is taken. Write another name."
    refuse(wrong)
    return name


def _stages(posted: Posted, before: list[Any]) -> list[Any]:
    """Return the stages of a form; a requirement that asks nobody is left out, and so is a stage without one."""
    found: list[Any] = []
    for stage in range(1, max(len(before), 1) + 2):
        old = before[stage - 1] if stage <= len(before) else []
        had = requirements_of(old)
        rows = []
        for number in range(1, max(len(had), 1) + 2):
            target = target_of(posted.get(f"from-{stage}-{number}", ""))
            if target is None:
                continue
            count = posted.get(f"approvals-{stage}-{number}", "").strip() or "1"
            rows.append({"approvals": int(count) if count.isascii() and count.isdigit() else count, "from": target})
        if rows:
            found.append({**old, "requirements": rows} if isinstance(old, Mapping) else rows)
    return found


def requirements_of(stage: Any) -> list[Row]:
    """Return the requirements of a stage, in either spelling."""
    return list(stage.get("requirements", ())) if isinstance(stage, Mapping) else list(stage)
