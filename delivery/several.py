"""One mail about many requests: each with its deadline, what is unusual about it and a link of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from delivery import letters, links
from delivery.cards import Card, moment, place, plain

MOST = 100  # requests named in one mail; of the rest it says how many there are
NAMED = 20  # of them, by which the mail joins the threads of their actions
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """One request of the mail: the parcel it was promised as, that parcel's kind and its card."""

    parcel: UUID
    kind: str
    payload: str


def message(items: Sequence[Item], address: str, *, at: datetime, for_reader: bool = True) -> EmailMultiAlternatives:
    """Return the mail, the first to end first. Not `for_reader`, its links are left out: they decide in their name.

    Raises BadLetter.
    """
    if not letters.ADDRESS.fullmatch(address):
        raise letters.BadLetter("not a mail address")
    cards = sorted(((_card(one), one) for one in items), key=lambda pair: (pair[0].answer_by or _LAST, pair[1].parcel))
    first = cards[0][0]
    domain, headers = letters.stamped(items[0].parcel)
    named = [card.action for card, _ in cards[:NAMED]]
    headers |= letters.thread(named, domain=domain) | {"X-Countersign-Action": ", ".join(named)}
    until = moment(first.answer_by, zone=first.timezone, now=at) if first.answer_by else ""
    subject = letters.header(f"{len(cards)} requests wait for you" + (f", the first until {until}" if until else ""))
    shown = {
        "subject": subject,
        "count": len(cards),
        "lines": [_line(card, one, at, for_reader=for_reader) for card, one in cards[:MOST]],
        "more": max(len(cards) - MOST, 0),
        "signs_in": any(card.risk not in links.BY_LINK for card, _ in cards),
        "place": place(first.timezone),
        "inbox_url": f"{settings.BASE_URL}/",
        "settings_url": f"{settings.BASE_URL}/settings",
        "organization": letters.header(first.organization, longest=100),
    }
    text = render_to_string("email/several.txt", shown).strip() + "\n"
    to = letters.addressed(first.reader, address)
    mail = EmailMultiAlternatives(subject, text, to=[to], headers=headers)
    mail.attach_alternative(render_to_string("email/several.html", shown), "text/html")
    return mail


def _card(item: Item) -> Card:
    try:
        return Card.from_json(json.loads(item.payload))
    except (TypeError, ValueError, AttributeError) as exc:
        raise letters.BadLetter(f"the payload is no card ({exc})") from None


def _line(card: Card, item: Item, at: datetime, *, for_reader: bool) -> dict[str, Any]:
    ends = moment(card.decide_by, zone=card.timezone, now=at) if card.decide_by else ""
    return {
        "before": letters.BEFORE.get(item.kind, ""),
        "title": letters.one_line(card.title),
        "agent": letters.header(card.agent, longest=100),
        "risk": card.risk,
        "until": moment(card.answer_by, zone=card.timezone, now=at) if card.answer_by else "",
        "behalf": letters.header(card.on_behalf_of, longest=100),
        "unusual": [plain(one, lines=False) for one in card.unusual],
        "then": letters.header(card.then, longest=200),
        "next": "".join(card.ending(ends)),
        "link": links.url_of(item.parcel) if item.kind in links.LINKED and for_reader else card.link,
    }
