"""The form of one chain, as an edit: everything typed on it, then the one button pressed."""

from __future__ import annotations

from collections.abc import Mapping

from approvals.drafting.chains import DO, ENDS, add_step, move_step, remove_step, set_step, set_wait, waits
from approvals.drafting.rows import Document, Edit, Row, Unfit, put, refuse, row_of
from approvals.drafting.spans import parted, seconds_of, spelled, typed
from approvals.drafting.targets import code_of, target_of

Posted = Mapping[str, str]


def chain_edit(slug: str, posted: Posted) -> Edit:
    """Return the edit that a posted form makes of the chain `slug`. The edit raises Unfit, by field."""

    def edit(document: Document) -> None:
        chain = row_of(document, "chains", slug)
        wrong: dict[str, str] = {}
        _steps(chain, posted, wrong)
        _waits(chain, posted, wrong)
        _frame(chain, posted, wrong)
        refuse(wrong)
        _press(chain, posted)

    return edit


def _press(chain: Row, posted: Posted) -> None:
    """Do what the button says: "up:2" moves step 2 up."""
    name, _, number = posted.get("do", "keep").partition(":")
    place = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 4 else -1
    match name:
        case "up":
            move_step(chain, place, -1)
        case "down":
            move_step(chain, place, 1)
        case "remove":
            remove_step(chain, place)
        case "add":
            wrong: dict[str, str] = {}
            said = _step(posted, "new", wrong)
            refuse(wrong)
            add_step(chain, said)


def _steps(chain: Row, posted: Posted, wrong: dict[str, str]) -> None:
    for number, step in enumerate(chain.get("steps", ()), start=1):
        if f"do-{number}" in posted:
            said = _step(posted, str(number), wrong)
            before = {name: value for name, value in step.items() if name != "at"}
            if not any(name.endswith(f"-{number}") for name in wrong) and said != before:
                set_step(step, said)


def _step(posted: Posted, number: str, wrong: dict[str, str]) -> Row:
    """Return what a step does, without its time; what is wrong goes into `wrong` by field."""
    do = posted.get(f"do-{number}", "")
    if do not in DO:
        wrong[f"do-{number}"] = "Choose what the step does."
        return {}
    step: Row = {"do": do}
    if do in ("add", "replace"):
        target = target_of(posted.get(f"to-{number}", ""))
        if target is None:
            wrong[f"to-{number}"] = "Choose whom the step asks."
        else:
            step["to"] = target
    elif do == "webhook":
        url = posted.get(f"url-{number}", "").strip()
        if not url:
            wrong[f"url-{number}"] = "Write the address that is called."
        step["url"] = url
    elif do == "repeat":
        for name, default in (("from", 1), ("times", 1)):
            value = posted.get(f"{name}-{number}", "").strip() or str(default)
            if not value.isascii() or not value.isdigit() or not 1 <= int(value[:6]) <= 50:
                wrong[f"{name}-{number}"] = "Write a whole number, at least 1."
            else:
                put(step, name, int(value), default)
    return step


def _waits(chain: Row, posted: Posted, wrong: dict[str, str]) -> None:
    """Change those waits that say something else than they did; backwards, so that the places still fit."""
    before = waits(chain)
    for place in reversed(range(len(before))):
        number, unit = posted.get(f"wait-{place}"), posted.get(f"unit-{place}", "m")
        if number is None or (number.strip(), unit) == parted(before[place]):
            continue
        try:
            set_wait(chain, place, typed(number, unit))
        except ValueError as why:
            wrong[f"wait-{place}"] = str(why)


def _frame(chain: Row, posted: Posted, wrong: dict[str, str]) -> None:
    if (end := posted.get("end")) is not None:
        if end not in ENDS:
            raise Unfit("Choose how it ends if nobody decides.", {"end": "Choose one of the three."})
        put(chain, "finally", end, "reject")
    if (clock := posted.get("clock")) is not None:
        put(chain, "clock", clock, "wall")
    if (number := posted.get("execute")) is not None:
        if not number.strip():
            chain.pop("execute_within", None)
            return
        try:
            seconds = typed(number, posted.get("execute-unit", "m"))
        except ValueError as why:
            wrong["execute"] = str(why)
            return
        if "execute_within" not in chain or seconds_of(chain["execute_within"]) != seconds:
            chain["execute_within"] = spelled(seconds)


def step_code(step: Mapping[str, object]) -> str:
    """Return what a step does as one text, whatever its time: equal for steps that do the same."""
    target = step.get("to")
    to = code_of(target) if isinstance(target, Mapping) else ""
    return f"{step.get('do')}|{to}|{step.get('url', '')}|{step.get('from', 1)}|{step.get('times', 1)}"
