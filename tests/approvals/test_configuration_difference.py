"""What changes in calendars, schedules, steps, stages, absences and delegations, told in sentences."""
# ruff: noqa: E501 - a table

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.approvals.test_configuration_export import changes
from tests.world import row_of

Edit = Callable[[dict[str, Any]], Any]

OFFICE = {"slug": "office", "hours": {"mon-fri": ["08:00-17:00"], "sun": []}, "holidays": ["2026-12-25"]}
DUTY = {
    "slug": "duty",
    "people": ["bo@acme.test", "cy@acme.test"],
    "every": "1w",
    "starts": "2026-11-02T09:00",
}
LENT = {
    "from": "bo@acme.test",
    "to": "cy@acme.test",
    "starts": "2026-12-01T00:00",
    "until": "2026-12-08T00:00",
    "agents": ["refunds"],
    "max_amount": "100 EUR",
}
AWAY = [{"starts": "2026-12-21T00:00", "until": "2027-01-04T00:00"}]
BO = "people/bo@acme.test"
BIG, ELSE, STANDARD = "/routes/big refunds", "/routes/everything else", "/chains/standard"


def base(document: dict[str, Any]) -> None:
    document |= {"calendars": [OFFICE | {}], "schedules": [DUTY | {}], "delegations": [LENT | {}]}


def route(name: str, **fields: Any) -> Edit:
    return lambda document: row_of(document, "routes", name).update(fields)


def chain(**fields: Any) -> Edit:
    return lambda document: row_of(document, "chains", "standard").update(fields)


def one_of(target: dict[str, str], count: int = 1) -> dict[str, Any]:
    return {"approvals": count, "from": target}


CHANGES: list[tuple[Edit, str, str]] = [
    (
        lambda document: document["organization"].update(delegation_depth=2),
        "/organization/delegation_depth",
        "The organization: delegation depth is now 2, was 1.",
    ),
    (
        lambda document: document["people"][1].update(away=AWAY),
        "/people/bo@acme.test/away",
        "Person Bo Lind (bo@acme.test): away is now 2026-12-21T00:00 to 2027-01-04T00:00.",
    ),
    (
        lambda document: document["teams"][0]["members"].reverse(),
        "/teams/finance/members",
        (
            "Team Finance (finance): members are in another order, by which they take turns: dee@acme.test, cy@acme.test,"
            " bo@acme.test."
        ),
    ),
    (
        lambda document: document["calendars"].append({"slug": "night", "hours": {"sat-sun": ["00:00-24:00"]}}),
        "/calendars/night",
        "Calendar night is new: sat-sun 00:00-24:00.",
    ),
    (
        lambda document: document["calendars"][0].update(hours={"mon": ["08:00-12:00", "13:00-17:00"]}),
        "/calendars/office/hours",
        "Calendar office: hours are now mon 08:00-12:00 13:00-17:00, were mon-fri 08:00-17:00, sun closed.",
    ),
    (
        lambda document: document["calendars"][0]["holidays"].append("2026-12-26"),
        "/calendars/office/holidays/2026-12-26",
        "Calendar office: holidays now have 2026-12-26.",
    ),
    (lambda document: document["calendars"].clear(), "/calendars/office", "Calendar office is gone."),
    (
        lambda document: document["schedules"].append(DUTY | {"slug": "night", "every": "12h"}),
        "/schedules/night",
        "Schedule night is new: each 12h, bo@acme.test, cy@acme.test.",
    ),
    (
        lambda document: document["schedules"][0].update(people=["cy@acme.test", "bo@acme.test"]),
        "/schedules/duty/people",
        "Schedule duty: people are now cy@acme.test, bo@acme.test, were bo@acme.test, cy@acme.test.",
    ),
    (
        lambda document: document["rules"][0].update(mode="monitor"),
        "/rules/no wire transfers/mode",
        "Rule “no wire transfers”: mode is now monitor, was active.",
    ),
    (route("big refunds", mode="off"), f"{BIG}/mode", "Route “big refunds”: mode is now off, was active."),
    (
        route("everything else", assign="round_robin"),
        f"{ELSE}/assign",
        "Route “everything else”: assign is now round_robin, was all.",
    ),
    (
        route(
            "everything else", stages=[[one_of({"schedule": "duty", "who": "next"})], [one_of({"team": "finance"}, 2)]]
        ),
        f"{ELSE}/stages",
        (
            "Route “everything else”: stages are now 1 of who is next by schedule duty, then 2 of team finance, were 1 of team"
            " finance."
        ),
    ),
    (
        route("everything else", stages=[{"requirements": [one_of({"team": "finance"}, 3)], "deny_threshold": 2}]),
        f"{ELSE}/stages",
        "Route “everything else”: stages are now 3 of team finance (2 rejections close it), were 1 of team finance.",
    ),
    (
        route(
            "everything else",
            stages=[
                {
                    "requirements": [one_of({"team": "finance"}), one_of({"person": "bo@acme.test"})],
                    "allow_shared_seat": True,
                }
            ],
        ),
        f"{ELSE}/stages",
        (
            "Route “everything else”: stages are now 1 of team finance and 1 of bo@acme.test (one person may fill several"
            " seats), were 1 of team finance."
        ),
    ),
    (
        route("everything else", fallback={"schedule": "duty"}),
        f"{ELSE}/fallback",
        "Route “everything else”: fallback is now who is on call by schedule duty, was ana@acme.test.",
    ),
    (chain(clock="office"), f"{STANDARD}/clock", "Chain standard: clock is now office, was wall."),
    (
        chain(
            steps=[
                {"at": "25%", "do": "remind"},
                {"at": "50%", "do": "add", "to": {"manager_of": "asked"}},
                {"at": "60%", "do": "replace", "to": {"manager_of": "owner"}},
                {"at": "70%", "do": "webhook", "url": "https://x.test/in"},
                {"at": "80%", "do": "repeat", "from": 3, "times": 2},
            ]
        ),
        f"{STANDARD}/steps",
        (
            "Chain standard: steps are now 25% remind; 50% add the managers of those asked; 60% replace the manager of the"
            " owner; 70% webhook https://x.test/in; 80% repeat from step 3, 2 times."
        ),
    ),
    (
        lambda document: document["chains"].append(
            {"slug": "slow", "decide_within": "1d", "steps": [{"at": "1h", "do": "warn"}], "finally": "hold"}
        ),
        "/chains/slow",
        "Chain slow is new: 1h warn, after 1d hold.",
    ),
    (
        lambda document: document["delegations"][0].update(until="2026-12-09T00:00"),
        "/delegations/bo@acme.test/cy@acme.test/2026-12-01T00:00/until",
        (
            "Delegation from bo@acme.test to cy@acme.test of 2026-12-01T00:00: until is now 2026-12-09T00:00, was"
            " 2026-12-08T00:00."
        ),
    ),
    (
        lambda document: document["delegations"].append(LENT | {"to": "ana@acme.test"}),
        "/delegations/bo@acme.test/ana@acme.test/2026-12-01T00:00",
        (
            "Delegation from bo@acme.test to ana@acme.test of 2026-12-01T00:00 is new: until 2026-12-08T00:00, agents refunds,"
            " up to 100 EUR."
        ),
    ),
    (
        lambda document: document["delegations"].clear(),
        "/delegations/bo@acme.test/cy@acme.test/2026-12-01T00:00",
        "Delegation from bo@acme.test to cy@acme.test of 2026-12-01T00:00 is gone.",
    ),
    (
        lambda document: document["delegations"][0].update(waiting_too=False),
        "/delegations/bo@acme.test/cy@acme.test/2026-12-01T00:00/waiting_too",
        "Delegation from bo@acme.test to cy@acme.test of 2026-12-01T00:00: waiting too is now no, was yes.",
    ),
]


@pytest.mark.parametrize(("edit", "path", "text"), CHANGES, ids=[text[:60] for _, _, text in CHANGES])
def test_a_change_is_told_in_a_sentence(edit: Edit, path: str, text: str) -> None:
    (found,) = changes(edit, base)
    assert (found[0], found[2]) == (path, text)


def test_moving_calendars_schedules_and_delegations_is_no_change() -> None:
    def base_of_two(document: dict[str, Any]) -> None:
        base(document)
        document["calendars"].append(OFFICE | {"slug": "other"})
        document["schedules"].append(DUTY | {"slug": "other"})
        document["delegations"].append(LENT | {"to": "ana@acme.test"})

    for section in ("calendars", "schedules", "delegations", "chains"):
        assert changes(lambda document, section=section: document[section].reverse(), base_of_two) == []
