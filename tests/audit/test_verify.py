"""Whatever an owner of the database does to history is found, and the first broken entry named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import Error, connection, transaction

from audit import queries
from audit.chain import hash_of
from audit.models import Entry
from audit.record import record
from audit.verify import BATCH, verify
from core import tx
from tests.accounts.cast import an_organization
from tests.audit.history import LIE, happen
from tests.audit.owner import owner


def history(length: int = 7) -> int:
    org, _ = an_organization()
    happen(org, *range(1, length + 1))
    return org


LAPSED = b'{"actor":"engine","at":"2026-11-20T10:00:00+00:00","facts":{},"kind":"action.lapsed","subject":"act_1"}'
COPY = (
    "insert into audit_entry select org_id, {}, at, kind, actor, subject, body, hash, {} from audit_entry where seq = 7"
)

EDITS: dict[str, tuple[str, int]] = {
    "a body": (f"update audit_entry set body = {LIE} where seq = 3", 3),
    "an actor": ("update audit_entry set actor = 'person:eve' where seq = 3", 3),
    "a moment": ("update audit_entry set at = at - interval '1 day' where seq = 5", 5),
    "a kind": ("update audit_entry set kind = 'action.voted' where seq = 1", 1),
    "a subject": ("update audit_entry set subject = 'act_2' where seq = 7", 7),
    "a hash": ("update audit_entry set hash = sha256('x') where seq = 7", 7),
    "a link": ("update audit_entry set prev_hash = sha256('x') where seq = 2", 2),
    "one away": ("delete from audit_entry where seq = 4", 4),
    "the first away": ("delete from audit_entry where seq = 1", 1),
    "the last away": ("delete from audit_entry where seq = 7", 7),
    "all away": ("delete from audit_entry", 1),
    "two swapped": ("update audit_entry set seq = case seq when 3 then -4 else -3 end where seq in (3, 4)", 1),
    "one more": (
        COPY.format(8, "hash"),
        8,
    ),
    "one before": (
        COPY.format(0, "hash"),
        1,
    ),
    "a fitting one more": (
        COPY.format(8, "sha256(hash || int8send(8) || body)"),
        8,
    ),
    "the head": ("update audit_head set seq = 6, hash = (select hash from audit_entry where seq = 6)", 7),
    "the head away": ("delete from audit_head", 7),
    "the head's hash": ("update audit_head set hash = sha256('x')", 7),
    "to another tenant": ("update audit_entry set org_id = org_id + 1000000 where seq = 4", 4),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_change_by_the_owner_is_found(name: str) -> None:
    statement, seq = EDITS[name]
    org = history()
    assert verify(org).holds
    with owner(org) as cursor:
        if name == "to another tenant":
            cursor.execute("alter table audit_entry no force row level security")
        cursor.execute(statement)
        if name == "two swapped":
            cursor.execute("update audit_entry set seq = -seq where seq < 0")
            seq = 3
        cursor.execute("alter table audit_entry force row level security")
    report = verify(org)
    assert not report.holds
    assert report.first_broken_seq == seq, report.why
    assert str(seq) in report.why


def test_an_untouched_chain_holds_whatever_its_length() -> None:
    empty, _ = an_organization()
    assert verify(empty).holds
    assert verify(empty).entries == 0
    long = history(3)
    with transaction.atomic():
        happen_many(long, BATCH * 2)
    report = verify(long)
    assert report.holds, report.why
    assert report.entries == BATCH * 2 + 3 == report.end.seq


def happen_many(org: int, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.org', %s, true)", [str(org)])
        cursor.execute(
            "insert into audit_entry (org_id, seq, at, kind, actor, subject, body, prev_hash, hash)"
            " select %s, 0, '2026-11-20T10:00:00Z', 'action.lapsed', 'engine', 'act_1',"
            " %s, '', '' from generate_series(1, %s)",
            [org, LAPSED, count],
        )


@tx.use_case
def run_as_application(org: int, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_application_itself_cannot_touch_history() -> None:
    org = history()
    for statement in (
        "update audit_entry set actor = 'x'",
        "delete from audit_entry",
        "truncate audit_entry",
        "update audit_head set seq = 0",
        "delete from audit_head",
        "alter table audit_entry disable trigger user",
        "alter table audit_entry no force row level security",
        "drop trigger append_only on audit_entry",
    ):
        with pytest.raises(Error, match=r"permission denied|must be owner"):
            run_as_application(org, statement)
    assert verify(org).holds


def test_even_the_owner_is_refused_while_the_guard_stands() -> None:
    org = history()
    with owner(org) as cursor:
        cursor.execute("alter table audit_entry enable trigger user")
        for statement in ("update audit_entry set actor = 'x'", "delete from audit_entry"):
            with pytest.raises(psycopg.errors.RestrictViolation), cursor.connection.transaction():
                cursor.execute(statement)
    assert verify(org).holds


def test_a_rolled_back_flow_leaves_no_gap() -> None:
    org = history(2)

    @tx.use_case
    def fail(org: int) -> None:
        record("action.lapsed", actor="engine", subject="act_1", facts={}, at=tx.now())
        raise LookupError

    with pytest.raises(LookupError):
        fail(org)
    happen(org, 3)
    assert verify(org).entries == 3
    assert verify(org).holds


@pytest.mark.race
def test_twenty_threads_append_to_one_chain() -> None:
    org, _ = an_organization()
    barrier = Barrier(20)

    def work(number: int) -> None:
        try:
            barrier.wait(30)
            for turn in range(5):
                happen(org, number * 10 + turn, number * 10 + turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(work, range(20)))
    report = verify(org)
    assert report.holds, report.why
    assert report.entries == 200


@pytest.mark.race
def test_a_chain_is_verified_while_it_grows() -> None:
    org = history(50)
    stop = False

    def grow() -> None:
        try:
            while not stop:
                happen(org, 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        growing = [pool.submit(grow) for _ in range(2)]
        reports = [verify(org) for _ in range(20)]
        stop = True
        [one.result() for one in growing]
    assert all(report.holds for report in reports), [report.why for report in reports]


def test_a_decision_that_does_not_replay_breaks_the_report() -> None:
    org = history()
    report = verify(org, replay=lambda _: iter(["act_1: 1 of 2 votes, yet approved"]))
    assert not report.holds
    assert report.first_broken_seq is None
    assert report.differences == ("act_1: 1 of 2 votes, yet approved",)


def test_pages_of_history_are_newest_first_and_join_up() -> None:
    org = history(7)
    with tx.reading(org):
        page = queries.entries(limit=3)
        assert [entry.seq for entry in page.items] == [7, 6, 5]
        assert page.next == "5"
        page = queries.entries(limit=3, cursor=int(page.next))
        assert [entry.seq for entry in page.items] == [4, 3, 2]
        page = queries.entries(limit=3, cursor=int(page.next or 0))
        assert ([entry.seq for entry in page.items], page.next) == ([1], None)
        assert queries.entries(kind="agent").items
        assert queries.entries(kind="agent.paused", subject="act_1").items
        assert not queries.entries(kind="action.voted").items
        assert not queries.entries(subject="act_2").items
        entry = queries.entries(limit=1).items[0]
        stored = Entry.objects.get(seq=7)
    assert entry.sentence == "agent:refunds paused the agent 7"
    told = entry.as_json()
    assert set(told) == {"seq", "at", "kind", "actor", "subject", "facts", "prev_hash", "hash"}
    assert hash_of(bytes.fromhex(told["prev_hash"]), told["seq"], entry.body.encode()) == bytes(stored.hash)
