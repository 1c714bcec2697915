"""Everything is killed, again and again, while agents post and people vote: no 201 is lost and nothing is doubled."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from config.runtime import state
from tests.config.test_up import ROOT, Up, eventually
from tests.fakes.agent import FakeAgent, Received
from tests.world import cast

ROUNDS = ("web", "PostgreSQL", "engine", "Valkey", "worker", "web", "PostgreSQL")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAgent]:
    """Start a place that callbacks may be sent to."""
    with FakeAgent() as agent:
        monkeypatch.setenv("OUTBOUND_ALLOW", f"127.0.0.1/32:{agent.port}")
        yield agent


@pytest.fixture
def up(tmp_path: Path, hook: FakeAgent) -> Iterator[Up]:
    """Start a whole installation with the cast in it."""
    running = Up(tmp_path / "data")
    yield running
    if running.process.poll() is None:
        running.stop()


class Client:
    """An agent and a person who do not give up: they ask again until they are answered."""

    def __init__(self, up: Up, agent: str, person: str, callback: str) -> None:
        self.up, self.agent, self.person, self.callback = up, agent, person, callback
        self.stop = threading.Event()
        self.posted: dict[str, str] = {}  # idempotency key: action id
        self.decided: dict[str, str] = {}  # action id: decision id
        self.broken = 0

    def ask(self, method: str, path: str, key: str, body: Any = None, once: str = "") -> tuple[int, Any]:
        """Ask until an answer comes that is not a 5xx."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            line = http.client.HTTPConnection("127.0.0.1", self.up.port, timeout=10)
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            if once:
                headers["Idempotency-Key"] = once
            try:
                line.request(method, path, json.dumps(body) if body is not None else None, headers)
                answer = line.getresponse()
                said = json.loads(answer.read())
                if answer.status < 500:
                    return answer.status, said
            except (OSError, http.client.HTTPException, ValueError):
                pass
            finally:
                line.close()
            self.broken += 1
            time.sleep(0.1)
        raise AssertionError(f"{method} {path} was not answered within a minute")

    def work(self, number: int) -> None:
        """Post and decide until told to stop."""
        count = 0
        while not self.stop.is_set():
            once = f"{number}-{count}"
            count += 1
            arguments = {"amount": f"{count}.00", "currency": "EUR", "customer": {"name": once}}
            body = {"action": "refund.create", "arguments": arguments, "callback_url": self.callback}
            status, told = self.ask("POST", "/api/v1/actions", self.agent, body, once)
            assert status in (200, 201), told
            self.posted[once] = told["id"]
            ballot = {"vote": "approve", "digest": told["digest"]}
            status, done = self.ask("POST", f"/api/v1/actions/{told['id']}/votes", self.person, ballot)
            assert status == 200, done
            self.decided[told["id"]] = done["decision"]["id"]


def manage(up: Up, *words: str, given: str = "") -> str:
    """Run a command on the installation, as its operator would."""
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_URL") and name != "SECRET_KEY"}
    plain.pop("SIGNING_KEY", None)
    done = subprocess.run(
        [sys.executable, "manage.py", *words, "--data-dir", str(up.data)],
        cwd=ROOT,
        env=plain | {"COUNTERSIGN_NO_BOOTSTRAP": "1"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_kill_anything_at_any_moment(up: Up, hook: FakeAgent, tmp_path: Path) -> None:
    document = tmp_path / "acme.json"
    document.write_text(json.dumps(cast("acme")))
    manage(up, "apply", str(document))
    agent = json.loads(manage(up, "key", "--org", "acme", "--agent", "refunds", "--json"))["key"]
    person = json.loads(manage(up, "key", "--org", "acme", "--person", "bo@acme.test", "--json"))["key"]
    client = Client(up, agent, person, hook.url("/ok"))
    workers = [threading.Thread(target=client.work, args=(number,)) for number in range(3)]
    for worker in workers:
        worker.start()
    dice = random.Random(7)
    for name in ROUNDS:
        time.sleep(dice.uniform(0.3, 1.2))
        before = up.pids()
        with suppress(ProcessLookupError):
            os.kill(before[name], signal.SIGKILL)
        eventually(lambda name=name, before=before: up.pids().get(name, before[name]) != before[name])
        eventually(lambda: up.get("/readyz") == 200)
        running = state.running(up.data)
        assert running
        with suppress(redis.RedisError):
            redis.Redis.from_url(running.settings["REDIS_URL"]).flushall()
    client.stop.set()
    for worker in workers:
        worker.join(90)
        assert not worker.is_alive()
    assert len(client.posted) > 20
    check_nothing_lost(up, client, hook)


def check_nothing_lost(up: Up, client: Client, hook: FakeAgent) -> None:
    """Compare what was answered with what there is."""
    with psycopg.connect(up.settings()["DATABASE_ADMIN_URL"]) as owner:
        owner.execute("select set_config('app.org', org_by_slug('acme')::text, false)")
        rows = owner.execute("select idempotency_key, status, count(*) from approvals_action group by 1, 2").fetchall()
        decisions = owner.execute("select count(*), count(distinct action_id) from approvals_decision").fetchone()
    assert {key for key, _, _ in rows} == set(client.posted)
    assert {(status, count) for _, status, count in rows} == {("approved", 1)}
    assert decisions == (len(client.posted), len(client.posted))
    for identifier, decision in list(client.decided.items())[::7]:
        status, told = client.ask("GET", f"/api/v1/actions/{identifier}", client.agent)
        assert (status, told["decision"]["id"]) == (200, decision)

    eventually(lambda: {_about(one) for one in hook.received} == set(client.decided), seconds=90)
    by_id: dict[str, set[bytes]] = {}
    for one in hook.received:
        by_id.setdefault(one.id, set()).add(one.body)
    assert len(by_id) == len(client.decided)  # at least once, under one id and with one content each
    assert all(len(bodies) == 1 for bodies in by_id.values())
    assert "broken" not in manage(up, "audit", "verify", "--org", "acme").lower()


def _about(callback: Received) -> str:
    """Return the action that a callback is about."""
    return str(json.loads(callback.body)["data"]["id"])
