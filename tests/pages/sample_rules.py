"""The pages of rules as the mockups show them: a chain with a draft, calendars, a schedule, routes, the comparison."""

from __future__ import annotations

import copy
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from accounts.viewer import Viewer
from approvals.configuration.check import check
from approvals.configuration.difference import difference
from approvals.configuration.export import as_json
from approvals.configuration.faults import InvalidDocument
from approvals.drafting.rows import mark_of
from approvals.drafts import Desk
from approvals.faces.diffs import DiffLine
from approvals.faces.drafts import CompareFace, FaultFace, IssuedFace, MovedFace, VersionRow, VersionsFace
from approvals.faces.escalation import DutyPageFace, EscalationFace, SimLine, TryFace
from approvals.faces.routing import ReplayFace, RoutingFace, TestFace, TriedRow
from approvals.portraits.chain_list import chain_rows
from approvals.portraits.chain_page import chain_page
from approvals.portraits.draft_bar import all_changes, bar
from approvals.portraits.duty import calendar_face, schedule_face
from approvals.portraits.named import Names
from approvals.portraits.past import Ended, Used
from approvals.portraits.rule_list import route_rows, rule_rows
from approvals.portraits.rule_page import rule_page
from tests.pages.samples import DANA, JONAS, MEI, NOW, PRIYA, REFUND, ZONE, at, context

HALDEN = Path(__file__).resolve().parents[2] / "approvals/demo/halden.yaml"
USED = Used({"refunds over €500": 61, "refunds": 368}, {"standard": 61, "slow": 6}, {})
STEPS = [
    {"at": "30m", "do": "remind"},
    {"at": "1h", "do": "add", "to": {"manager_of": "asked"}},
    {"at": "3h", "do": "add", "to": {"schedule": "finance-duty"}},
    {"at": "200m", "do": "webhook", "url": "https://desk.halden.example/hooks/late"},
    {"at": "210m", "do": "repeat", "from": 2, "times": 1},
]


def viewer(*roles: str) -> Viewer:
    """Dana, or a reader."""
    return Viewer(
        org=1,
        org_slug="halden",
        org_name="Halden Outdoor",
        person_id=UUID(int=1),
        email="dana@halden.example",
        name="Dana Okafor",
        roles=frozenset(roles or {"admin", "approver"}),
        timezone=ZONE,
        user_id=1,
        theme="",
        undo_seconds=10,
        single_keys=True,
        signed_in_at=None,
        method="link",
    )


def desk(*, drafted: bool = True, broken: bool = False) -> Desk:
    """The configuration of Halden with a draft on it; `broken` has faults."""
    live = check(HALDEN.read_text("utf-8")).document
    live["chains"][0] |= {"decide_within": "260m", "steps": copy.deepcopy(STEPS)}
    live["calendars"] = [{"slug": "office", "hours": {"mon-fri": ["08:00-17:00"]}, "holidays": ["2026-12-25"]}]
    people = [f"{name}@halden.example" for name in ("priya", "dana", "jonas")]
    live["schedules"] = [{"slug": "finance-duty", "people": people, "every": "7d", "starts": "2026-11-02T09:00"}]
    draft = copy.deepcopy(live)
    if drafted:
        draft["chains"][0]["steps"][2]["at"] = "90m"
        draft["rules"][0]["mode"] = "monitor"
        draft["routes"][1]["mode"] = "off"
    if broken:
        draft["chains"][0]["steps"][1]["to"] = {"person": "nobody@else.example"}
        draft["routes"][0]["when"][1]["value"] = "a lot"
        draft["routes"][0]["stages"][0][0]["approvals"] = 9
        draft["schedules"][0]["starts"] = "soon"
        draft["calendars"][0]["hours"] = {"mon-fri": ["all day"]}
    return Desk(
        version=7,
        live=live,
        document=draft,
        mark=mark_of(draft),
        published_at=at(-3000),
        based_on=7 if drafted else 0,
        faults=faults_of(draft),
        changes=difference(live, draft),
    )


def faults_of(document: dict[str, Any]) -> Any:
    """What is wrong with a document."""
    try:
        check(as_json(document))
    except InvalidDocument as refused:
        return refused.faults
    return ()


def past() -> tuple[Ended, ...]:
    """Sixty-one requests: most decided at first."""
    spent = [(0, 20)] * 53 + [(2, 100)] * 6 + [(3, 190)]
    found = [Ended(step, True, NOW, NOW + timedelta(minutes=took), timedelta()) for step, took in spent]
    return (*found, Ended(5, False, NOW, NOW + timedelta(hours=5), timedelta()))


def trial() -> TryFace:
    """Priya is away, and Jonas covers."""
    return TryFace(
        url="/escalation/standard",
        kinds=(("refunds:refund.create", "refund.create, Refunds agent"),),
        kind="refunds:refund.create",
        amount="1,840.00 EUR",
        risk="high",
        arrives="2026-11-20T14:50",
        zone="Europe/Stockholm",
        day="Friday 20 November 2026",
        lines=(
            SimLine(at(52), "14:50", "Mei Tanaka", "Member of Finance", (MEI,)),
            SimLine(at(82), "15:20", "Mei Tanaka is reminded", tone="small-step"),
            SimLine(at(112), "15:50", "Priya Raman", "Away until Mon 30 Nov", (PRIYA,), tone="passed", struck=True),
            SimLine(at(112), "15:50", "Jonas Berg", "May decide up to 2,000 EUR", (JONAS,), chip="for Priya Raman"),
            SimLine(at(142), "16:20", "4 people", "Who is on duty.", (DANA, PRIYA, JONAS, MEI)),
            SimLine(at(300), "Sat 19:10", "Rejected", "4 h 20 after it arrived.", tone="end"),
        ),
        notes=(
            ("ok", "check", "Every step can be reached and reaches somebody."),
            ("warn", "warning", "Step 3 finds nobody, at Fri 20 Nov, 16:20."),
        ),
    )


def chain(where: Desk, *, may: bool = True, wrong: bool = False) -> dict[str, Any]:
    """The page of one chain."""
    who = viewer() if may else viewer("viewer")
    typed = {"wait-1": "soon", "unit-1": "m", "do-new": "add"} if wrong else None
    told = {"wait-1": "Write a whole number, at least 1.", "to-new": "Choose whom the step asks."} if wrong else None
    error = "Nothing was changed. 2 fields cannot be kept as typed." if wrong else ""
    face = chain_page(where, "standard", who, NOW, past=past(), used=USED, typed=typed, wrong=told, error=error)
    return context("escalation", chain=face, trial=trial())


def escalation(where: Desk) -> dict[str, Any]:
    """The list of chains, calendars and schedules."""
    names = Names(where.document, "dana@halden.example")
    face = EscalationFace(
        draft=bar(where, viewer(), NOW),
        chains=chain_rows(where, USED),
        calendars=(calendar_face(where, "office", NOW, ZONE),),
        schedules=(schedule_face(where, "finance-duty", NOW, ZONE, names),),
        people=(("dana@halden.example", "Dana Okafor"),),
        error="Nothing was changed. “standard” is taken. Write another name.",
    )
    return context("escalation", escalation=face)


def duty(where: Desk, section: str) -> dict[str, Any]:
    """The page of a calendar or a schedule."""
    draft = bar(where, viewer(), NOW)
    if section == "calendars":
        return context("escalation", duty=DutyPageFace(draft, calendar=calendar_face(where, "office", NOW, ZONE)))
    names = Names(where.document, "dana@halden.example")
    wrong = {"every": "Write a whole number, at least 1."}
    face = schedule_face(where, "finance-duty", NOW, ZONE, names, wrong)
    return context("escalation", duty=DutyPageFace(draft, schedule=face, error="Nothing was changed."))


def routing(where: Desk) -> dict[str, Any]:
    """All rules, with a request tried and the past replayed."""
    tried = TestFace(
        '{\n  "agent": "refunds"\n}',
        (
            TriedRow("false", "Rule: nothing from test runs in production", "environment is staging"),
            TriedRow("unsure", "1. refunds over €500", "“amount at least 500 EUR” cannot be told: it is not said."),
            TriedRow("true", "2. refunds", "action is refund.create"),
            TriedRow("", "3 to 6 not looked at", ""),
        ),
        ("ok", "arrow", "Mei Tanaka is asked; one approval is needed. High risk, by route “refunds”."),
        ("If nobody decides: Rejected 4 h after it arrived.",),
    )
    moved = (MovedFace("Refund €1,840.00 to Marta Lindqvist", f"/actions/{REFUND}", "takes route “refunds”."),)
    replay = ReplayFace(
        "Of the last 500 actions 7 would have gone another way.", ("It would have reached …",), moved, 6
    )
    names = Names(where.document, "dana@halden.example")
    face = RoutingFace(
        draft=bar(where, viewer(), NOW),
        rules=rule_rows(where, USED),
        routes=route_rows(where, USED, names),
        test=tried,
        replay=replay,
    )
    return context("routing", routing=face)


def rule(where: Desk, section: str, name: str) -> dict[str, Any]:
    """The page of a route or hard rule."""
    wrong = None if name else {"name": "Write a name."}
    face = rule_page(
        where, section, name, viewer(), NOW, USED, wrong=wrong, error="" if name else "Nothing was changed."
    )
    return context("routing", rule=face)


def compared(where: Desk) -> dict[str, Any]:
    """The draft beside the version in force."""
    face = CompareFace(
        draft=bar(where, viewer(), NOW),
        changes=all_changes(where, viewer()),
        consequences=("Standard: step 3 would have been reached by 7 requests instead of 2.",),
        headline="Of the last 500 actions 7 would have gone another way.",
        moved=(MovedFace("Refund €1,840.00", f"/actions/{REFUND}", "asks Priya Raman after 1 h 30."),),
        faults=tuple(FaultFace(one.message, "/escalation/standard", "Chain “standard”") for one in where.faults),
        warnings=(FaultFace("Nobody is on this team.", "", "Team “nobody”"),),
        lines=(DiffLine("hd", "@@ -90,11 +90,11 @@"), DiffLine("del", "  at: 3h"), DiffLine("add", "  at: 90m")),
        error="Nothing was published: say why in one line, so that the log can tell others.",
    )
    return context("escalation", compare=face)


def rule_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return every sample page of rules: name to template and context."""
    fine, plain, broken = desk(), desk(drafted=False), desk(broken=True)
    rows = tuple(
        VersionRow(
            number, "dana@halden.example", "It took too long." if number > 5 else "", at(-number * 900), number == 7
        )
        for number in (7, 6, 5)
    )
    versions = VersionsFace(rows, True, 6, ("Chain “standard”: the first wait is 30 minutes.",), 3)
    return {
        "chain": ("escalation/chain.html", chain(fine)),
        "chain-plain": ("escalation/chain.html", chain(plain)),
        "chain-read": ("escalation/chain.html", chain(plain, may=False)),
        "chain-broken": ("escalation/chain.html", chain(broken)),
        "chain-refused": ("escalation/chain.html", chain(fine, wrong=True)),
        "escalation": ("escalation/list.html", escalation(fine)),
        "calendar": ("escalation/duty.html", duty(fine, "calendars")),
        "calendar-broken": ("escalation/duty.html", duty(broken, "calendars")),
        "schedule": ("escalation/duty.html", duty(fine, "schedules")),
        "schedule-broken": ("escalation/duty.html", duty(broken, "schedules")),
        "routing": ("routing/list.html", routing(fine)),
        "route": ("routing/rule.html", rule(fine, "routes", "refunds over €500")),
        "route-broken": ("routing/rule.html", rule(broken, "routes", "refunds over €500")),
        "route-new": ("routing/rule.html", rule(fine, "routes", "")),
        "hard-rule": ("routing/rule.html", rule(fine, "rules", "nothing from test runs in production")),
        "draft": ("draft/compare.html", compared(fine)),
        "draft-broken": ("draft/compare.html", compared(broken)),
        "versions": ("draft/versions.html", context("escalation", versions=versions)),
        "issued": (
            "draft/issued.html",
            context("escalation", issued=IssuedFace(8, (("outreach", "cs_live_4f2a", "whsec_9d1c"),))),
        ),
    }
