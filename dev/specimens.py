"""Every message there is, made of an organization's own actions: what is missing among them is varied from one."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.viewer import Viewer
from approvals.cards import card_of
from approvals.ground import Ground, look
from approvals.models import Action
from approvals.queries import stories
from approvals.slack import draw, home, windows
from approvals.slack.values import Value
from approvals.story import Story
from approvals.views.frame import actor_of
from core import tx
from delivery import letters, links
from delivery.cards import Card
from delivery.models import Note
from delivery.slack import desk
from delivery.slack.faces import Face
from dev.kit import html_of
from dev.slack.blocks import faults, view_faults

RISKS = ("low", "medium", "high", "critical")
LOOKED_AT = 400  # actions
MAILS = (desk.ASKED, links.REMINDED, links.WARNED)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One message: how it looks (`html` is safe), what a phone says of it, and what Slack would refuse."""

    name: str
    channel: str
    text: str
    html: str = ""
    faults: tuple[str, ...] = ()
    letter: str = ""  # the whole HTML of a mail, for a frame of its own


def specimens(viewer: Viewer) -> list[Specimen]:
    """Return every message as `viewer` would get it; none where nothing was ever asked."""
    with tx.reading(viewer.org):
        found = list(_varied(_chosen()))
        made = [one for name, story in found for one in _messages(name, story, viewer)]
        first = next((story for _, story in found if story.action.status == "pending"), None)
        if first is not None:
            made += [*_windows(first), *_notes(first, viewer), *_letters(first, viewer, tx.now())]
    view = home.home(actor_of(viewer))
    made.append(Specimen("The app's home", "slack", "", html_of(view["blocks"]), tuple(view_faults(view))))
    return made


def _chosen() -> list[Story]:
    """Return the newest action of each kind of state and risk."""
    newest: dict[tuple[Any, ...], uuid.UUID] = {}
    for action in Action.objects.order_by("-id")[:LOOKED_AT]:
        newest.setdefault((action.status, action.risk, action.kind, action.held_at is None), action.pk)
    return stories(newest.values())


def _varied(found: Sequence[Story]) -> Iterator[tuple[str, Story]]:
    for story in found:
        action = story.action
        held = ", held" if action.held_at else ""
        yield f"{action.status.capitalize()}{held}, {action.risk} risk, {action.kind}", story
    waiting = next((one for one in found if one.action.status == "pending"), None)
    if waiting is None:
        return
    there = {one.action.risk for one in found if one.action.status == "pending"}
    for risk in RISKS:
        if risk not in there:
            action = copy.copy(waiting.action)  # never saved
            action.risk = risk
            yield f"Pending, {risk} risk (varied)", replace(waiting, action=action)


def _messages(name: str, story: Story, viewer: Viewer) -> Iterator[Specimen]:
    ground = look(story.action.agent_id)
    yield _of_face(name, draw.of_action(story, ground, viewer.person_id, None))
    if story.action.status == "pending":
        yield _of_face(f"{name}, in a channel", draw.of_action(story, ground, None, None))


def _of_face(name: str, face: Face) -> Specimen:
    return Specimen(name, "slack", face.text, html_of(face.blocks), tuple(faults(face.blocks)))


def _windows(story: Story) -> Iterator[Specimen]:
    ground = look(story.action.agent_id)
    value = Value(None, story.action.pk, story.action.revision, story.action.epoch)
    for make in (windows.rejecting, windows.asking, windows.editing, windows.reviewing):
        view = make(story, ground, value)
        title = str(view["title"]["text"])
        yield Specimen(f"Window: {title}", "slack", title, html_of(view["blocks"]), tuple(view_faults(view)))


def _notes(story: Story, viewer: Viewer) -> Iterator[Specimen]:
    org = tx.current().org
    about = {"org_id": org, "person": viewer.person_id, "address": "U0", "action": story.action.pk}
    yield _of_face("Reminder in the thread", draw.draw(Note(kind=desk.REPLY, **about)))
    payload = json.dumps({"title": "Nothing reaches Bo Lind"})
    yield _of_face("News about no action", draw.letter(Note(kind=desk.LETTER, payload=payload, **about)))
    for digest in Note.objects.filter(org_id=org, kind=desk.DIGEST).order_by("-created_at")[:1]:
        yield _of_face("Many at once", draw.draw(digest))


def card_for(story: Story, ground: Ground, viewer: Viewer) -> Card:
    """Return the card of an action as `viewer` would be told of it."""
    card = card_of(story, ground.terms.type_named(story.action.type))
    return replace(card, reader=viewer.name, timezone=viewer.timezone)


def _letters(story: Story, viewer: Viewer, now: datetime) -> Iterator[Specimen]:
    card = card_for(story, look(story.action.agent_id), viewer)
    for kind in MAILS:
        for risk in RISKS if kind == desk.ASKED else (card.risk,):
            yield letter(f"{kind}, {risk} risk", kind, replace(card, risk=risk).as_json(), viewer.email, now)
    ended = {"action": card.action, "title": card.title, "said": "Approved by Priya Raman", "link": card.link}
    told = [ended | {"at": now.isoformat()}, ended | {"at": now.isoformat(), "said": "Rejected: nobody decided"}]
    for name, lines in (("one", told[:1]), ("several", told)):
        said = {"ended": lines, "timezone": viewer.timezone, "organization": viewer.org_name}
        yield letter(f"{letters.ENDED}, {name}", letters.ENDED, said, viewer.email, now)
    words = f"2 actions wait for you.\n\n- {card.title}\n  {card.link}\n\nAll of them: {settings.BASE_URL}/\n"
    yield letter(
        "mail, the morning", letters.MAIL, letters.seal("2 actions wait for you", words, ""), viewer.email, now
    )


def letter(name: str, kind: str, said: dict[str, Any], address: str, at: datetime) -> Specimen:
    """Return a mail laid out, without the link that decides in somebody's name."""
    parcel = uuid.UUID(int=0)
    try:
        made = letters.message(parcel, kind=kind, address=address, payload=json.dumps(said), at=at, for_reader=False)
    except letters.BadLetter as exc:
        return Specimen(name, "email", "", faults=(str(exc),))
    html = "".join(str(content) for content, type_ in made.alternatives if type_ == "text/html")
    return Specimen(name, "email", f"Subject: {made.subject}\n\n{made.body}", letter=html)
