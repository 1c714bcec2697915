"""Connections are kept for a while, a few, and never across a fork."""

import os
import socket
from collections.abc import Iterator

import pytest

from core import clock
from core.connections import EACH, IDLE, LIFE, Line, Pool
from core.destination import Allow, read_url

PLACE = read_url("http://127.0.0.1:9000/")
ALLOW = Allow.parse("127.0.0.1/32:9000")


class Pair:
    """A line and the socket at its other end."""

    def __init__(self, age: float = 0.0) -> None:
        ours, self.theirs = socket.socketpair()
        assert PLACE.address
        self.line = Line(ours, PLACE.address, clock.monotonic() - age)

    @property
    def is_closed(self) -> bool:
        return self.line.socket.fileno() == -1


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    made = [Pair() for _ in range(EACH + 2)]
    yield made
    for pair in made:
        pair.line.close()
        pair.theirs.close()


def test_the_last_used_comes_first(pairs: list[Pair]):
    pool = Pool()
    assert pool.take(PLACE, ALLOW) is None
    pool.put(PLACE, pairs[0].line)
    pool.put(PLACE, pairs[1].line)
    assert pool.take(read_url("http://127.0.0.1:9001/"), ALLOW) is None
    assert pool.take(PLACE, ALLOW) is pairs[1].line
    assert pool.take(PLACE, ALLOW) is pairs[0].line
    assert pool.take(PLACE, ALLOW) is None


def test_no_more_than_enough_are_kept(pairs: list[Pair]):
    pool = Pool()
    for pair in pairs:
        pool.put(PLACE, pair.line)
    assert [pair.is_closed for pair in pairs] == [False] * EACH + [True, True]


def test_what_was_closed_or_spoke_unasked_is_not_used(pairs: list[Pair]):
    pool = Pool()
    for pair in pairs[:3]:
        pool.put(PLACE, pair.line)
    pairs[2].theirs.close()
    pairs[1].theirs.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    assert pool.take(PLACE, ALLOW) is pairs[0].line
    assert pairs[1].is_closed
    assert pairs[2].is_closed


def test_what_is_old_idle_or_no_longer_allowed_is_closed(pairs: list[Pair]):
    pool = Pool()
    idle, old, forbidden = pairs[:3]
    old.line.made_at -= LIFE + 1
    for pair in (idle, old):
        pool.put(PLACE, pair.line)
    idle.line.used_at -= IDLE + 1
    assert pool.take(PLACE, ALLOW) is None
    pool.put(PLACE, forbidden.line)
    assert pool.take(PLACE, Allow()) is None
    assert idle.is_closed
    assert old.is_closed
    assert forbidden.is_closed


def test_idle_ones_of_other_places_are_swept(pairs: list[Pair]):
    pool = Pool()
    pool.put(PLACE, pairs[0].line)
    pairs[0].line.used_at -= IDLE + 1
    pool._swept_at -= IDLE + 1
    pool.put(read_url("http://127.0.0.1:9001/"), pairs[1].line)
    assert pairs[0].is_closed
    assert not pairs[1].is_closed


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_begins_with_none(pairs: list[Pair]):
    pool = Pool()
    pool.put(PLACE, pairs[0].line)
    if (child := os.fork()) == 0:
        os._exit(0 if pool.take(PLACE, ALLOW) is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert pool.take(PLACE, ALLOW) is pairs[0].line
