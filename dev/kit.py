"""Block Kit as HTML, our own rendering: enough to see what a message says and which buttons it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape, unescape
from typing import Any

Block = dict[str, Any]
Press = Callable[[Block, Block], str]  # block and element to the HTML of something that can be pressed

_TOKEN = re.compile(
    r"```(?P<pre>.+?)```|`(?P<code>[^`\n]+)`|<(?P<link>[^<>\n]+)>|(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\n]+)_(?![\w_])",
    re.DOTALL,
)


def html_of(blocks: Sequence[Block], *, press: Press | None = None) -> str:
    """Return the HTML of a message, a window or a home. Everything in it is escaped."""
    return "".join(_block(one, press or _shown) for one in blocks)


def mrkdwn(text: str) -> str:
    """Return Slack's markup as HTML: bold, italics, code, quotes, links, mentions and dates."""
    lines = []
    for line in text.split("\n"):
        is_quote = line.startswith(("&gt;", ">"))
        said = _inline(line.removeprefix("&gt;").removeprefix(">") if is_quote else line)
        lines.append(f"<blockquote>{said}</blockquote>" if is_quote else f"{said}<br>")
    return "".join(lines).removesuffix("<br>")


def _inline(text: str) -> str:
    made, at = [], 0
    for found in _TOKEN.finditer(text):
        made.append(_plain(text[at : found.start()]))
        made.append(_token(found))
        at = found.end()
    return "".join([*made, _plain(text[at:])])


def _token(found: re.Match[str]) -> str:
    for name, tag in (("pre", "pre"), ("code", "code")):
        if found[name]:
            return f"<{tag}>{_plain(found[name])}</{tag}>"
    for name, tag in (("bold", "strong"), ("italic", "em")):
        if found[name]:
            return f"<{tag}>{_inline(found[name])}</{tag}>"
    return _link(found["link"])


def _link(inner: str) -> str:
    target, _, words = inner.partition("|")
    if target.startswith("!date^"):
        return f"<time>{_plain(words)}</time>"
    if target.startswith(("@", "#", "!")):
        return f'<span class="mention">{_plain(words or target)}</span>'
    if not unescape(target).startswith(("https://", "http://", "mailto:")):
        return _plain(f"<{inner}>")
    return f'<a href="{escape(unescape(target))}" rel="noreferrer">{_plain(words or target)}</a>'


def _plain(text: str) -> str:
    """Return text as Slack shows it: it writes &, < and > as entities, and nothing else."""
    return escape(unescape(text))


def _text(given: Block) -> str:
    said = str(given.get("text", ""))
    return mrkdwn(said) if given.get("type") == "mrkdwn" else escape(said)


def _shown(block: Block, element: Block) -> str:
    style = f" {escape(element['style'])}" if element.get("style") in ("primary", "danger") else ""
    label = _text(element.get("text", {}))
    if element.get("url"):
        return f'<a class="kit-btn{style}" href="{escape(element["url"])}" rel="noreferrer">{label}</a>'
    return f'<button class="kit-btn{style}" type="button" disabled>{label}</button>'


def _block(block: Block, press: Press) -> str:
    match block.get("type"):
        case "header":
            return f'<p class="kit-header">{_text(block["text"])}</p>'
        case "divider":
            return '<hr class="kit-hr">'
        case "section":
            said = f"<div>{_text(block['text'])}</div>" if "text" in block else ""
            fields = "".join(f"<div>{_text(one)}</div>" for one in block.get("fields", ()))
            beside = f"<div>{press(block, block['accessory'])}</div>" if "accessory" in block else ""
            table = f'<div class="kit-fields">{fields}</div>' if fields else ""
            return f'<div class="kit-section{" with" if beside else ""}">{said}{table}{beside}</div>'
        case "context":
            return f'<p class="kit-context">{" ".join(f"<span>{_text(one)}</span>" for one in block["elements"])}</p>'
        case "actions":
            return f'<div class="kit-actions">{"".join(press(block, one) for one in block["elements"])}</div>'
        case "input":
            return _input(block)
    return f'<p class="kit-context">A block of the type {escape(str(block.get("type")))}</p>'


def _input(block: Block) -> str:
    element = block["element"]
    name = escape(str(block.get("block_id", "")))
    hint = f'<span class="kit-hint">{_text(block["hint"])}</span>' if "hint" in block else ""
    more = " (optional)" if block.get("optional") else ""
    if element.get("type") == "radio_buttons":
        said = _text(block["label"]) + more
        return f'<fieldset class="kit-input"><legend>{said}</legend>{_field(name, element)}{hint}</fieldset>'
    return f'<label class="kit-input"><span>{_text(block["label"])}{more}</span>{_field(name, element)}{hint}</label>'


def _field(name: str, element: Block) -> str:
    if element.get("type") == "radio_buttons":
        return "".join(
            f'<label class="kit-radio"><input type="radio" name="{name}" value="{escape(one["value"])}"'
            f"{' checked' if one == element.get('initial_option') else ''}>{_text(one['text'])}</label>"
            for one in element["options"]
        )
    if "options" in element:
        chosen = element.get("initial_option", {}).get("value")
        made = "".join(
            f'<option value="{escape(one["value"])}"{" selected" if one["value"] == chosen else ""}>'
            f"{_text(one['text'])}</option>"
            for one in element["options"]
        )
        return f'<select name="{name}"><option value=""></option>{made}</select>'
    value = escape(str(element.get("initial_value", "")))
    if element.get("multiline"):
        return f'<textarea name="{name}" rows="3">{value}</textarea>'
    return f'<input type="text" name="{name}" value="{value}">'
