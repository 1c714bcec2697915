"""What is told of a delegation: what waits to whoever begins to stand in, what was decided to whoever lent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import Organization, Person
from approvals.models import Action, Delegation, Vote
from approvals.present import action_url
from delivery import letters
from delivery.cards import moment
from delivery.post import Promise

MOST_LINES = 30
ENDED = {
    "approved": "approved",
    "rejected": "rejected",
    "expired": "nobody decided in time, so it was treated as rejected",
    "withdrawn": "taken back by the agent",
    "superseded": "replaced by another one",
}
SAID = {"approve": "approved it", "reject": "rejected it", "abstain": "left it to the others"}


@dataclass(frozen=True, slots=True)
class Decided:
    """One action that has ended, and the votes that were cast in somebody's name."""

    action: Action
    votes: tuple[Vote, ...]


def once_begun(row: Delegation) -> str:
    """Return the name of the one digest that tells a delegate that it begins."""
    return f"lent:{row.pk.hex}:begun"


def begun(row: Delegation, org: Organization, waiting: Sequence[Action], now: datetime) -> Promise:
    """Return the one mail to the delegate: they stand in from now on, and this waits for them."""
    until = _moment(row.ends_at, row.delegate, org, now)
    body = [f"You decide for {_name(row.grantor)} until {until}{_scope(row)}."]
    if row.reason:
        body.append(f"The reason given: {letters.header(row.reason, longest=300)}")
    if waiting:
        body.append(f"{_count(len(waiting))} for you now in that name:")
        body.append(_lines([_waiting(one, row.delegate, org, now) for one in waiting]))
    else:
        body.append("Nothing waits just now. You are asked when something comes.")
    body.append(
        "Your votes are counted in that name, and history shows both of you. If you cannot stand in, give it back:\n"
        f"{settings.BASE_URL}/delegation"
    )
    return _mail(row, row.delegate, once_begun(row), f"You decide for {_name(row.grantor)} now", body, now)


def made(row: Delegation, org: Organization, now: datetime) -> Promise:
    """Return the note to the grantor that somebody else chose who decides for them."""
    starts, until = (_moment(at, row.grantor, org, now) for at in (row.starts_at, row.ends_at))
    by = row.created_by if "@" in row.created_by else "The configuration"
    body = [
        f"{by} chose {_name(row.delegate)} to decide for you from {starts} until {until}{_scope(row)}.",
        f"You can still decide yourself, and end it at any time:\n{settings.BASE_URL}/delegation",
    ]
    once = f"lent:{row.pk.hex}:made"
    return _mail(row, row.grantor, once, f"{_name(row.delegate)} decides for you", body, now)


def decided_for(
    row: Delegation, org: Organization, decided: Sequence[Decided], now: datetime, *, is_over: bool, left: int = 0
) -> Promise | None:
    """Return the digest for the grantor: who decided what in their name, and how it ended; at the end that it is over.

    `left` is how many actions wait for the grantor then. None if there is nothing to tell.
    """
    if not decided and not is_over:
        return None
    body = []
    if is_over:
        by = f" {row.ended_by} ended it." if "@" in row.ended_by and row.ended_by != row.grantor.email else ""
        body.append(f"{_name(row.delegate)} no longer decides for you.{by}")
        if left:
            body.append(f"{_count(left)} for you now: {settings.BASE_URL}/")
    if decided:
        count = "1 action was" if len(decided) == 1 else f"{len(decided)} actions were"
        body.append(f"{count} decided in your name:")
        body.append(_lines([_told(one, row.grantor, org, now) for one in decided]))
    else:
        body.append("Nothing was decided in your name.")
    subject = f"Decided for you: {len(decided)}" if decided else f"{_name(row.delegate)} no longer decides for you"
    once = f"lent:{row.pk.hex}:told:{int(now.timestamp())}"
    return _mail(row, row.grantor, once, subject, body, now)


def _told(one: Decided, reader: Person, org: Organization, now: datetime) -> str:
    """Return who said what, how it ended, and where to look."""
    said = "; ".join(
        f"{_name(vote.person)} {SAID[vote.vote]}, {_moment(vote.cast_at, reader, org, now)}"
        + (f": “{letters.header(vote.comment)}”" if vote.comment else "")
        for vote in one.votes
    )
    return f"{letters.header(one.action.title)}: {ENDED[one.action.status]}\n  {said}\n  {action_url(one.action)}"


def _waiting(action: Action, reader: Person, org: Organization, now: datetime) -> str:
    by = f", by {_moment(action.decide_by, reader, org, now)}" if action.decide_by else ""
    return f"{letters.header(action.title)}{by}\n  {action_url(action)}"


def _name(person: Person) -> str:
    return letters.header(person.name, longest=100)


def _scope(row: Delegation) -> str:
    """Return the scope in words: ", only refund.* by refunds up to 1000 EUR"."""
    words = []
    if row.actions:
        words.append(", ".join(row.actions))
    if row.agents:
        words.append(f"by {', '.join(row.agents)}")
    if row.max_amount is not None:
        words.append(f"up to {row.max_amount.normalize():f} {row.currency}")
    return f", only {' '.join(words)}" if words else ""


def _moment(at: datetime, reader: Person, org: Organization, now: datetime) -> str:
    return moment(at, zone=reader.timezone or org.timezone, now=now)


def _count(number: int) -> str:
    return "1 action waits" if number == 1 else f"{number} actions wait"


def _lines(items: Sequence[str]) -> str:
    shown = [f"- {item}" for item in items[:MOST_LINES]]
    if len(items) > MOST_LINES:
        shown.append(f"- and {len(items) - MOST_LINES} more: {settings.BASE_URL}/")
    return "\n".join(shown)


def _mail(row: Delegation, to: Person, once: str, subject: str, body: Sequence[str], now: datetime) -> Promise:
    return Promise(
        channel="email",
        kind=letters.MAIL,
        address=to.email,
        once=once,
        payload=letters.seal(subject, "\n\n".join(body) + "\n", ""),
        person=to.pk,
        due_at=now,
    )
