"""Watching an installation: /healthz, /readyz, /metrics, and `doctor`."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from config import health
from config.health import Backlog
from config.management.commands import doctor
from tests.config.test_settings import run
from tests.play import post
from tests.world import World

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def late(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (Backlog(NOW, None, None, 0, 0), []),
        (Backlog(NOW, late(-3600), late(-5), 0, 0), []),
        (Backlog(NOW, late(60), late(60), 0, 1), []),
        (Backlog(NOW, late(61), None, 0, 1), ["No engine keeps up: an action has been due for 61 s."]),
        (Backlog(NOW, None, late(7200), 0, 0), ["No worker keeps up: a message has been due for 7200 s."]),
        (Backlog(NOW, None, None, 2, 0), ["2 open actions have no clock."]),
        (
            Backlog(NOW, None, None, 0, 0, True),
            ["No engine keeps up: a delegation has been due for more than 60 s."],
        ),
    ],
)
def test_what_waits_too_long_is_said_in_a_sentence(waiting: Backlog, said: list[str]) -> None:
    assert health.of_backlog(waiting) == said


def test_the_process_says_that_it_lives_to_anybody() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert Client().post("/healthz").status_code == 405


def test_without_redis_it_is_not_ready_and_says_so(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert b"Redis does not answer." in answer.content
    assert [finding.about for finding in doctor.examine(("redis",))] == ["REDIS_URL"]


def test_a_database_that_stands_still_is_said_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wake = threading.Event()
    monkeypatch.setattr(health, "PATIENCE", 0.1)
    monkeypatch.setattr(health, "backlog", lambda: wake.wait(30))
    try:
        answer = Client().get("/readyz")
        assert (answer.status_code, b"The database does not answer." in answer.content) == (503, True)
        assert b"countersign_database_up 0.0" in Client().get("/metrics").content
    finally:
        wake.set()


def test_metrics_can_be_read_and_count_what_is_due(world: World) -> None:
    post(world)
    answer = Client().get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(answer.content.decode())}
    value = {name: family.samples[0].value for name, family in families.items() if name.startswith("countersign_")}
    assert value["countersign_database_up"] == value["countersign_redis_up"] == 1
    assert value["countersign_open_actions_without_a_clock"] == 0
    mail = [s for s in families["countersign_due_parcels"].samples if s.labels == {"channel": "email"}]
    assert mail[0].value >= 1
    assert "process_resident_memory_bytes" in families


def test_metrics_are_given_while_redis_is_away(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert b"countersign_redis_up 0.0" in Client().get("/metrics").content


def test_the_doctor_finds_nothing_where_nothing_is_wrong() -> None:
    done = run("doctor", "--of", "settings", "--of", "database", "--of", "redis")
    assert (done.returncode, done.stdout) == (0, "Nothing is wrong.\n"), done.stderr


def test_the_doctor_names_each_thing_and_how_to_mend_it() -> None:
    done = run("doctor", SECRET_KEY="", REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert "SECRET_KEY: is not set.\n    Give 50 random characters" in done.stdout
    assert "REDIS_URL: cannot be reached" in done.stdout


def test_the_doctor_without_servers_says_how_to_start_them() -> None:
    done = run("doctor", DATABASE_URL="", COUNTERSIGN_DATA_DIR="/nonexistent")
    assert done.returncode == 1
    assert "python3 manage.py up" in done.stdout
