"""Text to nodes: a safe subset of YAML 1.2 (of which JSON is one), each node with its line and column.

Refused: anchors, aliases, tags, several documents, names that are not text or occur twice, anything deeper than 32
or longer than 1 MiB. A plain `no`, `on`, `1:30` or `2026-12-25` is the text it looks like (YAML 1.2's core schema);
where text is wanted, `010` and `1.0` are text too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import yaml

from agents.pointers import pointer_of
from approvals.configuration.faults import Fault, InvalidDocument
from core.strict_json import forbidden_in

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 100_000
MOST_DIGITS = 100

Kind = Literal["map", "list", "text", "number", "flag", "null"]

_NULL = {"", "~", "null", "Null", "NULL"}
_FLAG = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OTHER_INTEGER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)
# What JSON may hold as it is and YAML may not, or takes for a line break.
_JSON_ONLY = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)} | {ord("\t"): " "}
_ESCAPE = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)


@dataclass(slots=True)
class Node:
    """One value of the document and where it stands; `text` is a scalar as it was written."""

    kind: Kind
    line: int
    column: int
    pointer: str
    text: str = ""
    quoted: bool = False
    members: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)

    @property
    def described(self) -> str:
        """What this is, in words, for a message."""
        words = {"map": "a mapping", "list": "a list", "null": "nothing"}
        return words.get(self.kind) or f"“{self.text[:60]}”"


def parse(text: str | bytes) -> Node:
    """Return the document's root, a mapping. Raises InvalidDocument with the one fault that stopped the reading."""
    prepared = _prepare(text)
    try:
        root = _Builder().build(yaml.parse(prepared, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _stop(line, column, "unreadable", _reading(problem.problem or "it cannot be read")) from None
    except yaml.YAMLError as problem:
        raise _stop(1, 1, "unreadable", f"This is neither YAML nor JSON: {str(problem)[:200]}") from None
    if root.kind != "map":
        raise _stop(root.line, root.column, "wrong_type", "The document must be a mapping. Begin with “version: 1”.")
    return root


def places(root: Node) -> dict[str, tuple[int, int]]:
    """Return where everything stands: pointer to (line, column), counted from 1."""
    found: dict[str, tuple[int, int]] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        found[node.pointer] = (node.line, node.column)
        waiting += [*node.members.values(), *node.items]
    return found


def resolve(text: str) -> str | bool | int | Decimal | None:
    """Return what a plain scalar means in YAML 1.2's core schema. Raises ValueError for what JSON cannot hold."""
    if text in _NULL:
        return None
    if text in _FLAG:
        return _FLAG[text]
    if len(text) > MOST_DIGITS and any(form.fullmatch(text) for form in (_INTEGER, _OTHER_INTEGER, _FLOAT)):
        raise ValueError(f"a number has {MOST_DIGITS} digits at most")
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_INTEGER.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return Decimal(text)
    if _NOT_FINITE.fullmatch(text):
        raise ValueError("it is not a finite number")
    return text


def _prepare(text: str | bytes) -> str:
    """Return the text without a byte order mark, and JSON's own spellings made such that YAML reads them."""
    size = len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _stop(1, 1, "too_large", f"The document has {size:,} bytes; at most {MAX_BYTES:,} are read.")
    try:
        whole = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        line = text[: problem.start].count(b"\n") + 1 if isinstance(text, bytes) else 1
        raise _stop(line, 1, "unreadable", "The document is not UTF-8. Save it as UTF-8.") from None
    if whole.lstrip().startswith("{") and _is_json(whole):
        return _ESCAPE.sub(_pair, whole.translate(_JSON_ONLY))
    return whole


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True


def _pair(found: re.Match[str]) -> str:
    high, low = found.groups()
    if not high:
        return found[0]
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _stop(line: int, column: int, code: str, message: str) -> InvalidDocument:
    return InvalidDocument([Fault(line, column, "", code, message)])


def _reading(problem: str) -> str:
    hints = {
        "mapping values are not allowed": " A text with a colon in it needs quotes.",
        "found character that cannot start any token": " Indent with spaces, not tabs, and put texts that begin"
        " with @, %, ` or a tab in quotes.",
        "did not find expected key": " Check the indentation of this line against the ones above.",
        "did not find expected '-' indicator": " Check the indentation of this line against the ones above.",
        "did not find expected ',' or": " A bracket or brace opened before this is not closed.",
        "invalid Unicode character escape": " A lone half of a surrogate pair stands for no character.",
    }
    hint = next((hint for start, hint in hints.items() if start in problem), "")
    return f"The YAML cannot be read here: {problem}.{hint}"


class _Builder:
    """Makes nodes of the parser's events, and refuses what the subset leaves out."""

    def __init__(self) -> None:
        self.count = 0

    def build(self, events: object) -> Node:
        root: Node | None = None
        open_: list[tuple[Node, Node | None]] = []  # the containers around us, and for a mapping the name that waits
        for event in events:  # type: ignore[attr-defined]
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise self._refuse(event, "several_documents", "One file holds one document. Split it at “---”.")
            if isinstance(event, yaml.CollectionEndEvent):
                open_.pop()
                continue
            if isinstance(event, yaml.NodeEvent):
                node = self._take(event, open_)
                if not open_ and root is None:
                    root = node
                if isinstance(event, yaml.CollectionStartEvent):
                    open_.append((node, None))
        return root or Node("null", 1, 1, "")

    def _take(self, event: yaml.NodeEvent, open_: list[tuple[Node, Node | None]]) -> Node:
        """Make the node of an event and hang it where it belongs."""
        node = self._node(event)
        self.count += 1
        if self.count > MAX_NODES:
            raise self._refuse(event, "too_large", f"The document has more than {MAX_NODES:,} values.")
        if not open_:
            return node
        around, name = open_[-1]
        if len(open_) >= MAX_DEPTH:
            raise self._refuse(event, "too_deep", f"This is nested more than {MAX_DEPTH} deep.")
        if around.kind == "list":
            node.pointer = f"{around.pointer}/{len(around.items)}"
            around.items.append(node)
        elif name is None:
            self._check_name(event, node, around)
            open_[-1] = (around, node)
        else:
            node.pointer = around.pointer + pointer_of(name.text)
            if node.kind == "null":
                node.line, node.column = name.line, name.column
            around.members[name.text] = node
            open_[-1] = (around, None)
        return node

    def _check_name(self, event: yaml.NodeEvent, name: Node, around: Node) -> None:
        if name.kind in ("map", "list"):
            raise self._refuse(event, "name_not_text", "A name must be text, not a list or a mapping.")
        if name.text == "<<" and not name.quoted:
            raise self._refuse(event, "merge_refused", "Merging with “<<” is not read. Write the fields out.")
        if name.kind == "null" and not name.quoted:
            raise self._refuse(event, "name_not_text", "A name is missing before the colon.")
        if name.text in around.members:
            first = around.members[name.text].line
            raise self._refuse(
                event, "duplicate_name", f"“{name.text[:60]}” was said on line {first} already. Say it once."
            )

    def _node(self, event: yaml.NodeEvent) -> Node:
        line, column = _place(event)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._refuse(event, "anchor_refused", "Anchors (&) and aliases (*) are not read. Write it out.")
        if isinstance(event, yaml.CollectionStartEvent):
            if event.tag:
                raise self._refuse(event, "tag_refused", "Tags (!) are not read. Leave the tag out.")
            return Node("map" if isinstance(event, yaml.MappingStartEvent) else "list", line, column, "")
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse(event, "unreadable", "This cannot be read.")
        if event.tag:
            raise self._refuse(event, "tag_refused", "Tags (!) are not read. Leave the tag out.")
        if (found := forbidden_in(event.value)) is not None:
            raise self._refuse(event, "forbidden_character", f"A text holds U+{ord(found):04X}. Leave it out.")
        quoted = not event.implicit[0]
        return Node(self._kind(event, quoted), line, column, "", text=event.value, quoted=quoted)

    def _kind(self, event: yaml.ScalarEvent, quoted: bool) -> Kind:
        if quoted:
            return "text"
        try:
            value = resolve(event.value)
        except ValueError as problem:
            raise self._refuse(event, "wrong_type", f"“{event.value[:40]}” cannot be taken: {problem}.") from None
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "flag"
        return "text" if isinstance(value, str) else "number"

    def _refuse(self, event: yaml.Event, code: str, message: str) -> InvalidDocument:
        return _stop(*_place(event), code, message)
