"""The database's owner, who can do what the application cannot: the attacker of these tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def owner(org: int) -> Iterator[psycopg.Cursor[Any]]:
    """Open the database as its owner, fenced to `org`, with the guard on history taken off."""
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("select set_config('app.org', %s, true)", [str(org)])
        cursor.execute("alter table audit_entry disable trigger user")
        yield cursor
        cursor.execute("alter table audit_entry enable trigger user")
