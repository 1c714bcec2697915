"""Whether a lane's requests look like before: what it did of late beside its own past, signal by signal.

Of each signal the last two hundred actions, and the last thousand, of a week at most, stand beside up to ninety days
before them. Were nothing changed, each of all these would be as likely to be among the last, so the hits among the last
follow the hypergeometric law, and its tail is exact for any counts (Fisher 1935). How sure an agent says it is is
compared by the same law, with the shares below and above the median of both (Mood 1950), so any scale will do.

The engine looks every hour. The chance allowed at one look is FALSE_A_YEAR shared out evenly among all the looks of a
year and all the questions of one look (Bonferroni): in a lane that never changes it is at most one false alarm in
ten years, and far fewer in truth, because looks overlap. A share that triples from 10 % shows in two hundred actions in
nine cases of ten, from 5 % in a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, lgamma
from statistics import fmean, median

from agents.calibration import percent

WINDOW_DAYS = 7.0
LATEST = (200, 1000)  # so many at most: the fewer show soon what changed much, the more what changed a little
PAST_DAYS = 90.0
FEWEST_RECENT, FEWEST_PAST = 30, 100  # below these nothing is said
FALSE_A_YEAR = 0.1  # false alarms, at most, in a year of one lane that never changes
LOOKS_A_YEAR = 365 * 24
QUESTIONS = 7 * len(LATEST)  # three shares that may rise; confidence may fall or rise, each seen from both sides
ALPHA = FALSE_A_YEAR / (LOOKS_A_YEAR * QUESTIONS)

FAILED, ESCALATED, OVERRIDDEN, CONFIDENCE = "failed", "escalated", "overridden", "confidence"
SIGNALS = (FAILED, ESCALATED, OVERRIDDEN, CONFIDENCE)
WORDS = {
    FAILED: "executions that failed",
    ESCALATED: "requests that went to further people",
    OVERRIDDEN: "requests that people edited or rejected",
    CONFIDENCE: "mean confidence",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one action posted at `at`, in days; None where the question does not arise.

    `failed`: how its execution went. `escalated`: it ended after further people were asked. `overridden`: people edited
    or rejected it. `confidence` in [0, 1], as the agent stated it.
    """

    at: float
    failed: bool | None = None
    escalated: bool | None = None
    overridden: bool | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One signal of late and before: shares, or means, in [0, 1], of so many actions; None where there are too few.

    `chance` is how likely a difference like this is where nothing changed.
    """

    signal: str
    recent: float | None
    recent_of: int
    past: float | None
    past_of: int
    chance: float = 1.0

    @property
    def enough(self) -> bool:
        """Whether there is enough to compare."""
        return self.recent_of >= FEWEST_RECENT and self.past_of >= FEWEST_PAST

    @property
    def is_alarming(self) -> bool:
        """Whether this is too unlikely to have come about without a change."""
        return self.enough and self.chance <= ALPHA

    @property
    def spoken(self) -> str:
        """The figure in words: "executions that failed: 31% of the last 200, 10% of the 640 before"."""
        if self.recent is None or self.past is None:
            return f"{WORDS[self.signal]}: too early to compare"
        return (
            f"{WORDS[self.signal]}: {percent(self.recent)} of the last {self.recent_of:,}, "
            f"{percent(self.past)} of the {self.past_of:,} before"
        )


def compare(seen: Iterable[Seen], *, now: float, since: float = 0.0) -> tuple[Figure, ...]:
    """Return a figure for each of SIGNALS; what was posted before `since` is left out."""
    newest = sorted((one for one in seen if since <= one.at <= now), key=_posted, reverse=True)
    return tuple(_figure(name, newest, now) for name in SIGNALS)


def alarms(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Return the figures that something must have changed for."""
    return tuple(one for one in figures if one.is_alarming)


def reason(found: Sequence[Figure]) -> str:
    """Return what an alarm says, as the beginning of a sentence."""
    return f"{BEGINS} ({'; '.join(one.spoken for one in found)})"


BEGINS = "Requests do not look like before"


def tail(hits: int, recent: int, hits_in_all: int, in_all: int) -> float:
    """Return the chance of at least so many hits among the `recent` if each of all is as likely to be among them.

    One hit in each of two halves of four: tail(1, 2, 2, 4) is 5/6; both in the one half: tail(2, 2, 2, 4) is 1/6.
    """
    most = min(recent, hits_in_all)
    if hits > most:
        return 0.0
    misses = in_all - hits_in_all
    if hits <= max(0, recent - misses):
        return 1.0
    term = exp(_choose(hits_in_all, hits) + _choose(misses, recent - hits) - _choose(in_all, recent))
    total = 0.0
    for k in range(hits, most + 1):
        total += term
        term *= (hits_in_all - k) * (recent - k) / ((k + 1) * (misses - recent + k + 1))
    return min(1.0, total)


def _figure(name: str, newest: Sequence[Seen], now: float) -> Figure:
    """Return what tells most of one signal."""
    answers = [(one.at, float(value)) for one in newest if (value := getattr(one, name)) is not None]
    chance = _of_median if name == CONFIDENCE else _of_share
    figures = []
    for most in LATEST:
        late = [value for at, value in answers[:most] if at > now - WINDOW_DAYS]
        begins = answers[len(late) - 1][0] if late else now
        before = [value for at, value in answers[len(late) :] if at > begins - PAST_DAYS]
        if len(late) < FEWEST_RECENT or len(before) < FEWEST_PAST:
            figures.append(Figure(name, None, len(late), None, len(before)))
        else:
            chances = chance(late, before)
            figures.append(Figure(name, fmean(late), len(late), fmean(before), len(before), chances))
    return min(figures, key=_telling)


def _of_share(late: list[float], before: list[float]) -> float:
    """Return the chance of so many hits among the last."""
    hits = round(sum(late))
    return tail(hits, len(late), hits + round(sum(before)), len(late) + len(before))


def _of_median(late: list[float], before: list[float]) -> float:
    """Return the chance that so few or so many of the last are below, or above, the median of all: four questions.

    Each is weighed with the chance that one question is allowed, so the least of them stands for one.
    """
    middle, chances = median(late + before), list[float]()
    for is_beyond in (lambda value: value < middle, lambda value: value > middle):
        recent, past = sum(map(is_beyond, late)), sum(map(is_beyond, before))
        chances.append(tail(recent, len(late), recent + past, len(late) + len(before)))
        chances.append(tail(past, len(before), recent + past, len(late) + len(before)))
    return min(chances)


def _telling(figure: Figure) -> tuple[bool, float]:
    return not figure.enough, figure.chance


def _posted(seen: Seen) -> float:
    return seen.at


def _choose(of: int, taken: int) -> float:
    """Return the logarithm of how many ways there are to take so many."""
    return lgamma(of + 1) - lgamma(taken + 1) - lgamma(of - taken + 1)
