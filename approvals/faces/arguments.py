"""Arguments as lines and tables for reading, and as typed fields for editing."""

from __future__ import annotations

import json
from typing import Any

from approvals.faces.action import ArgRow, ArgTable, Cell, TableRow
from approvals.faces.decide import FieldFace

ROWS, COLUMNS, LINES, SEPARABLE = 60, 5, 14, 100


def rows(arguments: dict[str, Any], schema: dict[str, Any] | None = None) -> tuple[ArgRow, ...]:
    """Return every value as a line, in the order it came; what a table shows is left to `tables`."""
    found: list[ArgRow] = []
    _walk(arguments, "", "", schema or {}, found)
    return tuple(found[:ROWS])


def tables(arguments: dict[str, Any]) -> tuple[ArgTable, ...]:
    """Return the arguments that are lists of objects, as tables of at most five columns and fourteen lines."""
    return tuple(_table(key, value) for key, value in arguments.items() if is_table(value))


def fields(arguments: dict[str, Any], schema: dict[str, Any] | None) -> tuple[FieldFace, ...]:
    """Return the values that can be edited: the scalars that the schema describes, or all of them without a schema."""
    found = []
    for row in rows(arguments, schema):
        part = schema_at(schema, row.pointer)
        if (schema is not None and part is None) or is_separable(value_at(arguments, row.pointer), part):
            continue
        found.append(_field(row, value_at(arguments, row.pointer), part or {}, schema or {}))
    return (*found, *lists(arguments, schema))


def lists(arguments: dict[str, Any], schema: dict[str, Any] | None) -> tuple[FieldFace, ...]:
    """Return the arguments whose items can be left out one by one, with the place and the words of each item."""
    found = []
    for key, value in arguments.items():
        pointer = f"/{key.replace('~', '~0').replace('/', '~1')}"
        if is_separable(value, schema_at(schema, pointer)):
            items = tuple((str(place), _item(item)) for place, item in enumerate(value))
            label = f"{label_of(key)}, leave these out"
            found.append(FieldFace(f"arg:{pointer}", label, "leave", "", "", choices=items))
    return tuple(found)


def is_separable(value: Any, part: dict[str, Any] | None) -> bool:
    """Tell whether some items of a list can be approved without the others: its schema says `x-separable: true`."""
    marked = part is not None and part.get("x-separable") is True
    return marked and isinstance(value, list) and 1 < len(value) <= SEPARABLE


def _item(item: Any) -> str:
    """Return an item of a list in a few words: the first values of an object, texts before numbers, or itself."""
    if isinstance(item, dict):
        values = [one for one in item.values() if not isinstance(one, (dict, list))]
        plain = [text_of(one) for one in sorted(values, key=lambda one: not isinstance(one, str))]
        return " · ".join(plain[:3])[:120] or text_of(item)[:120]
    return text_of(item)[:120]


def is_table(value: Any) -> bool:
    """Tell whether a value is a list of objects, which reads better as a table."""
    return isinstance(value, list) and len(value) > 0 and all(isinstance(item, dict) and item for item in value)


def label_of(key: str) -> str:
    """Return a key as words: `label_of("days_since_delivery")` is "Days since delivery"."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() and index else letter for index, letter in enumerate(key))
    words = " ".join(spaced.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:]


def text_of(value: Any) -> str:
    """Return a value as text: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def value_at(arguments: Any, pointer: str) -> Any:
    """Return the value a JSON pointer names. Raises KeyError or IndexError where there is none."""
    value = arguments
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def schema_at(schema: dict[str, Any] | None, pointer: str) -> dict[str, Any] | None:
    """Return the part of a JSON schema that describes the value at `pointer`, where it says so plainly."""
    part: Any = schema
    for token in pointer.split("/")[1:]:
        if not isinstance(part, dict):
            return None
        key = token.replace("~1", "/").replace("~0", "~")
        below = part.get("properties")
        part = below.get(key) if isinstance(below, dict) else None
    return part if isinstance(part, dict) else None


def _walk(value: Any, pointer: str, path: str, schema: dict[str, Any], found: list[ArgRow]) -> None:
    if isinstance(value, dict) and (value or not pointer):
        for key, item in value.items():
            step = key.replace("~", "~0").replace("/", "~1")
            _walk(item, f"{pointer}/{step}", f"{path} {key}".strip(), schema, found)
        return
    if is_table(value) and pointer.count("/") == 1:
        return
    part = schema_at(schema, pointer) or {}
    title = part.get("title")
    editable = bool(part) and not isinstance(value, (dict, list))
    if isinstance(value, list) and value and not any(isinstance(item, (dict, list)) for item in value):
        text = ", ".join(text_of(item) for item in value)
    else:
        text = text_of(value)
    label = title if isinstance(title, str) and title else label_of(path)
    found.append(ArgRow(label=label, pointer=pointer, value=text, editable=editable))


def _table(key: str, value: list[dict[str, Any]]) -> ArgTable:
    names = list(dict.fromkeys(name for item in value for name in item))[:COLUMNS]
    numeric = {name: all(isinstance(item.get(name), (int, float)) for item in value) for name in names}
    lines = tuple(
        TableRow(cells=tuple(Cell(text_of(item[name]) if name in item else "") for name in names))
        for item in value[:LINES]
    )
    columns = tuple((label_of(name), numeric[name]) for name in names)
    return ArgTable(label=label_of(key), columns=columns, rows=lines, total=len(value))


def _field(row: ArgRow, value: Any, part: dict[str, Any], schema: dict[str, Any]) -> FieldFace:
    kind = _kind(value, part)
    choices: tuple[tuple[str, str], ...] = ()
    if kind == "boolean":
        choices = (("true", "Yes"), ("false", "No"))
    elif kind == "choice":
        choices = tuple((text_of(item), text_of(item)) for item in part["enum"])
    required = schema.get("required")
    text = row.value if kind != "json" else text_of(value)
    return FieldFace(
        name=f"arg:{row.pointer}",
        label=row.label,
        kind=kind,
        value=text,
        was=text,
        hint=_hint(part),
        choices=choices,
        required=isinstance(required, list) and row.pointer[1:] in required,
    )


def _kind(value: Any, part: dict[str, Any]) -> str:
    if isinstance(part.get("enum"), list) and part["enum"]:
        return "choice"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer" if part.get("type") == "integer" else "number"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "area" if len(value) > 80 or "\n" in value else "text"
    return "json"


def _hint(part: dict[str, Any]) -> str:
    said = []
    if isinstance(part.get("minimum"), (int, float)):
        said.append(f"At least {part['minimum']:,}.")
    if isinstance(part.get("maximum"), (int, float)):
        said.append(f"At most {part['maximum']:,}.")
    if isinstance(part.get("maxLength"), int):
        said.append(f"At most {part['maxLength']:,} characters.")
    return " ".join(said)
