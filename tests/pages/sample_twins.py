"""Five small refunds as one: in the inbox, as a list, and after they were approved; and the first steps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from approvals.faces.inbox import EmptyFace, FirstsFace, InboxFace, StackFace, StepFace
from approvals.faces.twins import OutcomesFace, TwinFace, TwinOutcome, TwinsFace, titled
from tests.pages.sample_pages import empty_inbox, inbox
from tests.pages.samples import DIGEST, at, context, shell

PEOPLE = (
    ("Ivo Lenz", "42.00"),
    ("Sara Holm", "31.40"),
    ("Ben Aziz", "28.00"),
    ("Eva Moen", "33.00"),
    ("Liv Dahl", "29.00"),
)
FIRSTS = FirstsFace(
    (
        StepFace("Create your workspace", done=True),
        StepFace("Bring in the people who decide", url="/people", done=True),
        StepFace("Send a first request", "Copy one command, or press the button", command=True),
        StepFace("Decide it", "Here; Slack is not available yet"),
        StepFace("Choose who covers when you are away", url="/delegation"),
    ),
    key_command="python3 manage.py key --org halden --agent refunds",
    curl="""curl -X POST http://127.0.0.1:8000/api/v1/actions \\
  -H "Authorization: Bearer $COUNTERSIGN_KEY" \\
  -d '{"action": "refund.create", "arguments": {"amount": "42.00"}}'""",
    may_send=True,
)
TITLE = titled("refund.create", 5, [Decimal(amount) for _, amount in PEOPLE], "EUR")


def twins() -> TwinsFace:
    """The list."""
    rows = tuple(
        TwinFace(
            f"act_t{number}",
            f"/actions/act_t{number}",
            f"Refund €{amount} to {name}",
            DIGEST,
            amount=f"€{amount}",
            units=amount.replace(".", ""),
            due_at=at(200 + number),
        )
        for number, (name, amount) in enumerate(PEOPLE)
    )
    return TwinsFace("stack-act_t0", TITLE, "Refunds agent", "refund", rows, total="€163.40", before="€")


def stack(*, is_open: bool = True) -> StackFace:
    """The row."""
    return StackFace(
        "stack-act_t0",
        "/actions/bulk?a=act_t0",
        TITLE,
        "Refunds agent",
        "refund",
        tuple(one.id for one in twins().twins),
        "/actions/bulk?a=act_t0&piece=list",
        "/actions/bulk?a=act_t0&piece=row",
        due_at=at(200),
        share_left=0.8,
        is_open=is_open,
    )


def stacked_inbox() -> InboxFace:
    """Dana's inbox with the refunds as one row, and their list beside it."""
    face = inbox(opened=False)
    first, *rest = face.groups
    rows = tuple(replace(row, is_open=False) for row in first.rows)
    return replace(face, groups=(replace(first, rows=(*rows, stack())), *rest), stack=twins())


def twin_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """The pages by name."""
    refused = TwinOutcome(
        "Refund €31.40 to Sara Holm",
        "/actions/act_t1",
        ok=False,
        said="The action is closed. This action was closed before. Your vote was not counted; it is kept as late.",
        amount="€31.40",
    )
    kept = [TwinOutcome(one.title, one.url, ok=True, said="Approved.", amount=one.amount) for one in twins().twins[2:]]
    outcomes = OutcomesFace("Approved 3 of 4, €90.00. 1 not.", (refused, *kept))
    return {
        "inbox-firsts": ("inbox/page.html", context(inbox=replace(empty_inbox(), empty=EmptyFace(firsts=FIRSTS)))),
        "twins": ("inbox/page.html", context(inbox=stacked_inbox())),
        "twins-live": ("inbox/page.html", context(inbox=stacked_inbox()) | {"shell": shell(live=True)}),
        "twins-list": ("twins/page.html", context(twins=replace(twins(), dropped="1 is left out: no longer waiting."))),
        "twins-gone": ("twins/page.html", context(twins=None)),
        "twins-outcome": ("twins/outcome.html", context(outcomes=outcomes)),
    }
