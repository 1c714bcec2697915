"""The agent's answer, told to whoever asked, on the channels and at the times that they wish."""

from __future__ import annotations

from dataclasses import replace

from approvals import rooms, tell
from approvals.cards import card_of
from approvals.coming import onward_of
from approvals.ground import Ground
from approvals.story import Story
from delivery import mornings
from delivery.post import Promise
from delivery.preferences import urgency_of


def answered(story: Story, ground: Ground) -> list[Promise]:
    """Return what is sent of the answer to the last question: in the thread of the action, in Slack and by mail."""
    action, question = story.action, story.questions[-1]
    known = next((one for one in ground.people.values() if one.id == question.person_id), None)
    if known is None:
        return []
    asker = tell.person_of(known, story.org)
    card = card_of(story, ground.terms.type_named(action.type), asker, onward_of(story, ground))
    card = replace(card, question=question.text, answer=question.reply or "")
    promises = []
    for telling in tell.ways_to(story, asker, ground):
        if telling.channel == "inapp":
            continue
        if telling.channel == "email" and telling.is_put_off and urgency_of(action.risk) == "low":
            promises.append(mornings.promised(asker.pk, asker.email, telling.at))
            continue
        promises.append(
            Promise(
                channel=telling.channel,
                kind=rooms.ANSWERED,
                address=asker.slack if telling.channel == "slack" else asker.email,
                once=f"answer:{telling.channel}:{question.pk.hex}",
                payload=card.as_json(),
                action=action.pk,
                person=asker.pk,
                due_at=telling.at,
                give_up_at=action.decide_by,
            )
        )
    return promises
