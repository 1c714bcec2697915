"""One route or hard rule as fields, with what is wrong beside each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.viewer import Viewer
from approvals.drafting.conditions import ARGUMENT, FIELDS, OPS, SPARE, is_plain, text_of
from approvals.drafting.routes import requirements_of, route_typed, rule_typed
from approvals.drafting.rows import place_of
from approvals.drafting.targets import code_of
from approvals.drafts import Desk
from approvals.faces.routing import ConditionRow, NeedRow, RulePageFace, StageFields
from approvals.portraits.draft_bar import bar, of_row
from approvals.portraits.named import Names, titled
from approvals.portraits.past import Used
from approvals.portraits.sentences import FIELDS as FIELD_WORDS
from approvals.portraits.sentences import OPS as OP_WORDS
from approvals.portraits.sentences import condition_runs, goes_to

Plain = Mapping[str, Any]
_WHEN = re.compile(r"/when/([0-9]+)(?:/|$)")
_NEED = re.compile(r"/stages/([0-9]+)(?:/requirements)?/([0-9]+)(?:/|$)")


def rule_page(
    desk: Desk,
    section: str,
    name: str,
    viewer: Viewer,
    now: datetime,
    used: Used,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    error: str = "",
) -> RulePageFace:
    """Return the page of the route or rule `name`, or with "" of a new one."""
    rows = desk.document.get(section, [])
    place = place_of(desk.document, section, name) if name else None
    row: Plain = rows[place] if place is not None else _blank(desk, section)
    is_last = section == "routes" and place == len(rows) - 1
    if typed is not None:
        was = dict(row) if name else {}
        row = route_typed(was, typed, is_last=is_last) if section == "routes" else rule_typed(was, typed)
    told = list(of_row(desk.faults, section, place)) if place is not None else []
    aside = list(of_row(desk.warnings, section, place)) if place is not None else []
    names = Names(desk.document, viewer.email)
    counted = used.routes if section == "routes" else used.rules
    return RulePageFace(
        draft=bar(desk, viewer, now),
        kind=section[:-1],
        title=name or f"A new {'route' if section == 'routes' else 'hard rule'}",
        name=name,
        typed_name=row.get("name", ""),
        is_last=is_last,
        mode=row.get("mode", "active"),
        conditions=() if is_last else _conditions(row.get("when", []), dict(_first(told, _WHEN))),
        stages=_stages(row.get("stages", []), told) if section == "routes" else (),
        assign=row.get("assign", "all"),
        always_ask=row.get("always_ask", False),
        chain=row.get("chain", ""),
        chains=tuple((one["slug"], titled(one["slug"])) for one in desk.document.get("chains", ())),
        fallback=code_of(row.get("fallback")),
        then=row.get("then", "deny"),
        targets=names.options(),
        fields=(*((one, FIELD_WORDS.get(one, one)) for one in FIELDS), (ARGUMENT, "an argument")),
        ops=(*((one, OP_WORDS.get(one, one)) for one in OPS if one != "exists"), ("exists", "is there")),
        faults=tuple(text for where, text in told if not _WHEN.match(where) and not _NEED.match(where)),
        warnings=tuple(text for _, text in aside),
        errors=dict(wrong or {}),
        error=error,
        when=condition_runs(row.get("when", [])) if name else (),
        goes_to=goes_to(row, names) if name and section == "routes" else "",
        matches=counted.get(name, 0),
    )


def _blank(desk: Desk, section: str) -> dict[str, Any]:
    if section == "rules":
        return {"then": "deny"}
    last = desk.document["routes"][-1] if desk.document.get("routes") else {}
    return {"stages": last.get("stages", []), "chain": last.get("chain", "")}


def _first(told: list[tuple[str, str]], form: re.Pattern[str]) -> list[tuple[tuple[str, ...], str]]:
    """Return what is wrong by place: the numbers in the pointer, and the first words on each."""
    found: dict[tuple[str, ...], str] = {}
    for where, text in told:
        if place := form.match(where):
            found.setdefault(place.groups(), text)
    return list(found.items())


def _conditions(when: list[Any], wrong: Mapping[tuple[str, ...], str]) -> tuple[ConditionRow, ...]:
    rows = []
    for number, one in enumerate(when, start=1):
        error = wrong.get((str(number - 1),), "")
        if not is_plain(one):
            kept = " ".join(text for text, _ in condition_runs([one]))
            rows.append(ConditionRow(number, kept=kept, error=error))
            continue
        name = str(one.get("field", ""))
        is_argument = name not in FIELDS
        rows.append(
            ConditionRow(
                number,
                ARGUMENT if is_argument else name,
                name if is_argument else "",
                str(one.get("op", "is")),
                text_of(one),
                error=error,
            )
        )
    rows += [ConditionRow(len(when) + spare) for spare in range(1, SPARE + 1)]
    return tuple(rows)


def _stages(stages: list[Any], told: list[tuple[str, str]]) -> tuple[StageFields, ...]:
    wrong = dict(_first(told, _NEED))
    found = []
    for number, stage in enumerate(stages, start=1):
        rows = [
            NeedRow(
                f"{number}-{place}",
                str(row.get("approvals", 1)),
                code_of(row.get("from")),
                wrong.get((str(number - 1), str(place - 1)), ""),
            )
            for place, row in enumerate(requirements_of(stage), start=1)
        ]
        spare = NeedRow(f"{number}-{len(rows) + 1}", "1", "", spare=True)
        found.append(StageFields(number, (*rows, spare), _more(stage)))
    number = len(stages) + 1
    return (*found, StageFields(number, (NeedRow(f"{number}-1", "1", "", spare=True),), spare=True))


def _more(stage: Any) -> str:
    if not isinstance(stage, Mapping):
        return ""
    said = []
    if stage.get("deny_threshold", 1) > 1:
        said.append(f"{stage['deny_threshold']} rejections close it.")
    if stage.get("allow_shared_seat"):
        said.append("One person may fill several seats.")
    return " ".join(said)
