"""Plain stages, targets and chains, checked before, to the values that policy reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.configuration.times import share_of
from approvals.configuration.values import span_of
from approvals.terms import Chain, Requirement, StageOptions
from escalations.plan import target_from
from escalations.terms import Step

Plain = Mapping[str, Any]


def stage_of(row: Plain | list[Plain]) -> tuple[tuple[Requirement, ...], StageOptions]:
    """Return the requirements of a stage, a list or a mapping, and what it says beyond them."""
    said: Plain = row if isinstance(row, Mapping) else {"requirements": row}
    return (
        tuple(Requirement(part["approvals"], target_from(part["from"])) for part in said["requirements"]),
        StageOptions(said.get("deny_threshold", 1), said.get("allow_shared_seat", False)),
    )


def chain_of(row: Plain) -> Chain:
    """Return a chain with its steps."""
    execute_within = row.get("execute_within")
    return Chain(
        slug=row["slug"],
        decide_within=span_of(row["decide_within"]),
        execute_within=span_of(execute_within) if execute_within else None,
        clock=row.get("clock", "wall"),
        finally_=row.get("finally", "reject"),
        steps=tuple(_step(part) for part in row.get("steps", ())),
    )


def _step(row: Plain) -> Step:
    share = share_of(row["at"])
    return Step(
        at=span_of(row["at"]) if share is None else share,
        do=row["do"],
        to=target_from(row["to"]) if row.get("to") else None,
        url=row.get("url", ""),
        first=row.get("from", 1),
        times=row.get("times", 1),
    )
