"""Settings from the environment: each bad one stops the start and names itself."""

from __future__ import annotations

import os
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.db import connection

from config import env

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_suite_runs_as_a_role_that_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("select count(*) from pg_class where relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root@localhost/x"),
        ("DATABASE_URL", "postgres://localhost/x"),
        ("DATABASE_URL", "postgres://user@localhost"),
        ("DATABASE_URL", "postgres://user@localhost:99999/x"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://:secret@/0"),
        ("BASE_URL", "countersign.example.com"),
        ("BASE_URL", "https://example.com/path"),
        ("BASE_URL", "https://user@example.com"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://example.com"),
        ("DEBUG", "maybe"),
        ("OUTBOUND_ALLOW", "10.0.0.0"),
        ("OUTBOUND_ALLOW", "10.0.0.1/8"),
        ("OUTBOUND_ALLOW", "127.0.0.1/32:0"),
        ("OUTBOUND_ALLOW", "127.0.0.1/32:http"),
        ("EMAIL_URL", "imap://mail.example.com"),
        ("EMAIL_URL", "smtp://mail.example.com/inbox"),
        ("EMAIL_FROM", "nobody"),
        ("SLACK_API_URL", "slack.com/api"),
        ("SLACK_BOT_TOKEN", "xapp-not-a-bot-token"),
        ("SLACK_APP_TOKEN", "xoxb-not-an-app-token"),
        ("COUNTERSIGN_ROLE", "king"),
    ],
)
def test_a_malformed_setting_stops_the_start_and_is_named(name: str, value: str) -> None:
    done = run("check", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"countersign: {name}: "), done.stderr


def test_a_setting_is_read_from_the_file_that_its_name_with_file_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert env.text("SECRET_KEY") == "from the file"
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    with pytest.raises(env.BadSetting, match=r"SECRET_KEY: .*both set"):
        env.text("SECRET_KEY")


def test_a_file_that_is_missing_or_empty_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(env.BadSetting, match=r"SECRET_KEY_FILE: cannot be read"):
        env.text("SECRET_KEY")
    (tmp_path / "none").touch()
    with pytest.raises(env.BadSetting, match=r"SECRET_KEY_FILE: .*is empty"):
        env.text("SECRET_KEY")


def test_networks_that_callbacks_may_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_ALLOW", "10.0.0.0/8, 127.0.0.1/32:9000,[fd00::]/8:443,fd00::/8")
    assert env.destinations("OUTBOUND_ALLOW") == (
        (ip_network("10.0.0.0/8"), None),
        (ip_network("127.0.0.1/32"), 9000),
        (ip_network("fd00::/8"), 443),
        (ip_network("fd00::/8"), None),
    )


def test_a_database_address_may_hold_odd_characters_and_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://us%40er:p%2Fw@db:5433/na%20me?sslmode=require&host=/run/pg")
    found = env.database("DATABASE_URL")
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("us@er", "p/w", "na me")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/pg", "5433", {"sslmode": "require"})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", env.Mail("mail", 25)),
        ("smtps://a%40b:c@mail:4465", env.Mail("mail", 4465, "a@b", "c", tls=True)),
        ("smtp+starttls://mail", env.Mail("mail", 587, starttls=True)),
        ("", env.Mail()),
    ],
)
def test_mail_servers(url: str, expected: env.Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    assert env.email("EMAIL_URL") == expected


@pytest.mark.parametrize(
    ("role", "changed", "said"),
    [
        ("web", {"SECRET_KEY": ""}, "SECRET_KEY: is not set"),
        ("engine", {"SECRET_KEY": ""}, "SECRET_KEY: is not set"),
        ("worker", {"SECRET_KEY": ""}, "SECRET_KEY: is not set"),
        ("web", {"SECRET_KEY": "short"}, "SECRET_KEY: is too short"),
        ("web", {"SIGNING_KEY": ""}, "SIGNING_KEY: is not set"),
        ("web", {"SIGNING_KEY": "not a key"}, "SIGNING_KEY: is not a private key"),
        ("web", {"DEBUG": "1", "BASE_URL": "https://example.com"}, "DEBUG: is on"),
        ("web", {"COUNTERSIGN_DATADIR": "/tmp"}, "COUNTERSIGN_DATADIR: is not a setting"),
        ("worker", {"DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}, "DATABASE_URL: cannot be reached"),
        ("web", {"DATABASE_URL": "owner"}, "DATABASE_URL: countersign_owner owns the tables"),
        ("web", {"PGOPTIONS": "-c synchronous_commit=off"}, "DATABASE_URL: synchronous_commit is off"),
    ],
)
def test_no_role_starts_with_what_is_dangerous(role: str, changed: dict[str, str], said: str) -> None:
    if changed.get("DATABASE_URL") == "owner":
        changed = {"DATABASE_URL": os.environ["DATABASE_ADMIN_URL"]}
    done = run(role, COUNTERSIGN_ROLE=role, **changed)
    assert done.returncode == 1
    assert said in done.stderr, done.stderr


def run(*words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run one command as a person would, with settings changed."""
    environment = os.environ | {"COUNTERSIGN_NO_BOOTSTRAP": "1"} | changed
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_command_without_servers_says_how_to_start_them() -> None:
    done = run("signin", "--org", "acme", "--person", "ana@acme.test", DATABASE_URL="", COUNTERSIGN_DATA_DIR="/nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("countersign: no servers run for /nowhere"), done.stderr
    assert "python3 manage.py up" in done.stderr
