"""The decision bar: what this reader may press, how hard it is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
CHIPS = (
    "Not what the customer asked for",
    "Wrong amount",
    "Needs more evidence",
    "Against the policy",
    "Do it another way",
)
WHY = {
    "low": "",
    "medium": "Read what it will send; you can undo for a few seconds.",
    "high": "This can’t be undone, so approving takes a moment longer.",
    "critical": "What this does can’t be brought back, so approving asks you to type.",
}


@dataclass(frozen=True, slots=True)
class OptionFace:
    """A reason the agent offers for a rejection; `prompt` says what to write with it."""

    name: str
    title: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceFace:
    """One of two or more answers to a question of the agent."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class FieldFace:
    """One argument that can be edited, of the type its schema gives.

    `kind` is text, area, number, integer, boolean, choice, json, or leave: a list whose items (`choices`: place, words)
    can be left out. `name` is "arg:" and the JSON pointer. `hint` says
    the limits ("At most 2,000.00."); `was` is the value as proposed; `error` a sentence when it was refused.
    """

    name: str
    label: str
    kind: str
    value: str
    was: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class DecideFace:
    """What may be pressed.

    `friction` is press, hold or type; `confirm` the text to type where it is hold or type; `confirm_of` what that text
    is ("the amount", "the last four characters of its number"). `amount` repeats on the buttons ("€1,840.00"). `locked`
    is a sentence when nothing can be pressed now; `errors` are sentences about what was refused. `undo_seconds` above
    0 lets the browser wait before it sends; `second` says "Jonas approved, you are the second of 2."; `epoch`, where
    not None, offers to move it on to `onward`. `behalf` are the seats there are to choose from (e-mail, words), the
    first one chosen; `behalf_said` is whose it is where that is not the reader's own, `behalf_until` until when.
    """

    url: str
    digest: str
    risk: str
    why: str = ""
    friction: str = "press"
    confirm: str = ""
    confirm_of: str = "the amount"
    amount: str = ""
    question: bool = False
    choices: tuple[ChoiceFace, ...] = ()
    free_text: bool = False
    reject_options: tuple[OptionFace, ...] = ()
    chips: tuple[str, ...] = CHIPS
    fields: tuple[FieldFace, ...] = ()
    may_ask: bool = True
    may_abstain: bool = False
    may_claim: bool = False
    may_revoke: bool = False
    hand_off_to: tuple[tuple[str, str], ...] = ()
    snooze: tuple[tuple[str, str], ...] = ()
    locked: str = ""
    errors: tuple[str, ...] = ()
    comment: str = ""
    next_url: str = ""
    undo_seconds: int = 0
    second: str = ""
    epoch: int | None = None
    onward: str = ""
    behalf: tuple[tuple[str, str], ...] = ()
    behalf_said: str = ""
    behalf_until: str = ""

    @property
    def approve_label(self) -> str:
        """What the button says: the verb, and the amount where there is one."""
        return f"Approve {self.amount}".strip()

    @property
    def confirm_label(self) -> str:
        """What to type, as a sentence's end."""
        return f"to approve {self.amount}".strip()


def friction(risk: str, *, unusual: bool = False) -> str:
    """Return how hard approving is: press for low and medium risk, hold for high, type for critical."""
    ladder = ("low", "medium", "high", "critical")
    step = ladder.index(risk) if risk in ladder else 3
    if unusual and risk == "medium":
        return "press"
    return ("press", "press", "hold", "type")[step]


def confirm_text(risk: str, amount: str, public_id: str) -> str:
    """Return what must be typed: nothing below high risk, else the amount's text or the id's last four characters."""
    if risk not in {"high", "critical"}:
        return ""
    return amount or public_id[-4:]


def confirms(typed: str, wanted: str) -> bool:
    """Tell whether `typed` is what was asked for; case, spaces around, and grouping commas do not matter."""
    if not wanted:
        return True

    def plain(text: str) -> str:
        return "".join(text.split()).replace(",", "").casefold()

    return plain(typed) == plain(wanted)


def why(risk: str, *, reversible: bool = False) -> str:
    """Return the sentence that says why approving is as slow as it is."""
    if risk == "high" and reversible:
        return "Much can go wrong here, so approving takes a moment longer."
    return WHY.get(risk, WHY["critical"])


def spoken_amount(value: str, currency: str) -> str:
    """Return an amount for people: `spoken_amount("1840.00", "EUR")` is "€1,840.00", NOK gives "NOK 86,450.00"."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return f"{value} {currency}".strip()
    places = max(-int(number.as_tuple().exponent), 2) if isinstance(number.as_tuple().exponent, int) else 2
    text = f"{number.copy_abs():,.{places}f}"  # exact: abs() would round to 28 digits
    sign = "−" if number < 0 else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{currency} {text}".strip()
