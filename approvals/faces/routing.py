"""Routes and hard rules as pages show them, with a request tried on each."""

from __future__ import annotations

from dataclasses import dataclass, field

from approvals.faces.drafts import DraftFace, MovedFace
from approvals.faces.escalation import Options

Runs = tuple[tuple[str, bool], ...]
"""A sentence in runs: (text, whether it is one of our small words)."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One route or hard rule in its list. `care` are (tone, words); `mode` is active, monitor or off."""

    place: int
    number: int
    name: str
    url: str
    when: Runs
    goes_to: str
    care: tuple[tuple[str, str], ...]
    matches: int
    mode: str
    up: bool = False
    down: bool = False
    faults: int = 0
    changed: bool = False
    chain: str = ""
    chain_url: str = ""


@dataclass(frozen=True, slots=True)
class TriedRow:
    """One route or rule that was tried: `truth` is true, false, unsure or "" if it was not looked at."""

    truth: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class TestFace:
    """The pasted request and what came of it. `result` is (tone, icon, sentence)."""

    text: str
    tried: tuple[TriedRow, ...] = ()
    result: tuple[str, str, str] = ("", "", "")
    details: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class ReplayFace:
    """What the draft would have moved of the last requests."""

    headline: str
    lines: tuple[str, ...] = ()
    moved: tuple[MovedFace, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class RoutingFace:
    """All hard rules and routes, in the order they are tried."""

    draft: DraftFace
    rules: tuple[RuleRow, ...]
    routes: tuple[RuleRow, ...]
    test: TestFace
    replay: ReplayFace | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One condition as fields. What cannot be shown so has `kept`, in words, and may only be kept or taken out."""

    number: int
    field: str = ""
    pointer: str = ""
    op: str = "is"
    value: str = ""
    kept: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One requirement as fields; `key` is "1-2", the second of stage 1."""

    key: str
    approvals: str
    to: str
    error: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class StageFields:
    """One stage as fields; `more` says what else the document says of it."""

    number: int
    rows: tuple[NeedRow, ...]
    more: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class RulePageFace:
    """The page of one route or hard rule; without `name` a new one. `errors` are (field, what to write instead)."""

    draft: DraftFace
    kind: str
    title: str
    name: str
    typed_name: str
    is_last: bool
    mode: str
    conditions: tuple[ConditionRow, ...]
    stages: tuple[StageFields, ...] = ()
    assign: str = "all"
    always_ask: bool = False
    chain: str = ""
    chains: tuple[tuple[str, str], ...] = ()
    fallback: str = ""
    then: str = "deny"
    targets: Options = ()
    fields: tuple[tuple[str, str], ...] = ()
    ops: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""
    when: Runs = ()
    goes_to: str = ""
    matches: int = 0
