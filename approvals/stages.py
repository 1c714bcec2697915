"""What an action's votes must meet: stages in order, the requirements of each side by side. Kept on the action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from approvals.terms import Requirement, Route, StageOptions, Target

ANY = -1  # in place of a requirement's number: any of the stage's


class InvalidQuorum(ValueError):
    """A quorum that is none: no stage, no requirement, or fewer than one approval. It never approves."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What must be met together.

    `deny_threshold` rejections close the action. With `allow_shared_seat` one person counts for several requirements
    of this stage, and also if they sat in an earlier one.
    """

    requirements: tuple[Requirement, ...]
    deny_threshold: int = 1
    allow_shared_seat: bool = False

    def __post_init__(self) -> None:
        if not self.requirements:
            raise InvalidQuorum("a stage needs at least one requirement")
        for number in (self.deny_threshold, *(one.approvals for one in self.requirements)):
            if type(number) is not int or number < 1:
                raise InvalidQuorum(f"a quorum is a whole number of at least 1, not {number!r}")

    @property
    def needed(self) -> int:
        """How many seats there are to fill."""
        return sum(one.approvals for one in self.requirements)


@dataclass(frozen=True, slots=True)
class Plan:
    """How an action is decided, as it was when it started: kept on the action, so later policy does not move it."""

    stages: tuple[Stage, ...]
    fallback: Target | None = None

    def __post_init__(self) -> None:
        if not self.stages:
            raise InvalidQuorum("a plan needs at least one stage")

    @classmethod
    def of(cls, route: Route) -> Plan:
        """Return the plan that `route` asks for. Raises InvalidQuorum."""
        options = route.options or (StageOptions(),) * len(route.stages)
        stages = tuple(
            Stage(requirements, option.deny_threshold, option.allow_shared_seat)
            for requirements, option in zip(route.stages, options, strict=True)
        )
        return cls(stages, route.fallback)

    @property
    def needed(self) -> int:
        """How many seats all stages have together."""
        return sum(stage.needed for stage in self.stages)

    def to_json(self) -> dict[str, Any]:
        """Return it for storing.

        `{"stages": [{"requirements": [{"approvals": 2, "from": {"team": "finance"}}], "deny_threshold": 1,
        "allow_shared_seat": false}], "fallback": {"person": "ana@acme.test"}}`
        """
        return {
            "stages": [
                {
                    "requirements": [{"approvals": one.approvals, "from": spell(one.target)} for one in s.requirements],
                    "deny_threshold": s.deny_threshold,
                    "allow_shared_seat": s.allow_shared_seat,
                }
                for s in self.stages
            ],
            "fallback": spell(self.fallback) if self.fallback else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Plan:
        """Return what `to_json` stored; other members are passed over. Raises InvalidQuorum for what is no plan."""
        try:
            stages = tuple(
                Stage(
                    tuple(Requirement(one["approvals"], read_target(one["from"])) for one in s["requirements"]),
                    s["deny_threshold"],
                    s["allow_shared_seat"] is True,
                )
                for s in stored["stages"]
            )
            fallback = read_target(stored["fallback"]) if stored["fallback"] else None
        except (KeyError, TypeError, AttributeError) as wrong:
            raise InvalidQuorum(f"this is not a plan: {wrong!r}") from wrong
        return cls(stages, fallback)


def spell(target: Target) -> dict[str, str]:
    """Return a target for storing: `{"team": "finance"}`, `{"schedule": "duty", "who": "next"}`."""
    return {target.kind: target.name} | ({"who": target.who} if target.kind == "schedule" else {})


def read_target(stored: Mapping[str, str]) -> Target:
    """Return what `spell` stored. Raises InvalidQuorum for what is no target."""
    kinds = [kind for kind in stored if kind != "who"]
    who = stored.get("who", "on_call")
    if len(kinds) != 1 or who not in ("on_call", "next"):
        raise InvalidQuorum("a target has one kind")
    return Target(kinds[0], stored[kinds[0]], who)  # type: ignore[arg-type]
