"""The plain document as text that reads back as the same: YAML for people, JSON for programs and the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from approvals.configuration.parse import resolve


def as_json(document: Mapping[str, Any]) -> str:
    """Return the document as JSON, in its own order."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_yaml(document: Mapping[str, Any]) -> str:
    """Return the document as YAML, in its own order: lists of rows over several lines, small values on one."""
    return yaml.dump(
        dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )


class _Dumper(yaml.SafeDumper):
    """Writes what parse.py reads: no aliases, quotes wherever a text would be read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    try:
        plain = resolve(value) == value
    except ValueError:
        plain = False
    plain = plain and not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


def _float(dumper: _Dumper, value: float) -> yaml.Node:
    text = repr(value)
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else text.replace("e", ".0e"))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)
