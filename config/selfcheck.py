"""What would be dangerous to serve with. Every role refuses to start with any of it; `doctor` lists it all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config import env

SHORTEST_SECRET = 40
OLDEST_POSTGRES = 150_000
KNOWN = {
    "COUNTERSIGN_DATA_DIR",
    "COUNTERSIGN_DEMO_PORT",
    "COUNTERSIGN_LISTEN_FD",
    "COUNTERSIGN_NO_BOOTSTRAP",
    "COUNTERSIGN_ROLE",
    "COUNTERSIGN_TEST_ADMIN_URL",
    "COUNTERSIGN_TEST_DATABASE_URL",
    "COUNTERSIGN_TEST_REDIS_URL",
}
OWNED = """
select count(*) from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
and pg_has_role(current_user, relowner, 'usage')
"""
OPEN_TABLES = """
select c.relname from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
and not (c.relrowsecurity and c.relforcerowsecurity) order by 1
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the setting or part it is about, what is wrong, and how to mend it."""

    about: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return f"{self.about}: {self.wrong}. {self.mend}."


def refuse_if_unsafe() -> None:
    """Stop the start with a message that names everything dangerous. Raises CommandError."""
    found = of_settings() or of_database()
    if found:
        raise CommandError("\n".join(("Countersign does not start like this:", *(f"  {finding}" for finding in found))))


def of_settings() -> list[Finding]:
    """Return what is wrong with the settings by themselves."""
    found = []
    if settings.SECRET_KEY_IS_MADE_UP:
        found.append(Finding("SECRET_KEY", "is not set", "Give 50 random characters, the same to every role"))
    elif len(settings.SECRET_KEY) < SHORTEST_SECRET:
        found.append(
            Finding("SECRET_KEY", "is too short to be a secret", f"Give at least {SHORTEST_SECRET} characters")
        )
    if problem := _problem_of_key(settings.SIGNING_KEY):
        found.append(Finding("SIGNING_KEY", problem, "`openssl genpkey -algorithm ed25519` makes one"))
    if settings.DEBUG and not env.is_loopback(urlsplit(settings.BASE_URL)):
        found.append(Finding("DEBUG", f"is on while links lead to {settings.BASE_URL}", "Switch it off"))
    if settings.SLACK_BOT_TOKEN and not (settings.SLACK_SIGNING_SECRET or settings.SLACK_APP_TOKEN):
        mend = "Give the app's signing secret, or an app token (xapp-…) for Socket Mode"
        found.append(Finding("SLACK_SIGNING_SECRET", "is not set, so no press in Slack could be believed", mend))
    if (settings.SLACK_SIGNING_SECRET or settings.SLACK_APP_TOKEN) and not settings.SLACK_BOT_TOKEN:
        found.append(Finding("SLACK_BOT_TOKEN", "is not set, so nothing could be said in Slack", "Give it (xoxb-…)"))
    found.extend(
        Finding(name, "is not a setting", "Correct or remove it: it would be ignored")
        for name in sorted(os.environ)
        if name.startswith("COUNTERSIGN_") and name not in KNOWN
    )
    return found


def of_database() -> list[Finding]:
    """Return what is wrong with the database, or with the role we have there."""
    try:
        with connection.cursor() as cursor:
            found = [*_of_server(cursor), *_of_role(cursor)]
    except OperationalError as problem:
        return [
            Finding("DATABASE_URL", f"cannot be reached ({str(problem).strip()})", "Start it, or correct the address")
        ]
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        found.append(Finding("The tables", "are older than this version", "Run `python3 manage.py migrate`"))
    return found


def _of_server(cursor: Any) -> list[Finding]:
    cursor.execute("select current_setting('server_version_num')::int, current_setting('synchronous_commit')")
    version, durable = cursor.fetchone()
    found = []
    if version < OLDEST_POSTGRES:
        found.append(Finding("DATABASE_URL", f"PostgreSQL {version // 10_000} is too old", "15 is the oldest we take"))
    if durable in {"off", "local"}:
        wrong = f"synchronous_commit is {durable}: an action could be answered and then lost"
        found.append(Finding("DATABASE_URL", wrong, "Set it to on for this database or role"))
    cursor.execute(OPEN_TABLES)
    for (table,) in cursor.fetchall():
        found.append(Finding("The tables", f"{table} is not fenced by organization", "Add Fence() in a migration"))
    return found


def _of_role(cursor: Any) -> list[Finding]:
    cursor.execute("select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
    name, is_super, bypasses = cursor.fetchone()
    cursor.execute(OWNED)
    owned = cursor.fetchone()[0]
    mend = "Name a plain role there (nosuperuser nobypassrls), and the owner in DATABASE_ADMIN_URL"
    if is_super:
        return [Finding("DATABASE_URL", f"{name} is a superuser, whom row-level security does not fence", mend)]
    if bypasses:
        return [Finding("DATABASE_URL", f"{name} has BYPASSRLS, so nothing keeps organizations apart", mend)]
    if owned:
        return [Finding("DATABASE_URL", f"{name} owns the tables and could lift their fences", mend)]
    return []


def _problem_of_key(pem: str) -> str:
    if not pem:
        return "is not set"
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "is not a private key in PEM"
    return "" if isinstance(key, Ed25519PrivateKey) else "is not an Ed25519 key"
