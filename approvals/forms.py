"""The decision form of a browser, read once into frozen values: text becomes what the schema says, or is refused."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from approvals.faces.arguments import fields, schema_at, text_of, value_at
from approvals.faces.decide import FieldFace
from approvals.flow.refusals import InvalidArguments, InvalidVote
from approvals.posted import CastVote
from core import strict_json
from core.errors import BadRequest, FieldError

VOTES = frozenset({"approve", "reject", "abstain"})
LONGEST_COMMENT = 5_000
LONGEST_ANSWER = 10_000
A_DAY = 86_400.0
EDITED, LEFT = "arg:", "leave:arg:"
_WHOLE = re.compile(r"-?[0-9]{1,16}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,12})?", re.ASCII)
_MOST_WHOLE = 2**53 - 1


class UnreadableForm(BadRequest):
    """The form is not one of ours."""

    code, title = "bad_form", "This form cannot be read"


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """What was pressed and typed. `edits` are the edited fields by name ("arg:/amount"), as text."""

    vote: str
    digest: str
    comment: str = ""
    confirm: str = ""
    choice: str = ""
    answer: str = ""
    reject_option: str = ""
    edited: bool = False
    edits: Mapping[str, str] | None = None
    reviewed: float | None = None
    on_behalf_of: str = ""
    fine_as_proposed: bool = False
    no_fault: bool = False

    def cast(self, arguments: dict[str, Any] | None) -> CastVote:
        """Return the vote, with the edited arguments where there are any."""
        return CastVote(
            vote=self.vote,
            digest=self.digest,
            comment=self.comment,
            arguments=arguments,
            choice=self.choice,
            answer=self.answer,
            reject_option=self.reject_option if self.vote == "reject" else "",
            review_seconds=self.reviewed,
            on_behalf_of=self.on_behalf_of,
            fine_as_proposed=self.fine_as_proposed if self.edited else None,
            no_fault=self.no_fault and self.vote == "reject",
        )


def decision_form(posted: Mapping[str, str], *, question: bool) -> DecisionForm:
    """Return the form. Raises UnreadableForm for what no form of ours sends, InvalidVote for what is too long."""
    vote = posted.get("vote", "")
    if vote not in VOTES:
        raise UnreadableForm("Nothing was recorded: the form says neither approve nor reject. Open the page again.")
    comment = said(posted.get("comment", ""), what="The comment", longest=LONGEST_COMMENT).strip()
    answers = question and vote == "approve"
    edited = posted.get("edited") == "1" and vote == "approve"
    return DecisionForm(
        vote=vote,
        digest=posted.get("digest", "")[:100],
        comment=comment,
        confirm=posted.get("confirm", "")[:200],
        choice=said(posted.get("choice", "")[:100]) if answers else "",
        answer=said(posted.get("answer", ""), what="The answer").strip() if answers else "",
        reject_option=said(posted.get("reject_option", "")[:100]),
        edited=edited,
        edits={name: _lines(text) for name, text in posted.items() if name.startswith((EDITED, LEFT))}
        if edited
        else None,
        reviewed=seconds_of(posted.get("reviewed", "")),
        on_behalf_of=said(posted.get("on_behalf_of", "")[:254]).strip(),
        fine_as_proposed=posted.get("fine_as_proposed") == "1",
        no_fault=posted.get("no_fault") == "1",
    )


def edited_arguments(
    arguments: dict[str, Any], schema: dict[str, Any] | None, edits: Mapping[str, str]
) -> dict[str, Any]:
    """Return the arguments with the edited fields in them; numbers stay numbers, what was not touched stays as it was.

    Raises InvalidArguments with one error a field, and for fields that cannot be edited.
    """
    offered = {field.name: field for field in fields(arguments, schema)}
    changed = copy.deepcopy(arguments)
    wrong = []
    _leave_out(changed, offered, [name for name in edits if name.startswith(LEFT)])
    for name, text in edits.items():
        if name.startswith(LEFT):
            continue
        pointer, field = name.removeprefix(EDITED), offered.get(name)
        if field is None or field.kind == "leave":
            raise InvalidArguments("Nothing was recorded: this form has a field that cannot be edited.")
        if text == _lines(field.was):
            continue
        try:
            _put(changed, pointer, read_field(field, text, schema_at(schema, pointer) or {}))
        except ValueError as fault:
            wrong.append(FieldError(f"/arguments{pointer}", "wrong_type", str(fault)))
    if wrong:
        raise InvalidArguments("Some of the changes cannot be read. Nothing was recorded.", errors=wrong)
    return changed


def _leave_out(changed: dict[str, Any], offered: Mapping[str, FieldFace], names: list[str]) -> None:
    """Take the ticked items out of their lists. Raises InvalidArguments for what is not offered, and for all of one."""
    out: dict[str, set[int]] = {}
    for name in names:
        wanted, _, place = name.removeprefix("leave:").rpartition(":")
        field = offered.get(wanted)
        if field is None or field.kind != "leave" or place not in {one for one, _ in field.choices}:
            raise InvalidArguments("Nothing was recorded: this form leaves out something that cannot be left out.")
        out.setdefault(wanted, set()).add(int(place))
    for wanted, places in out.items():
        pointer = wanted.removeprefix(EDITED)
        kept = [item for place, item in enumerate(value_at(changed, pointer)) if place not in places]
        if not kept:
            raise InvalidArguments("Nothing was recorded: everything would be left out. Reject it instead.")
        _put(changed, pointer, kept)


def read_field(field: FieldFace, text: str, part: Mapping[str, Any]) -> Any:
    """Return the JSON value that `text` stands for in a field. Raises ValueError with what to write instead."""
    match field.kind:
        case "integer":
            return _whole(text)
        case "number":
            return _number(text)
        case "boolean":
            if text not in ("true", "false"):
                raise ValueError("Choose yes or no.")
            return text == "true"
        case "choice":
            return _choice(text, part)
        case "json":
            try:
                return strict_json.parse(text.encode())
            except BadRequest as wrong:
                raise ValueError(f"This is not JSON: {wrong.detail}") from wrong
    return said(text)


def said(text: str, *, what: str = "The text", longest: int = LONGEST_ANSWER) -> str:
    """Return what somebody wrote, with the line ends of everywhere. Raises UnreadableForm, InvalidVote if too long."""
    if strict_json.forbidden_in(text) is not None:
        raise UnreadableForm("Nothing was recorded: the text holds a character that no text has.")
    if len(text) > longest:
        raise InvalidVote(f"{what} is longer than {longest:,} characters. Nothing was recorded: shorten it.")
    return _lines(text)


def _whole(text: str) -> int:
    plain = text.strip().replace(",", "")
    if not _WHOLE.fullmatch(plain) or abs(int(plain)) > _MOST_WHOLE:
        raise ValueError("Write a whole number, such as 12.")
    return int(plain)


def _number(text: str) -> int | float:
    plain = text.strip().replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError("Write a number, such as 1840 or 18.40.")
    exact = Decimal(plain)
    if exact == exact.to_integral_value() and abs(exact) <= _MOST_WHOLE:
        return int(exact)
    return float(exact)


def _choice(text: str, part: Mapping[str, Any]) -> Any:
    for item in part.get("enum", ()):
        if text_of(item) == text:
            return item
    raise ValueError("Choose one of what is offered.")


def _put(arguments: Any, pointer: str, value: Any) -> None:
    parent, _, token = pointer.rpartition("/")
    key = token.replace("~1", "/").replace("~0", "~")
    holder = value_at(arguments, parent)
    if isinstance(holder, list):
        holder[int(key)] = value
    else:
        holder[key] = value


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def seconds_of(text: str) -> float | None:
    """Return how long somebody looked, as their browser counted it; only evidence, never a gate."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return min(seconds, A_DAY) if isfinite(seconds) and seconds > 0 else None
