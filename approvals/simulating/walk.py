"""The road of one supposed action, walked from its post to its end: stages, votes, and the steps of its chain.

It does what the flows do (approvals.flow.chain, flow.count), without rows: tests hold the two to the same people at the
same moments. One moment after the other; at one moment delegations first, then steps, then votes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from approvals.asking import AskedPerson, ask_stage, is_frozen, resolve_stage
from approvals.assignment import ALL, Need, Pick
from approvals.quorum import Ballot
from approvals.simulating.lent import boundaries, change_hands
from approvals.simulating.room import CLOSED, REPLACED, VOTED, Ask, Room
from approvals.simulating.telling import Teller
from approvals.simulating.terms import Answer, End
from approvals.stages import ANY
from escalations.calendars import NeverOpens
from escalations.plan import WALL, Clock, Entry, timetable
from escalations.terms import Chain, Target

PEOPLE_STEPS = ("add", "replace")


class Walk:
    """One action on its way. `end` is None until it has ended; held, it waits for votes without a clock."""

    def __init__(self, room: Room, chain: Chain, clock: Clock, teller: Teller, *, approves: bool, pick: Pick | None):
        self.room, self.chain, self.clock, self.teller = room, chain, clock, teller
        self.approves, self.pick = approves, pick
        self.began = room.at
        self.entries = [entry for entry in timetable(chain) if entry.after < chain.decide_within]
        self.decide_by = self._due(chain.decide_within)
        self.teller.decide_by = self.decide_by
        self.step = 0
        self.ran: set[str] = set()
        self.empty: set[str] = set()
        self.is_held = False
        self.end: End | None = None

    def go(self, answers: Sequence[Answer]) -> End:
        """Walk to the end, with these votes at their moments."""
        votes = sorted(((self.began + one.after, one) for one in answers), key=lambda one: one[0])
        lent = boundaries(self.room, self.began, self.decide_by)
        self._begin_stage(1)
        while self.end is None:
            step, at = self._next_step()
            moments = [lent[0].at] if lent else []
            moments += [votes[0][0]] if votes else []
            if not self.is_held:
                moments += [at if at is not None else self.decide_by]
            if not moments:
                break
            now = min(moments)
            if not self.is_held and now >= self.decide_by:
                self.room.to(self.decide_by)
                self._lapse()
                continue
            self.room.to(now)
            if lent and lent[0].at == now:
                if change_hands(self.room, lent.pop(0), self.teller, is_held=self.is_held):
                    self._settle()
            elif step is not None and at == now and not self.is_held:
                self._run_due(step)
            else:
                self._vote(votes.pop(0)[1])
        return self.end or self.teller.held_end(self.room)

    def _due(self, after: timedelta) -> datetime:
        try:
            return self.clock.add(self.began, after)
        except NeverOpens:
            return WALL.add(self.began, after)

    # Stages

    def _begin_stage(self, number: int) -> None:
        room = self.room
        before = room.owners()
        room.stage = number
        asking = ask_stage(
            room.road,
            room.matter,
            room.directory,
            around=room.around(before),
            stage=number,
            with_fallback=room.fallback_used,
            pick=self.pick,
            spent=room.spent,
        )
        room.fallback_used = room.fallback_used or asking.used_fallback
        fresh = room.take(asking.asked)
        self.teller.stage(room, fresh, asking)
        if before:
            fresh = room.take(room.invited(sorted(room.joined(number)), "a step of the chain added you"))
            self.teller.more(room, fresh)
        if asking.held and room.tally().state == "unreachable":
            self._climb(asking.reason, at_post=not before)

    def _settle(self) -> None:
        """Do what the votes come to."""
        tally = self.room.tally()
        if tally.state in ("approved", "rejected"):
            self.end = self.teller.decided(self.room, tally.state == "approved")
        elif tally.state == "stage_closed":
            for ask in self.room.open():
                ask.left = CLOSED
            self.room.spent = tally.spent
            self._begin_stage(tally.stage)
        elif tally.state == "unreachable":
            self._climb("unreachable_quorum: too few eligible people are left")

    def _climb(self, reason: str, *, at_post: bool = False) -> None:
        """Ask more people at once: others of an assigning route, the fallback, the chain's next people; else hold.

        A post has looked for the first two before it asks anybody.
        """

        def onward() -> bool:
            return self._onward(only_new=True)

        for ask_more in (onward,) if at_post else (self._others, self._fallback, onward):
            while ask_more():
                if self.room.tally().state != "unreachable":
                    return
        self._hold(reason)

    def _others(self) -> bool:
        """Ask whoever has the turn next of those whom the stage names, where the route asked only some of them."""
        room = self.room
        if room.road.assign == ALL or self.pick is None or room.is_replaced(room.stage):
            return False
        stage = room.plan.stages[room.stage - 1]
        named = resolve_stage(stage, room.directory, room.around(room.owners()))
        for place, people in enumerate(named):
            target = stage.requirements[place].target
            able = tuple(one for one in people if room.invited([one], "", requirement=place))
            if is_frozen(target) or not able:
                continue
            (picked,) = self.pick(room.road.name, room.road.assign, room.stage, [Need(place, target, 1, able)])
            for one in picked:
                via = one.via or room.directory.why(target)
                self.teller.more(room, room.take(room.invited([one.email], via, requirement=place)))
            return True
        return False

    def _fallback(self) -> bool:
        room = self.room
        if room.plan.fallback is None or room.fallback_used:
            return False
        room.fallback_used = True
        people = room.directory.members(room.plan.fallback, room.around(room.owners()))
        self.teller.more(room, room.take(room.invited(people, "fallback: too few people were left to decide")))
        return True

    def _hold(self, reason: str) -> None:
        if not self.is_held:
            self.is_held = True
            self.teller.hold(self.room, reason)

    # The chain

    def _next_step(self) -> tuple[Entry | None, datetime | None]:
        """Return the next step that has not been run, and when it is due; (None, None) if none is before the end."""
        for entry in self.entries[self.step :]:
            if entry.key not in self.ran:
                at = max(self._due(entry.after), self.room.at)
                return (entry, at) if at < self.decide_by else (None, None)
        return None, None

    def _run_due(self, entry: Entry) -> None:
        self.step = self.entries.index(entry) + 1
        if self._is_idle(entry):
            self.empty.add(entry.key)
            return
        is_empty = self._run(entry)
        if is_empty and entry.do in PEOPLE_STEPS:
            self._onward(only_new=False)
        if (is_empty or entry.do in PEOPLE_STEPS) and not self.is_held:
            self._settle()

    def _is_idle(self, entry: Entry) -> bool:
        """Whether a step repeats a round in which every step found nobody: then the loop is over."""
        step, _, turn = entry.key.partition(".")
        if not turn:
            return False
        before = step if turn == "1" else f"{step}.{int(turn) - 1}"
        keys = [one.key for one in self.entries[: self.entries.index(entry)]]
        return before in keys and all(key in self.empty for key in keys[keys.index(before) :])

    def _run(self, entry: Entry) -> bool:
        """Run one step now. Returns whether it found nobody."""
        match entry.do:
            case "remind" | "warn":
                found = self.room.waiting()
                self.teller.told_again(self.room, found, entry)
                is_empty = not found
            case "add" | "replace":
                is_empty = not self._widen(entry)
            case _:
                self.teller.webhook(self.room, entry)
                is_empty = False
        if is_empty:
            self.empty.add(entry.key)
        return is_empty

    def _onward(self, *, only_new: bool) -> bool:
        """Run now the next step that asks people and finds some. Returns whether there is one."""
        tried: set[str] = set()
        for entry in self.entries[self.step :]:
            step = entry.key.partition(".")[0]
            if entry.do not in PEOPLE_STEPS or entry.key in self.ran or step in tried:
                continue
            tried.add(step)
            if entry.to and (self._newcomers(entry.to) or (not only_new and self._staying(entry.to))):
                self._run(entry)
                self.ran.add(entry.key)
                return True
        return False

    def _named(self, target: Target) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the e-mails that a step's target names, and the requirement they are asked for."""
        room = self.room
        if target.kind != "manager_of" or target.name != "asked":
            yield room.directory.members(target, room.around(room.owners())), ANY
            return
        for ask in [one for one in room.open() if one.stage == room.stage]:
            yield room.directory.members(target, room.around((ask.owner,))), ask.requirement

    def _newcomers(self, target: Target) -> list[AskedPerson]:
        """Return those whom a step names, who may decide and are not asked, and who stands in for them."""
        people: dict[str, AskedPerson] = {}
        why = self.room.directory.why(target)
        for named, requirement in self._named(target):
            for one in self.room.invited(named, why, requirement=requirement):
                there = people.setdefault(one.email, one)
                if there.requirement != one.requirement:
                    people[one.email] = replace(there, requirement=ANY)
        return list(people.values())

    def _staying(self, target: Target) -> list[Ask]:
        """Return those whom a step names, or who stand in for them, and who are waited for already."""
        named = {email for people, _ in self._named(target) for email in people}
        may = frozenset[str]().union(*self.room.seats(self.room.stage))
        return [one for one in self.room.open() if one.owner in may & named]

    def _widen(self, entry: Entry) -> bool:
        """Ask those whom a step names, beside the others or in their place. Returns whether it found anybody."""
        room, target = self.room, entry.to
        fresh = self._newcomers(target) if target else []
        stay = self._staying(target) if target else []
        if target is None or not (fresh or stay):
            self.teller.nobody(room, entry)
            return False
        replaces = entry.do == "replace"
        room.added.append((room.stage, target, replaces))
        going = [one for one in room.open() if one not in stay] if replaces else []
        for one in going:
            one.left = REPLACED
        self.teller.widened(room, room.take(fresh), entry, instead_of=going)
        return True

    # People

    def _vote(self, answer: Answer) -> None:
        room, person = self.room, answer.person.lower()
        seats = frozenset[str]().union(*room.seats(room.stage)) - room.sitting()
        lent = next((one.owner for one in room.open() if one.email == person and one.owner != person), None)
        if person not in seats and lent is None:
            self.teller.may_not_vote(room, person)
            return
        on_behalf_of = None if person in seats else lent
        stage = room.stage
        room.ballots = [one for one in room.ballots if (one.person, one.stage) != (person, stage)]
        room.ballots.append(Ballot(person=person, vote=answer.vote, at=room.at, on_behalf_of=on_behalf_of, stage=stage))
        recused = answer.vote == "abstain" and not on_behalf_of
        for ask in room.open():
            if ask.email == person or (recused and ask.owner == person):
                ask.left = VOTED
        self.teller.voted(room, person, answer.vote, on_behalf_of)
        self._settle()

    def _lapse(self) -> None:
        """The chain is over and nobody decided."""
        if self.chain.finally_ == "hold":
            self._hold("the chain ended without an answer")
            return
        self.end = self.teller.lapsed(self.room, self.chain, approves=self.approves, took=self.decide_by - self.began)
