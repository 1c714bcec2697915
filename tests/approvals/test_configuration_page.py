"""docs/reference/configuration.md names every field, every code, and its example is taken."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from approvals.configuration import rows
from approvals.configuration.check import check
from tests.approvals.wrong_documents import WHOLE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/configuration.md").read_text()
SECTIONS = {
    "the document": "The document",
    "the organization": "The organization",
    "a person": "A person",
    "an authority": "An authority",
    "an absence": "An absence",
    "“notify”": "Notify",
    "a channel": "A channel",
    "“quiet”": "Quiet hours",
    "a team": "A team",
    "a calendar": "A calendar",
    "a schedule": "A schedule",
    "an agent": "An agent",
    "an agent's limits": "An agent's limits",
    "an action type": "An action type",
    "where the amount stands": "Where the amount stands",
    "an action type's limits": "An action type's limits",
    "trust": "Trust",
    "trust's levels": "Trust's levels",
    "a level of trust": "A level of trust",
    "a rule": "A rule",
    "a condition": "A condition",
    "a route": "A route",
    "a stage": "A stage",
    "a requirement": "A requirement",
    "a target": "A target",
    "a chain": "A chain",
    "a step": "A step",
    "a delegation": "A delegation",
}
SMALL, ALL = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
MODULES = (
    "read",
    "read_people",
    "read_channels",
    "read_times",
    "read_agents",
    "read_trust",
    "read_conditions",
    "read_routes",
    "read_chains",
    "targets",
)
STAGE = WHOLE.replace(
    "[[{approvals: 1, from: {team: finance}}]]", "[{requirements: [{approvals: 1, from: {team: finance}}]}]"
)


def test_the_example_is_taken_without_a_warning() -> None:
    assert check(SMALL).warnings == ()


def test_every_field_is_named_under_its_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[str, set[str]] = {}

    class Watched(rows.Row):
        def take(self, name: str, *args: Any, **more: Any) -> Any:
            if name not in ("all", "any", "not"):
                taken.setdefault(self.what, set()).add(name)
            return super().take(name, *args, **more)

    for module in MODULES:
        monkeypatch.setattr(f"approvals.configuration.{module}.Row", Watched)
    for text in (STAGE, ALL):
        check(text)
    assert set(taken) == set(SECTIONS)
    for what, heading in SECTIONS.items():
        section = PAGE.split(f"### {heading}\n")[1].split("\n#")[0]
        table = section.split("| field |")[1].split("\n\n")[0]
        named = {name for line in table.splitlines() if line.startswith("| `") for name in _words(line.split("|")[1])}
        assert named == taken[what], what


def test_every_code_is_named() -> None:
    source = "".join(path.read_text() for path in (ROOT / "approvals/configuration").glob("*.py"))
    used = set(
        re.findall(
            r'(?:add|warn|_stop|_refuse|yield|\[\()[^"]*?"[^"]*?",\s*"([a-z]+_[a-z_]+|missing|duplicate)"', source
        )
    )
    used |= set(
        re.findall(
            r'(?:pointer|path|place|at\("\w+"\)|event|column|where|1),\s*"([a-z]+_[a-z_]+|missing|duplicate)"', source
        )
    )
    named = _words(PAGE.split("## Codes")[1])
    assert used - {"invalid_document"} <= named, used - named
    assert all(f'"{code}"' in source for code in named), [code for code in named if f'"{code}"' not in source]


def _words(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))
