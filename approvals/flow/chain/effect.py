"""What a step did, kept until everything due is done: then each person is told once."""

from __future__ import annotations

from dataclasses import dataclass, field

from approvals import tell
from approvals.models import Asked


@dataclass(frozen=True, slots=True)
class Effect:
    """What one step did.

    `what` is its part of a sentence, "asked ana@acme.test"; `people` are the e-mails it is about. `fresh` are those it
    asked, `word` is how the others who are asked are told (REMINDED, WARNED), or "" if they are not. A step that
    found nobody `is_empty`.
    """

    what: str
    people: tuple[str, ...] = ()
    fresh: tuple[Asked, ...] = ()
    word: str = ""
    is_empty: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to tell anybody."""
        return not self.fresh and not self.word


@dataclass(slots=True)
class Told:
    """What all steps of one transaction come to: whom to ask, and how to tell the rest."""

    fresh: list[Asked] = field(default_factory=list)
    word: str = ""
    step: str = ""

    def take(self, effect: Effect, step: str) -> None:
        """Add what a step did; a warning outlasts a reminder."""
        if effect.is_nothing:
            return
        self.fresh.extend(effect.fresh)
        self.step = step
        if effect.word and self.word != tell.WARNED:
            self.word = effect.word
