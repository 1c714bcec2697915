"""The chain as a pure sum: equal to the database's, and broken by any change of one bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from audit.chain import START, End, Link, fault, hash_of
from core.canonical import canonical

AT = datetime(2026, 11, 20, 10, 13, 0, 123456, tzinfo=UTC)


def link(seq: int, before: End, *, kind: str = "action.posted", **facts: object) -> Link:
    body = canonical({"at": AT.isoformat(), "kind": kind, "actor": "engine", "subject": "act_1", "facts": facts})
    return Link(seq, AT, kind, "engine", "act_1", body, before.hash, hash_of(before.hash, seq, body))


def test_the_first_entry_follows_zeros() -> None:
    first = link(1, End())
    assert first.prev_hash == START == bytes(32)
    assert fault(first, End()) is None
    second = link(2, End(1, first.hash), n=2)
    assert fault(second, End(1, first.hash)) is None


def test_a_worked_sum() -> None:
    assert hash_of(bytes(32), 1, b"{}").hex() == "1bad765d926feacace97a8ddcd329a1f4254c208affc1ba86b3c7d59e8fba83e"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seq": 3}, "entry 2 is missing"),
        ({"prev_hash": b"\1" * 32}, "hashes differ"),
        ({"body": b"{}"}, "not what was hashed"),
        ({"hash": b"\1" * 32}, "not what was hashed"),
        ({"kind": "action.voted"}, "column kind"),
        ({"actor": "person:eve@acme.test"}, "column actor"),
        ({"subject": "act_2"}, "column subject"),
        ({"at": AT + timedelta(microseconds=1)}, "column at"),
    ],
)
def test_every_field_is_guarded(changed: dict[str, object], said: str) -> None:
    first = link(1, End())
    end = End(1, first.hash)
    assert said in (fault(replace(link(2, end), **changed), end) or "")  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b'{"at":1}', b'{"at":"x"}', b"{" * 100])
def test_a_body_that_is_no_entry_is_a_fault_and_no_crash(body: bytes) -> None:
    broken = replace(link(1, End()), body=body, hash=hash_of(START, 1, body))
    assert fault(broken, End()) == "its body is not an entry"
