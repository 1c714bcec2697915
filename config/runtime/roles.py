"""The two roles and the database inside an embedded PostgreSQL: a program that reads what is wanted from stdin.

A program of its own, because `up` would otherwise keep a database driver in memory for as long as it lives.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import psycopg
from psycopg import sql

RIGHTS = {
    "owner": "nosuperuser createdb nobypassrls",
    "application": "nosuperuser nocreatedb nocreaterole nobypassrls",
}


def prepare(wanted: dict[str, Any]) -> None:
    """Make the roles and the database that `Postgres.wanted` names, or set the passwords again. Safe to repeat."""
    with psycopg.connect(wanted["superuser_url"], autocommit=True) as server:
        for role, rights in RIGHTS.items():
            name, password = wanted[role]
            known = server.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
            statement = sql.SQL("{} role {} login {} password {}").format(
                sql.SQL("alter" if known else "create"), sql.Identifier(name), sql.SQL(rights), sql.Literal(password)
            )
            server.execute(statement)
        owner, database = sql.Identifier(wanted["owner"][0]), sql.Identifier(wanted["database"])
        if wanted["for_tests"]:  # the owner drops databases that tests left connections to
            server.execute(sql.SQL("grant pg_signal_backend to {}").format(owner))
        if not server.execute("select 1 from pg_database where datname = %s", [wanted["database"]]).fetchone():
            server.execute(sql.SQL("create database {} owner {}").format(database, owner))


if __name__ == "__main__":
    prepare(json.load(sys.stdin))
