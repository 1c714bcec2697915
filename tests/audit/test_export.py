"""History as a file: everything is there, checkable offline, and no spreadsheet runs any of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from audit.export import cell, lines
from audit.models import Entry
from audit.record import record
from core import tx
from tests.accounts.cast import an_organization

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", 'a"b,c', "é\u202e", "plain"]


@tx.use_case
def happen(org: int) -> None:
    for text in NASTY:
        record("action.posted", actor=text, subject=text, facts={"action": text, "title": text}, at=tx.now())


def test_a_line_is_checked_with_the_standard_library_alone() -> None:
    org, _ = an_organization()
    happen(org)
    before = bytes(32)
    with tx.reading(org):
        exported = [json.loads(line) for line in lines("jsonl")]
    assert [entry["seq"] for entry in exported] == list(range(1, len(NASTY) + 1))
    for entry in exported:
        assert bytes.fromhex(entry["prev_hash"]) == before
        before = hashlib.sha256(before + entry["seq"].to_bytes(8, "big") + entry["body"].encode()).digest()
        assert before.hex() == entry["hash"]
        body = json.loads(entry["body"])
        assert body == {name: entry[name] for name in ("at", "kind", "actor", "subject", "facts")}


def test_no_cell_is_a_formula() -> None:
    org, _ = an_organization()
    happen(org)
    with tx.reading(org):
        text = "".join(lines("csv"))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["seq", "at", "kind", "actor", "subject", "facts", "prev_hash", "hash"]
    assert len(rows) == len(NASTY) + 1
    for row in rows[1:]:
        assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for value in row)
    assert rows[1][3] == "'=1+1"
    assert rows[8][3] == 'a"b,c'


@pytest.mark.parametrize("text", NASTY)
def test_a_cell_keeps_its_text(text: str) -> None:
    assert cell(text).removeprefix("'") == text


def test_the_command_writes_a_file_and_notes_it(tmp_path: Path) -> None:
    org, slug = an_organization()
    happen(org)
    file = tmp_path / "history.jsonl"
    call_command("audit", "export", "--org", slug, "--output", str(file))
    assert len(file.read_text(encoding="utf-8").splitlines()) == len(NASTY)
    out = StringIO()
    call_command("audit", "export", "--org", slug, "--format", "csv", stdout=out)
    assert out.getvalue().count("\r\n") >= len(NASTY)
    with tx.reading(org):
        assert list(Entry.objects.filter(kind="audit.exported").values_list("seq", flat=True)) == [11, 12]
