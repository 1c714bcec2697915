"""The websocket, spoken to as a browser and as a tool would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts import viewer
from accounts.models import Key, Person, User
from accounts.session_store import SessionStore
from core import clock, ids, tx, vault
from delivery.consumers import Hints
from delivery.hints import Hint
from delivery.hub import hub
from tests.delivery.conftest import House, give_key, make_house, make_person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


communicator: Any = ApplicationCommunicator  # asgiref's testing is untyped


class Socket:
    """One open socket."""

    def __init__(self, **headers: str) -> None:
        scope = {
            "type": "websocket",
            "path": "/ws/",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self._app: Any = communicator(Hints.as_asgi(), scope)

    async def open(self) -> dict[str, Any]:
        await self._app.send_input({"type": "websocket.connect"})
        return await self.next()

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self._app.send_input({"type": "websocket.receive", "text": text})

    async def next(self, timeout: float = 8) -> dict[str, Any]:
        answer: dict[str, Any] = await self._app.receive_output(timeout)
        return json.loads(answer["text"]) if "text" in answer else answer

    async def nothing(self) -> bool:
        return bool(await self._app.receive_nothing(0.3))

    async def leave(self) -> None:
        await self._app.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._app.wait(2)


def browser(session: str, origin: str = "http://127.0.0.1:8000") -> Socket:
    return Socket(origin=origin, cookie=f"session={session}")


def played(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story on a loop of its own and leave the hub as it was."""

    async def run() -> None:
        try:
            await story()
        finally:
            await hub.stop()

    asyncio.run(asyncio.wait_for(run(), 30))


def sign_in(house: House, email: str, *, roles: tuple[str, ...] = ("approver",)) -> tuple[Person, str]:
    """Make a person with an account and a session, as signing in would."""
    user = User.objects.create_user(f"{house.org}-{email}")
    person = make_person(house.org, email, roles=roles, user=user)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[viewer.ORG] = house.org
    session.create()
    assert session.session_key
    return person, session.session_key


def test_a_signed_in_browser_gets_the_hints_that_concern_its_person(house: House) -> None:
    ana, session = sign_in(house, "ana@acme.test")

    async def story() -> None:
        socket = browser(session)
        assert (await socket.open())["type"] == "websocket.accept"
        hub.tell(Hint.of(house.org, "action", "act_other", 1, [ids.new()]))
        hub.tell(Hint.of(house.org + 1, "action", "act_foreign", 1, [ana.id]))
        hub.tell(Hint.of(house.org, "action", "act_hers", 3, [ana.id]))
        assert await socket.next() == {"type": "action", "id": "act_hers", "version": 3}
        assert await socket.nothing()
        await socket.leave()

    played(story)


def test_an_admin_hears_everything_of_the_organization(house: House) -> None:
    _, session = sign_in(house, "ad@acme.test", roles=("admin",))

    async def story() -> None:
        socket = browser(session)
        await socket.open()
        hub.tell(Hint.of(house.org, "action", "act_1", 1, [ids.new()]))
        assert (await socket.next())["id"] == "act_1"
        await socket.leave()

    played(story)


def test_a_person_s_key_in_the_first_message_opens_it_without_an_origin(house: House) -> None:
    ana = make_person(house.org, "ana@acme.test")
    key = _person_key(house.org, ana.id)

    async def story() -> None:
        socket = Socket()
        assert (await socket.open())["type"] == "websocket.accept"
        hub.tell(Hint.of(house.org, "action", "act_early", 1, None))
        await socket.say({"key": key})
        await socket.say({"type": "ping"})
        assert await socket.next() == {"type": "pong"}
        hub.tell(Hint.of(house.org, "action", "act_1", 1, [ana.id]))
        assert (await socket.next())["id"] == "act_1"
        await socket.leave()

    played(story)


@pytest.mark.parametrize(
    "first",
    [
        '{"key": "cs_nonsense"}',
        '{"key": 7}',
        "[]",
        '{"type": "ping"}',
        "{",
        "x" * 2000,
        "[" * 900,
        '{"key": "\\ud800"}',
    ],
)
def test_anything_else_first_is_turned_away(first: str) -> None:
    async def story() -> None:
        socket = Socket()
        await socket.open()
        await socket.say(first)
        closed = await socket.next()
        assert closed["type"] == "websocket.close"
        assert closed["code"] in {4400, 4401}

    played(story)


def test_an_agent_s_key_opens_nothing(house: House) -> None:
    key = vault.new_key()
    _key(house.org, house.agent, key, "agent")

    async def story() -> None:
        socket = Socket()
        await socket.open()
        await socket.say({"key": key})
        assert (await socket.next())["code"] == 4401

    played(story)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9", "null", "http://127.0.0.1:x", ""])
def test_a_foreign_page_is_not_even_accepted(house: House, origin: str) -> None:
    _, session = sign_in(house, "ana@acme.test")

    async def story() -> None:
        assert (await browser(session, origin).open())["type"] == "websocket.close"

    played(story)


def test_a_browser_s_cookie_without_an_origin_opens_nothing(house: House) -> None:
    ana, session = sign_in(house, "ana@acme.test")

    async def story() -> None:
        socket = Socket(cookie=f"session={session}")
        await socket.open()
        hub.tell(Hint.of(house.org, "action", "act_1", 1, [ana.id]))
        assert await socket.nothing()
        await socket.leave()

    played(story)


def sign_out(house: House, person: Person, session: str) -> None:
    SessionStore(session).delete()


def archive(house: House, person: Person, session: str) -> None:
    _change(house.org, person.id, {"archived_at": clock.now()})


def demote(house: House, person: Person, session: str) -> None:
    _change(house.org, person.id, {"roles": ["viewer"]})


def deactivate(house: House, person: Person, session: str) -> None:
    User.objects.filter(email=f"{house.org}-{person.email}").update(is_active=False)


def unlink(house: House, person: Person, session: str) -> None:
    _change(house.org, person.id, {"user_id": None})


def move(house: House, person: Person, session: str) -> None:
    store = SessionStore(session)
    store[viewer.ORG] = make_house().org
    store.save()


@pytest.mark.parametrize("change", [sign_out, archive, demote, deactivate, unlink, move])
def test_who_lost_the_right_gets_no_hint_and_is_shown_out(
    house: House, change: Callable[[House, Person, str], None]
) -> None:
    person, session = sign_in(house, "ana@acme.test")

    async def story() -> None:
        socket = browser(session)
        await socket.open()
        await database_sync_to_async(change)(house, person, session)
        hub.tell(Hint.of(house.org, "action", "act_1", 1, [person.id]))
        assert (await socket.next()).get("code") == 4401

    played(story)


@pytest.mark.parametrize("change", [sign_out, archive, demote, deactivate])
def test_a_silent_socket_is_closed_within_five_seconds_of_losing_the_right(
    house: House, change: Callable[[House, Person, str], None]
) -> None:
    person, session = sign_in(house, "ana@acme.test")

    async def story() -> None:
        socket = browser(session)
        await socket.open()
        hub.tell(Hint.of(house.org, "action", "act_1", 1, [person.id]))
        assert (await socket.next())["id"] == "act_1"
        await database_sync_to_async(change)(house, person, session)
        started = clock.monotonic()
        assert (await socket.next())["code"] == 4401
        assert clock.monotonic() - started < 5

    played(story)


def test_what_was_queued_for_a_session_that_ended_is_never_sent(house: House) -> None:
    person, session = sign_in(house, "ana@acme.test")

    async def story() -> None:
        socket = browser(session)
        await socket.open()
        await database_sync_to_async(sign_out)(house, person, session)
        for number in range(5):
            hub.tell(Hint.of(house.org, "action", f"act_{number}", 1, [person.id]))
        assert (await socket.next())["code"] == 4401
        assert await socket.nothing()

    played(story)


def test_another_word_in_the_session_closes_nothing(house: House) -> None:
    person, session = sign_in(house, "ana@acme.test")

    def write() -> None:
        store = SessionStore(session)
        store["theme"] = "dark"
        store.save()

    async def story() -> None:
        socket = browser(session)
        await socket.open()
        await database_sync_to_async(write)()
        await asyncio.sleep(1.1)
        hub.tell(Hint.of(house.org, "action", "act_1", 1, [person.id]))
        assert (await socket.next())["id"] == "act_1"
        await socket.leave()

    played(story)


def test_a_key_revoked_closes_the_socket_within_five_seconds(house: House) -> None:
    ana = make_person(house.org, "ana@acme.test")
    key = _person_key(house.org, ana.id)

    async def story() -> None:
        socket = Socket()
        await socket.open()
        await socket.say({"key": key})
        await database_sync_to_async(_revoke)(house.org, ana.id)
        started = clock.monotonic()
        assert (await socket.next())["code"] == 4401
        assert clock.monotonic() - started < 5

    played(story)


@tx.use_case
def _change(org: int, person: UUID, values: dict[str, Any]) -> None:
    assert Person.objects.filter(pk=person).update(**values) == 1


@tx.use_case
def _key(org: int, holder: UUID, key: str, kind: str) -> None:
    give_key(org, holder, "", key=key, kind=kind)


def _person_key(org: int, person: UUID) -> str:
    key = vault.new_key()
    _key(org, person, key, "person")
    return key


@tx.use_case
def _revoke(org: int, holder: UUID) -> None:
    Key.objects.filter(holder=holder).update(revoked_at=clock.now() - timedelta(seconds=1))
