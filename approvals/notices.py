"""What a person is told after an outage: of few actions each by itself, of many in one mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from accounts.models import Person
from approvals import tell
from approvals.ground import Ground
from approvals.models import Asked
from approvals.present import action_url
from approvals.story import Story
from approvals.tell import Missed
from delivery import letters
from delivery.cards import moment
from delivery.post import Promise

FEW = 3  # actions that are told of one by one
MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class Notice:
    """One person is to hear of one action, as step `step` of its chain says: `word` is ASKED, REMINDED or WARNED."""

    asked: Asked
    story: Story
    ground: Ground
    word: str
    step: str
    missed: Missed | None = None

    def promises(self) -> list[Promise]:
        """Return the mail of this one action."""
        kind = self.ground.terms.type_named(self.story.action.type)
        told = (self.story, [self.asked], self.ground, kind)
        return tell.by_step(*told, step=self.step, word=self.word, missed=self.missed)


def promises_of(late: Sequence[Notice]) -> list[Promise]:
    """Return what is sent of what comes late: to each person one mail, or a mail each of a few actions."""
    of_person: dict[object, list[Notice]] = defaultdict(list)
    for notice in late:
        of_person[notice.asked.person_id].append(notice)
    return [
        promise
        for theirs in of_person.values()
        for promise in (
            [one for notice in theirs for one in notice.promises()] if len(theirs) <= FEW else _digest(theirs)
        )
    ]


def _digest(theirs: Sequence[Notice]) -> list[Promise]:
    """Return one mail that tells a person of many actions, the most urgent first; none if they want the app alone.

    It comes when the person wishes to hear of the most urgent of them.
    """
    reader, ground, first = theirs[0].asked.person, theirs[0].ground, theirs[0]
    times = [at for one in theirs if (at := tell.heard_at(one.story, one.asked, ground)) is not None]
    if not times:
        return []
    urgent = sorted(theirs, key=lambda one: (one.story.action.decide_by is None, one.story.action.decide_by))
    lines = [_line(one, reader) for one in urgent[:MOST_LINES]]
    if len(theirs) > MOST_LINES:
        lines.append(f"- and {len(theirs) - MOST_LINES} more: {settings.BASE_URL}/")
    body = (
        f"Countersign was away for a while, and {len(theirs)} actions that wait for you come late. Nothing was approved"
        f" meanwhile. All of them: {settings.BASE_URL}/\n\n" + "\n".join(lines) + "\n"
    )
    mail = Promise(
        channel="email",
        kind=letters.MAIL,
        address=reader.email,
        once=f"late:{first.story.action.pk.hex}:{reader.pk.hex}:{first.story.action.epoch}:{first.step}",
        payload=letters.seal(f"{len(theirs)} actions wait for you", body, ""),
        person=reader.pk,
        due_at=min(times),
    )
    return [mail]


def _line(notice: Notice, reader: Person) -> str:
    story, action = notice.story, notice.story.action
    zone = reader.timezone or story.org.timezone
    by = f", by {moment(action.decide_by, zone=zone, now=notice.ground.now)}" if action.decide_by else ""
    return f"- {letters.header(action.title)}{by}\n  {action_url(action)}"


def unreached(story: Story, ground: Ground, emails: Sequence[str], onward: str) -> list[Promise]:
    """Return the alarm for each admin: nobody who is asked could be reached; in Slack too, for mail may be what fails.

    Once for an action and those who are asked of it.
    """
    action = story.action
    title = letters.header(f"Nobody could be reached about {action.title}")
    body = (
        f"Every channel of everybody who is asked failed: {', '.join(emails)}.\n{onward[:1].upper()}{onward[1:]}.\n\n"
        f"{action_url(action)}\n\nWhose channels fail is shown on {settings.BASE_URL}/people and by `doctor`.\n"
    )
    promises = []
    for admin in tell.admins_of(ground):
        once = f"alarm:{action.pk.hex}:{admin.id.hex}:{action.epoch}"
        mail = Promise(
            channel="email",
            kind=letters.MAIL,
            address=admin.email,
            once=once,
            payload=letters.seal(title, body, ""),
            person=admin.id,
            due_at=ground.now,
        )
        promises.append(mail)
        if admin.slack and story.org.slack_team:
            promises.append(
                replace(mail, channel="slack", address=admin.slack, once=f"slack:{once}", payload={"title": title})
            )
    return promises
