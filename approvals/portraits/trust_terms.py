"""How an action type earns trust, as fields with what is usual, and what a draft would have made of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from accounts.viewer import Viewer
from agents.keeping import moment_of
from agents.ledger import Entry, entry_from_json
from agents.models import Agent, LaneRow, LedgerRow
from agents.supposed import Supposed, reviews_in, supposed
from agents.terms import LEVELS, ActionType, Risk
from agents.trust import gross_rate, trust_of, usual_levels
from approvals.configuration.compile import compile_policy
from approvals.drafting.trust import EARNED, RATES, SPANS, percent_of
from approvals.drafts import Desk
from approvals.faces.glyphs import glyph_of
from approvals.faces.times import day, many
from approvals.faces.trust import TermCell, TermRow, TermsFace, WouldFace
from approvals.portraits.draft_bar import bar, of_row
from approvals.portraits.trust_words import MOVES
from core.errors import NotFound

MOST_ENTRIES = 5_000  # of a ledger that are folded again for a page
MOST_STEPS = 12
ROWS: tuple[tuple[str, str, str], ...] = (
    ("tolerance", "Wrong at most", "More than this is never proven to deserve the level."),
    ("alpha", "Chance of a wrong promotion", "In a quarter, however often somebody looks."),
    ("gross", "May never go on", "After an error everything waits until fewer than this are shown to be wrong."),
    ("sample", "Clear requests looked at", "The others go through at once."),
    ("sample_flagged", "Flagged requests looked at", "Flagged: unusual, large, or not sure."),
    ("min_labels", "Reviews at the level before", "At least so many."),
    ("min_days", "Days at the level before", "At least so long."),
)
SPAN_ROWS: Mapping[str, tuple[str, str, str]] = {
    "cooldown": ("After a step down", "Nothing rises for so long; twice as long after the next one.", "14d"),
    "severe_cooldown": ("After a severe error", "Nothing rises for so long.", "30d"),
    "stale": ("With nothing reviewed", "After so long everything is held, after twice as long it is lowered.", "30d"),
    "evidence": ("Evidence counts for", "Older evidence begins anew.", "365d"),
    "maturity": ("Good news waits", "For bad news of the same action; bad news counts at once.", "at once"),
    "reading_floor": ("Reading takes", "An approval that took less time is no evidence.", "5s"),
}


def trust_terms(
    desk: Desk,
    agent: Agent,
    kind: str,
    viewer: Viewer,
    now: datetime,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    error: str = "",
    replay: bool = False,
) -> TermsFace:
    """Return the page of one action type's trust in the reader's draft, in the scope that is open. Raises NotFound."""
    place, row = _agent_row(desk, agent.slug)
    actions = row.get("actions", [])
    chosen = next((one for one in actions if one.get("type") == kind), actions[0] if actions else None)
    if chosen is None or (kind and chosen.get("type") != kind):
        raise NotFound("This agent has no such kind of action.")
    number, kind = actions.index(chosen), str(chosen["type"])
    faults = dict(of_row(desk.faults, "agents", place))
    start = f"/actions/{number}"
    mine = {where.removeprefix(start): text for where, text in faults.items() if where.startswith(f"{start}/")}
    fields = _Fields(chosen, typed or {}, wrong or {}, mine)
    terms = _compiled(desk, desk.document).get((agent.slug, kind))
    return TermsFace(
        name=agent.name,
        slug=agent.slug,
        glyph=glyph_of(agent.slug),
        draft=bar(desk, viewer, now),
        type=kind,
        risk=str(chosen.get("risk", "high")),
        reach=LEVELS[trust_of(terms, terms.risk).ceiling] if terms else "",
        types=tuple((str(one["type"]), f"?type={quote(str(one['type']))}", one is chosen) for one in actions),
        levels=EARNED,
        rows=tuple(fields.row(name, title, hint) for name, title, hint in ROWS),
        spans=tuple(fields.span(name) for name in SPANS),
        promotion=fields.text("promotion", str(chosen.get("promotion", ""))),
        ceiling=fields.text("ceiling", str(chosen.get("ceiling", ""))),
        usual_promotion=str(desk.document.get("organization", {}).get("promotion", "ratified")),
        ceilings=LEVELS,
        faults=tuple(mine.values()),
        warnings=tuple(text for where, text in of_row(desk.warnings, "agents", place) if where.startswith(f"{start}/")),
        error=error,
        would=_would(desk, agent, kind, viewer, now) if replay and not desk.faults else None,
    )


class _Fields:
    """The values of one action type: as they were typed, else as the document has them."""

    def __init__(
        self, row: Mapping[str, Any], typed: Mapping[str, str], wrong: Mapping[str, str], faults: Mapping[str, str]
    ) -> None:
        self.trust = row.get("trust", {})
        self.risk: Risk = row.get("risk", "high")
        self.typed, self.wrong, self.faults = typed, wrong, faults

    def text(self, name: str, otherwise: str) -> str:
        """Return what is in a field."""
        return self.typed.get(name, otherwise)

    def row(self, name: str, title: str, hint: str) -> TermRow:
        """Return one value of all three levels."""
        return TermRow(title, hint, tuple(self._cell(level, name, title) for level in EARNED))

    def span(self, name: str) -> TermRow:
        """Return one length."""
        title, hint, usual = SPAN_ROWS[name]
        value = self.text(name, str(self.trust.get(name, "")))
        error = self.wrong.get(name) or self.faults.get(f"/trust/{name}", "")
        return TermRow(title, hint, (TermCell(name, value, usual, title, error),))

    def _cell(self, level: str, name: str, title: str) -> TermCell:
        said = self.trust.get("levels", {}).get(level, {})
        usual = getattr(usual_levels(self.risk)[EARNED.index(level)], name)
        if name == "gross" and "tolerance" in said:
            usual = min(gross_rate(said["tolerance"]), 0.99)
        shown = percent_of if name in RATES else _number
        field = f"{level}-{name}"
        value = self.text(field, shown(said[name]) if name in said else "")
        error = self.wrong.get(field) or self.faults.get(f"/trust/levels/{level}/{name}", "")
        return TermCell(field, value, shown(round(usual, 6)), f"{title}, {level}", error)


def _number(value: Any) -> str:
    return f"{value:g}"


def _agent_row(desk: Desk, slug: str) -> tuple[int, Mapping[str, Any]]:
    rows = desk.document.get("agents", ())
    for place, row in enumerate(rows):
        if row.get("slug") == slug:
            return place, row
    raise NotFound("There is no such agent in the configuration.")


def _compiled(desk: Desk, document: Mapping[str, Any]) -> dict[tuple[str, str], ActionType]:
    """Return the action types of a document by agent and type; none where it has faults."""
    if desk.faults:
        return {}
    policy = compile_policy(dict(document))
    return {(agent.slug, kind.type): kind for agent in policy.agents for kind in agent.actions}


def _would(desk: Desk, agent: Agent, kind: str, viewer: Viewer, now: datetime) -> WouldFace:
    rows = LaneRow.objects.filter(agent_id=agent.pk, type=kind, floor=0).order_by("-entries", "risk")
    row = rows.first()
    live = _compiled(desk, desk.live).get((agent.slug, kind))
    draft = _compiled(desk, desk.document).get((agent.slug, kind))
    if row is None or live is None or draft is None:
        return WouldFace("Nothing was reviewed yet, so there is nothing to replay.")
    risk: Risk = row.risk  # type: ignore[assignment]  # one of RISKS
    entries = entries_of(row)
    until = max([one.at for one in entries[-1:]] + [row.state["now"]])
    ways = [supposed(trust_of(one, risk), entries, until=until) for one in (live, draft)]
    told = f"{many(reviews_in(entries), 'review')} since {_day(entries[0].at, now, viewer)}" if entries else "nothing"
    cut = (
        "" if row.entries <= MOST_ENTRIES else f" Only the last {MOST_ENTRIES:,} entries are replayed, from supervised."
    )
    asked = " As if people had agreed at once wherever they have to." if draft.ratified or live.ratified else ""
    return WouldFace(
        headline=_headline(*ways),
        before=_steps(ways[0], now, viewer),
        after=_steps(ways[1], now, viewer),
        remark=f"{told}, at {risk} risk; the samples are those that were drawn.{asked}{cut}",
    )


def entries_of(row: LaneRow) -> list[Entry]:
    """Return the last entries of a lane's ledger, the oldest first."""
    last = LedgerRow.objects.filter(org_id=row.org_id, lane_id=row.pk).order_by("-number")
    bodies = list(last.values_list("body", flat=True)[:MOST_ENTRIES])
    return [entry_from_json(body) for body in reversed(bodies)]


def _headline(before: Supposed, after: Supposed) -> str:
    if before.level != after.level:
        return f"Today it would be {LEVELS[after.level]} instead of {LEVELS[before.level]}."
    here = LEVELS[after.level]
    if [step[1:3] for step in before.steps] == [step[1:3] for step in after.steps]:
        same = [step[0] for step in before.steps] == [step[0] for step in after.steps]
        return f"It would be {here} today, as it is{'' if same else ', but it would have come there on other days'}."
    return f"It would be {here} today all the same, by another way."


def _steps(way: Supposed, now: datetime, viewer: Viewer) -> tuple[tuple[str, str], ...]:
    if not way.steps:
        return (("", "It would never have left supervised."),)
    shown = way.steps[-MOST_STEPS:]
    return tuple((_day(at, now, viewer), _words(before, after, code)) for at, before, after, code in shown)


def _words(before: int, after: int, code: str) -> str:
    if after > before and code == "promote":
        return f"Raised to {LEVELS[after]}"
    why = MOVES.get(code, "").partition(", ")[2]
    return f"{'Raised' if after > before else 'Lowered'} to {LEVELS[after]}" + (f", {why}" if why else "")


def _day(at: float, now: datetime, viewer: Viewer) -> str:
    return day(moment_of(at), now, viewer.timezone)
