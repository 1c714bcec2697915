"""The rehearsal beside the editor: a supposed request, and who would be asked when, by the draft if there is one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from accounts.organizations import organization
from accounts.viewer import Viewer
from agents.amounts import money_of
from agents.policy import AmountMismatch
from agents.terms import RISKS, AmountPointers, Money, Risk
from approvals.configuration.export import as_json
from approvals.drafts import Desk
from approvals.faces.escalation import SimLine, TryFace
from approvals.faces.times import zone_of
from approvals.models import Action, Revision
from approvals.portraits.named import Names
from approvals.simulating.simulate import simulate
from approvals.simulating.terms import Event, Simulation, Supposed, Told
from approvals.simulations import FURTHEST, Court, court_of

_AMOUNT = re.compile(r"\s*([0-9][0-9,]{0,17}(?:\.[0-9]{1,12})?)\s*([A-Za-z]{3})\s*")
MOST_TRIED = 24
MOST_ALONE = 3
"""Up to so many people of one moment have a line each."""
QUIET = ("reminded", "warned", "webhook", "left")
USUAL = "100.00 EUR"
GONE = "Mend what is marked first: a document with faults cannot be rehearsed."
WELL = "Every step can be reached and reaches somebody. Nobody is asked about their own agent."


@dataclass(frozen=True, slots=True)
class Guess:
    """What a rehearsal begins with."""

    kind: str
    amount: str


def trial(asked: Mapping[str, str], desk: Desk, viewer: Viewer, now: datetime, *, url: str, chain: str = "") -> TryFace:
    """Return the rehearsal that `asked` (kind, amount, risk, arrives) wants; in the scope that is open.

    Asked for nothing, it begins with a request that takes the chain, if there is one.
    """
    zone = zone_of(viewer.timezone)
    kinds = tuple(_kinds(desk))
    arrives = asked.get("arrives") or f"{now.astimezone(zone):%Y-%m-%dT%H:%M}"
    face = TryFace(
        url=url,
        kinds=kinds,
        kind=asked.get("kind", ""),
        amount=asked.get("amount", "")[:60],
        risk=asked.get("risk", "") if asked.get("risk", "") in RISKS else "",
        arrives=arrives[:30],
        zone=viewer.timezone.replace("_", " "),
    )
    if desk.faults or not kinds:
        return replace(face, notes=(("warn", "warning", GONE),) if desk.faults else ())
    court = court_of(organization(), as_json(desk.document) if desk.drafted else None)
    if face.kind not in dict(kinds):
        guess = _guess(court, desk, [kind for kind, _ in kinds], chain, now)
        face = replace(face, kind=guess.kind, amount=guess.amount)
    try:
        at = _moment(face.arrives, zone, now)
        found = simulate(court.policy, court.directory, _like_the_last(_supposed(face), court), at, pick=court.pick)
    except ValueError as why:
        return replace(face, error=str(why))
    except AmountMismatch as refusal:
        return replace(face, error=refusal.detail)
    return replace(
        face,
        lines=tuple(_lines(found, Names(desk.document, viewer.email), zone)),
        notes=tuple(_notes(found, chain)),
        day=_day(at, zone, now),
    )


def _kinds(desk: Desk) -> Iterator[tuple[str, str]]:
    for agent in desk.document.get("agents", ()):
        for kind in agent.get("actions", ()):
            yield f"{agent['slug']}:{kind['type']}", f"{kind['type']}, {agent.get('name', agent['slug'])}"


def _guess(court: Court, desk: Desk, kinds: list[str], chain: str, now: datetime) -> Guess:
    """Return a request that takes the chain: the first type of all, with the amounts that its routes speak of."""
    amounts = list(dict.fromkeys([*_amounts(desk, chain), USUAL]))
    tried = [Guess(kind, amount) for amount in amounts for kind in kinds]
    for guess in tried[:MOST_TRIED] if chain else ():
        face = TryFace("", (), guess.kind, guess.amount, "", "", "")
        if simulate(court.policy, court.directory, _like_the_last(_supposed(face), court), now).chain == chain:
            return guess if _has_amount(desk, guess.kind) else replace(guess, amount="")
    first = Guess(kinds[0], USUAL)
    return first if _has_amount(desk, first.kind) else replace(first, amount="")


def _amounts(desk: Desk, chain: str) -> Iterator[str]:
    for route in desk.document.get("routes", ()):
        for condition in route.get("when", ()) if route.get("chain") == chain else ():
            if condition.get("field") == "amount" and isinstance(condition.get("value"), str):
                yield condition["value"]


def _has_amount(desk: Desk, kind: str) -> bool:
    agent, _, name = kind.partition(":")
    return any(
        one["type"] == name and "amount" in one
        for row in desk.document.get("agents", ())
        if row["slug"] == agent
        for one in row.get("actions", ())
    )


def _supposed(face: TryFace) -> Supposed:
    agent, _, action = face.kind.partition(":")
    risk = cast(Risk, face.risk) if face.risk else None  # one of RISKS, as checked above
    return Supposed(agent=agent, action=action, amount=amount_typed(face.amount), risk=risk)


def _like_the_last(supposed: Supposed, court: Court) -> Supposed:
    """Return a request like the last of its type: from the same place, with the same arguments but for the amount.

    Rules may look at any of it, and what is missing cannot be told.
    """
    rows = Action.objects.filter(agent__slug=supposed.agent, type=supposed.action).order_by("-id")
    last = rows.only("id", "environment", "agent_version", "confidence").first()
    if last is None:
        return supposed
    body = Revision.objects.filter(action_id=last.pk, number=1).values_list("arguments", flat=True).first()
    arguments = json.loads(bytes(body)) if body else {}
    agent = court.policy.agent(supposed.agent)
    pointers = agent.type_named(supposed.action).amount if agent else None
    if pointers and not _put_amount(arguments, pointers, supposed.amount):
        arguments = {}
    return replace(
        supposed,
        environment=last.environment,
        agent_version=last.agent_version,
        confidence=last.confidence,
        arguments=arguments if isinstance(arguments, dict) else {},
    )


def _put_amount(arguments: Any, pointers: AmountPointers, amount: Money | None) -> bool:
    """Write an amount where the type says it stands, if that is at the top; tell whether it could be."""
    value, currency = pointers.value[1:], pointers.currency[1:]
    if amount is None or "/" in value or "/" in currency or not isinstance(arguments, dict):
        return False
    arguments[value], arguments[currency] = f"{amount.value:f}", amount.currency
    return True


def amount_typed(text: str) -> Money | None:
    """Return the amount that somebody typed: "1,840 EUR". Raises ValueError with what to write instead."""
    if not text.strip():
        return None
    found = _AMOUNT.fullmatch(text)
    amount = money_of(found[1].replace(",", ""), found[2].upper()) if found else None
    if amount is None:
        raise ValueError("Write an amount with its currency, such as 1840 EUR.")
    return amount


def _moment(text: str, zone: Any, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("Write when it arrives as a day and a time.") from None
    if abs(at - now) > FURTHEST:
        raise ValueError("Write a moment within ten years of now.")
    return at


def _day(at: datetime, zone: Any, now: datetime) -> str:
    local = at.astimezone(zone)
    return "" if local.date() == now.astimezone(zone).date() else f"{local:%A} {local.day} {local:%B %Y}"


def _lines(found: Simulation, names: Names, zone: Any) -> Iterator[SimLine]:
    before = found.at
    for event in found.events:
        time = _time(event.at, before, zone)
        before = event.at
        if event.kind == "end":
            yield SimLine(event.at, time, *_end(found, event), tone=_tone(found))
            continue
        struck = [one for one in event.people if one.struck]
        for one in struck[:MOST_ALONE]:
            yield _one(event, time, one, names)
        if len(struck) > MOST_ALONE:
            rest = struck[MOST_ALONE:]
            who = ", ".join(one.name for one in rest[:6])
            yield SimLine(event.at, time, f"{len(rest)} more are not asked", who, tone="passed")
        yield from _asked(event, time, [one for one in event.people if not one.struck], names)


def _asked(event: Event, time: str, people: list[Told], names: Names) -> Iterator[SimLine]:
    if event.kind in QUIET or not people:
        title, _, rest = event.sentence.partition(": ")
        yield SimLine(event.at, time, title if rest else event.sentence.rstrip("."), rest, tone="small-step")
    elif len(people) <= MOST_ALONE:
        for one in people:
            yield _one(event, time, one, names)
    else:
        faces = tuple(names.person(one.email) for one in people[:4])
        yield SimLine(event.at, time, f"{len(people)} people", event.sentence, faces)


def _one(event: Event, time: str, one: Told, names: Names) -> SimLine:
    why = one.via[:1].upper() + one.via[1:]
    text = ". ".join(part for part in ((one.note,) if one.struck else (why, one.note)) if part)
    chip = f"for {names.name(one.on_behalf_of)}" if one.on_behalf_of else ""
    return SimLine(
        event.at, time, one.name, text, (names.person(one.email),), chip, "passed" if one.struck else "", one.struck
    )


def _end(found: Simulation, event: Event) -> tuple[str, str]:
    words = {"approved": "Approved", "rejected": "Rejected", "held": "Held"}
    title = words[found.end.outcome]
    text = event.sentence.removeprefix(f"{title} by silence ").removeprefix(f"{title} ")
    return title, text[:1].upper() + text[1:]


def _tone(found: Simulation) -> str:
    return {"approved": "good", "held": "held"}.get(found.end.outcome, "end")


def _notes(found: Simulation, chain: str) -> Iterator[tuple[str, str, str]]:
    if found.chain is None:
        yield ("ink", "info", f"Nobody is asked. {found.end.sentence}")
    elif chain and found.chain != chain:
        yield ("ink", "info", f"Such a request takes route “{found.route}”, and with it chain “{found.chain}”.")
    for one in found.warnings:
        yield ("warn", "warning", one.sentence)
    if found.chain is not None and not found.warnings:
        yield ("ok", "check", WELL)


def _time(at: datetime, before: datetime, zone: Any) -> str:
    local = at.astimezone(zone)
    same = local.date() == before.astimezone(zone).date()
    return f"{local:%H:%M}" if same else f"{local:%a %H:%M}"
