"""What Slack would refuse of a message, a modal or a home: Block Kit's published limits.

https://docs.slack.dev/reference/block-kit/blocks and …/block-elements, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Faults = Iterator[str]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
_TEXT = {"plain_text", "mrkdwn"}
_LISTS = {"static_select", "radio_buttons", "checkboxes", "overflow", "multi_static_select"}
_INPUTS = {
    "plain_text_input", "number_input", "static_select", "radio_buttons", "checkboxes", "datepicker",
    "email_text_input", "url_text_input", "users_select", "datetimepicker", "timepicker", "multi_static_select",
}  # fmt: skip
_MOST_OPTIONS = {"static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}


def faults(blocks: Any, *, surface: str = "message") -> list[str]:
    """Return, in words, everything Slack would answer `invalid_blocks` to."""
    if not isinstance(blocks, list):
        return ["blocks must be a list"]
    found = [] if len(blocks) <= MOST_BLOCKS[surface] else [f"more than {MOST_BLOCKS[surface]} blocks"]
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        if not isinstance(block, dict):
            found.append(f"blocks[{number}] must be an object")
            continue
        reader = _BLOCKS.get(str(block.get("type")))
        name = block.get("block_id")
        if name is not None and (not isinstance(name, str) or not 0 < len(name) <= 255 or name in seen):
            found.append(f"blocks[{number}].block_id must be unique and of 1 to 255 characters")
        seen.add(str(name)) if name is not None else None
        if reader is None:
            found.append(f"blocks[{number}]: unknown block type {block.get('type')!r}")
            continue
        found += [f"blocks[{number}].{one}" for one in reader(block, surface)]
    return found


def view_faults(view: Any) -> list[str]:
    """Return what Slack would refuse of a modal or a home."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["view.type must be modal or home"]
    found = faults(view.get("blocks"), surface=view["type"])
    if view["type"] == "modal":
        found += [f"title.{one}" for one in _text(view.get("title"), 24, only="plain_text")]
        for name in ("submit", "close"):
            if name in view:
                found += [f"{name}.{one}" for one in _text(view[name], 24, only="plain_text")]
        has_input = any(isinstance(one, dict) and one.get("type") == "input" for one in view.get("blocks") or ())
        if has_input and "submit" not in view:
            found.append("submit is required where there is an input")
    if len(str(view.get("private_metadata", ""))) > 3000:
        found.append("private_metadata is longer than 3000")
    if len(str(view.get("callback_id", ""))) > 255:
        found.append("callback_id is longer than 255")
    return found


def _text(given: Any, most: int, *, only: str = "", least: int = 1) -> Faults:
    if not isinstance(given, dict) or given.get("type") not in _TEXT or not isinstance(given.get("text"), str):
        yield "must be a text object"
        return
    if only and given["type"] != only:
        yield f"must be {only}"
    if not least <= len(given["text"]) <= most:
        yield f"text has {len(given['text'])} characters; {least} to {most} are allowed"
    if given["type"] == "mrkdwn" and "emoji" in given:
        yield "emoji belongs to plain_text only"
    if given["type"] == "plain_text" and "verbatim" in given:
        yield "verbatim belongs to mrkdwn only"


def _header(block: dict[str, Any], surface: str) -> Faults:
    yield from _text(block.get("text"), 150, only="plain_text")


def _divider(block: dict[str, Any], surface: str) -> Faults:
    yield from ()


def _section(block: dict[str, Any], surface: str) -> Faults:
    if "text" not in block and "fields" not in block:
        yield "needs text or fields"
    if "text" in block:
        yield from _text(block["text"], 3000)
    fields = block.get("fields", [])
    if not isinstance(fields, list) or len(fields) > 10 or ("fields" in block and not fields):
        yield "fields must be 1 to 10"
        return
    for number, one in enumerate(fields):
        yield from (f"fields[{number}].{fault}" for fault in _text(one, 2000))
    if "accessory" in block:
        yield from (f"accessory.{fault}" for fault in _element(block["accessory"]))


def _context(block: dict[str, Any], surface: str) -> Faults:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        yield "elements must be 1 to 10"
        return
    for number, one in enumerate(elements):
        if isinstance(one, dict) and one.get("type") == "image":
            continue
        yield from (f"elements[{number}].{fault}" for fault in _text(one, 2000))


def _actions(block: dict[str, Any], surface: str) -> Faults:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        yield "elements must be 1 to 25"
        return
    names = [one.get("action_id") for one in elements if isinstance(one, dict)]
    if len(set(names)) != len(names):
        yield "action_ids must differ"
    for number, one in enumerate(elements):
        yield from (f"elements[{number}].{fault}" for fault in _element(one))


def _input(block: dict[str, Any], surface: str) -> Faults:
    if surface == "message":
        yield "an input belongs to a modal or a home"
    yield from (f"label.{fault}" for fault in _text(block.get("label"), 2000, only="plain_text"))
    if "hint" in block:
        yield from (f"hint.{fault}" for fault in _text(block["hint"], 2000, only="plain_text"))
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") not in _INPUTS:
        yield "element must be an input"
        return
    yield from (f"element.{fault}" for fault in _element(element))


def _alert(block: dict[str, Any], surface: str) -> Faults:
    if surface == "message":
        yield "an alert belongs to a modal"
    if block.get("level") not in ("default", "info", "warning", "error", "success"):
        yield "level is unknown"
    yield from _text(block.get("text"), 200)


def _element(one: Any) -> Faults:
    if not isinstance(one, dict) or not isinstance(one.get("type"), str):
        yield "must be an element"
        return
    kind = one["type"]
    name = one.get("action_id")
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        yield "action_id must have 1 to 255 characters"
    if kind == "button":
        yield from _button(one)
    elif kind in _LISTS:
        yield from _options(one, _MOST_OPTIONS[kind])
    elif kind == "plain_text_input":
        if not 0 <= len(str(one.get("initial_value", ""))) <= 3000:
            yield "initial_value is longer than 3000"
        if not 1 <= int(one.get("max_length", 3000)) <= 3000:
            yield "max_length must be 1 to 3000"
    elif kind == "number_input":
        if not isinstance(one.get("is_decimal_allowed"), bool):
            yield "is_decimal_allowed is required"
        for bound in ("initial_value", "min_value", "max_value"):
            if bound in one and not isinstance(one[bound], str):
                yield f"{bound} must be a text"
    elif kind not in _INPUTS:
        yield f"unknown element type {kind!r}"
    if "placeholder" in one:
        yield from (f"placeholder.{fault}" for fault in _text(one["placeholder"], 150, only="plain_text"))


def _button(one: dict[str, Any]) -> Faults:
    yield from (f"text.{fault}" for fault in _text(one.get("text"), 75, only="plain_text"))
    if not isinstance(one.get("value", ""), str) or len(one.get("value", "")) > 2000:
        yield "value is longer than 2000"
    if "url" in one and (not str(one["url"]).startswith(("https://", "http://")) or len(one["url"]) > 3000):
        yield "url must be an address of at most 3000 characters"
    if one.get("style", "primary") not in ("primary", "danger"):
        yield "style must be primary or danger"
    if len(str(one.get("accessibility_label", ""))) > 75:
        yield "accessibility_label is longer than 75"


def _options(one: dict[str, Any], most: int) -> Faults:
    options = one.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        yield f"options must be 1 to {most}"
        return
    for number, option in enumerate(options):
        if not isinstance(option, dict):
            yield f"options[{number}] must be an object"
            continue
        yield from (f"options[{number}].text.{fault}" for fault in _text(option.get("text"), 75))
        if not isinstance(option.get("value"), str) or not 0 < len(option["value"]) <= 150:
            yield f"options[{number}].value must have 1 to 150 characters"
    chosen = one.get("initial_option")
    if chosen is not None and chosen not in options:
        yield "initial_option is none of the options"


_BLOCKS: dict[str, Callable[[dict[str, Any], str], Faults]] = {
    "header": _header,
    "divider": _divider,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "alert": _alert,
}
