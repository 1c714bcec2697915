"""Sunday, three in the morning, somebody on leave: who is asked, by which channel, when, and how it ends."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from approvals.configuration.export import as_json
from core import tx
from tests.api.cast import Acme, callers
from tests.play import post
from tests.world import Document, World

SUNDAY = "2026-11-22T03:00"


@pytest.fixture
def acme(world: World) -> Acme:
    return callers(world)


STEPS: list[dict[str, Any]] = [
    {"at": "25%", "do": "remind"},
    {"at": "50%", "do": "add", "to": {"role": "admin"}},
    {"at": "90%", "do": "warn"},
]


def with_steps(steps: list[dict[str, Any]], **chain: Any) -> Any:
    """Return an edit of the document: the owner steps back, the chain `standard` gets steps."""

    def edit(document: Document) -> None:
        document["agents"][0]["owner"] = document["people"][4]["email"]
        document["chains"][0] |= {"steps": steps} | chain
        document["routes"][0].pop("fallback")

    return edit


def simulated(world: World, *more: str, amount: str = "1840 EUR", at: str = SUNDAY, **options: Any) -> Any:
    """Return what the command prints as JSON."""
    out = io.StringIO()
    call_command(
        "simulate",
        *("--org", world.slug, "--agent", "refunds", "--action", "refund.create", "--amount", amount, "--at", at),
        *more,
        "--json",
        stdout=out,
        **options,
    )
    return json.loads(out.getvalue())


def told(answer: Any) -> list[tuple[str, str, list[str]]]:
    """Return the events as (local time, kind, who is told)."""
    events = []
    for event in answer["events"]:
        at = datetime.fromisoformat(event["at"]) + timedelta(hours=1)
        people = [one["email"].partition("@")[0] for one in event["people"] if not one["struck"]]
        events.append((f"{at:%a %H:%M}", event["kind"], people))
    return events


def struck(answer: Any, number: int = 0) -> dict[str, str]:
    """Return who an event does not ask, with why."""
    return {one["email"].partition("@")[0]: one["note"] for one in answer["events"][number]["people"] if one["struck"]}


def test_sunday_at_three_with_cy_on_leave(world: World):
    world.change(with_steps(STEPS))
    answer = simulated(world, "--away", world.email("cy"), amount="50 EUR")
    assert told(answer) == [
        ("Sun 03:00", "asked", ["bo", "dee"]),
        ("Sun 04:00", "reminded", ["bo", "dee"]),
        ("Sun 05:00", "added", ["ana"]),
        ("Sun 06:36", "warned", ["bo", "dee", "ana"]),
        ("Sun 07:00", "end", []),
    ]
    assert struck(answer) == {"cy": "Away"}
    first = answer["events"][0]["people"][0]
    assert (first["channels"], first["via"]) == (["inapp", "email"], "member of Finance")
    assert answer["events"][0]["people"][1]["note"] == "May decide up to 100 EUR"
    assert (answer["end"]["outcome"], answer["end"]["by"], answer["warnings"]) == ("rejected", "deadline", [])
    assert (answer["route"], answer["chain"], answer["needed"]) == ("everything else", "standard", 1)


def test_too_few_are_found_at_once_by_the_chains_next_people(world: World):
    world.change(with_steps(STEPS))
    answer = simulated(world, "--away", world.email("cy"))
    assert told(answer)[:3] == [
        ("Sun 03:00", "asked", ["bo"]),
        ("Sun 03:00", "added", ["ana"]),
        ("Sun 04:00", "reminded", ["bo", "ana"]),
    ]
    assert struck(answer) == {"cy": "Away", "dee": "May decide up to 100 EUR"}


def test_nobody_left_is_held_and_said_so(world: World):
    world.change(with_steps(STEPS))
    answer = simulated(world, "--away", world.email("cy"), world.email("bo"), world.email("ana"))
    assert [kind for _, kind, _ in told(answer)][-1] == "end"
    assert answer["end"]["outcome"] == "held"
    assert {"nobody_reached", "held"} <= {one["code"] for one in answer["warnings"]}


def test_votes_that_are_supposed_decide_it(world: World):
    world.change(with_steps(STEPS))
    answers = (
        "--answer",
        f"{world.email('bo')} approve after 30m",
        "--answer",
        f"{world.email('cy')} approve after 2h",
    )
    answer = simulated(world, *answers)
    assert told(answer) == [
        ("Sun 03:00", "asked", ["bo", "cy"]),
        ("Sun 03:30", "voted", ["bo"]),
        ("Sun 04:00", "reminded", ["cy"]),
        ("Sun 05:00", "added", ["ana"]),
        ("Sun 05:00", "voted", ["cy"]),
        ("Sun 05:00", "end", []),
    ]
    assert (answer["end"]["outcome"], answer["end"]["by"]) == ("approved", "people")
    assert answer["events"][1]["sentence"] == "Bo Lind approves (1 of 2)."


def test_the_second_stage_is_seen_once_the_first_is_met(world: World):
    def edit(document: Document) -> None:
        with_steps([])(document)
        document["routes"][0]["stages"] = [
            [{"approvals": 1, "from": {"team": "finance"}}],
            [{"approvals": 1, "from": {"role": "admin"}}],
        ]

    world.change(edit)
    assert simulated(world)["stages"] == 2
    answer = simulated(world, "--answer", f"{world.email('bo')} approve after 90s")
    assert [(kind, who) for _, kind, who in told(answer)] == [
        ("asked", ["bo", "cy"]),
        ("voted", ["bo"]),
        ("asked", ["ana"]),
        ("end", []),
    ]
    refused = simulated(world, "--answer", f"{world.email('ana')} approve after 90s")
    assert [one["code"] for one in refused["warnings"]] == ["vote_refused"]


def test_whose_turn_it_is_is_seen_and_not_taken(world: World):
    def edit(document: Document) -> None:
        with_steps([])(document)
        document["routes"][-1]["assign"] = "round_robin"

    world.change(edit)
    for name in ("bo", "cy", "dee", "bo"):
        for _ in range(2):
            first = simulated(world, amount="50 EUR")["events"][0]
            assert [one["email"] for one in first["people"]] == [world.email(name)]
            assert first["people"][0]["via"] == "taking turns in Finance"
        asked = post(world, {"amount": "50.00", "currency": "EUR", "customer": {"name": "Marta"}})["asked"]
        assert [one["email"] for one in asked] == [world.email(name)]


def test_a_rule_ends_it_at_once(world: World):
    out = io.StringIO()
    call_command("simulate", "--org", world.slug, "--agent", "refunds", "--action", "wire.send", stdout=out)
    assert "Rejected at once. “no wire transfers” forbids this." in out.getvalue()


def test_a_draft_and_business_hours(world: World, tmp_path):
    draft = tmp_path / "draft.json"
    edited = json.loads(as_json(world.document))
    with_steps([{"at": "2h", "do": "remind"}], clock="office")(edited)
    edited["calendars"] = [
        {"slug": "office", "timezone": "Europe/Amsterdam", "hours": {"mon-fri": ["08:00-17:00"]}, "holidays": []}
    ]
    draft.write_text(as_json(edited))
    assert told(simulated(world))[-1] == ("Sun 07:00", "end", [])
    answer = simulated(world, "--file", str(draft))
    assert told(answer)[1:] == [("Mon 10:00", "reminded", ["bo", "cy"]), ("Mon 12:00", "end", [])]


def test_the_timeline_is_printed(world: World):
    world.change(with_steps(STEPS))
    out = io.StringIO()
    call_command(
        "simulate",
        *("--org", world.slug, "--agent", "refunds", "--action", "refund.create", "--amount", "50 EUR", "--at", SUNDAY),
        stdout=out,
    )
    text = out.getvalue()
    assert "refund.create, 50 EUR, medium risk, by refunds, on Sun 22 Nov 2026, 03:00 (Europe/Amsterdam)" in text
    assert "03:00  o  Bo Lind, Cy Okafor and Dee Novak are asked; one approval is needed." in text
    assert "Bo Lind, member of Finance: inbox and e-mail" in text
    assert "Every step can be reached and reaches somebody." in text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--agent", "nobody"], "There is no agent nobody."),
        (["--away", "nobody@nowhere.test"], "There is nobody called nobody@nowhere.test."),
        (["--amount", "much"], "/amount: This must be an amount"),
        (["--at", "soon"], "“soon” is no moment"),
        (["--at", "Sunday 25:00"], "Write the moment as"),
        (["--at", "9999-01-01T00:00"], "/at: "),
        (["--answer", "bo approves"], "is no answer"),
        (["--arguments", "{"], "--arguments takes a JSON object"),
        (["--last", "10"], "say which with --file"),
    ],
)
def test_what_cannot_be_simulated_is_refused(world: World, more: list[str], says: str):
    wanted = ["--org", world.slug, "--agent", "refunds", "--action", "refund.create", *more]
    with pytest.raises(CommandError, match=says):
        call_command("simulate", *wanted, stdout=io.StringIO())


def counted(world: World) -> dict[str, int]:
    """Return how many rows every table of the organization has."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename ~ '^(approvals|audit)_'"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'select count(*) from "{table}"')
            found[table] = cursor.fetchone()[0]
        return found


def test_the_api_answers_the_same_to_every_member_and_writes_nothing(acme: Acme):
    world = acme.world
    world.change(with_steps(STEPS))
    before = counted(world)
    body = {"agent": "refunds", "action": "refund.create", "amount": "1840 EUR", "at": f"{SUNDAY}:00+01:00"}
    for name in ("ana", "finn"):
        answer = acme.people[name].post("/simulate", body)
        assert answer.status_code == 200, answer.content
        assert answer.json() == simulated(world)
    assert acme.agent.post("/simulate", body).json()["code"] == "agents_cannot_decide"
    assert counted(world) == before


def test_only_admins_send_drafts_and_faults_point_into_them(acme: Acme):
    body: dict[str, Any] = {"agent": "refunds", "action": "refund.create", "document": acme.world.document}
    assert acme.people["ana"].post("/simulate", body).status_code == 200
    assert acme.people["bo"].post("/simulate", body).json()["code"] == "role_required"
    assert acme.people["bo"].post("/simulate/history", {"document": "x"}).json()["code"] == "role_required"
    broken = acme.people["ana"].post("/simulate", body | {"document": "version: 1\nteams: 3"})
    assert (broken.status_code, broken.json()["code"]) == (422, "invalid_document")
    assert "/teams" in [one["pointer"] for one in broken.json()["errors"]]
    other = json.loads(as_json(acme.world.document))
    other["organization"]["slug"] = "somebody-else"
    assert (
        acme.people["ana"].post("/simulate", body | {"document": other}).json()["errors"][0]["pointer"] == "/document"
    )


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"agent": "nobody"}, "/agent"),
        ({"away": ["nobody@nowhere.test"]}, "/away/0"),
        ({"answers": [{"after": 1, "person": "x@nowhere.test", "vote": "approve"}]}, "/answers/0/person"),
        ({"answers": [{"after": -1, "person": "x@nowhere.test", "vote": "approve"}]}, "/answers/0/after"),
        ({"at": "9990-01-01T00:00:00Z"}, "/at"),
        ({"amount": 5}, "/amount"),
        ({"amuont": "5 EUR"}, "/amuont"),
    ],
)
def test_a_wrong_field_is_pointed_at(acme: Acme, more: dict[str, Any], pointer: str):
    body = {"agent": "refunds", "action": "refund.create"} | more
    answer = acme.people["bo"].post("/simulate", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_draft_is_tried_on_the_past(acme: Acme, tmp_path):
    world = acme.world
    world.change(with_steps([{"at": "2h", "do": "add", "to": {"role": "admin"}}]))
    for amount in ("50.00", "60.00", "700.00"):
        post(world, {"amount": amount, "currency": "EUR", "customer": {"name": "Marta"}})
    draft = json.loads(as_json(world.document))
    draft["chains"][0]["steps"][0]["at"] = "30m"
    draft["routes"][0]["when"][1]["value"] = "1000 EUR"
    told_back = acme.people["ana"].post("/simulate/history", {"document": draft, "last": 2}).json()
    assert (told_back["considered"], told_back["different"]) == (2, 2)
    assert told_back["reached"] == [{"who": "everybody with the role admin", "before": 2, "after": 2}]
    big = told_back["actions"][0]
    assert "instead of route “big refunds”" in big["text"]
    assert (big["before"]["needed"], big["after"]["needed"]) == (2, 1)
    assert "would be added after 30 min, not after 2 h" in told_back["actions"][1]["text"]
    same = acme.people["ana"].post("/simulate/history", {"document": world.document}).json()
    assert (same["considered"], same["different"]) == (3, 0)
    path = tmp_path / "draft.json"
    path.write_text(as_json(draft))
    out = io.StringIO()
    call_command("simulate", "--org", world.slug, "--file", str(path), "--last", "3", stdout=out)
    assert "Of the last 3 actions 3 would have gone another way." in out.getvalue()
    refused = acme.people["ana"].post("/simulate/history", {"document": draft, "last": 1001})
    assert refused.json()["errors"][0]["pointer"] == "/last"


def test_a_local_time_of_the_api_is_the_organization_s(acme: Acme) -> None:
    wanted = {"agent": "refunds", "action": "refund.create", "arguments": {}}
    local = acme.ana.post("/simulate", wanted | {"at": SUNDAY}).json()
    exact = acme.ana.post("/simulate", wanted | {"at": "2026-11-22T02:00:00Z"}).json()
    assert local["events"] == exact["events"]
    assert acme.ana.post("/simulate", wanted | {"at": "Sunday"}).status_code == 422
