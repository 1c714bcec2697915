"""Starts PostgreSQL and Valkey, makes this run's database and names them all before Django's settings are read.

pytest-django reads the settings before any conftest.py, so this is an early plugin (`-p tests.plugin` in
pyproject.toml). The tests run as the application's role, which owns nothing. With COUNTERSIGN_TEST_DATABASE_URL,
COUNTERSIGN_TEST_ADMIN_URL and COUNTERSIGN_TEST_REDIS_URL set, those servers are used instead of new ones; each run,
and each xdist worker, has a database of its own all the same. A migrated template is kept beside them, one for each
state of the migrations, so that only the first run after a change of models has to migrate.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from django.db import connections
from psycopg import sql

from config.runtime import embedded, state

ROOT = Path(__file__).resolve().parent.parent
GIVEN = ("COUNTERSIGN_TEST_DATABASE_URL", "COUNTERSIGN_TEST_ADMIN_URL", "COUNTERSIGN_TEST_REDIS_URL")
LOCK = 7_465_737  # of the advisory lock under which the template is made
_at_the_end: list[Callable[[], object]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Prepare everything, unless pytest was only asked a question."""
    if {"--version", "--help", "-h", "-V", "--markers", "--fixtures"} & set(args):
        return
    forget_settings()
    if os.environ.get("PYTEST_XDIST_WORKER") or all(os.environ.get(name) for name in GIVEN):
        urls = tuple(os.environ[name] for name in GIVEN)
    else:
        urls = start_servers()
        os.environ.update(zip(GIVEN, urls, strict=True))
    application, admin, queue = urls
    name = f"countersign_test_{os.getpid()}_{secrets.token_hex(3)}"
    os.environ["DATABASE_ADMIN_URL"] = with_path(admin, name)
    os.environ["DATABASE_URL"] = with_path(application, name)
    make_database(admin, application, name)
    _at_the_end.append(lambda: drop_database(admin, name))
    os.environ["REDIS_URL"] = with_path(queue, str(own_redis(queue)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take down what this run made, last made first."""
    while _at_the_end:
        _at_the_end.pop()()


def forget_settings() -> None:
    """Give the run the same settings everywhere, whatever the shell around it exports."""
    for name in list(os.environ):
        if name.split("_FILE")[0] in {
            "DEBUG",
            "BASE_URL",
            "ALLOWED_HOSTS",
            "EMAIL_URL",
            "OUTBOUND_ALLOW",
            "SLACK_API_URL",
        }:
            del os.environ[name]
    os.environ["COUNTERSIGN_ROLE"] = "test"
    os.environ["SECRET_KEY"] = "of-the-tests-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2
    os.environ["SIGNING_KEY"] = state.new_signing_key()


def start_servers() -> tuple[str, str, str]:
    """Start a pair for this run alone, in a folder that goes when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-test-"))
    folder.chmod(0o755)
    pair = embedded.start(folder, careful=False)
    _at_the_end.append(lambda: shutil.rmtree(folder, ignore_errors=True))
    _at_the_end.append(pair.stop)
    return pair.database.application_url, pair.database.owner_url, pair.redis.url


def make_database(admin: str, application: str, name: str) -> None:
    """Copy this run's database from the template of today's migrations, which is made first if there is none."""
    template = f"countersign_template_{state_of_migrations()}"
    with psycopg.connect(with_path(admin, "postgres"), autocommit=True) as server:
        server.execute("select pg_advisory_lock(%s)", [LOCK])
        known = server.execute("select 1 from pg_database where datname = %s", [template]).fetchone()
        if not known:
            fresh = f"{template}_fresh"
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(fresh)))
            server.execute(sql.SQL("create database {}").format(sql.Identifier(fresh)))
            migrate(with_path(admin, fresh), with_path(application, fresh))
            server.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(fresh), sql.Identifier(template))
            )
        server.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))


def state_of_migrations() -> str:
    """Return a digest of everything that decides what `migrate` makes."""
    digest = hashlib.sha256()
    lock = ROOT / "requirements.lock"
    for path in sorted((*ROOT.glob("*/migrations/*.py"), ROOT / "core/grants.py", ROOT / "core/fence.py", lock)):
        if path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def migrate(admin: str, application: str) -> None:
    """Run `migrate` as the owner, as an operator would."""
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_ADMIN_URL": admin,
            "DATABASE_URL": application,
            "COUNTERSIGN_ROLE": "migrate",
            "COUNTERSIGN_NO_BOOTSTRAP": "1",
            "REDIS_URL": os.environ[GIVEN[2]],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise pytest.UsageError(f"migrate failed:\n{done.stdout}{done.stderr}")


def drop_database(admin: str, name: str) -> None:
    """Remove this run's database, unless a forgotten connection holds it on servers that are not ours to command."""
    connections.close_all()
    with (
        suppress(psycopg.errors.InsufficientPrivilege),
        psycopg.connect(with_path(admin, "postgres"), autocommit=True) as server,
    ):
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def own_redis(url: str) -> int:
    """Claim a numbered Redis database (1 to 63) for this run: the first whose `taken` key nobody holds."""
    for number in range(1, 64):
        with suppress(redis.ResponseError):
            server = redis.Redis.from_url(with_path(url, str(number)))
            if server.set("countersign:test:taken", os.getpid(), nx=True, ex=7200):
                server.flushdb()
                server.set("countersign:test:taken", os.getpid(), ex=7200)
                _at_the_end.append(server.close)
                _at_the_end.append(server.flushdb)
                return number
    raise pytest.UsageError("every database of the Redis given is taken: FLUSHALL it, or give another")


def with_path(url: str, path: str) -> str:
    """Return `url` with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
