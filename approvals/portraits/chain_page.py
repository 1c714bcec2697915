"""One chain as its page shows it, out of the plain document: steps in words, fields to change them, what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from accounts.viewer import Viewer
from approvals.configuration.known import Known
from approvals.configuration.reach import kinds_of, may_match
from approvals.drafting.chain_form import step_code
from approvals.drafting.chains import waits, within_of
from approvals.drafting.rows import place_of
from approvals.drafting.spans import parted, seconds_of, spoken
from approvals.drafts import Desk
from approvals.faces.escalation import AskCard, ChainPageFace, EndCard, StepCard, TargetFace, WaitFace
from approvals.faces.times import many
from approvals.portraits.draft_bar import bar, of_row
from approvals.portraits.duty import calendar_in
from approvals.portraits.named import Names, code, titled
from approvals.portraits.past import Ended, Used, bars, consequence
from approvals.portraits.sentences import ICONS, asks, goes_to, step_text, step_title
from escalations.terms import Calendar

Plain = Mapping[str, Any]
_STEP = re.compile(r"/steps/([0-9]+)(?:/|$)")
STARTS_WITHIN = "15m"
APPROVE_WHY = "Only for low risk that can be undone"


def chain_page(
    desk: Desk,
    slug: str,
    viewer: Viewer,
    now: datetime,
    *,
    past: Sequence[Ended],
    used: Used,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    error: str = "",
) -> ChainPageFace:
    """Return the page of the chain `slug`. `typed` and `wrong` are what a refused form held, by field."""
    place = place_of(desk.document, "chains", slug)
    if place is None:
        raise KeyError(slug)
    chain = desk.document["chains"][place]
    names, before = Names(desk.document, viewer.email), _before(desk, slug)
    routes = [row for row in desk.document.get("routes", ()) if row.get("chain") == slug]
    faults, warnings = list(of_row(desk.faults, "chains", place)), list(of_row(desk.warnings, "chains", place))
    wrong = wrong or {}
    all_waits = _wait_faces(chain, before if desk.drafted else None, typed or {}, wrong)
    steps = _steps(chain, before if desk.drafted else None, names, all_waits, faults, warnings, wrong)
    number, unit = parted(seconds_of(chain.get("execute_within", STARTS_WITHIN)))
    told = consequence(past, before, chain, names, calendars_in(desk)) if desk.drafted and before != chain else ""
    return ChainPageFace(
        slug=slug,
        title=titled(slug),
        used=_used(routes, used.chains.get(slug, 0)),
        clock=chain.get("clock", "wall"),
        clock_name="" if chain.get("clock", "wall") == "wall" else titled(chain["clock"]),
        execute=number,
        execute_unit=unit,
        execute_spoken=spoken(seconds_of(chain.get("execute_within", STARTS_WITHIN))),
        draft=bar(desk, viewer, now, consequence=told),
        ask=_ask(routes, names, all_waits[0]),
        steps=steps,
        end=_end(desk, chain, before if desk.drafted else None, faults),
        targets=names.options(),
        calendars=tuple((row["slug"], titled(row["slug"])) for row in desk.document.get("calendars", ())),
        fresh=_fresh(typed or {}, wrong),
        can_remove=not routes,
        bars=bars(past, len(steps)) if past else (),
        decided=len(past),
        faults=tuple(text for where, text in faults if not _STEP.match(where) and not where.startswith("/finally")),
        error=error,
        errors=tuple(wrong.items()),
    )


def _before(desk: Desk, slug: str) -> Plain | None:
    place = place_of(desk.live, "chains", slug)
    return desk.live["chains"][place] if place is not None else None


def calendars_in(desk: Desk) -> dict[str, Calendar]:
    """Return the calendars that can be read, those of the draft."""
    found = {row["slug"]: calendar_in(desk, row["slug"]) for row in desk.document.get("calendars", ())}
    return {slug: one for slug, one in found.items() if one is not None}


def _used(routes: Sequence[Plain], actions: int) -> str:
    by = f"Used by {many(len(routes), 'routing rule')}" if routes else "Used by no routing rule"
    return f"{by} and {many(actions, 'request')} in the last 30 days."


def _wait_faces(
    chain: Plain, before: Plain | None, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> tuple[WaitFace, ...]:
    found = waits(chain)
    old = waits(before) if before is not None and len(before.get("steps", ())) == len(found) - 1 else None
    faces = []
    for place, seconds in enumerate(found):
        number, unit = parted(seconds)
        field = f"wait-{place}"
        if field in wrong:
            number, unit = typed.get(field, number), typed.get(f"unit-{place}", unit)
        was = spoken(old[place]) if old is not None and old[place] != seconds else ""
        last = place == len(found) - 1
        unit = unit if unit in ("s", "m", "h", "d") else "m"
        faces.append(WaitFace(place, number, unit, spoken(seconds), was, wrong.get(field, ""), last))
    return tuple(faces)


def _ask(routes: Sequence[Plain], names: Names, wait: WaitFace) -> AskCard:
    if not routes:
        return AskCard("Nobody yet", (), "No route leads here. Choose this chain on a route.", wait)
    if len(routes) > 1:
        return AskCard("Ask whom the route names", _by_target(routes, names), "", wait)
    route = routes[0]
    targets = tuple(names.face(part["from"]) for part in _first_stage(route))
    return AskCard(asks(route, names), targets, f"Route “{route['name']}”: {goes_to(route, names)}.", wait)


def _by_target(routes: Sequence[Plain], names: Names) -> tuple[TargetFace, ...]:
    """Return whom the routes ask at first, each once, with the routes that do."""
    found: dict[str, tuple[Plain, list[Plain]]] = {}
    for route in routes:
        stage = _first_stage(route)
        target: Plain = stage[0]["from"] if stage else {}
        found.setdefault(code(target), (target, []))[1].append(route)
    return tuple(
        names.face(target, links=tuple((f"{row['name']}: {goes_to(row, names)}", _url(row)) for row in rows))
        for target, rows in found.values()
    )


def _url(route: Plain) -> str:
    return f"/routing/route?name={quote(str(route['name']), safe='')}"


def _first_stage(route: Plain) -> list[Any]:
    stages = route.get("stages", ())
    if not stages:
        return []
    return list(stages[0].get("requirements", ()) if isinstance(stages[0], Mapping) else stages[0])


def _steps(
    chain: Plain,
    before: Plain | None,
    names: Names,
    all_waits: Sequence[WaitFace],
    faults: list[tuple[str, str]],
    warnings: list[tuple[str, str]],
    wrong: Mapping[str, str],
) -> tuple[StepCard, ...]:
    steps = chain.get("steps", ())
    known = {step_code(step) for step in (before or {}).get("steps", ())}
    cards = []
    for number, step in enumerate(steps, start=1):
        target = step.get("to")
        cards.append(
            StepCard(
                number=number,
                do=step["do"],
                title=step_title(step, number, names),
                icon=ICONS.get(step["do"], "bell"),
                text=step_text(step),
                target=names.face(target) if target else None,
                to=code(target),
                url=step.get("url", ""),
                first=step.get("from", 1),
                times=step.get("times", 1),
                faults=_of_step(faults, number),
                warnings=_of_step(warnings, number),
                errors=tuple(
                    why for name, why in wrong.items() if name.split("-")[1:] == [str(number)] and "wait" not in name
                ),
                wait=all_waits[number],
                is_first=number == 1,
                is_last=number == len(steps),
                is_new=before is not None and step_code(step) not in known,
            )
        )
    return tuple(cards)


def _of_step(faults: list[tuple[str, str]], number: int) -> tuple[str, ...]:
    found = ((_STEP.match(where), text) for where, text in faults)
    return tuple(text for place, text in found if place and int(place[1]) == number - 1)


def _end(desk: Desk, chain: Plain, before: Plain | None, faults: list[tuple[str, str]]) -> EndCard:
    end = chain.get("finally", "reject")
    was = (before or {}).get("finally", "reject") if before is not None else end
    told = tuple(text for where, text in faults if where.startswith("/finally"))
    return EndCard(end, was if was != end else "", _why_not_approve(desk, chain), told)


def _why_not_approve(desk: Desk, chain: Plain) -> str:
    """Return why silence may not approve what comes this way; "" if it may."""
    if desk.faults:
        return APPROVE_WHY
    known = Known(desk.document)
    for route in desk.document.get("routes", ()):
        if route.get("chain") != chain["slug"] or route.get("mode") == "off":
            continue
        for kind in kinds_of(known):
            if not kind.harmless and may_match(route.get("when") or [], kind):
                return f"{APPROVE_WHY}; {kind.called} comes too"
    return ""


def _fresh(typed: Mapping[str, str], wrong: Mapping[str, str]) -> StepCard:
    """Return the fields of the step that may be added, as they were typed."""
    errors = tuple(why for name, why in wrong.items() if name.endswith("-new"))
    again = typed if errors else {}
    return StepCard(
        number=0,
        do=again.get("do-new", "remind"),
        title="",
        icon="plus",
        to=again.get("to-new", ""),
        url=again.get("url-new", ""),
        errors=errors,
    )


def within_spoken(chain: Plain) -> str:
    """Return how long a chain lets people decide, in words."""
    return spoken(within_of(chain))
