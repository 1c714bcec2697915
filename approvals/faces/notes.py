"""The sentences of every state that is not plain waiting: what happened, whether anything was recorded, what now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.faces.diffs import DiffLine
from approvals.faces.times import ago, clock

DONE = {"approved": "approved", "rejected": "rejected", "answered": "answered"}


@dataclass(frozen=True, slots=True)
class NoteAction:
    """Something to press under a note: a link, or where `post` a form that carries `fields` (name, value)."""

    label: str
    url: str
    post: bool = False
    quiet: bool = False
    key: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoteFace:
    """One note. `tone` is "", ink, ok, warn or bad; `live` is status, alert or ""; `quote` is a person's own words.

    `agent_quote` is the agent's, and is shown as a claim.
    """

    strong: str
    rest: str = ""
    tone: str = ""
    icon: str = "info"
    live: str = "status"
    quote: str = ""
    agent_quote: str = ""
    diff: tuple[DiffLine, ...] = ()
    actions: tuple[NoteAction, ...] = ()


def faster(name: str, outcome: str, at: datetime, now: datetime, *, yours: str, comment: str = "") -> NoteFace:
    """Say that somebody decided first. `yours` is what the reader tried: approval, rejection, or "" if nothing."""
    rest = f"Your {yours} was not recorded." if yours else "There is nothing left to decide."
    strong = f"{name} {DONE.get(outcome, outcome)} this {ago(at, now)}."
    return NoteFace(strong, rest, tone="ink", quote=comment)


def changed(what: str, diff: tuple[DiffLine, ...], *, url: str) -> NoteFace:
    """Say that the content changed while it was read. `what` is a sentence: "The agent changed the amount."."""
    return NoteFace(
        what,
        "Your decision was not recorded. Read it again before deciding.",
        tone="warn",
        icon="warning",
        live="alert",
        diff=diff,
        actions=(NoteAction("Show it as it is now", url),),
    )


def not_live(at: datetime, now: datetime, zone: str) -> NoteFace:
    """Say that the page stands still."""
    rest = f"Showing {clock(at, now, zone)}. You can read, but not decide."
    return NoteFace("Not live.", rest, tone="warn", icon="cloud")


def undelivered(reason: str, *, next_at: datetime | None, attempts: int, now: datetime, zone: str) -> NoteFace:
    """Say that it is decided and the agent has not heard. `reason` is a sentence: "Its endpoint answered 503."."""
    when = f"Next try at {clock(next_at, now, zone)}, number {attempts + 1}." if next_at else "Nobody tries any more."
    return NoteFace(
        "The agent has not been told yet.", f"{reason} {when}".strip(), tone="bad", icon="warning", live="alert"
    )


def not_yours(who_can: str, actions: tuple[NoteAction, ...] = ()) -> NoteFace:
    """Say who can decide instead: `not_yours("Luis Ortega or Priya Raman can.")`."""
    return NoteFace("You can read this, not decide it.", who_can, icon="lock", live="", actions=actions)


def barred(code: str, actions: tuple[NoteAction, ...] = ()) -> NoteFace:
    """Say why this person can never decide this one: self_approval, not_authorized or voted."""
    sentences = {
        "self_approval": (
            "This came from you.",
            "Whoever started an agent's work, or owns the agent, does not decide for it. Somebody else was asked.",
        ),
        "not_authorized": (
            "This is beyond what you may decide.",
            "Your authority stops below this amount or risk. Hand it off to somebody who has it.",
        ),
    }
    strong, rest = sentences.get(code, ("You were not asked to decide this.", "You can read it."))
    return NoteFace(strong, rest, icon="lock", live="", actions=actions)


def voted(vote: str, *, have: int, needed: int, actions: tuple[NoteAction, ...] = ()) -> NoteFace:
    """Say that the reader's own vote counts and others are awaited."""
    word = {"approve": "approved", "reject": "rejected", "abstain": "left this to the others"}.get(vote, vote)
    rest = f"{have} of {needed} approvals. It stays open until the others have decided."
    return NoteFace(f"You {word} this.", rest, tone="ok", icon="check", actions=actions)


def decided(
    outcome: str, who: str, at: datetime, now: datetime, zone: str, *, edited: bool = False, comment: str = ""
) -> NoteFace:
    """Say how people decided it. `who` is "Jonas Berg" or "You and Jonas Berg"."""
    word = {"approved": "Approved with changes" if edited else "Approved", "rejected": "Rejected"}
    tone, icon = ("ok", "check") if outcome in {"approved", "answered"} else ("bad", "cross")
    return NoteFace(
        f"{word.get(outcome, 'Answered')} at {clock(at, now, zone)}.", f"By {who}.", tone=tone, icon=icon, quote=comment
    )


def by_policy(outcome: str, reason: str) -> NoteFace:
    """Say that policy decided at once, with its reason as a sentence."""
    if outcome == "approved":
        return NoteFace("Went through without people.", reason, tone="ok", icon="check", live="")
    return NoteFace("Refused at once, without asking people.", reason, tone="bad", icon="cross", live="")


def expired(at: datetime, now: datetime, zone: str, *, who: str) -> NoteFace:
    """Say that nobody decided in time. `who` were asked: "You, Priya Raman and Finance"."""
    return NoteFace(
        f"Expired at {clock(at, now, zone)}, so it was rejected.",
        f"{who} {'was' if ' and ' not in who and who != 'You' else 'were'} asked. The agent can ask again.",
        icon="clock",
    )


def held(reason: str) -> NoteFace:
    """Say that it waits without a clock until somebody acts, and why."""
    return NoteFace("Held: nobody who may decide this can be reached.", reason, tone="warn", icon="warning")


def asked_agent(name: str, at: datetime, now: datetime, *, text: str) -> NoteFace:
    """Say that the agent owes an answer and the clock stands still."""
    rest = "The clock stands still until the agent answers. You can still decide."
    return NoteFace(f"{name} asked the agent {ago(at, now)}.", rest, tone="ink", icon="ask", quote=text)


def answered(question: str, reply: str) -> NoteFace:
    """Say what the agent answered."""
    return NoteFace(
        "The agent answered.", f"It was asked: “{question}”", tone="ink", icon="ask", live="", agent_quote=reply
    )


def withdrawn(at: datetime, now: datetime, zone: str, *, reason: str = "") -> NoteFace:
    """Say that the agent took it back."""
    strong = f"The agent took this back at {clock(at, now, zone)}."
    return NoteFace(strong, "There is nothing to decide.", icon="undo", agent_quote=reason)


def superseded(url: str) -> NoteFace:
    """Say that a newer action stands in this one's place."""
    actions = (NoteAction("Open the newer one", url),) if url else ()
    return NoteFace("A newer request took the place of this one.", "There is nothing to decide.", actions=actions)


def execution(status: str, at: datetime, now: datetime, zone: str, *, detail: str = "") -> NoteFace:
    """Say what became of the approval: started, succeeded, failed, lapsed or revoked. `detail` is the agent's."""
    when = clock(at, now, zone)
    said = {
        "started": ("The agent started it", "", "play"),
        "succeeded": ("Done, the agent says,", "ok", "check"),
        "failed": ("The agent tried and failed", "bad", "warning"),
        "lapsed": ("Not started in time: the approval lapsed", "warn", "clock"),
        "revoked": ("The approval was taken back", "warn", "undo"),
    }
    strong, tone, icon = said.get(status, (status.capitalize(), "", "info"))
    return NoteFace(f"{strong} at {when}.", tone=tone, icon=icon, agent_quote=detail)


def paused(agent: str, reason: str) -> NoteFace:
    """Say that the agent is paused: what is approved now is not started until it resumes."""
    rest = f"{reason} An approval now can only be started once it is resumed.".strip()
    return NoteFace(f"{agent} is paused.", rest, tone="warn", icon="pause")
