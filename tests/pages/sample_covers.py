"""Who covers for whom as faces: the page of delegations, and an action whose chain has steps, stages and stand-ins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from approvals.faces.action import ActionFace, ChainLine, ChainStep, SimilarFace
from approvals.faces.delegation import (
    BeforeFace,
    ChangesFace,
    CheckFace,
    DelegationFace,
    DelegationRow,
    FormFace,
)
from approvals.faces.inbox import InboxFace, RowFace
from approvals.faces.notes import NoteAction, NoteFace
from approvals.portraits.lanes import Span, lanes
from tests.pages.sample_pages import inbox
from tests.pages.samples import DANA, JONAS, NOW, PRIYA, ZONE, at, context, refund, refund_bar

DAY = timedelta(days=1)
MEI = "mei@halden.example"


def delegation(*, refused: bool = False) -> DelegationFace:
    """Dana plans to be away, Jonas covers; nobody covers for Mei."""
    names = ("Dana Okafor (you)", "Priya Raman", "Jonas Berg", "Mei Tanaka", "Luis Ortega")
    people = [(f"{name.split()[0].lower()}@halden.example", name) for name in names]
    midnight = NOW.replace(hour=0, minute=0)
    spans = (
        Span("dana@halden.example", midnight + 4 * DAY, midnight + 9 * DAY, "draft", "You, away, Jonas covers"),
        Span("priya@halden.example", NOW, midnight + 3 * DAY, "cov", "Jonas covers"),
        Span(MEI, midnight + 12 * DAY, midnight + 30 * DAY, "gap", "Mei away, nobody yet"),
        Span("luis@halden.example", midnight - 4 * DAY, midnight + DAY, "cov", "Sofia covers"),
    )
    warning = NoteFace(
        "Nobody covers for Mei Tanaka from 2 Dec.",
        "About 4 requests a day reach them. “outreach” has too few people then and goes on to whoever is next.",
        "warn",
        "warning",
        "",
        actions=(NoteAction("Choose who covers", f"/delegation?from={MEI}#form"),),
    )
    checks = (
        CheckFace("Has the authority", "The same limits or wider"),
        CheckFace("Here the whole time", "No absence planned"),
        CheckFace("No circle", "Mei delegates to Jonas, Jonas delegates to you in the same time", "bad"),
        CheckFace("Can’t be both approvers", "Where two must approve, Jonas is one of them; the other is Mei", "warn"),
    )
    facts = (
        ("Requests a day, usually", "5.4"),
        ("Jonas gets, with their own", "11.2"),
        ("Jonas’s usual answer time", "9 min"),
        ("Largest Jonas could approve", "€2,000.00"),
    )
    rows = (
        row("dlg_1", "active", "I am back", made="Made by Priya Raman"),
        row("dlg_2", "coming", "Call it off", scope="Refunds agent, refund.*, up to €1,000.00", reason="Lofoten"),
    )
    last = (SimilarFace("approved", "Refund €42.00 to Ivo Lenz", "/actions/1"),)
    return DelegationFace(
        lanes(people, spans, now=NOW, zone=ZONE),
        notes=(warning,),
        form=form(refused=refused),
        changes=ChangesFace(facts, checks),
        open=rows,
        past=(replace(row("dlg_3", "ended", ""), end_url="", decided="23 requests: 20 approved, 3 rejected"),),
        before=(BeforeFace(JONAS, "12 to 16 October", "23 requests: 20 approved, 3 rejected", last),),
        may_away=True,
    )


def form(*, refused: bool) -> FormFace:
    """The form, as offered or after it was refused."""
    faults = {
        "starts": "This must be a time like 2026-12-01T09:00.",
        "until": "It would end before it begins. Choose an end after the start.",
        "to": "Jonas Berg is no approver. Choose somebody who decides such things too.",
        "from": "That is over.",
        "agents": "There is no agent called x.",
        "actions": "An action type, e.g. refund.create or refund.*",
        "max_amount": "Dana Okafor may decide up to 500 EUR, which is less than 1,000 EUR.",
    }
    return FormFace(
        "you",
        you=True,
        grantor="dana@halden.example",
        covers=(("jonas@halden.example", "Jonas Berg"), (MEI, "Mei Tanaka, up to €500.00, up to medium risk")),
        delegate="jonas@halden.example",
        cover="Jonas",
        starts="2026-11-24T00:00",
        until="2026-11-29T00:00",
        zone="Stockholm time",
        everything="up to €2,000.00",
        grantors=(("dana@halden.example", "Dana Okafor"), (MEI, "Mei Tanaka")),
        some=refused,
        agents=(("refunds", "Refunds agent", True), ("platform", "Platform agent", False)),
        actions="refund.*" if refused else "",
        max_amount="1,000" if refused else "",
        currency="EUR",
        currencies=("EUR", "NOK"),
        reason="Lofoten",
        waiting_now=7,
        faults=faults if refused else {},
        errors=("Nothing was saved. Look at what is marked.",) if refused else (),
    )


def row(identifier: str, state: str, label: str, **more: Any) -> DelegationRow:
    """A delegation of Dana's."""
    face = DelegationRow(
        identifier, DANA, JONAS, at(-60), at(2880), "Everything", state, end_url=f"/delegation/{identifier}/end"
    )
    return replace(face, end_label=label, **more)


def staged() -> ActionFace:
    """Step 2 of 2, with a stand-in, and what the chain does."""
    return replace(
        refund(),
        claim=None,
        chain=(
            ChainStep("Finance", "done", before="approved by Priya Raman and Mei Tanaka", at=at(-20), vote="approve"),
            ChainStep("Jonas Berg for Priya Raman", "done", JONAS, before="approved", at=at(-10), vote="approve"),
            ChainStep("Luis Ortega", "done", PRIYA, before="rejected", at=at(-10), vote="reject"),
            ChainStep(
                "You for Mei Tanaka",
                "now",
                DANA,
                at=at(26),
                left=True,
                after=", 1 of 2 given",
            ),
            ChainStep("Legal", "next", after="then, 1 approval"),
            ChainStep("Priya Raman", "next", PRIYA, before="from", at=at(26), after=", in their place"),
            ChainStep("Rejected", "end", icon="cross", before="at", at=at(122), after=", if nobody decides"),
        ),
        chain_head="Your turn, 26 min left",
        chain_rest="Step 2 of 3. 1 of 2 have approved. Rejected at 16:00 if nobody decides.",
        chain_needs="Step 2 of 3: 1 of Finance and 1 of Security. Given: 0 of 1 from Finance and 1 of 1 from Security. "
        "Then 1 of Legal.",
        why_asked="Why you: stands in for Mei Tanaka, since step 2 of the chain.",
        chain_lines=(
            ChainLine("Whoever has not voted is reminded", "done"),
            ChainLine("On call in duty is asked as well", "done", skipped=True),
            ChainLine("Priya Raman is asked in place of those who have not voted", "next", at(26)),
            ChainLine("Whoever has not voted is warned of the end", "coming", at(100)),
            ChainLine("Rejected, if nobody has decided", "coming", at(122)),
        ),
        notes=(NoteFace("More time.", "Nobody could be asked during an outage, so it got 12 min more, once."),),
        decide=refund_bar(
            behalf=((MEI, "Mei Tanaka"),),
            behalf_said="You decide on behalf of Mei Tanaka",
            behalf_until="until 4 Dec, 09:00",
            epoch=3,
            onward="Priya Raman",
        ),
    )


def chosen() -> ActionFace:
    """Somebody who may fill two seats says whose."""
    return replace(refund(), decide=refund_bar(behalf=(("", "Yourself"), (MEI, "Mei Tanaka"))))


def lent_inbox() -> InboxFace:
    """The inbox of somebody who stands in for Priya."""
    face = inbox(opened=False)
    first, *rest = face.groups
    rows = tuple(
        replace(one, lender="Priya", odd=f"{one.odd} · more are asked at 14:10") if isinstance(one, RowFace) else one
        for one in first.rows
    )
    return replace(face, groups=(replace(first, rows=rows), *rest))


def cover_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """The pages by name."""
    nobody = replace(delegation(), form=None, changes=None, open=(), past=(), before=(), notes=(), may_away=False)
    return {
        "delegation": ("delegation/page.html", context("delegation", page=delegation())),
        "delegation-refused": ("delegation/page.html", context("delegation", page=delegation(refused=True))),
        "delegation-unknown": ("delegation/page.html", context("delegation", page=replace(delegation(), changes=None))),
        "delegation-reader": ("delegation/page.html", context("delegation", page=nobody)),
        "staged": ("action/page.html", context(action=staged())),
        "chosen": ("action/page.html", context(action=chosen())),
        "inbox-lent": ("inbox/page.html", context(inbox=lent_inbox())),
    }
