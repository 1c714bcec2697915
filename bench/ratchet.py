"""How often is an agent promoted that should not be? The product's own ratchet beside rules in common use.

`python -m bench.ratchet [--runs 200] [--actions 1500] [--seed 1] [--output FILE]` prints a table. Each run posts
actions that are wrong at random at the rate of its column; all are reviewed until the first promotion, which ends the
run. The required accuracy is 95 %. Rules are applied after every label, which is how people look at dashboards.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from pathlib import Path

from scipy.special import betainc

from agents.accuracy import catch_rate
from agents.lane import opened
from agents.ledger import Entry, Label, NewVersion
from agents.ratchet import step
from agents.trust import ASSISTED, SUPERVISED, Trust, gross_rate, usual

TOLERANCE = 0.05
GOLDEN = 40  # known-wrong items each reviewer has been shown before
DAYS_EACH = 1 / 1000  # days between two actions

ALPHAS = (0.01, 0.05)
Rule = Callable[[list[bool], int], bool]  # labels since the start or restart, and how many were wrong


@dataclass(frozen=True, slots=True)
class Column:
    """One kind of agent. `missed`: the share of its errors that reviewers let pass. `restarts`: anew at each error."""

    name: str
    rate: float
    missed: float = 0.0
    restarts: bool = False


Judge = Callable[[Column, list[bool]], bool]  # whether it promoted the agent on these labels

COLUMNS = (
    Column("at tolerance 5 %", 0.05),
    Column("6 %", 0.06),
    Column("10 %", 0.10),
    Column("restarts at every error, 5 %", 0.05, restarts=True),
    Column("restarts at every error, 10 %", 0.10, restarts=True),
    Column("half of its errors pass, 8 %", 0.08, missed=0.5),
)


def wilson(z: float) -> Rule:
    """Return: Wilson's lower bound (1927) on accuracy, `z` standard deviations, is above 95 %."""

    def promotes(labels: list[bool], wrong: int) -> bool:
        total = len(labels)
        share = 1 - wrong / total
        middle = share + z * z / (2 * total)
        spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
        return (middle - spread) / (1 + z * z / total) > 1 - TOLERANCE

    return promotes


def beta(certainty: float) -> Rule:
    """Return: from a uniform prior, the error rate is below 5 % with this certainty."""
    return lambda labels, wrong: bool(betainc(wrong + 1, len(labels) - wrong + 1, TOLERANCE) > certainty)


def last(count: int, most_wrong: int) -> Rule:
    """Return: of the last `count` at most so many are wrong."""
    return lambda labels, wrong: len(labels) >= count and sum(labels[-count:]) <= most_wrong


RULES: dict[str, Rule] = {
    "Wilson 95 %": wilson(1.645),
    "Wilson 99 %": wilson(2.326),
    "Beta 95 %": beta(0.95),
    "Beta 99 %": beta(0.99),
    "last 50 at least 95 % right": last(50, 2),
    "20 in a row right": last(20, 0),
    "CSP-1, 30 in a row (Dodge 1943)": last(30, 0),
}


def main() -> None:
    """Play every rule against every kind of agent and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--actions", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", metavar="FILE", help="also write the table there")
    given = parser.parse_args()
    text = "\n".join(table(given.runs, given.actions, given.seed)) + "\n"
    sys.stdout.write(text)
    if given.output:
        Path(given.output).write_text(text)


def table(runs: int, actions: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table; every rule meets the same agents."""
    yield f"Share of {runs} runs of {actions:,} actions with any promotion (95 % required; seed {seed})."
    yield ""
    yield f"| | {' | '.join(column.name for column in COLUMNS)} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    judges: dict[str, Judge] = {f"**ratchet, alpha {alpha:.0%}**": partial(ratchet, alpha=alpha) for alpha in ALPHAS}
    judges |= {name: partial(played, rule=rule) for name, rule in RULES.items()}
    for name, judge in judges.items():
        shares = []
        for column in COLUMNS:
            promoted = sum(judge(column, _labels(column, actions, seed + run)) for run in range(runs))
            shares.append(f"{promoted / runs:.1%}")
        yield f"| {name} | {' | '.join(shares)} |"


def ratchet(column: Column, labels: list[bool], *, alpha: float) -> bool:
    """Return whether a lane of the product was promoted on these labels."""
    trust = _trust(alpha)
    golden = round(GOLDEN * column.missed)
    catch = catch_rate(GOLDEN - golden, golden) if column.missed else 1.0
    lane = opened(trust, now=0.0)
    for number, wrong in enumerate(labels):
        at = number * DAYS_EACH
        lane = step(lane, trust, Entry(at, Label(float(wrong), catch=catch))).lane
        if lane.earned > SUPERVISED:
            return True
        if wrong and column.restarts:
            lane = step(lane, trust, Entry(at, NewVersion("major"))).lane
    return False


def played(column: Column, labels: list[bool], *, rule: Rule) -> bool:
    """Return whether a rule promoted the agent on these labels."""
    seen: list[bool] = []
    errors = 0
    for wrong in labels:
        seen.append(wrong)
        errors += wrong
        if rule(seen, errors):
            return True
        if wrong and column.restarts:
            seen, errors = [], 0
    return False


def _trust(alpha: float) -> Trust:
    """Return the terms of one step up at a tolerance of 5 %, with no waits."""
    low = usual("low")
    assisted = replace(
        low.levels[0], tolerance=TOLERANCE, alpha=alpha, gross=gross_rate(TOLERANCE), min_labels=20, min_days=0.0
    )
    return replace(low, levels=(assisted, *low.levels[1:]), ceiling=ASSISTED)


def _labels(column: Column, actions: int, seed: int) -> list[bool]:
    """Return what reviewers say of each action: True is wrong."""
    chance = random.Random(seed)
    return [chance.random() < column.rate and chance.random() >= column.missed for _ in range(actions)]


if __name__ == "__main__":
    main()
