"""What was found, as a page of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.ratchet.damage import JUMPS, SLOW
from bench.ratchet.effort import CLIMBING, RATES, SWEPT
from bench.ratchet.promotions import AT_TOLERANCE, LATE, OURS, RESTARTING, RUBBER
from bench.ratchet.targets import targets

ORACLE = "oracle"
WORDS = Path(__file__).with_name("words.txt")
PROMOTED = (*AT_TOLERANCE, *RESTARTING, RUBBER, LATE)


def page(found: dict[str, Any]) -> str:
    """Return the page. Its words are in words.txt, its tables made from `found`."""
    tables = {
        "targets": _targets(found),
        "promoted": _promoted(found["promotions"]),
        "ladder_promoted": _ladder_promoted(found["promotions"]),
        "effort": _effort(found["effort"]["one_step"], RATES),
        "climbs": _effort(found["effort"]["ladder"], CLIMBING),
        "damage": _damage(found["damage"]),
        "outgoing": _outgoing(found["effort"]["one_step"]),
        "changes": _changes(found["parts"]["changes"]),
        "weights": _weights(found["parts"]["weights"]),
        "reviewers": _reviewers(found["parts"]["reviewers"]),
        "certified": _certified(found["limits"]["certified"]),
        "alarms": _alarms(found["limits"]["alarms"]),
    }
    scale = found["promotions"]["scale"]
    facts = scale | {"cpu_minutes": round(sum(section["cpu_seconds"] for section in found.values()) / 60)}
    return WORDS.read_text().format(**{name: "\n".join(lines) for name, lines in tables.items()}, **facts)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; the ratchet's rows stand out."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for name, *cells in rows:
        told = f"**{name}**" if name.startswith("ratchet") else name
        yield f"| {' | '.join([told, *cells])} |"


def _targets(found: dict[str, Any]) -> Iterator[str]:
    return table(
        ("quantity", "asked", "found", ""),
        ([one.quantity, one.asked, one.found, "met" if one.is_met else "**missed**"] for one in targets(found)),
    )


def _promoted(promotions: dict[str, Any]) -> Iterator[str]:
    rows = ([name, *(_share(row[column]) for column in PROMOTED)] for name, row in promotions["shares"].items())
    return table(("", *PROMOTED), rows)


def _ladder_promoted(promotions: dict[str, Any]) -> Iterator[str]:
    rows = [
        [f"exactly at the tolerance of the level with alpha {float(alpha):.0%}", _share(share)]
        for alpha, share in promotions["ladder"].items()
    ]
    rows += [[name, _share(share)] for name, share in promotions["adversaries"].items()]
    return table(("agent", "promoted"), rows)


def _effort(rows: dict[str, Any], rates: Sequence[float]) -> Iterator[str]:
    def told(one: dict[str, Any] | None) -> str:
        if one is None:
            return ""
        if one["reviews"] is None:
            return f"never; {one['share']:.1%}"
        reached = "" if one["reached"] == 1 else f" ({_share(one['reached'])} ever)"
        return f"{one['reviews']:,.0f}{reached}; {one['share']:.1%}"

    heads = ("", *(f"wrong {rate:.1%}" for rate in rates))
    return table(heads, ([name, *(told(row.get(f"{rate}")) for rate in rates)] for name, row in rows.items()))


def _damage(damage: dict[str, Any]) -> Iterator[str]:
    first = next(iter(JUMPS))
    heads = ("", f"{first}: until it fell, mean (p95)", "in all", "promoted again", *list(JUMPS)[1:], SLOW)
    rows = []
    for name, row in damage["one_step"].items():
        jump = row[first]
        until = (
            "never fell" if jump["until_fall"] is None else f"{jump['until_fall']:.0f} ({jump['until_fall_p95']:.0f})"
        )
        until += "" if jump["fell"] == 1 else f"; {_share(jump['fell'])} fell"
        others = [f"{row[change]['total']:.0f}" for change in (*list(JUMPS)[1:], SLOW)]
        sly = [
            _share(row[kind]["outgoing"]) if kind in row else ""
            for kind in ("sandbagger by level", "sandbagger by review")
        ]
        rows.append([name, until, f"{jump['total']:.0f}", f"{jump['rises']:.1f}", *others, *sly])
    yield from table((*heads, "sandbagger, by level", "sandbagger, by review"), rows)
    yield ""
    yield from table(
        ("ladder, 0.5 % to 10 %", "until it fell, mean (p95)", "in all"),
        (
            [
                name,
                "never fell" if row["until_fall"] is None else f"{row['until_fall']:.0f} ({row['until_fall_p95']:.0f})",
                f"{row['total']:.0f}",
            ]
            for name, row in damage["ladder"].items()
        ),
    )


def _outgoing(rows: dict[str, Any]) -> Iterator[str]:
    rates = sorted((*RATES, *SWEPT))
    heads = ("", *(f"wrong {rate:.1%}" for rate in rates))
    cells = {
        name: [_share(row[f"{rate}"]["outgoing"]) for rate in rates] for name, row in rows.items() if name != ORACLE
    }
    yield from table(heads, ([name, *row] for name, row in cells.items()))
    ours = rows[OURS]
    falls = ", ".join(f"{ours[f'{rate}']['falls']:.2f} at {rate:.1%}" for rate in RATES)
    yield f"\nLevels that the ratchet took from agents below the tolerance, in 10,000 actions: {falls}."


def _changes(changes: dict[str, Any]) -> Iterator[str]:
    heads = ("", "slipped through, mean (p95)", "actions to the fall", "reviewed at 1 % wrong")
    return table(
        heads,
        (
            [
                name,
                f"{row['total']:.1f} ({row['total_p95']:.0f})",
                "" if row["actions_to_fall"] is None else f"{row['actions_to_fall']:,.0f}",
                f"{row['steady_share']:.1%}",
            ]
            for name, row in changes.items()
        ),
    )


def _weights(weights: dict[str, Any]) -> Iterator[str]:
    columns = list(weights["weighted"])
    return table(("", *columns), ([kind, *(_share(row[one]) for one in columns)] for kind, row in weights.items()))


def _reviewers(reviewers: dict[str, Any]) -> Iterator[str]:
    return table(
        ("reviewers and agent", "promoted", "reviews until then"),
        (
            [name, _share(row["reached"]), "" if row["reviews"] is None else f"{row['reviews']:,.0f}"]
            for name, row in reviewers.items()
        ),
    )


def _certified(rows: list[dict[str, float]]) -> Iterator[str]:
    alphas = sorted({row["alpha"] for row in rows})
    told = {
        (row["tolerance"], row["rate"], row["alpha"]): f"{row['labels']:,.0f} / {row['bound']:,.0f} = {row['of']:.2f}"
        for row in rows
    }
    kinds = list(dict.fromkeys((row["tolerance"], row["rate"]) for row in rows))
    heads = ("tolerance, wrong", *(f"alpha {alpha:.0%}" for alpha in alphas))
    return table(
        heads,
        ([f"{kind[0]:.0%}, {kind[1]:.1%}", *(told[*kind, alpha] for alpha in alphas)] for kind in kinds),
    )


def _alarms(rows: list[dict[str, Any]]) -> Iterator[str]:
    def told(one: dict[str, float]) -> str:
        return f"{one['labels']:.0f} / {one['cusum']:.0f} = {one['of']:.2f}"

    kinds = [(times, start) for start in ("calm", "settled") for times in ("2x", "4x")]
    heads = (
        "tolerance",
        "false alarm, at it",
        "at half of it",
        "2 ×, calm",
        "4 ×, calm",
        "2 ×, has run",
        "4 ×, has run",
    )
    return table(
        heads,
        (
            [
                f"{row['tolerance']:.0%}",
                f"{row['false']:,.0f}",
                f"{row['false_at_half']:,.0f}",
                *(told(row[f"{times} {start}"]) for times, start in kinds),
            ]
            for row in rows
        ),
    )


def _share(share: float) -> str:
    """Return a share in per cent, with the digits that mean something: 0.75%, 4.0%, 46%, 99.6%, 100%."""
    if share in (0.0, 1.0) or 0.1 <= share < 0.99:
        return f"{share:.0%}"
    return f"{share:.2%}" if share < 0.01 else f"{share:.1%}"
