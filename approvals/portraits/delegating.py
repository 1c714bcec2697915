"""The form of a delegation with what it would change, and the whole page around it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from accounts.models import Person
from accounts.organizations import organization
from accounts.viewer import Viewer
from approvals import delegation_form
from approvals.actors import PersonActor
from approvals.authority import DECIDES
from approvals.delegation_form import Posted, Typed
from approvals.delegations import seen_by
from approvals.directory import Lent
from approvals.faces.delegation import ChangesFace, DelegationFace, FormFace
from approvals.faces.notes import NoteFace
from approvals.ground import directory_of
from approvals.loads import Scope, loads
from approvals.models import Delegation
from approvals.policies import policy_of
from approvals.portraits.authority import limits
from approvals.portraits.cover import Plan, changes, cover_label
from approvals.portraits.delegations import MOST_PAST, Board, before, best, gaps, rows, spans
from approvals.portraits.lanes import Span, lanes
from approvals.posted import PostedDelegation
from approvals.schemas.kinds import InvalidFields
from approvals.terms import Period
from core.errors import DomainError
from escalations.zones import first, last, zone_of

DRAFT = uuid.UUID(int=0)
MOST_DRAWN = 200
MOST_OFFERED = 500  # people in a list to choose from; beyond, the API takes any


@dataclass(frozen=True, slots=True)
class Refused:
    """What was said about a form that was not saved: sentences by field, and others."""

    faults: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


NOT_REFUSED = Refused()


def board_of(viewer: Viewer, *, now: datetime) -> Board:
    """Return what the page stands on, in the scope that is open."""
    org = organization()
    people = {row.email.lower(): row for row in Person.objects.filter(archived_at=None)}
    there = Delegation.objects.select_related("grantor", "delegate")
    return Board(
        viewer=viewer,
        policy=policy_of(org.pk, org.config_version),
        directory=directory_of(org.pk, org.config_version, org.directory_version).on(now),
        people=people,
        open=tuple(there.filter(ended_at=None, ends_at__gt=now).order_by("starts_at", "id")),
        past=tuple(there.exclude(ended_at=None, ends_at__gt=now).order_by("-ends_at", "-id")[:MOST_DRAWN]),
        now=now,
    )


def page(board: Board, actor: PersonActor, posted: Posted, *, refused: Refused = NOT_REFUSED) -> DelegationFace:
    """Return the page; `posted` is what stands in the form, from the address or from a form that was not saved."""
    found = spans(board)
    typed = typed_of(board, posted)
    form = _form(board, typed, refused) if typed else None
    draft = draft_of(board, typed) if typed else None
    if draft is not None:
        whose = "You" if draft.grantor == board.me else board.first(draft.grantor)
        said = f"{whose}, away, {board.first(draft.delegate)} covers"
        found.append(
            Span(draft.grantor, draft.period.starts, draft.period.until, "draft", said, board.first(draft.delegate))
        )
    everybody = [(board.me, f"{board.viewer.name} (you)")] if board.me in {one.email for one in board.approvers} else []
    everybody += [(one.email, one.name) for one in board.approvers if one.email != board.me]
    mine = set(seen_by(actor).values_list("pk", flat=True)[:500])
    past = seen_by(actor).exclude(ended_at=None, ends_at__gt=board.now).order_by("-ends_at", "-id")[:MOST_PAST]
    return DelegationFace(
        lanes=lanes(everybody, found, now=board.now, zone=board.viewer.timezone),
        notes=gaps(board, found),
        form=form,
        changes=_changes(board, draft) if draft else None,
        open=rows(board, (row for row in board.open if row.pk in mine)),
        past=rows(board, past),
        before=before(board),
        may_away=board.viewer.has(DECIDES),
    )


def _planned(board: Board, draft: Lent) -> Span:
    """Return the stretch that the form would save."""
    whose = "You" if draft.grantor == board.me else board.first(draft.grantor)
    first, period = board.first(draft.delegate), draft.period
    return Span(draft.grantor, period.starts, period.until, "draft", f"{whose}, away, {first} covers", first)


def typed_of(board: Board, posted: Posted) -> Typed | None:
    """Return what stands in the form; None where the reader has nobody to choose for."""
    choices = _grantors(board)
    if not choices:
        return None
    asked = (posted.get("from") or [""])[-1].strip().lower()
    decides = {one.email for one in board.approvers}
    grantor = asked if asked in decides and board.may_choose_for(asked) else choices[0]
    typed = delegation_form.typed(posted, delegate=best(board, grantor), now=board.now, zone=board.zone_of(grantor))
    return replace(typed, grantor=grantor)


def draft_of(board: Board, typed: Typed) -> Lent | None:
    """Return what the form would save, as routing takes it; None where it cannot be read yet."""
    try:
        posted = delegation_form.read(typed, own=board.me)
    except InvalidFields:
        return None
    grantor = posted.grantor or board.me
    known = board.directory.people
    if grantor not in known or posted.delegate not in known or grantor == posted.delegate:
        return None
    period = _period(posted, board.zone_of(grantor), board.now)
    if period is None:
        return None
    return Lent(
        id=DRAFT,
        grantor=grantor,
        delegate=posted.delegate,
        period=period,
        agents=posted.agents,
        actions=posted.actions,
        max_amount=posted.max_amount,
    )


def refusal(error: DomainError) -> Refused:
    """Return a refusal as the form shows it: at its fields, and above them what belongs to none."""
    faults = delegation_form.faults(error.errors)
    said = "Nothing was saved. Look at what is marked." if faults else f"{error.title}. {error.detail}"
    return Refused(faults, (said,))


def _grantors(board: Board) -> list[str]:
    """Return the e-mails of those the reader may choose for, oneself first."""
    mine = [one.email for one in board.approvers if board.may_choose_for(one.email)]
    return sorted(mine, key=lambda email: email != board.me)[:MOST_OFFERED]


def _form(board: Board, typed: Typed, refused: Refused) -> FormFace:
    person = board.directory.people.get(typed.grantor)
    you = typed.grantor == board.me
    choices = _grantors(board)
    likely = best(board, typed.grantor)
    covers = sorted(
        (one for one in board.approvers if one.email != typed.grantor),
        key=lambda one: (one.email != likely, one.name),
    )
    limit = limits(person.authority) if person else ""
    zone = board.zone_of(typed.grantor)
    row = board.people.get(typed.grantor)
    return FormFace(
        name="you" if you else person.name if person else typed.grantor,
        you=you,
        grantor=typed.grantor,
        covers=tuple((one.email, cover_label(one.name, one)) for one in covers[:MOST_OFFERED]),
        delegate=typed.delegate,
        cover=board.first(typed.delegate) if typed.delegate in board.directory.people else "they",
        starts=typed.starts,
        until=typed.until,
        zone=f"{zone.split('/')[-1].replace('_', ' ')} time",
        everything=limit or "without a limit",
        grantors=tuple((email, board.directory.people[email].name) for email in choices) if len(choices) > 1 else (),
        some=typed.some,
        agents=tuple((one.slug, one.name, one.slug in typed.agents) for one in board.policy.agents),
        actions=typed.actions,
        max_amount=typed.max_amount,
        currency=typed.currency or _currencies(board)[0],
        currencies=_currencies(board),
        reason=typed.reason,
        waiting_too=typed.waiting_too,
        waiting_now=loads([row.pk], now=board.now)[row.pk].waiting if row else 0,
        faults=refused.faults,
        errors=refused.errors,
    )


def _changes(board: Board, draft: Lent) -> ChangesFace | None:
    grantor, delegate = board.people.get(draft.grantor), board.people.get(draft.delegate)
    if grantor is None or delegate is None:
        return None
    scope = Scope(draft.agents, draft.actions, draft.max_amount)
    own = loads([delegate.pk], now=board.now)[delegate.pk]
    lent = loads([grantor.pk], now=board.now, scope=scope)[grantor.pk]
    names = {email: board.first(email) for email in board.directory.people}
    if draft.grantor == board.me:
        names[draft.grantor] = "you"
    return changes(Plan(draft, board.policy, board.directory, names, board.viewer.timezone), lent, own)


def _period(posted: PostedDelegation, zone: str, now: datetime) -> Period | None:
    """Return the period as it would be saved, local times read in the grantor's zone; None if it is none."""
    try:
        place = zone_of(zone)
    except ZoneInfoNotFoundError:
        return None
    starts, until = posted.starts or now, posted.until
    starts = max(first(starts, place) if starts.tzinfo is None else starts, now)
    until = last(until, place) if until.tzinfo is None else until
    return Period(starts, until) if starts < until else None


def _currencies(board: Board) -> tuple[str, ...]:
    """Return the currencies that the document speaks of, the most likely first."""
    found = [one.authority.max_amount.currency for one in board.policy.people if one.authority.max_amount]
    for agent in board.policy.agents:
        for kind in agent.actions:
            found += [most.currency for most in (kind.limits.max_amount, kind.limits.amount_per_day) if most]
    return tuple(sorted(set(found), key=lambda one: (-found.count(one), one))) or ("EUR",)


def nobody_to_cover(board: Board) -> NoteFace:
    """Say what happens while the reader is away without anybody to cover."""
    slugs = {route.chain for route in board.policy.routes if route.mode == "active"}
    ends = {chain.finally_ for chain in board.policy.chains if chain.slug in slugs}
    end = "rejected" if ends == {"reject"} else "rejected or held" if "reject" in ends else "held"
    rest = (
        "There is no manager to suggest, and nobody has covered for you before. Choose somebody below. With nobody, "
        f"what asks you waits, the others who are asked may decide it, and what nobody decides in time is {end}."
    )
    return NoteFace("Nothing was changed: nobody covers for you yet.", rest, "warn", "warning", "alert")
