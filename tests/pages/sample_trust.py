"""Agents and how far they are trusted, as faces: a lane that climbed, fell and climbed again."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from agents.accuracy import Cells
from agents.band import band
from agents.calibration import Stated
from agents.lane import Tightened, counted, opened
from agents.terms import LEVELS, ActionType
from agents.trust import Trust, usual
from approvals.drafting.trust import EARNED
from approvals.faces.drafts import DraftFace
from approvals.faces.notes import NoteAction, NoteFace
from approvals.faces.people import face_of
from approvals.faces.trust import (
    AgentRow,
    AgentsFace,
    DisagreementFace,
    FigureFace,
    KindRow,
    LaneFace,
    MixFace,
    MoveFace,
    TermCell,
    TermRow,
    TermsFace,
    TrustPageFace,
    WouldFace,
)
from approvals.faces.trust_chart import ChartFace
from approvals.portraits import trust_words as words
from approvals.portraits.trust_axis import Event, Point
from approvals.portraits.trust_chart import chart
from approvals.portraits.trust_figures import range_face, reliability_face
from approvals.portraits.trust_terms import ROWS, SPAN_ROWS
from approvals.ratchet.levels import Rights
from tests.pages.samples import context

LAST, DAYS = date(2026, 11, 20), 150
RIGHT, WRONG = (1.0, 0.9, 0.0), (1.0, 0.9, 1.0)
TRUST = replace(usual("medium"), ratified=True)


def named(at: float) -> str:
    """Return a day of the sample's calendar."""
    day = LAST - timedelta(days=DAYS - at)
    return f"{day.day} {day:%b}"


def drawn(trust: Trust = TRUST) -> ChartFace:
    """Return a chart of five months with a step up, one down, and one up again."""
    draw, cells, points = random.Random("chart"), dict[Any, int](), list[Point]()
    for number in range(0, DAYS, 2):
        level = 0 if number < 45 or 104 <= number < 126 else 1
        fresh = number == 104
        if fresh:
            cells = {}
        found = [draw.random() < (0.4 if 96 <= number < 104 else 0.02) for _ in range(5)]
        for wrong in found:
            cells = dict(counted(cells, WRONG if wrong else RIGHT))
        points.append(
            Point(LAST - timedelta(days=DAYS - number), level, level + 1, band(cells, 0.02), 5, sum(found), fresh)
        )
    events = [
        Event(LAST - timedelta(days=DAYS - number), f"{named(number)}, {word}")
        for number, word in ((46, "raised"), (104, "lowered"), (126, "raised"))
    ]
    audits = [LAST - timedelta(days=number) for number in range(0, 90, 4)]
    return chart(points, events, audits, trust, first=LAST - timedelta(days=DAYS), last=LAST)


def kinds() -> tuple[KindRow, ...]:
    """Four kinds of action, each with a level of its own."""
    rows = (
        ("refund.small", "low", "monitored", 1204, 5, "About 61 more clean reviews", "58%"),
        ("refund.create", "medium", "assisted", 412, 6, "Ready to rise to monitored", "27%"),
        ("refund.create", "high", "supervised", 188, 13, "Policy stops here", "11%"),
        ("credit_note.issue", "medium", "supervised", 0, 0, "About 41 more clean reviews", "4%"),
    )
    return tuple(
        KindRow(
            kind,
            kind,
            risk,
            f"?lane={kind}/{risk}",
            number == 1,
            share,
            level,
            count,
            range_face(band({RIGHT: count - wrong, WRONG: wrong}, 0.02), 0.95),
            next_,
            ready=number == 1,
            tightened=number == 2,
        )
        for number, (kind, risk, level, count, wrong, next_, share) in enumerate(rows)
    )


def lane(cells: Cells, *, early: bool = False, rights: Rights | None = None) -> LaneFace:
    """Return a lane with this evidence; `early` before there is anything to show."""
    at = 120.0
    stands = replace(
        opened(TRUST, now=0.0), earned=0 if early else 1, level_since=at, level_labels=133, now=DAYS, last_label=DAYS
    )
    stands = replace(stands, attempts=tuple(replace(one, cells=cells) for one in stands.attempts))
    if not early:
        stands = replace(stands, tightened=Tightened(0.1, {RIGHT: 4}))
    acts = words.acts(stands, TRUST, rights or Rights(is_admin=True), known=True)
    moves = (
        MoveFace("30 Oct, 10:12", "supervised", "assisted", "up", "Raised", "137 reviewed, 1 wrong", "Assisted: …", "",
                 face_of("Priya Raman", "priya@halden.example")),
        MoveFace("9 Oct, 03:40", "assisted", "supervised", "down", "Lowered, more errors", "The evidence begins anew.",
                 "Evidence of 1,201 to 1,000 that more than 10.0% are wrong: down to supervised.", "Automatic"),
    )  # fmt: skip
    said = [Stated(0.55 + number % 9 / 20, number % 7 > 0) for number in range(120)]
    return LaneFace(
        key="refund.create/medium",
        type="refund.create",
        title=words.title_of(ActionType("refund.create"), 0.0),
        risk="medium",
        floor="",
        level="supervised" if early else "assisted",
        rungs=words.rungs(stands, TRUST, "30 Oct"),
        figure=FigureFace("Too early to say, 12 of 30", "reviewed since 2 Nov.", "69.6%", "100.0%", too_early=True)
        if early
        else FigureFace("98.0%", "over the last 200 reviewed.", "95.0%", "99.2%", "with all 412 reviewed since 3 May"),
        chart=None if early else drawn(),
        next=words.next_level(stands, TRUST, named),
        acts=acts,
        history=() if early else moves,
        brakes=() if early else (replace(moves[1], tone="", what="Everything waits"),),
        disagreements=()
        if early
        else (
            DisagreementFace("cross", "tbad", "Rejected", "Refund €1,620.00", "/actions/act_1", "“Too late.” 4 Nov"),
            DisagreementFace("eye", "tink", "Audit", "Refund €31.00", "/actions/act_2", "“Not late.” 31 Oct"),
        ),
        reliability=reliability_face(said[:12] if early else said),
        notes=(NoteFace("Everything waits for people at this moment.", "Something looked wrong.", tone="warn"),),
        period=150,
        periods=((30, "30 days", "?days=30"), (150, "5 months", "?days=150")),
    )


def trust(*, early: bool = False, rights: Rights | None = None) -> TrustPageFace:
    """The refunds agent, whose lane of refunds is open."""
    return TrustPageFace(
        name="Refunds agent",
        slug="refunds",
        glyph="refund",
        owner="Luis Ortega",
        version="3.2.0",
        paused_reason="Looks odd" if early else "",
        paused_by="Dana Okafor" if early else "",
        is_paused=early,
        all_stopped=False,
        may_pause=True,
        waiting=3,
        kinds=kinds(),
        lane=lane({RIGHT: 12} if early else {RIGHT: 408, WRONG: 4}, early=early, rights=rights),
        raisers="Priya Raman or you",
    )


def agents() -> AgentsFace:
    """Four agents, one of them in trouble."""
    note = NoteFace(
        "The Catalogue agent paused itself at 11:20.",
        "6 actions in a row failed after approval.",
        tone="bad",
        icon="pause",
        actions=(NoteAction("Look into it", "/agents/catalogue"),),
    )
    mix = MixFace((("m1", 0.0, 13.4), ("m2", 14.4, 24.9), ("m3", 40.3, 54.7)), "15% supervised, 27% assisted")
    good, few = band({RIGHT: 200, WRONG: 2}, 0.02), band({RIGHT: 4}, 0.02)
    spark = "M2.0 7.5L7.2 9.9L12.5 9.8L70.0 10.6"
    rows = (
        AgentRow("Refunds agent", "refunds", "refund", "Owned by Luis", ("ok", "Running"), "assisted", mix,
                 range_face(good, 0.95), "71%", 3, spark, "41 in 14 days", "Raised 30 Oct"),
        AgentRow("Platform agent", "platform", "server", "Owned by Luis", ("warn", "Watched closely"), "supervised",
                 mix, range_face(few, 0.95), "0%", 2, spark, "6 in 14 days", "Added 2 Nov"),
        AgentRow("Catalogue agent", "catalogue", "tag", "Nobody owns it", ("bad", "Paused itself"), "monitored", None,
                 None, "none yet", 0, "", "0 in 14 days", "Paused 11:20"),
    )  # fmt: skip
    return AgentsFace(rows, (note,), may_stop=True)


def terms(*, drafted: bool = True) -> TermsFace:
    """What refunds have to prove; with a draft also what it would have done."""
    cells = tuple(
        TermRow(
            title,
            hint,
            tuple(
                TermCell(
                    f"{level}-{name}", "5 %" if drafted and name == "tolerance" else "", "10 %", f"{title}, {level}"
                )
                for level in EARNED
            ),
        )
        for name, title, hint in ROWS
    )
    spans = tuple(
        TermRow(title, hint, (TermCell(name, "", usual, title, "Write a length." if name == "stale" else ""),))
        for name, (title, hint, usual) in SPAN_ROWS.items()
    )
    would = WouldFace(
        "Today it would be supervised instead of assisted.",
        (("10 Jul", "Raised to assisted"),),
        (("", "It would never have left supervised."),),
        "412 reviews since 24 Jun.",
    )
    return TermsFace(
        name="Refunds agent",
        slug="refunds",
        glyph="refund",
        draft=DraftFace(12, "a" * 20, may_edit=drafted, drafted=drafted, said="One change."),
        type="refund.create",
        risk="medium",
        reach="autonomous",
        types=(("refund.create", "?type=refund.create", True), ("note.add", "?type=note.add", False)),
        levels=EARNED,
        rows=cells,
        spans=spans,
        promotion="ratified",
        ceiling="",
        usual_promotion="automatic",
        ceilings=LEVELS,
        warnings=("What is said of autonomous is never used.",) if drafted else (),
        would=would if drafted else None,
    )


def trust_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the pages by name."""
    empty = replace(trust(), lane=None, kinds=())
    stopped = replace(agents(), stopped="An incident", may_stop=False, may_resume=True)
    owner = trust(rights=Rights(is_admin=True, is_owner=True))
    return {
        "agents": ("agents/list.html", context("agents", agents=agents())),
        "agents-stopped": ("agents/list.html", context("agents", agents=stopped)),
        "agents-none": ("agents/list.html", context("agents", agents=AgentsFace(()))),
        "agent": ("agents/trust.html", context("agents", agent=trust())),
        "agent-early": ("agents/trust.html", context("agents", agent=trust(early=True))),
        "agent-empty": ("agents/trust.html", context("agents", agent=empty)),
        "agent-terms": ("agents/terms.html", context("agents", terms=terms())),
        "agent-terms-read": ("agents/terms.html", context("agents", terms=terms(drafted=False))),
        "agent-owner": ("agents/trust.html", context("agents", agent=owner)),
    }
