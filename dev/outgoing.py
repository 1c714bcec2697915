"""What one action became on every channel: its notes in Slack, its mails, and its row in the app."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from accounts.viewer import Viewer
from approvals import access
from approvals.faces.inbox import RowFace
from approvals.flow.refusals import NoSuchAction
from approvals.ground import look
from approvals.models import Action
from approvals.portraits import rows
from approvals.slack import draw
from approvals.story import load
from approvals.views.frame import actor_of
from core import clock, ids, tx
from delivery.models import Note, Parcel
from delivery.slack.faces import face_of
from dev.kit import html_of
from dev.slack.blocks import faults
from dev.specimens import Specimen, card_for, letter

MOST_LISTED = 60
ASKED = "action.asked"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One action, open at `chosen`, among the newest ones (id and title)."""

    chosen: str
    listed: tuple[tuple[str, str], ...]
    made: tuple[Specimen, ...] = ()
    row: RowFace | None = None


def outgoing(viewer: Viewer, public_id: str) -> Outgoing:
    """Return what became of an action; without one, or with one that the viewer may not see, of the newest."""
    now = clock.now()
    with tx.reading(viewer.org):
        listed = tuple(
            (ids.public("act", key), title)
            for key, title in Action.objects.order_by("-id").values_list("id", "title")[:MOST_LISTED]
        )
        wanted = public_id or next((key for key, _ in listed), "")
        try:
            identifier = access.action_for(actor_of(viewer), wanted)
        except NoSuchAction:
            return Outgoing("", listed)
        made = (*_in_slack(identifier, viewer), *_mails(identifier, viewer))
        return Outgoing(wanted, listed, made, rows.one(viewer, identifier, now=now))


def _in_slack(identifier: UUID, viewer: Viewer) -> list[Specimen]:
    notes = Note.objects.filter(org_id=viewer.org, action=identifier).order_by("created_at")
    shown = [(f"{note.kind} to {note.address}, {note.status}", face_of(note)) for note in notes]
    if not shown:
        story = load(identifier)
        face = draw.of_action(story, look(story.action.agent_id), viewer.person_id, None)
        shown = [("Nothing went to Slack. It would look like this", face)]
    return [
        Specimen(name, "slack", face.text, html_of(face.blocks), tuple(faults(face.blocks))) for name, face in shown
    ]


def _mails(identifier: UUID, viewer: Viewer) -> list[Specimen]:
    found = Parcel.objects.filter(org_id=viewer.org, action=identifier, channel="email").order_by("number")
    made = [
        letter(f"{one.kind} to {one.address}, {one.status}", one.kind, json.loads(one.payload), one.address, one.due_at)
        for one in found
    ]
    if made:
        return made
    story = load(identifier)
    said = card_for(story, look(story.action.agent_id), viewer).as_json()
    return [letter("No mail was promised. It would look like this", ASKED, said, viewer.email, tx.now())]
