"""Some history to verify, and what the cleverest owner of the database would do to it."""

from __future__ import annotations

from typing import Any

import psycopg

from audit.chain import hash_of
from audit.record import record
from core import tx

LIE = """convert_to(replace(convert_from(body, 'utf8'), '"agent":"3"', '"agent":"9"'), 'utf8')"""


@tx.use_case
def happen(org: int, *numbers: int) -> None:
    for number in numbers:
        record("agent.paused", actor="agent:refunds", subject="act_1", facts={"agent": f"{number}"}, at=tx.now())


def rehash(cursor: psycopg.Cursor[Any], org: int) -> None:
    """Do what the cleverest owner would: give all entries fitting hashes, and the head too."""
    before, seq = bytes(32), 0
    for seq, body in cursor.execute("select seq, body from audit_entry order by seq").fetchall():
        after = hash_of(before, seq, body)
        cursor.execute("update audit_entry set prev_hash = %s, hash = %s where seq = %s", [before, after, seq])
        before = after
    cursor.execute("update audit_head set seq = %s, hash = %s", [seq, before])
