"""Transactions: who may open one, whose rows it sees, what happens at its end.

Only flows open a transaction that writes, with `@use_case`; what writes below a flow says
`@inside_use_case`. Both see one organization's rows only: the scope is set inside the transaction
(never on the connection, where the next user would inherit it) and row-level security does the rest.
"""

from __future__ import annotations

import json
import random
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from threading import Event, local
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import DateTimeField, Func

from core import clock

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger(__name__)

TRIES = 3  # of a transaction that collides with another
COLLISIONS = frozenset({"40P01", "40001"})  # SQLSTATE: a deadlock, a serialization failure
STEP_BACK = 0.1  # seconds, times the tries made, at most: at once it might take the other's lock again
SILENT = 1.0  # seconds after which a connection is looked at before it is used alone
_alone = local()


@dataclass(slots=True)
class Scope:
    """One transaction: the organization it is fenced to, and what to do at its end."""

    org: int
    writes: bool
    at_end: dict[str, Callable[[], None]] = field(default_factory=dict)
    very_last: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)

    def settling(self) -> Iterator[Callable[[], None]]:
        """Yield what is to be written at the end, in order."""
        yield from self.at_end.values()
        yield from self.very_last.values()


_current: ContextVar[Scope | None] = ContextVar("countersign_scope", default=None)


class OutsideUseCase(RuntimeError):
    """Something that writes was called without a flow around it: call the flow instead."""


def current() -> Scope:
    """Return the scope in force. Raises OutsideUseCase if there is none."""
    scope = _current.get()
    if scope is None:
        raise OutsideUseCase("no transaction is open: go through a flow (@use_case) or reading(org)")
    return scope


def now() -> datetime:
    """Return the database's clock at this instant, the one that decides deadlines."""
    with connection.cursor() as cursor:
        cursor.execute("select app_now()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]


class Now(Func):
    """The database's clock inside a query: `filter(decide_by__gt=tx.Now())`."""

    function = "app_now"
    output_field = DateTimeField()


def as_json(value: Any) -> str:
    """Return a value as the text of a `jsonb` parameter."""
    return json.dumps(value)


def from_json(told: Any) -> Any:
    """Return a `jsonb` column of a raw query as a value; Django hands it over as text."""
    return json.loads(told) if isinstance(told, str) else told


def use_case(flow: Callable[Concatenate[int, P], R]) -> Callable[Concatenate[int, P], R]:
    """Run `flow(org, …)` in one durable transaction fenced to the organization `org`.

    What was registered with `at_end` is written just before the commit, audit entries last of all, so that the lock on
    the audit chain's head is the last taken and the shortest held. What was registered with `after_commit` runs once
    the commit stands, and may fail without harm.

    A transaction that the database ends because it collides with another (COLLISIONS) is run again from the beginning,
    TRIES times in all. So a flow does nothing outside its transaction, and leaves what it is given as it was.
    """

    def attempt(org: int, *args: P.args, **kwargs: P.kwargs) -> tuple[R, Scope]:
        scope = Scope(org=org, writes=True)
        token = _current.set(scope)
        try:
            with transaction.atomic(durable=True):
                _enter(org)
                result = flow(org, *args, **kwargs)
                for settle in scope.settling():
                    settle()
        finally:
            _current.reset(token)
        return result, scope

    @wraps(flow)
    def run(org: int, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if _current.get() is not None:
            raise RuntimeError(f"{flow.__qualname__} is a use case and cannot run inside another")
        result, scope = _persist(lambda: attempt(org, *args, **kwargs), flow.__qualname__)
        _nudge(scope)
        return result

    return run


def is_collision(raised: BaseException) -> bool:
    """Whether the database ended a transaction because it collided with another: it may go well the next time."""
    return isinstance(raised, OperationalError) and getattr(raised.__cause__, "sqlstate", None) in COLLISIONS


def is_away(raised: BaseException) -> bool:
    """Whether the database could not be asked at all, so that nothing else would go better now."""
    return isinstance(raised, OperationalError | InterfaceError) and not is_collision(raised)


def _persist(attempt: Callable[[], R], name: str) -> R:
    """Return what a whole transaction returns, run again if it collides. Raises what its last try raises."""
    for number in range(1, TRIES):
        try:
            return attempt()
        except OperationalError as raised:
            if not is_collision(raised):
                raise
            log.warning("transaction_collided", flow=name, tried=number, error=str(raised))
            Event().wait(random.uniform(0.5, 1.0) * number * STEP_BACK)  # noqa: S311 - lets the other go first
    return attempt()


def inside_use_case(step: Callable[P, R]) -> Callable[P, R]:
    """Refuse to run `step` unless a use case is open around it."""

    @wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        scope = _current.get()
        if scope is None or not scope.writes:
            raise OutsideUseCase(f"{step.__qualname__} writes: call it from a flow (@use_case)")
        return step(*args, **kwargs)

    return run


@contextmanager
def reading(org: int) -> Iterator[Scope]:
    """Open a transaction that only reads, fenced to the organization `org`."""
    if (outer := _current.get()) is not None:
        if outer.org != org:
            raise RuntimeError("a transaction of another organization is open")
        yield outer
        return
    scope = Scope(org=org, writes=False)
    token = _current.set(scope)
    try:
        with transaction.atomic():
            _enter(org, read_only=True)
            yield scope
    finally:
        _current.reset(token)


def alone(statement: str, parameters: Sequence[Any]) -> Any:
    """Run one statement as a transaction of its own, in one round trip, and return its one value.

    The statement is a database function that sets its scope itself. The connection stays with this thread, and one
    that was silent for a while is looked at for what a server says when it goes away; asking would be a round trip.
    """
    if _current.get() is not None:
        raise RuntimeError("a statement cannot be alone inside a use case")
    connection.ensure_connection()
    now, last = clock.monotonic(), getattr(_alone, "at", 0.0)
    _alone.at = now
    if now - last > SILENT and _is_gone(connection.connection):
        connection.close()
        connection.ensure_connection()

    def attempt() -> Any:
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            row = cursor.execute(statement, parameters).fetchone()
        return row[0] if row else None

    return _persist(attempt, "alone")


def at_end(name: str, settle: Callable[[], None], *, is_last: bool = False) -> None:
    """Write once more just before the commit; a second registration under `name` is none.

    What `is_last` comes after the rest, in whatever order they were registered: locks of rows are taken in one order.
    """
    (current().very_last if is_last else current().at_end).setdefault(name, settle)


def after_commit(name: str, nudge: Callable[[], None]) -> None:
    """Run `nudge` when the commit stands. It may be lost: the row it speaks of may not."""
    current().after.setdefault(name, nudge)


def turned() -> str:
    """Return how far the clock is turned, in the words of `app.clock_shift`."""
    shift = clock.shift()
    return f"{shift.total_seconds()} seconds" if shift else ""


def _is_gone(line: psycopg.Connection[Any]) -> bool:
    """Tell whether a connection that should be silent is closed or has something to say."""
    if line.closed:
        return True
    look = select.poll()
    look.register(line.fileno(), select.POLLIN)
    return bool(look.poll(0))


def _enter(org: int, *, read_only: bool = False) -> None:
    """Set the scope. `begin`, which waits for a first statement, goes with it in one round trip."""
    words = "select set_config('app.org', %s, true), set_config('app.clock_shift', %s, true)"
    if read_only:
        words += ", set_config('transaction_read_only', 'on', true)"
    with connection.wrap_database_errors, connection.connection.pipeline(), connection.cursor() as cursor:
        cursor.execute(words, [str(org), turned()])


def _nudge(scope: Scope) -> None:
    for name, nudge in scope.after.items():
        try:
            nudge()
        except Exception:
            log.warning("nudge_lost", nudge=name, exc_info=True)
