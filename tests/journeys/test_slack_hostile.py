"""Whatever an agent or a person writes: in Slack it is its letters, and never a link, a mention or markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from approvals.ground import look
from approvals.models import Decision, Question
from approvals.slack import draw, windows
from approvals.slack.ended import ended
from approvals.slack.pending import pending
from approvals.slack.values import Value
from approvals.slack.words import escaped
from approvals.story import Story, load
from core import clock, tx
from delivery.cards import plain
from delivery.models import Note
from dev.slack.blocks import faults, view_faults
from tests.play import key_of, post
from tests.world import World

_LINKS = ["<!channel>", "<@U024BE7LH>", "<https://evil.test|here>", "https://evil.test", "<!date^1^x|y>", "@here"]
_MARKS = ["*b*", "_i_", "~s~", "`c`", "```x```", "&lt;!here&gt;", ":tada:", "> quoted", "\u202e", "\0", "|", "\n"]
_BITS = [*_LINKS, *_MARKS]
hostile = st.lists(st.sampled_from(_BITS) | st.text(max_size=40), max_size=12).map("".join)
OURS = re.compile(rf"<(?:{re.escape(settings.BASE_URL)}[^|<>\s]*\|[^<>|]*|!date\^\d+\^[a-z_{{}} ]+\|[^<>|]*)>")
JOINER = "\u2060"


@given(hostile)
@rules(max_examples=300, deadline=None)
def test_escaped_text_formats_nothing(text: str) -> None:
    said = escaped(text, most=5000)
    assert "<" not in said
    assert ">" not in said
    assert not re.search(rf"@(?!{JOINER})", said)
    assert not re.search(rf"(?<!{JOINER})[*_~`]|[*_~`](?!{JOINER})", said)
    assert "://" not in said
    shown = said.replace(JOINER, "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == plain(text, lines=False).replace(JOINER, "")  # no letter is lost


def texts(made: Any) -> Iterator[str]:
    """Yield every mrkdwn text of blocks, each of which must be verbatim."""
    if isinstance(made, dict):
        if made.get("type") == "mrkdwn":
            assert made["verbatim"] is True
            yield made["text"]
        for one in made.values():
            yield from texts(one)
    elif isinstance(made, list):
        for one in made:
            yield from texts(one)


def holds(said: str) -> None:
    """Check that whatever is in brackets is ours, and nobody is mentioned."""
    rest = OURS.sub("", said)
    assert "<" not in rest, said
    assert not re.search(rf"@(?!{JOINER})", rest), said
    assert "://" not in rest, said


def spoil(story: Story, text: str) -> None:
    story.action.title, story.agent.name, story.org.name = f"x{text}"[:500], f"x{text}"[:100], text[:100]
    story.action.oddity = text
    for one in story.revisions:
        one.reason = one.summary = text
        one.arguments = json.dumps({text: text, "amount": text, "currency": [text]}).encode()
    for asked in story.asked:
        asked.person.name, asked.via = f"x{text}", text
    story.action.offer = {"reject_options": [{"name": f"x{text}"[:60], "title": text[:60]}]}
    story.questions = [
        Question(
            person_id=story.asked[0].person_id, text=text, asked_at=clock.now(), reply=text, replied_at=clock.now()
        )
    ]


def test_no_face_and_no_window_lets_anything_through(world: World) -> None:
    key = key_of(post(world))

    @given(hostile)
    @example("".join(_BITS) * 40)
    @example("")
    @rules(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def every(text: str) -> None:
        story = load(key)
        ground = look(story.action.agent_id)
        spoil(story, text)
        reader = story.asked[0].person_id
        note = Note(org_id=world.org, kind="action", action=key, person=reader, address="U0")
        answer = Note(org_id=world.org, kind="answer", action=key, person=reader, address="U0")
        faces = [pending(story, ground, reader, note), pending(story, ground, None, note)]
        faces += [draw._in_thread(answer, story, ground)]
        for kind in ("reply", "warning"):
            faces.append(draw._in_thread(Note(kind=kind, person=reader, action=key), story, ground))
        opened = [
            made(story, ground, Value(None, key, 1, 1))
            for made in (windows.rejecting, windows.asking, windows.reviewing, windows.editing)
        ]
        lines = [draw._line(story)]
        story.action.status, story.action.closed_at = "rejected", clock.now()
        people = [{"name": f"x{text}", "on_behalf_of": text or None, "vote": "reject"}]
        story.decision = Decision(
            outcome="rejected",
            by="people",
            people=people,
            comment=text,
            answer=text,
            edited=True,
            decided_at=clock.now(),
        )
        faces.append(ended(story, ground))
        for face in faces:
            assert faults(face.blocks) == []
            [one.to_dict() for one in Block.parse_all(face.blocks)]
            for said in (face.text, *texts(face.blocks)):
                holds(said)
        for window in opened:
            assert view_faults(window) == []
            View(**window).to_dict()
            for said in texts(window):
                holds(said)
        assert faults(lines) == []
        for said in texts(lines):
            holds(said)

    with tx.reading(world.org):
        every()
