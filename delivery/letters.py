"""Mail laid out: from a parcel's payload to a message with headers that nothing can be smuggled into."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from core import ids, vault
from delivery import digests, links
from delivery.cards import JOINER, Card, moment, place, plain

MAIL = "mail"
ENDED = "action.ended"  # what became of what somebody was mailed about
REMINDED, WARNED = links.REMINDED, links.WARNED
BEFORE = {REMINDED: "Reminder: ", WARNED: "Ends soon: ", links.ANSWERED: "Answered: "}
SEALED_FOR = "mail"
_ACTION = re.compile(r"act_[0-9a-z]{26}", re.ASCII)
ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f<>,;:\"()\[\]\\@]+@[A-Za-z0-9.-]+", re.ASCII)
_LONGEST_SUBJECT = 160
_WIDTH = 72


class BadLetter(ValueError):
    """The payload or the address cannot be made a mail."""


def message(
    parcel: UUID,
    *,
    kind: str,
    address: str,
    payload: str,
    at: datetime,
    for_reader: bool = True,
    action: UUID | None = None,
) -> EmailMultiAlternatives:
    """Return the message of a parcel. Not `for_reader`, its link is left out: it decides in their name.

    `action` is what a mail that is already written is about; other mails say so themselves. Raises BadLetter.
    """
    if not ADDRESS.fullmatch(address):
        raise BadLetter("not a mail address")
    said = json.loads(payload)
    domain, headers = stamped(parcel)
    if kind == MAIL:
        about = {"X-Countersign-Action": ids.public("act", action)} if action is not None else {}
        return _mail(said, address, headers | about)
    if kind == ENDED:
        return _ended(said, address, headers, domain=domain, at=at)
    try:
        card = Card.from_json(said)
    except (TypeError, ValueError, AttributeError) as exc:
        raise BadLetter(f"the payload is no card ({exc})") from None
    link = links.url_of(parcel) if kind in links.LINKED and for_reader else card.link
    return _card(card, address, headers, domain=domain, at=at, before=BEFORE.get(kind, ""), link=link)


def stamped(parcel: UUID) -> tuple[str, dict[str, str]]:
    """Return the domain that mail is from, and the headers that every mail has."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return domain, {
        "Message-ID": f"<{ids.public('dlv', parcel)}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def addressed(name: str, address: str) -> str:
    """Return the "To" of a mail: with the reader's name, if it is known. Raises BadLetter for what is no address."""
    name = header(name, longest=100)
    try:
        return str(Address(display_name=name, addr_spec=address)) if name else address
    except (ValueError, MessageError) as exc:  # MessageError: what the standard library finds defective
        raise BadLetter(f"not a mail address ({exc})") from None


def seal(subject: str, body: str, html: str, *, stop: str = "") -> dict[str, str]:
    """Return the payload of a mail that is already written: sealed, because it may hold a sign-in code.

    `stop` is the address that stops mails like this, for digests alone.
    """
    written = {"subject": subject, "body": body, "html": html, "stop": stop}
    return {"sealed": vault.seal(json.dumps(written), about=SEALED_FOR)}


def header(text: str, *, longest: int = _LONGEST_SUBJECT) -> str:
    """Return `text` fit for a header: one line, nothing invisible, at most `longest` characters."""
    return one_line(text, longest=longest).replace(JOINER, "")


def one_line(text: str, *, longest: int = _LONGEST_SUBJECT) -> str:
    """Return `text` as one line of a body, of which no mail program makes a link."""
    flat = " ".join(plain(text, lines=False).split())
    return flat if len(flat) <= longest else f"{flat[: longest - 1]}…"


def _mail(said: dict[str, Any], address: str, headers: dict[str, str]) -> EmailMultiAlternatives:
    written = json.loads(vault.open(said["sealed"], about=SEALED_FOR))
    headers = headers | digests.headers_of(written.get("stop", ""))
    mail = EmailMultiAlternatives(header(written["subject"]), written["body"], to=[address], headers=headers)
    if written["html"]:
        mail.attach_alternative(written["html"], "text/html")
    return mail


def thread(actions: Sequence[str], *, domain: str) -> dict[str, str]:
    """Return the headers by which mails about an action are one thread. Raises BadLetter for what is no action."""
    if not actions or not all(_ACTION.fullmatch(one) for one in actions):
        raise BadLetter("it names no action")
    roots = [f"<{one}@{domain}>" for one in actions]
    headers = {"References": " ".join(roots)}
    return headers | ({"In-Reply-To": roots[0], "X-Countersign-Action": actions[0]} if len(actions) == 1 else {})


def _card(
    card: Card, address: str, headers: dict[str, str], *, domain: str, at: datetime, before: str, link: str
) -> EmailMultiAlternatives:
    headers |= thread([card.action], domain=domain)
    until = moment(card.answer_by, zone=card.timezone, now=at) if card.answer_by else ""
    ends = moment(card.decide_by, zone=card.timezone, now=at) if card.decide_by else ""
    title = one_line(card.title)
    subject = header(before + (f"Decide by {until}: {card.title}" if until else f"Waiting for you: {card.title}"))
    reason = plain(card.reason)
    shown = {
        "subject": subject,
        "title": title,
        "agent": header(card.agent, longest=100),
        "organization": header(card.organization, longest=100),
        "until": until,
        "place": place(card.timezone),
        "behalf": header(card.on_behalf_of, longest=100),
        "then": header(card.then, longest=200),
        "next": "".join(card.ending(ends)),
        "risk": card.risk,
        "effect": plain(card.effect),
        "undo": plain(card.undo),
        "is_final": plain(card.undo).lower().startswith("no,") or plain(card.undo).lower() == "no",
        "unusual": [plain(one, lines=False) for one in card.unusual],
        "reason": reason,
        "question": plain(card.question),
        "answer": plain(card.answer),
        "link": link,
        "settings_url": f"{settings.BASE_URL}/settings",
        "signs_in": card.risk not in links.BY_LINK,
        "action": card.action,
        "rows": _rows(card, reason),
    }
    to = addressed(card.reader, address)
    mail = EmailMultiAlternatives(
        subject, render_to_string("email/decide.txt", shown).strip() + "\n", to=[to], headers=headers
    )
    mail.attach_alternative(render_to_string("email/decide.html", shown), "text/html")
    return mail


def _ended(
    said: dict[str, Any], address: str, headers: dict[str, str], *, domain: str, at: datetime
) -> EmailMultiAlternatives:
    """Lay out what became of actions that the reader was mailed about: in their thread, if it is one."""
    told = said.get("ended", [])
    headers |= thread([str(one.get("action")) for one in told], domain=domain)
    headers |= digests.headers_of(str(said.get("stop", "")))
    zone = str(said.get("timezone") or "UTC")
    lines = [
        {
            "title": one_line(str(one["title"])),
            "said": one_line(str(one["said"])),
            "at": moment(datetime.fromisoformat(one["at"]), zone=zone, now=at),
            "link": str(one["link"]),
        }
        for one in told
    ]
    one = lines[0]
    subject = f"{one['said']}: {one['title']}" if len(lines) == 1 else f"{len(lines)} requests no longer wait for you"
    shown = {"subject": header(subject), "lines": lines, "settings_url": f"{settings.BASE_URL}/settings"}
    shown |= {"organization": header(str(said.get("organization", "")), longest=100), "place": place(zone)}
    mail = EmailMultiAlternatives(
        header(subject), render_to_string("email/ended.txt", shown).strip() + "\n", to=[address], headers=headers
    )
    mail.attach_alternative(render_to_string("email/ended.html", shown), "text/html")
    return mail


def _rows(card: Card, reason: str) -> str:
    """Return the table of the text part: names to the left, wrapped to 72 columns."""
    claim = f"{reason} (written by the agent, not checked)" if reason else ""
    said = [("You asked", [plain(card.question)])] if card.question else []
    said += [("Its answer", [f"{plain(card.answer)} (written by the agent, not checked)"])] if card.question else []
    said += [("If approved", [plain(card.effect)]), ("Undo?", [plain(card.undo)])]
    said += [("Unusual", [plain(one) for one in card.unusual]), ("Agent's reason", [claim])]
    rows: list[str] = []
    for name, values in said:
        lines = [line for value in values for part in value.split("\n") for line in textwrap.wrap(part, _WIDTH - 16)]
        rows += [f"{name if not number else '':<16}{line}" for number, line in enumerate(lines)]
    return "\n".join(rows)
