"""What Redis may ask of a worker, and what happens when it is away: real Redis, real RQ."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from delivery import jobs
from delivery.wire import connect, wire


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    """Return this run's Redis with an empty queue."""
    with connect(timeout=5) as one:
        wire.flush()
        one.delete("rq:queue:post", *one.keys("rq:job:*"))
        yield one


def channel() -> str:
    """Return the name of a channel that has a bell here and is of this test alone."""
    name = f"ch-{secrets.token_hex(4)}"
    jobs.bell_of(name)
    return name


def test_a_nudge_rings_the_bell_of_its_channel(server: redis.Redis) -> None:
    mine, other = channel(), channel()
    jobs.nudge(mine)
    wire.flush()
    assert jobs.take(server, timeout=2)
    assert jobs.bell_of(mine).is_set()
    assert not jobs.bell_of(other).is_set()
    assert server.keys("rq:job:*") == []


def test_a_hundred_nudges_are_one_job(server: redis.Redis) -> None:
    name = channel()
    for _ in range(100):
        jobs.nudge(name)
    wire.flush()
    assert server.llen("rq:queue:post") == 1


def test_a_nudge_while_one_is_taken_is_a_new_one(server: redis.Redis) -> None:
    name = channel()
    jobs.nudge(name)
    wire.flush()
    jobs.take(server, timeout=2)
    jobs.nudge(name)
    wire.flush()
    assert server.llen("rq:queue:post") == 1


def test_two_processes_nudging_are_one_job(server: redis.Redis) -> None:
    name = channel()
    queue = jobs.post_queue(server)
    queue.enqueue_call(jobs.RING, args=(name,), job_id=f"ring-{name}", unique=True)
    with pytest.raises(DuplicateJobError):
        queue.enqueue_call(jobs.RING, args=(name,), job_id=f"ring-{name}", unique=True)
    jobs.nudge(name)
    wire.flush()
    assert server.llen("rq:queue:post") == 1


@pytest.mark.parametrize("function", ["os.system", "builtins.eval", "delivery.jobs.nudge", "subprocess.run", ""])
def test_a_job_that_names_another_function_is_refused(server: redis.Redis, tmp_path: Path, function: str) -> None:
    mark = tmp_path / "mark"
    Queue("post", connection=server, serializer=JSONSerializer).enqueue_call(function or "x", args=(f"touch {mark}",))
    assert jobs.take(server, timeout=2)
    assert not mark.exists()


def test_callbacks_of_a_job_are_never_called(server: redis.Redis, tmp_path: Path) -> None:
    mark, name = tmp_path / "mark", channel()
    job = jobs.post_queue(server).enqueue_call(jobs.RING, args=(name,))
    for hook in ("success", "failure", "stopped"):
        server.hset(job.key, f"{hook}_callback_name", "os.system")
    assert jobs.take(server, timeout=2)
    assert jobs.bell_of(name).is_set()
    fetched = jobs.OurJob(job.id, connection=server, serializer=JSONSerializer)
    assert (fetched.success_callback, fetched.failure_callback, fetched.stopped_callback) == (None, None, None)
    assert not mark.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04\x95cos\nsystem\n",
        b"null",
        b"[]",
        b"\xff",
        json.dumps([jobs.RING, "os", ["x"], {}]).encode(),
        json.dumps([jobs.RING, None, [], {}]).encode(),
        json.dumps([jobs.RING, None, [["x"]], {}]).encode(),
        json.dumps([jobs.RING, None, [1, 2, 3], {}]).encode(),
    ],
)
def test_a_job_that_is_garbage_is_dropped_and_the_next_one_runs(server: redis.Redis, data: bytes) -> None:
    name = channel()
    server.hset("rq:job:bad", mapping={"data": data, "status": "queued"})
    server.rpush("rq:queue:post", "bad")
    jobs.nudge(name)
    wire.flush()
    assert jobs.take(server, timeout=2)
    assert jobs.take(server, timeout=2)
    assert jobs.bell_of(name).is_set()


@pytest.mark.parametrize("job_id", [b"\xff\xfe", b"gone", b"", b"a b/c"])
def test_a_queue_that_names_no_job_is_survived(server: redis.Redis, job_id: bytes) -> None:
    server.rpush("rq:queue:post", job_id)
    assert jobs.take(server, timeout=2)


def test_an_empty_queue_is_waited_for_and_no_error(server: redis.Redis) -> None:
    assert not jobs.take(server, timeout=1)


def test_jobs_are_json_and_name_ids_only(server: redis.Redis) -> None:
    name = channel()
    jobs.nudge(name)
    wire.flush()
    import zlib

    raw: Any = server.hget(f"rq:job:ring-{name}", "data")
    assert json.loads(zlib.decompress(raw)) == ["delivery.jobs.ring", None, [name], {}]
