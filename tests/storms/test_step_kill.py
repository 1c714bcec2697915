"""An engine dies at every statement of a step while a second one runs: what a step does exists once, and in order.

For every number n of the statements of the transaction, the first engine's connection is cut by the server right
before statement n (or, after the last, before the commit), or it fails right after it. The other engine comes by all
the while, from when the first has the action's lock, and once more at the end.

The first end of a lane opens it, which is a statement more. So an end is played in new organizations, where each is
the first, and over and over in one, where none is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.utils import Error

from agents.models import LabelRow
from approvals.flow import lapse
from core import tx
from tests.chains import ADD_MANAGER, asked, entries, left, mail, ran, to
from tests.chains import with_chain as chain
from tests.play import history_holds, key_of, kinds, now, parcels, post
from tests.world import Document, World, make_world

pytestmark = [pytest.mark.timeout(240)]

Step = dict[str, Any]
MOST = 60  # statements a step may take; one that takes more has been told too little


class Died(Exception):
    """The engine is gone, in the middle of something."""


@dataclass(frozen=True)
class Case:
    """One kind of step: what the chain says, and what must be true after it."""

    name: str
    steps: Callable[[World], tuple[Step, ...]]
    check: Callable[[World, Document], None]
    more: tuple[tuple[str, str], ...] = ()
    is_first: bool = False  # each time in an organization of its own

    def begin(self, world: World) -> World:
        """Return `world`, or a new one if this is always the first, with this chain."""
        world = make_world() if self.is_first else world
        world.change(chain(*self.steps(world), **dict(self.more)))
        return world


def _reminded(world: World, told: Document) -> None:
    assert ran(world, told) == ["1"]
    assert mail(world, told)["action.reminded"] == ["bo", "cy", "dee"]


def _added(world: World, told: Document) -> None:
    assert ran(world, told) == ["1"]
    assert asked(world, told) == {"bo", "cy", "dee", "mia"}
    assert mail(world, told) == {"action.asked": ["mia"], "action.reminded": ["bo", "cy", "dee"]}


def _replaced(world: World, told: Document) -> None:
    assert ran(world, told) == ["1"]
    assert asked(world, told) == {"max"}
    assert left(world, told) == dict.fromkeys(("bo", "cy", "dee"), "replaced")
    assert mail(world, told) == {"action.asked": ["max"]}


def _hooked(world: World, told: Document) -> None:
    assert ran(world, told) == ["1"]
    assert [one["kind"] for one in parcels(world, told)] == ["action.step"]


def _three_missed(world: World, told: Document) -> None:
    assert ran(world, told) == ["1", "2", "3"]
    assert [one["do"] for one in entries(world, told)] == ["remind", "add", "replace"]
    assert asked(world, told) == {"max"}
    assert mail(world, told) == {"action.asked": ["max"]}


def _ended(world: World, told: Document) -> None:
    assert now(world, told)["status"] == "expired"
    assert kinds(world, told).count("action.decided") == 1
    assert [one["kind"] for one in parcels(world, told)] == ["action.decided"]
    assert asked(world, told) == set()
    assert mail(world, told) == {}


def _first_ended(world: World, told: Document) -> None:
    _ended(world, told)
    with tx.reading(world.org):
        silences = LabelRow.objects.filter(action=key_of(told), source="silence").select_related("lane")
        assert [one.lane.type for one in silences] == ["refund.create"]


REMIND_NOW: Step = {"at": "1s", "do": "remind"}
CASES = (
    Case("remind", lambda world: (REMIND_NOW,), _reminded),
    Case("add", lambda world: (ADD_MANAGER | {"at": "1s"},), _added),
    Case("replace", lambda world: ({"at": "1s", "do": "replace", "to": to(world, "max")},), _replaced),
    Case("webhook", lambda world: ({"at": "1s", "do": "webhook", "url": "https://hooks.acme.test/"},), _hooked),
    Case(
        "three missed",
        lambda world: (
            REMIND_NOW,
            ADD_MANAGER | {"at": "1s"},
            {"at": "1s", "do": "replace", "to": to(world, "max")},
        ),
        _three_missed,
    ),
    Case("end", lambda world: (), _ended, (("decide_within", "1s"),)),
    Case("end of the first", lambda world: (), _first_ended, (("decide_within", "1s"),), is_first=True),
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("how", ["cut off before", "failing after"])
def test_a_step_is_done_once_wherever_its_engine_dies(world: World, case: Case, how: str) -> None:
    statements = _count(case.begin(world), case)
    assert 5 < statements < MOST
    is_cut = how == "cut off before"
    for number in range(1, statements + 1 + is_cut):
        world = case.begin(world) if case.is_first else world
        told = _due(world)
        dying = Dying(number, is_cut=is_cut, last=statements)
        with _second_engine(world, told, after=dying.has_begun):
            dying.run(world, told)
        lapse.lapse(world.org, key_of(told))
        case.check(world, told)
        _each_message_once(world, told)
        if case.is_first:
            history_holds(world)
    history_holds(world)


@pytest.mark.parametrize("case", CASES[4:], ids=[case.name for case in CASES[4:]])
def test_steps_of_many_actions_in_one_transaction_are_done_once_wherever_it_dies(world: World, case: Case) -> None:
    statements = _count(case.begin(world), case, many=3)
    for number in range(1, statements + 2):
        world = case.begin(world) if case.is_first else world
        these = [_due(world) for _ in range(3)]
        dying = Dying(number, is_cut=True, last=statements)
        with _second_engine(world, these[1], after=dying.has_begun):
            dying.run(world, *these)
        lapse.lapse_together(world.org, [key_of(told) for told in these])
        for told in these:
            case.check(world, told)
            _each_message_once(world, told)
        if case.is_first:
            history_holds(world)
    history_holds(world)


def _count(world: World, case: Case, *, many: int = 1) -> int:
    """Return how many statements the transaction of this step has, the commit not counted."""
    if not case.is_first:
        assert _run(world, *[_due(world) for _ in range(many)])  # what only the first writes is there after it
    these, seen = [_due(world) for _ in range(many)], [0]

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert _run(world, *these)
    for told in these:
        case.check(world, told)
    return seen[0]


def _run(world: World, *these: Document) -> int:
    """Be an engine that comes by: for one action, or for many at once."""
    if len(these) == 1:
        return lapse.lapse(world.org, key_of(these[0]))
    return lapse.lapse_together(world.org, [key_of(told) for told in these])


def _due(world: World) -> Document:
    """Return a new action whose step is due."""
    told = post(world, callback_url="http://127.0.0.1:9/hook")
    world.turn(seconds=2)
    return told


class Dying:
    """An engine that does not get beyond statement `number`, or not to its commit if that is after the `last`."""

    def __init__(self, number: int, *, is_cut: bool, last: int) -> None:
        self.number, self.is_cut, self.last = number, is_cut, last
        self.seen = 0
        self.has_begun = threading.Event()

    def run(self, world: World, *these: Document) -> None:
        """Run the step, and die of it."""
        try:
            with pytest.raises((Died, Error, psycopg.Error)), connection.execute_wrapper(self.die):
                _run(world, *these)
        finally:
            self.has_begun.set()
            connection.close()
        assert self.seen >= min(self.number, self.last), "it died where it was meant to"

    def die(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Count a statement; cut the line before it, or fail after it."""
        self.seen += 1
        if self.is_cut and self.seen == self.number:
            _cut(connection.connection.info.backend_pid)
        answer = execute(sql, params, many, context)
        if "FOR UPDATE" in sql:
            self.has_begun.set()
        if self.is_cut and self.seen == self.last < self.number:
            _cut(connection.connection.info.backend_pid)
        if not self.is_cut and self.seen == self.number:
            raise Died
        return answer


def _cut(backend: int) -> None:
    """Let the server end a connection, as it does when it is told to stop."""
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
        autocommit=True,
    ) as other:
        other.execute("select pg_terminate_backend(%s)", [backend])
        for _ in range(1000):
            if not other.execute("select 1 from pg_stat_activity where pid = %s", [backend]).fetchone():
                return
        raise AssertionError("the backend does not go")


@contextmanager
def _second_engine(world: World, told: Document, *, after: threading.Event) -> Iterator[None]:
    """Run another engine beside, which looks at the action again and again."""
    stop = threading.Event()

    def look() -> None:
        try:
            after.wait(timeout=30)
            while not stop.is_set():
                lapse.lapse(world.org, key_of(told))
        finally:
            connection.close()

    engine = threading.Thread(target=look)
    engine.start()
    try:
        yield
    finally:
        stop.set()
        engine.join(timeout=30)
        assert not engine.is_alive()


def _each_message_once(world: World, told: Document) -> None:
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute("select count(*), count(distinct once) from delivery_parcel where action = %s", [key_of(told)])
        every, distinct = cursor.fetchone()
        cursor.execute(
            "select count(*), count(distinct person) from delivery_parcel where action = %s and channel = 'email'"
            " and status = 'waiting'",
            [key_of(told)],
        )
        waiting, readers = cursor.fetchone()
    assert every == distinct
    assert waiting == readers, "one message a person"
