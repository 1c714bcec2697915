"""Who may vote and what it comes to, said a second time: small, slow, by trying everything. Nothing of ours is used.

People are single letters. It knows one action on a road of stages, the delegations in force, and the votes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Requirements = list[tuple[int, str]]  # how many, of which team


@dataclass(frozen=True)
class Lends:
    """A delegation: `most` is the amount up to which it reaches, None for any."""

    grantor: str
    delegate: str
    most: int | None = None


@dataclass
class Said:
    """One vote that stands."""

    natural: str
    owner: str
    word: str
    stage: int


@dataclass
class Reference:
    """One action and everybody around it."""

    stages: list[Requirements]
    thresholds: list[int]
    teams: dict[str, str]
    amount: int
    barred: set[str]
    depth: int = 1
    approvers: set[str] = field(default_factory=lambda: set("abcdefg"))
    most: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    lends: list[Lends] = field(default_factory=list)
    joined: dict[int, str] = field(default_factory=dict)
    everywhere: str = ""
    ladder: list[str] = field(default_factory=list)
    fallback: str = ""
    stage: int = 1
    said: list[Said] = field(default_factory=list)
    editor: str = ""
    state: str = "pending"
    held: bool = False
    approvals: int = 0

    # Who may

    def able(self, who: str) -> bool:
        """Whether somebody may decide this by themselves, wherever they are."""
        return (
            who in self.approvers
            and who not in self.gone
            and who not in self.barred | {self.editor}
            and self.amount <= self.most.get(who, self.amount)
        )

    def stands(self, who: str, owner: str) -> bool:
        """Whether there is a way of delegations from the owner to somebody who is here."""
        if who == owner or who in self.away:
            return False
        return any(way[-1] == who for way in self.ways([owner]))

    def ways(self, way: list[str]) -> Iterator[list[str]]:
        """Yield every way on from here, each over people who may decide this."""
        if not self.able(way[-1]):
            return
        if len(way) > 1:
            yield way
        if len(way) <= self.depth:
            for one in self.lends:
                reaches = one.most is None or self.amount <= one.most
                if one.grantor == way[-1] and reaches and one.delegate not in way:
                    yield from self.ways([*way, one.delegate])

    def named(self, stage: int) -> list[set[str]]:
        """Return who owns a seat of each requirement of a stage."""
        more = set(self.everywhere) | set(self.joined.get(stage, ""))
        return [{who for who in {*self.teams[team]} | more if self.able(who)} for _, team in self.stages[stage - 1]]

    def may(self, who: str, owner: str) -> bool:
        """Whether somebody's vote in that seat is taken now."""
        if who in self.barred | {self.editor} or owner in self.barred | {self.editor}:
            return False
        spent = self.spent(self.stage)
        owners = set[str]().union(*self.named(self.stage))
        if who in spent or owner not in owners:
            return False
        here = [one for one in self.said if one.stage == self.stage]
        if any(one.owner == owner and one.natural != who and one.word != "abstain" for one in here):
            return False
        if who == owner:
            return True
        recused = {one.natural for one in here if one.word == "abstain" and one.natural == one.owner}
        return owner not in spent | recused and self.stands(who, owner)

    # What it comes to

    def settle(self) -> None:
        """Count, move between stages, find more people if too few are left; else it is held."""
        while True:
            number = next((n for n in range(1, len(self.stages) + 1) if self.count(n)[0] != "approved"), None)
            for stage in range(1, (number or len(self.stages)) + 1):
                valid = self.valid(stage)
                self.said = [one for one in self.said if one.stage != stage or one.word == "abstain" or one in valid]
            if number is None:
                self.state, self.stage = "approved", len(self.stages)
                self.approvals = sum(many for many, _ in self.stages[-1])
                return
            self.stage = number
            state, self.approvals = self.count(number)
            if state == "rejected":
                self.state = "rejected"
            if state != "unreachable" or self.held:
                return
            if self.fallback and not self.everywhere:
                self.everywhere = self.fallback
            elif self.ladder:
                self.joined[number] = self.joined.get(number, "") + self.ladder.pop(0)
            else:
                self.held = True
                return

    def valid(self, stage: int) -> list[Said]:
        """Return the rejections that count, and of the approvals the first in each seat."""
        sets, spent = self.sets(stage), self.spent(stage)
        there = [
            one
            for one in self.said
            if one.stage == stage
            and one.word != "abstain"
            and one.natural not in spent
            and any(one.owner in seats for seats in sets)
            and (one.owner == one.natural or self.able(one.natural))
        ]
        rejecting = [one for one in there if one.word == "reject"]
        taken = {one.owner for one in rejecting}
        approving = []
        for one in there:
            if one.word == "approve" and one.owner not in taken:
                taken.add(one.owner)
                approving.append(one)
        return rejecting + approving

    def sets(self, stage: int) -> list[set[str]]:
        """Return who owns seats of a stage, without those who recused or sit in an earlier one."""
        recused = {
            one.natural
            for one in self.said
            if one.stage == stage and one.word == "abstain" and one.natural == one.owner
        }
        return [people - recused - self.spent(stage) for people in self.named(stage)]

    def seated(self, stage: int) -> list[Said]:
        """Return those who sit: each in turn, if all before them still can."""
        sitting: list[Said] = []
        for one in self.valid(stage):
            if one.word == "approve" and self.fits([*sitting, one], stage):
                sitting.append(one)
        return sitting

    def fits(self, people: Sequence[Said], stage: int) -> bool:
        """Whether all of these can sit at once."""
        sets, room = self.sets(stage), [many for many, _ in self.stages[stage - 1]]

        def seat(place: int) -> bool:
            if place == len(people):
                return True
            for at, seats in enumerate(sets):
                if room[at] and people[place].owner in seats:
                    room[at] -= 1
                    done = seat(place + 1)
                    room[at] += 1
                    if done:
                        return True
            return False

        return seat(0)

    def spent(self, stage: int) -> set[str]:
        """Return who sits in a stage before, and for whom somebody does."""
        return {who for earlier in range(1, stage) for one in self.seated(earlier) for who in (one.natural, one.owner)}

    def count(self, stage: int) -> tuple[str, int]:
        """Return what a stage comes to, and how many seats are filled."""
        valid, needed = self.valid(stage), sum(many for many, _ in self.stages[stage - 1])
        filled = len(self.seated(stage))
        if sum(one.word == "reject" for one in valid) >= self.thresholds[stage - 1]:
            return "rejected", filled
        if filled == needed:
            return "approved", filled
        return ("pending" if self.reachable(stage, valid, needed) else "unreachable"), filled

    def reachable(self, stage: int, valid: list[Said], needed: int) -> bool:
        """Whether those who approved and those who have not voted can fill every seat, trying all there is."""
        sets = self.sets(stage)
        room = [many for many, _ in self.stages[stage - 1]]
        done = {one.natural for one in self.said if one.stage == stage} | self.spent(stage)
        fixed = {one.natural: one.owner for one in valid if one.word == "approve"}
        taken = set(fixed.values())
        people = [*fixed, *sorted(set("abcdefg") - done)]
        choices: list[list[str]] = []
        for who in people:
            if who in fixed:
                choices.append([fixed[who]])
                continue
            owners = set[str]().union(*sets) - taken
            own = [who] if who in owners and who not in self.away else []
            choices.append(own + [owner for owner in sorted(owners) if self.stands(who, owner)])

        def fill(place: int, used: frozenset[str]) -> bool:
            if not any(room):
                return True
            if place == len(people) or sum(room) > len(people) - place:
                return False
            for owner in choices[place]:
                for at, seats in enumerate(sets):
                    if owner not in used and room[at] and owner in seats:
                        room[at] -= 1
                        found = fill(place + 1, used | {owner})
                        room[at] += 1
                        if found:
                            return True
            return fill(place + 1, used)

        return fill(0, frozenset())
