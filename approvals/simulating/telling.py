"""Writing down what happens on a simulated road: each event with its people, their channels and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from approvals.asking import Asking, resolve_stage
from approvals.quorum import VoteWord
from approvals.simulating import words
from approvals.simulating.room import Ask, Room
from approvals.simulating.terms import End, Event, EventKind, Told, Warned
from escalations.plan import Entry
from escalations.terms import Chain, Target

CHANNELS = ("inapp", "email")
QUIETLY = ("inapp",)
"""How somebody is told whose seat a stand-in is asked to fill."""


@dataclass(slots=True)
class Teller:
    """Collects events and warnings; moments in sentences are told in `zone`."""

    zone: str
    began: datetime
    decide_by: datetime = field(init=False)
    events: list[Event] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.decide_by = self.began

    # Asking

    def stage(self, room: Room, fresh: Sequence[Ask], asking: Asking) -> None:
        """A stage begins and asks people; whom its targets name and who is not asked stands there struck."""
        stage = room.plan.stages[room.stage - 1]
        named = [email for some in resolve_stage(stage, room.directory, room.around()) for email in some]
        if asking.used_fallback and room.plan.fallback:
            named += room.directory.members(room.plan.fallback, room.around())
        struck = self._struck(room, named) if room.road.assign == "all" else self._barred(room, named)
        if fresh:
            names = self._names(room, fresh)
            needed = f"{asking.needed} approvals are needed" if asking.needed > 1 else "one approval is needed"
            order = "" if len(room.plan.stages) == 1 else f"Stage {room.stage} of {len(room.plan.stages)}: "
            self._add(room, "asked", f"{order}{names} {_are(fresh)} asked; {needed}.", self._told(room, fresh), struck)
        else:
            self._add(room, "skipped", "Nobody can be asked.", (), struck)
            self._warn("nobody_reached", "Nobody is asked at the start: nobody whom the route names may decide this.")

    def more(self, room: Room, fresh: Sequence[Ask]) -> None:
        """Too few are left, and more people are asked at once."""
        if fresh:
            sentence = f"Too few are left to decide: {self._names(room, fresh)} {_are(fresh)} asked too."
            self._add(room, "added", sentence, self._told(room, fresh))

    def widened(self, room: Room, fresh: Sequence[Ask], entry: Entry, *, instead_of: Sequence[Ask]) -> None:
        """A step asks more people, or others."""
        names = self._names(room, fresh)
        kind: EventKind = "replaced" if entry.do == "replace" else "added"
        struck = self._struck_by(room, entry.to)
        if entry.do == "replace":
            gone = tuple(self._gone(room, one, "No longer asked") for one in instead_of)
            others = self._names(room, instead_of)
            who = names if fresh else "those who stay"
            self._add(
                room, kind, f"{words.capital(who)} instead of {others}.", self._told(room, fresh), gone + struck, entry
            )
        elif fresh:
            self._add(room, kind, f"{names} can decide it too.", self._told(room, fresh), struck, entry)
        else:
            self._add(room, kind, "Everybody this step names is asked already.", (), struck, entry)

    def nobody(self, room: Room, entry: Entry) -> None:
        """A step finds nobody."""
        self._add(room, "skipped", f"Step {entry.key} finds nobody to ask.", (), self._struck_by(room, entry.to), entry)
        self._warn("empty_step", f"Step {entry.key} finds nobody, at {words.moment(room.at, self.zone, self.began)}.")

    def told_again(self, room: Room, people: Sequence[Ask], entry: Entry) -> None:
        """A step reminds or warns those who have not voted."""
        kind: EventKind = "reminded" if entry.do == "remind" else "warned"
        if not people:
            self._add(room, "skipped", f"Step {entry.key} finds nobody left to tell.", (), (), entry)
            return
        names = self._names(room, people)
        if entry.do == "remind":
            sentence = f"{names} {_are(people)} reminded."
        else:
            ends = words.moment(self.decide_by, self.zone, self.began)
            sentence = f"{names} {'hear' if len(people) > 1 else 'hears'} that it ends at {ends}."
        self._add(room, kind, sentence, self._told(room, people), (), entry)

    def webhook(self, room: Room, entry: Entry) -> None:
        """A step posts to an address."""
        host = entry.url.partition("://")[2].partition("/")[0]
        self._add(room, "webhook", f"{host or entry.url} is told.", (), (), entry)

    # People

    def voted(self, room: Room, person: str, vote: VoteWord, on_behalf_of: str | None) -> None:
        """Somebody votes."""
        does = {"approve": "approves", "reject": "rejects", "abstain": "leaves it to others"}[vote]
        behalf = f" for {self._name(room, on_behalf_of)}" if on_behalf_of else ""
        tally = room.tally()
        count = f" ({tally.approvals} of {tally.needed})" if vote == "approve" and tally.state == "pending" else ""
        who = Told(email=person, name=self._name(room, person), on_behalf_of=on_behalf_of)
        self._add(room, "voted", f"{who.name} {does}{behalf}{count}.", (who,))

    def may_not_vote(self, room: Room, person: str) -> None:
        """Somebody is supposed to vote who may not."""
        name = self._name(room, person)
        note = words.why_not(person, room.matter, room.directory, owner=room.owner, requester=room.requester)
        who = Told(email=person, name=name, note=note or "Not asked", struck=True)
        self._add(room, "skipped", f"{name} cannot vote here.", (who,))
        self._warn("vote_refused", f"{name} cannot vote at {words.moment(room.at, self.zone, self.began)}.")

    def lent(self, room: Room, fresh: Sequence[Ask]) -> None:
        """A delegation begins while the action waits."""
        names = self._names(room, fresh)
        owners = words.listed([self._name(room, one.owner) for one in fresh])
        self._add(room, "asked", f"{names} can decide it for {owners} from now on.", self._told(room, fresh))

    def gave_back(self, room: Room, going: Sequence[Ask]) -> None:
        """A delegation ends while the action waits."""
        gone = tuple(self._gone(room, one, "The delegation is over") for one in going)
        owners = words.listed([self._name(room, one.owner) for one in going])
        self._add(room, "left", f"Nobody decides for {owners} any more.", (), gone)

    def returned(self, room: Room, fresh: Sequence[Ask]) -> None:
        """Somebody's seat came back to them."""
        told = f"{self._names(room, fresh)} {_are(fresh)} asked: nobody stands in any more."
        self._add(room, "asked", told, self._told(room, fresh))

    # Ends

    def hold(self, room: Room, reason: str) -> None:
        """Nobody eligible can decide, or the chain ends in hold."""
        told = _HELD.get(reason.partition(":")[0], "Nobody decided")
        self._add(room, "end", f"{told}: it is held without a clock, and admins are told. It can still be decided.")
        self._warn("held", f"It would be held at {words.moment(room.at, self.zone, self.began)}: {told.lower()}.")

    def held_end(self, room: Room) -> End:
        """It stays held."""
        last = next(event for event in reversed(self.events) if event.kind == "end")
        return End(last.at, "held", "nobody", last.sentence)

    def decided(self, room: Room, approved: bool) -> End:
        """People decide."""
        took = words.length(room.at - self.began)
        sentence = f"{'Approved' if approved else 'Rejected'} by people, {took} after it arrived."
        self._add(room, "end", sentence)
        return End(room.at, "approved" if approved else "rejected", "people", sentence)

    def lapsed(self, room: Room, chain: Chain, *, approves: bool, took: timedelta) -> End:
        """The chain is over and nobody decided."""
        is_approved = chain.finally_ == "approve" and approves
        how = "Approved by silence" if is_approved else "Rejected"
        because = " Silence may not approve this." if chain.finally_ == "approve" and not approves else ""
        sentence = f"{how} {words.length(took)} after it arrived.{because} The agent is told: nobody answered."
        self._add(room, "end", sentence)
        return End(room.at, "approved" if is_approved else "rejected", "deadline", sentence)

    # Notes

    def _add(
        self,
        room: Room,
        kind: EventKind,
        sentence: str,
        people: tuple[Told, ...] = (),
        struck: tuple[Told, ...] = (),
        entry: Entry | None = None,
    ) -> None:
        step = entry.key if entry else None
        told = Event(at=room.at, kind=kind, sentence=sentence, people=people + struck, step=step, stage=room.stage)
        self.events.append(told)

    def _warn(self, code: str, sentence: str) -> None:
        warned = Warned(code, sentence)
        if warned not in self.warnings:
            self.warnings.append(warned)

    def _told(self, room: Room, asks: Iterable[Ask]) -> tuple[Told, ...]:
        lent = room.lent()
        return tuple(self._asked(room, one, QUIETLY if one.email in lent else CHANNELS) for one in asks)

    def _asked(self, room: Room, ask: Ask, channels: tuple[str, ...]) -> Told:
        directory = room.directory
        notes = (
            words.up_to(ask.email, directory),
            words.leaves(ask.email, directory, room.at, self.decide_by, self.zone),
        )
        return Told(
            email=ask.email,
            name=self._name(room, ask.email),
            via=ask.via,
            on_behalf_of=ask.owner if ask.owner != ask.email else None,
            channels=channels,
            note=words.joined(notes),
        )

    def _struck_by(self, room: Room, target: Target | None) -> tuple[Told, ...]:
        if target is None:
            return ()
        return self._struck(room, room.directory.members(target, room.around(room.owners())))

    def _struck(self, room: Room, named: Iterable[str]) -> tuple[Told, ...]:
        """Return those of `named` who are not asked, each with why."""
        asked = {one.email for one in room.open()} | {one.person for one in room.ballots if one.stage == room.stage}
        return tuple(self._not_asked(room, one) for one in dict.fromkeys(named) if one not in asked)

    def _barred(self, room: Room, named: Iterable[str]) -> tuple[Told, ...]:
        """Return those of `named` who could not have been asked; the others are only not due."""
        return tuple(one for one in self._struck(room, named) if one.note)

    def _not_asked(self, room: Room, email: str) -> Told:
        directory = room.directory
        why = words.why_not(email, room.matter, directory, owner=room.owner, requester=room.requester)
        away = words.absence(email, directory, room.at, self.zone)
        covers = [self._name(room, one.email) for one in room.open() if one.owner == email != one.email]
        note = why or words.joined((away, f"{words.listed(covers)} covers" if covers else ""))
        if not note and email in room.spent:
            note = "Sits in an earlier stage"
        return Told(email=email, name=self._name(room, email), note=note, struck=True)

    def _gone(self, room: Room, ask: Ask, note: str) -> Told:
        return Told(email=ask.email, name=self._name(room, ask.email), via=ask.via, note=note, struck=True)

    def _names(self, room: Room, asks: Sequence[Ask]) -> str:
        return words.listed([self._name(room, one.email) for one in asks])

    def _name(self, room: Room, email: str) -> str:
        person = room.directory.people.get(email)
        return person.name if person else email


_HELD = {
    "nobody_eligible": "Nobody who could be asked may decide this",
    "unreachable_quorum": "Too few people may decide this",
    "the chain ended without an answer": "Nobody answered in time",
}


def _are(asks: Sequence[Ask]) -> str:
    return "are" if len(asks) > 1 else "is"
