"""What a route or step asks, in words, and whom that is as of now."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.directory import Directory
from approvals.terms import Requirement, Target

MANAGERS = {"asked": "Their manager", "owner": "The agent owner’s manager", "requester": "The requester’s manager"}


def words_of(target: Target, directory: Directory) -> str:
    """Return a target as pages name it: "Finance", "Every admin", "On call in finance-duty", or a person's name."""
    match target.kind:
        case "team":
            team = directory.teams.get(target.name)
            return team.name if team else target.name
        case "role":
            return f"Every {target.name}"
        case "schedule":
            return f"{'Next on call' if target.who == 'next' else 'On call'} in {target.name}"
        case "manager_of":
            return MANAGERS.get(target.name, "A manager")
    person = directory.people.get(target.name.lower())
    return person.name if person else target.name


def needs_of(requirements: Sequence[Requirement], directory: Directory) -> str:
    """Return what a stage asks for: "2 of Finance and 1 of Security"."""
    return " and ".join(f"{one.approvals} of {_amid(one.target, directory)}" for one in requirements)


def some_of(names: Sequence[str], *, word: str = "or", most: int = 2) -> str:
    """Return names joined, the rest as a number: "Ana Ruiz, Bo Lind or 3 others"."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) <= most:
        return f"{', '.join(names[:-1])} {word} {names[-1]}"
    rest = len(names) - most + 1
    return f"{', '.join(names[: most - 1])} {word} {rest} others"


def _amid(target: Target, directory: Directory) -> str:
    """Return a target as it stands in the middle of a sentence: "2 of those with the role admin"."""
    if target.kind == "role":
        return f"those with the role {target.name}"
    if target.kind == "schedule":
        return f"whoever is {'next' if target.who == 'next' else 'on call'} in {target.name}"
    words = words_of(target, directory)
    return words if target.kind in ("team", "person") else f"{words[:1].lower()}{words[1:]}"
