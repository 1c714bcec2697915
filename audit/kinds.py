"""Every kind of audit entry, declared once, with the sentence people read.

A sentence names the facts it needs in braces; an entry that lacks one cannot be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry: its stored code and its sentence, such as "approved {title}"."""

    code: str
    text: str

    def sentence(self, actor: str, facts: Mapping[str, Any]) -> str:
        """Return the sentence with its facts; who acted in somebody's name says so. Raises KeyError if one is missing.

        "person:bo@acme.test on behalf of ana@acme.test voted approve".
        """
        words = [f"on behalf of {facts['on_behalf_of']} "] if facts.get("on_behalf_of") else []
        for literal, name, _, _ in Formatter().parse(self.text):
            words.append(literal)
            if name:
                words.append(_spoken(facts[name]))
        return f"{actor} {''.join(words)}"


def _spoken(fact: Any) -> str:
    """Return a fact as it stands in a sentence: a list as its parts, "bo@acme.test, cy@acme.test"."""
    return ", ".join(str(one) for one in fact) if isinstance(fact, list | tuple) else str(fact)


_ALL = (
    Kind("config.applied", "published configuration version {version}"),
    Kind("key.issued", "issued a key for {holder}"),
    Kind("key.revoked", "revoked a key of {holder}"),
    Kind("person.signed_in", "signed in by {method}"),
    Kind("person.signed_out", "signed out"),
    Kind("person.method_added", "added {what} to sign in with"),
    Kind("person.method_removed", "removed {what} from what signs them in"),
    Kind("signin_link.issued", "made a one-time sign-in link for {person}"),
    Kind("action.posted", "posted {action}: {title}"),
    Kind("action.asked", "asked {people}"),
    Kind("action.held", "could not ask anybody: {reason}"),
    Kind("action.voted", "voted {vote}"),
    Kind("action.vote_late", "voted {vote}, too late to count"),
    Kind("action.stage_opened", "began stage {stage} of {of}"),
    Kind("action.votes_dismissed", "dismissed {count} votes: {reason}"),
    Kind("action.decided", "closed the action as {status}, by {by}"),
    Kind("action.revised", "made revision {revision}"),
    Kind("action.withdrawn", "withdrew the action"),
    Kind("action.question", "asked the agent a question"),
    Kind("action.replied", "answered the question"),
    Kind("action.claimed", "took the action for review"),
    Kind("action.released", "released the action"),
    Kind("action.reassigned", "handed the action from {from} to {to}"),
    Kind("action.escalated", "moved the action on to step {step}"),
    Kind("action.snoozed", "muted reminders until {until}"),
    Kind("action.reminded", "reminded {people}"),
    Kind("action.unreached", "could reach nobody of {people}: {onward}"),
    Kind("action.step_run", "ran step {step} of the chain: {what}"),
    Kind("action.extended", "moved the deadline to {decide_by}, because of an outage"),
    Kind("action.reapplied", "put the action on the road of configuration version {config_version}"),
    Kind("action.started", "started the execution"),
    Kind("action.start_refused", "was refused the start: {code}"),
    Kind("action.finished", "finished: {status}"),
    Kind("action.lapsed", "did not start in time"),
    Kind("action.revoked", "took the approval back"),
    Kind("action.outcome", "reported the outcome as {verdict}"),
    Kind("action.shadowed", "told that version {version} would have done {said}"),
    Kind("action.audited", "judged the action afterwards: {verdict}"),
    Kind("action.disputed", "asked for a second opinion on the action"),
    Kind("practice.answered", "decided a practice request"),
    Kind("lane.moved", "moved {lane} from {before} to {after}: {sentence}"),
    Kind("agent.paused", "paused the agent {agent}"),
    Kind("agent.resumed", "let the agent {agent} go on"),
    Kind("agent.lanes_frozen", "froze {lanes} of {agent}"),
    Kind("agent.lanes_unfrozen", "let {lanes} of {agent} go on"),
    Kind("organization.paused", "paused all {agents} agents"),
    Kind("organization.resumed", "let all {agents} agents go on"),
    Kind("organization.stopped", "stopped all {agents} agents from outside: {reason}"),
    Kind("organization.released", "lifted the stop of all {agents} agents from outside"),
    Kind("agent.unknown_type", "saw {agent} post {action}, a type it has not been given"),
    Kind("routing.indeterminate", "could not tell whether {what} applies: {reason}"),
    Kind("delegation.created", "let {to} decide for {from} from {starts} until {until}"),
    Kind("delegation.started", "saw it begin that {to} decides for {from}"),
    Kind("delegation.ended", "ended that {to} decides for {from}: {why}"),
    Kind("delivery.dead", "gave up delivering {kind} to {address}"),
    Kind("person.slack_linked", "linked the Slack account {slack} to {person}"),
    Kind("slack.connected", "connected the Slack workspace {team}"),
    Kind("slack.tested", "tested the Slack workspace {team}: {found}"),
    Kind("slack.disconnected", "disconnected the Slack workspace {team}"),
    Kind("slack.failed", "could not reach {address} by Slack: {error}"),
    Kind("person.digest_stopped", "stopped the digest {kind} for {person}"),
    Kind("person.digest_started", "started the digest {kind} for {person} again"),
    Kind("email.bounced", "saw mail to {address} come back: {kind}"),
    Kind("delivery.replayed", "sent {kind} again"),
    Kind("lane.differs", "found that {lane} of {agent} differs from its ledger, and froze it"),
    Kind("system.invariant_broken", "found {invariant} broken for {count} actions, one of them {example}"),
    Kind("audit.checked", "checked the chain: {found}"),
    Kind("audit.exported", "exported entries {first} to {last}"),
)

_BY_CODE = {kind.code: kind for kind in _ALL}


def kind_named(code: str) -> Kind:
    """Return the kind called `code`. Raises KeyError if it was never declared."""
    return _BY_CODE[code]


def all_kinds() -> tuple[Kind, ...]:
    """Return every kind, in the order of declaration."""
    return _ALL
