"""What weakens trust below the usual, or never comes to anything: warnings."""

from __future__ import annotations

from collections.abc import Iterator

from agents.terms import LEVELS
from agents.trust import ASSISTED, SUPERVISED, TARGETS, usual_levels
from approvals.configuration.compile_trust import is_ratified
from approvals.configuration.faults import Faults
from approvals.configuration.known import Known, Row, each
from approvals.configuration.read_trust import reach
from approvals.configuration.shares import percent

LARGE_TOLERANCE = 0.20
LARGE_ALPHA = 0.10
LARGE_GROSS = 3  # times the tolerance
SMALL_SAMPLE = 0.01
MOST_NAMED = 5


def doubt_trust(faults: Faults, known: Known) -> None:
    """Warn of trust that is given more easily than usual, and of what is said in vain."""
    stopped: list[str] = []
    general = known.organization.get("promotion", "ratified")
    for number, agent in each(known.document, "agents"):
        for place, kind in each(agent, "actions"):
            path = f"/agents/{number}/actions/{place}"
            _kind(faults, path, kind)
            if _highest(kind) != ASSISTED or is_ratified(kind, general):
                continue
            if "promotion" in kind:
                faults.warn(f"{path}/promotion", "assisted_at_most", _only_assisted(f"{kind['type']} {_why(kind)}"))
            else:
                stopped.append(str(kind["type"]))
    if stopped:
        few = list(dict.fromkeys(stopped))
        names = ", ".join(few[:MOST_NAMED]) + (" …" if len(few) > MOST_NAMED else "")
        words = f"{names}: critical, not reversible or with such a ceiling"
        faults.warn("/organization/promotion", "assisted_at_most", _only_assisted(words))


def _only_assisted(what: str) -> str:
    return f"{what}. By itself this comes to assisted at most, where people still decide what is sampled."


def _why(kind: Row) -> str:
    if kind.get("risk", "high") == "critical":
        return "is critical"
    return "is not reversible" if not kind.get("reversible", False) else "has the ceiling assisted"


def _highest(kind: Row) -> int:
    return reach(kind.get("risk", "high"), kind.get("ceiling"), reversible=kind.get("reversible", False))


def _kind(faults: Faults, path: str, kind: Row) -> None:
    said, highest = kind.get("trust", {}), _highest(kind)
    for level in TARGETS:
        name: str = LEVELS[level]
        if name not in said.get("levels", {}):
            continue
        place = f"{path}/trust/levels/{name}"
        if level > highest:
            faults.warn(
                place,
                "level_unreachable",
                f"{kind['type']} stays at {LEVELS[highest]} at most, so what is said of {name} is never used. Take it"
                " out, or raise the ceiling.",
            )
            continue
        for field, message in _weak(kind, level, said["levels"][name]):
            faults.warn(f"{place}/{field}", "weak_trust", f"{kind['type']}: {message}")
    for amount in ("soft_amount", "hard_amount"):
        if amount in said and "amount" not in kind:
            faults.warn(
                f"{path}/trust/{amount}",
                "no_amount",
                f"{kind['type']} does not say where its amount stands, so this is never met. Add “amount”.",
            )
    if highest > SUPERVISED:
        _brakes(faults, f"{path}/trust", kind["type"], said)


def _brakes(faults: Faults, path: str, name: str, said: Row) -> None:
    if said.get("tighten_on_drift") is False:
        faults.warn(
            f"{path}/tighten_on_drift",
            "weak_trust",
            f"{name}: without this nothing is held when error codes, escalations or confidence change, but only"
            " after a found error.",
        )
    if said.get("versions") == "ignore":
        faults.warn(
            f"{path}/versions",
            "weak_trust",
            f"{name}: a changed agent keeps the trust of an earlier one. Leave this out to read it off the version.",
        )


def _weak(kind: Row, level: int, row: Row) -> Iterator[tuple[str, str]]:
    """Yield the fields of a level that give trust more easily than is wise, each with why."""
    usual = usual_levels(kind.get("risk", "high"))[level - 1]
    tolerance, gross = row.get("tolerance", usual.tolerance), row.get("gross", 0)
    alpha, sample = row.get("alpha", 0), row.get("sample", 1)
    if tolerance > LARGE_TOLERANCE:
        words = f"at {LEVELS[level]} {percent(tolerance)} of the actions may be wrong;"
        yield "tolerance", f"{words} usual is {percent(usual.tolerance)}."
    if alpha > LARGE_ALPHA:
        words = f"an agent that is not good enough comes to {LEVELS[level]} with a chance of {percent(alpha)};"
        yield "alpha", f"{words} usual is {percent(usual.alpha)}."
    if gross > LARGE_GROSS * tolerance:
        words = f"after an error the lane is let go while up to {percent(gross)} may still be wrong;"
        yield "gross", f"{words} usual is two or three times the tolerance of {percent(tolerance)}."
    if sample < SMALL_SAMPLE:
        words = f"only {percent(sample)} is looked at: after a change for the worse about {(1 - sample) / sample:,.0f}"
        yield "sample", f"{words} wrong actions run before the first is seen. Usual is {percent(usual.sample)}."
