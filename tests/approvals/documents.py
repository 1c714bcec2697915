"""Valid configuration documents of every shape, for properties."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from agents.terms import LEVELS, RISKS
from approvals.configuration.read_agents import HIGHEST
from tests.approvals.trusts import millionths, trusts

Document = dict[str, Any]

# Texts that YAML likes to read as something else, and some that strain a printer.
AWKWARD = [
    "no",
    "on",
    "yes",
    "null",
    "~",
    "true",
    "1:30",
    "010",
    "0x1F",
    "0o17",
    "1e3",
    "1_000",
    ".5",
    "2026-12-25",
    "-",
    "?",
    ": ",
    "#",
]
AWKWARD += [
    "- a",
    "a: b",
    "a #b",
    "[x",
    "{x}",
    "*x",
    "&x",
    "!x",
    "|",
    ">",
    "%x",
    "@x",
    "`x`",
    "'",
    '"',
    "\\",
    "é",
    "日本",
    "😀",
    "=",
    "<<",
    "a\u2028b",
]
AWKWARD += ["\u00a0x", "x\u0085y", "---", "...", "{{x}}", "+1", "1.", "1e400", ".inf", ".nan"]
WILD = ["a\x7fb", "\x9f", "a\tb\n", " x ", "", "\ufeffx", "\u2028", "\r\n", "a\n\n b\n"]

_letters = st.characters(
    exclude_categories=["Cs", "Cc", "Cn", "Co"],
    exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069{}",
)
texts = st.one_of(
    st.sampled_from([text for text in AWKWARD if text.strip() == text and "{" not in text and "\u0085" not in text]),
    st.text(_letters, min_size=1, max_size=20).map(str.strip).filter(bool),
)
slugs = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True)
amounts = st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,2})? (EUR|USD|GBP)", fullmatch=True)
durations = st.from_regex(r"[1-9][0-9]?[smhd]", fullmatch=True)
types = st.from_regex(r"[a-z]{1,6}\.[a-z0-9_-]{1,6}", fullmatch=True)
slack_ids = st.from_regex(r"[A-Z0-9]{2,8}", fullmatch=True)
counts = st.integers(1, 1_000_000)
scalars = st.one_of(
    texts, st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False)
)
json_values = st.recursive(
    st.one_of(scalars, st.none(), st.sampled_from(AWKWARD + WILD)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(AWKWARD + WILD) | texts, inner, max_size=3)
    ),
    max_leaves=8,
)


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    """Return mappings that have some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


def _ordered(one: st.SearchStrategy[Any], field: str) -> st.SearchStrategy[Document]:
    ops = st.sampled_from(["at_least", "at_most", "below", "above", "is"])
    return st.fixed_dictionaries({"field": st.just(field), "op": ops, "value": one})


def conditions(agents: list[str], calendars: list[str]) -> st.SearchStrategy[Document]:
    """Return conditions of every kind, nested."""
    plain = st.one_of(
        st.fixed_dictionaries({"field": st.just("action"), "op": st.just("matches"), "value": types}),
        st.fixed_dictionaries({"field": st.just("environment"), "op": st.just("is"), "value": texts}),
        st.fixed_dictionaries(
            {
                "field": st.just("/a~1b/0"),
                "op": st.just("in"),
                "value": st.lists(scalars, min_size=1, max_size=3, unique_by=lambda one: (isinstance(one, bool), one)),
            }
        ),
        st.fixed_dictionaries({"field": st.just("/x"), "op": st.just("exists"), "value": st.just(False)}),
        st.fixed_dictionaries({"field": st.just("reversible"), "op": st.just("is"), "value": st.booleans()}),
        _ordered(amounts, "amount"),
        _ordered(st.sampled_from(RISKS), "risk"),
        _ordered(st.floats(0, 1) | st.integers(0, 1), "confidence"),
        _ordered(st.integers(0, 1000), "rate"),
        *(
            [st.fixed_dictionaries({"field": st.just("agent"), "op": st.just("in"), "value": st.just(agents)})]
            if agents
            else []
        ),
        *(
            st.fixed_dictionaries({"field": st.just("time"), "op": st.just(op), "value": st.sampled_from(calendars)})
            for op in ("inside", "outside")
            if calendars
        ),
    )
    return st.recursive(
        plain,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=4,
    )


@st.composite
def action_types(draw: st.DrawFn) -> Document:
    """Return an action type an agent is given."""
    risk = draw(st.sampled_from(RISKS))
    ceilings = LEVELS[: LEVELS.index(HIGHEST[risk]) + 1]
    row = {"type": draw(types)} | draw(
        maybe(
            title=texts.map(lambda text: text + " {amount} {/a/b} {{"),
            effect=texts,
            undo=texts,
            reversible=st.booleans(),
            amount=st.just({"value": "/amount", "currency": "/cur"}),
            schema=st.fixed_dictionaries({"type": st.just("object"), "const": json_values, "x-note": json_values}),
            ceiling=st.sampled_from(ceilings),
            limits=maybe(per_hour=counts, max_amount=amounts, amount_per_day=amounts),
            promotion=st.sampled_from(["ratified", "automatic"]),
            trust=trusts(risk),
        )
    )
    return row | {"risk": risk}


HOURS: list[Document] = [
    {"mon-fri": ["08:00-17:00"]},
    {"mon-fri": ["08:00-12:00", "13:00-17:00"], "sat": ["10:00-24:00"], "sun": []},
    {"sat-mon": ["00:00-24:00"]},
    {"tue": ["00:00-00:30", "00:30-01:00"]},
]
_days = st.dates(date(2026, 1, 1), date(2030, 1, 1))
moments = st.builds(lambda day, hour: f"{day}T{hour:02}:30", _days, st.integers(0, 23))
periods = st.builds(
    lambda day, days: {"starts": f"{day}T02:30", "until": f"{day + timedelta(days=days)}T02:30"},
    _days,
    st.integers(1, 365),
)


@st.composite
def documents(draw: st.DrawFn, slug: str = "") -> Document:
    """Return a document that is taken; Ana and Bea are always there to approve anything."""
    others = slugs.filter(lambda name: name not in ("ana", "bea"))
    names = ["ana", "bea", *draw(st.lists(others, max_size=3, unique=True))]
    emails = [f"{name}@acme.test" for name in names]
    people: list[Document] = [{"email": email} | draw(_people(emails[:number])) for number, email in enumerate(emails)]
    people[0] |= {"roles": ["admin", "approver"], "authority": {}}
    people[1] |= {"roles": ["approver"], "authority": {}, "manager": emails[0]}
    members = draw(st.lists(slack_ids, min_size=len(emails), max_size=len(emails), unique=True))
    for person, member in zip(people, members, strict=True):
        person |= draw(maybe(slack=st.just(f"U{member}")))
    teams = [
        {"slug": name, "members": [emails[0], *draw(st.lists(st.sampled_from(emails[1:]), unique=True))]}
        | draw(maybe(name=texts, slack=slack_ids.map(lambda one: f"C{one}")))
        for name in draw(st.lists(slugs, max_size=3, unique=True))
    ]
    calendars = [{"slug": name} | draw(_calendars()) for name in draw(_names())]
    schedules = [{"slug": name} | draw(_schedules(emails[:2])) for name in draw(_names())]
    agents = [{"slug": name} | draw(_agents(emails)) for name in draw(st.lists(slugs, max_size=3, unique=True))]
    agent_names, calendar_names = [row["slug"] for row in agents], [row["slug"] for row in calendars]
    when = st.lists(conditions(agent_names, calendar_names), min_size=1, max_size=3)
    targets: list[Document] = [{"person": emails[0]}, {"role": "approver"}, *({"team": team["slug"]} for team in teams)]
    targets += [{"schedule": row["slug"], "who": who} for row in schedules for who in ("on_call", "next")]
    called = draw(st.lists(slugs, min_size=1, max_size=3, unique=True))
    chains = [{"slug": name} | draw(_chains(targets, calendar_names)) for name in called]
    route = _routes(targets, called)
    modes = maybe(mode=st.sampled_from(["active", "monitor", "off"]))
    return {
        "version": 1,
        "organization": {"slug": slug or draw(slugs)}
        | draw(
            maybe(
                name=texts,
                timezone=st.sampled_from(["UTC", "Europe/Amsterdam"]),
                owner_may_decide=st.booleans(),
                require_signatures=st.booleans(),
                delegation_depth=st.integers(1, 3),
                promotion=st.sampled_from(["ratified", "automatic"]),
                practice=millionths(0, 100_000),
                slack_team=st.just("T024BE7LD"),
            )
        ),
        "people": people,
        "teams": teams,
        "calendars": calendars,
        "schedules": schedules,
        "agents": agents,
        "rules": [
            {"name": name, "when": draw(when), "then": draw(st.sampled_from(["deny", "allow"]))} | draw(modes)
            for name in draw(st.lists(texts, max_size=3, unique=True))
        ],
        "routes": [
            *(
                {"name": f"r{number} {name}", "when": draw(when)} | draw(route) | draw(modes)
                for number, name in enumerate(draw(st.lists(texts, max_size=3)))
            ),
            {"name": "else"} | draw(route),
        ],
        "chains": chains
        + draw(st.sampled_from([[], [{"slug": "n-e-v-e-r-used", "decide_within": "1h", "finally": "approve"}]])),
        "delegations": draw(_delegations(emails, agent_names)),
    }


def _names() -> st.SearchStrategy[list[str]]:
    return st.lists(slugs.filter(lambda name: name != "wall"), max_size=2, unique=True)


_ways = st.lists(
    st.one_of(
        st.sampled_from(["slack", "email", "inapp"]),
        st.fixed_dictionaries({"channel": st.sampled_from(["slack", "email"])}, optional={"after": durations}),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda way: way["channel"] if isinstance(way, dict) else way,
)


def _people(above: list[str]) -> st.SearchStrategy[Document]:
    roles = st.lists(st.sampled_from(["admin", "approver", "auditor", "viewer"]), unique=True)
    authority = maybe(
        max_amount=amounts,
        max_risk=st.sampled_from(RISKS),
        actions=st.lists(types, min_size=1, max_size=2, unique=True),
    )
    fields: dict[str, st.SearchStrategy[Any]] = {
        "name": texts,
        "roles": roles,
        "timezone": st.just("Asia/Tokyo"),
        "authority": authority,
        "away": st.lists(periods, max_size=2),
        "notify": maybe(low=_ways, high=_ways, critical=_ways),
        "quiet": st.sampled_from([{"from": "22:00", "to": "08:00"}, {"from": "00:30", "to": "06:15"}]),
    }
    if above:
        fields["manager"] = st.sampled_from(above)
    return maybe(**fields)


def _calendars() -> st.SearchStrategy[Document]:
    holidays = st.lists(_days.map(str), max_size=3, unique=True)
    return st.fixed_dictionaries(
        {"hours": st.sampled_from(HOURS)}, optional={"timezone": st.just("Asia/Tokyo"), "holidays": holidays}
    )


def _schedules(emails: list[str]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {
            "people": st.permutations(emails),
            "every": st.sampled_from(["1h", "60m", "12h", "1d", "1w"]),
            "starts": moments,
        },
        optional={"timezone": st.just("America/St_Johns")},
    )


def _delegations(emails: list[str], agents: list[str]) -> st.SearchStrategy[list[Document]]:
    """Return delegations down the list of people, so that none leads in a circle."""
    scope: dict[str, st.SearchStrategy[Any]] = {
        "actions": st.lists(types, min_size=1, max_size=2, unique=True),
        "max_amount": amounts,
        "reason": texts,
        "waiting_too": st.booleans(),
    }
    if agents:
        scope["agents"] = st.just(agents)
    ends = [{"from": low, "to": high} for low in emails[:2] for high in emails[emails.index(low) + 1 :]]
    one = st.builds(lambda ends, when, scope: ends | when | scope, st.sampled_from(ends), periods, maybe(**scope))
    return st.lists(one, max_size=3, unique_by=lambda row: (row["from"], row["to"], row["starts"]))


def _agents(emails: list[str]) -> st.SearchStrategy[Document]:
    return maybe(
        name=texts,
        owner=st.sampled_from(emails),
        callback_url=st.just("https://agents.acme.test/in?x=1"),
        limits=maybe(per_minute=counts, pending=counts),
        actions=st.lists(action_types(), max_size=3, unique_by=lambda kind: kind["type"]),
    )


@st.composite
def _steps(draw: st.DrawFn, targets: list[Document]) -> list[Document]:
    """Return steps in the order of time, all as shares or all as durations."""
    spell = draw(st.sampled_from(["{}%", "{}m"]))
    to = st.sampled_from([*targets, *({"manager_of": who} for who in ("asked", "owner", "requester"))])
    plain: list[st.SearchStrategy[Document]] = [
        st.sampled_from([{"do": "remind"}, {"do": "warn"}, {"do": "webhook", "url": "https://hooks.acme.test/in"}]),
        st.fixed_dictionaries({"do": st.sampled_from(["add", "replace"]), "to": to}),
    ]
    steps: list[Document] = []
    for number, at in enumerate(sorted(draw(st.lists(st.integers(1, 100), max_size=4, unique=True)))):
        again = st.fixed_dictionaries(
            {"do": st.just("repeat")}, optional={"from": st.integers(1, number), "times": st.integers(1, 3)}
        )
        steps.append({"at": spell.format(at)} | draw(st.one_of(*plain, *([again] if number else []))))
    return steps


def _chains(targets: list[Document], calendars: list[str]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"decide_within": durations},
        optional={
            "execute_within": durations,
            "clock": st.sampled_from(["wall", *calendars]),
            "steps": _steps(targets),
            "finally": st.sampled_from(["reject", "hold"]),
        },
    ).map(_soon_enough)


def _soon_enough(chain: Document) -> Document:
    """Let a calendar's chain be over within ten years, however seldom the calendar is open."""
    return chain if chain.get("clock", "wall") == "wall" else chain | {"decide_within": "8h"}


def _routes(targets: list[Document], chains: list[str]) -> st.SearchStrategy[Document]:
    ana, bea = ({"approvals": 1, "from": {"person": f"{name}@acme.test"}} for name in ("ana", "bea"))
    both = {"approvals": 2, "from": {"role": "approver"}}
    boss = {"approvals": 1, "from": {"manager_of": "asked"}}
    options = maybe(deny_threshold=st.integers(1, 3), allow_shared_seat=st.booleans())
    stages = st.one_of(
        st.sampled_from(targets).map(lambda target: [[{"approvals": 1, "from": target}]]),
        st.sampled_from([[[ana], [bea]], [[ana, bea]], [[bea, boss]], [[both]], [[bea], [boss]]]),
        options.map(lambda more: [{"requirements": [both]} | more]),
        options.map(lambda more: [[both], {"requirements": [ana, bea]} | more | {"allow_shared_seat": True}]),
    )
    return st.fixed_dictionaries(
        {"stages": stages, "chain": st.sampled_from(chains)},
        optional={
            "always_ask": st.booleans(),
            "fallback": st.sampled_from(targets),
            "assign": st.sampled_from(["all", "round_robin", "least_loaded", "sticky"]),
        },
    )
