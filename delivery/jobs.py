"""What goes through RQ: "there is work on channel X", as JSON, and nothing else.

Whoever can write to Redis could ask a worker to run any function by its name, so a job names one of ours or is
refused, and has no callbacks. Losing a job costs two seconds: PostgreSQL is polled.
"""

from __future__ import annotations

import threading
from functools import partial

import redis
import structlog
from rq import Queue
from rq.exceptions import DequeueTimeout, DuplicateJobError, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from delivery.wire import wire

log = structlog.get_logger(__name__)

QUEUE = "post"
RING = "delivery.jobs.ring"
ALLOWED = frozenset({RING})
APART = 0.02  # seconds between two nudges of one channel: making a job costs as much as taking in an action
TTL = 30  # seconds after which a nudge that nobody took is forgotten

_bells: dict[str, threading.Event] = {}


class NotAllowed(Exception):
    """A job names a function that jobs may not call."""


class OurJob(Job):
    """A job that can call the functions in ALLOWED and nothing else, whatever is written in Redis."""

    @property
    def func(self) -> object:
        """Return the function to call. Raises NotAllowed."""
        if self.instance is not None or self.func_name not in ALLOWED:
            raise NotAllowed(f"jobs may not call {self.func_name!r}")
        return super().func

    @property
    def success_callback(self) -> None:
        """Return nothing: a callback would be imported by name."""

    @property
    def failure_callback(self) -> None:
        """Return nothing: a callback would be imported by name."""

    @property
    def stopped_callback(self) -> None:
        """Return nothing: a callback would be imported by name."""


def bell_of(channel: str) -> threading.Event:
    """Return what is rung in this process when there is work on `channel`."""
    return _bells.setdefault(channel, threading.Event())


def ring(channel: str) -> None:
    """Wake the sender of `channel` in this process, if it has one."""
    if bell := _bells.get(channel):
        bell.set()


def nudge(channel: str) -> None:
    """Tell one worker that there is work. Neither waits nor raises, and says it once however often it is called."""
    wire.soon(f"nudge {channel}", partial(_enqueue, channel), once=True, apart=APART)


def post_queue(server: redis.Redis) -> Queue:
    """Return the queue of nudges."""
    return Queue(QUEUE, connection=server, job_class=OurJob, serializer=JSONSerializer)


def take(server: redis.Redis, *, timeout: int) -> bool:
    """Wait up to `timeout` seconds for a job and run it. Returns whether there was one.

    The job is removed before it runs: a nudge that comes while it runs is then not taken for a double. Raises
    redis.RedisError; a job that is not ours is logged and dropped.
    """
    queue = post_queue(server)
    try:
        _, job_id = Queue.lpop([queue.key], timeout, connection=server)
    except DequeueTimeout:
        return False
    try:
        job = OurJob.fetch(job_id.decode(), connection=server, serializer=JSONSerializer)
        server.delete(job.key)
        job.func(*job.args)
    except NoSuchJobError:
        return True
    except redis.RedisError:
        raise
    except Exception as exc:  # whatever somebody else wrote there: the next job is taken all the same
        log.warning("job_refused", error=f"{type(exc).__name__}: {exc}")
    return True


def _enqueue(channel: str, server: redis.Redis) -> None:
    if server.exists(OurJob.key_for(f"ring-{channel}")):
        return  # one is waiting; making another, to have it refused, costs ten times as much as looking
    try:
        post_queue(server).enqueue_call(
            RING, args=(channel,), job_id=f"ring-{channel}", unique=True, ttl=TTL, result_ttl=0
        )
    except DuplicateJobError:
        log.debug("nudge_is_waiting", channel=channel)
