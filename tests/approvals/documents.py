"""Valid configuration documents of every shape, for properties."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from agents.terms import LEVELS, RISKS
from approvals.configuration.read_agents import HIGHEST

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


def conditions(agents: list[str]) -> st.SearchStrategy[Document]:
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
        )
    )
    return row | {"risk": risk}


@st.composite
def documents(draw: st.DrawFn, slug: str = "") -> Document:
    """Return a document that is taken; Ana is always there to approve."""
    names = ["ana", *draw(st.lists(slugs.filter(lambda name: name != "ana"), max_size=4, unique=True))]
    emails = [f"{name}@acme.test" for name in names]
    people: list[Document] = [{"email": email} | draw(_people(emails[:number])) for number, email in enumerate(emails)]
    people[0]["roles"] = ["admin", "approver"]
    teams = [
        {
            "slug": name,
            "members": [
                emails[0],
                *draw(st.lists(st.sampled_from(emails[1:]), unique=True) if emails[1:] else st.just([])),
            ],
        }
        | draw(maybe(name=texts))
        for name in draw(st.lists(slugs, max_size=3, unique=True))
    ]
    agents = [{"slug": name} | draw(_agents(emails)) for name in draw(st.lists(slugs, max_size=3, unique=True))]
    when = st.lists(conditions([agent["slug"] for agent in agents]), min_size=1, max_size=3)
    chains = [{"slug": name} | draw(_chains()) for name in draw(st.lists(slugs, min_size=1, max_size=3, unique=True))]
    targets: list[Document] = [{"person": emails[0]}, {"role": "approver"}, *({"team": team["slug"]} for team in teams)]
    route = _routes(targets, [chain["slug"] for chain in chains])
    return {
        "version": 1,
        "organization": {"slug": slug or draw(slugs)}
        | draw(
            maybe(
                name=texts,
                timezone=st.sampled_from(["UTC", "Europe/Amsterdam"]),
                owner_may_decide=st.booleans(),
                require_signatures=st.booleans(),
            )
        ),
        "people": people,
        "teams": teams,
        "agents": agents,
        "rules": [
            {"name": name, "when": draw(when), "then": draw(st.sampled_from(["deny", "allow"]))}
            for name in draw(st.lists(texts, max_size=3, unique=True))
        ],
        "routes": [
            *(
                {"name": f"r{number} {name}", "when": draw(when)} | draw(route)
                for number, name in enumerate(draw(st.lists(texts, max_size=3)))
            ),
            {"name": "else"} | draw(route),
        ],
        "chains": chains,
    }


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
    }
    if above:
        fields["manager"] = st.sampled_from(above)
    return maybe(**fields)


def _agents(emails: list[str]) -> st.SearchStrategy[Document]:
    return maybe(
        name=texts,
        owner=st.sampled_from(emails),
        callback_url=st.just("https://agents.acme.test/in?x=1"),
        limits=maybe(per_minute=counts, pending=counts),
        actions=st.lists(action_types(), max_size=3, unique_by=lambda kind: kind["type"]),
    )


def _chains() -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"decide_within": durations},
        optional={
            "execute_within": durations,
            "clock": st.just("wall"),
            "finally": st.sampled_from(["reject", "hold"]),
        },
    )


def _routes(targets: list[Document], chains: list[str]) -> st.SearchStrategy[Document]:
    stages = st.sampled_from(targets).map(lambda target: [[{"approvals": 1, "from": target}]])
    return st.fixed_dictionaries(
        {"stages": stages, "chain": st.sampled_from(chains)},
        optional={"always_ask": st.booleans(), "fallback": st.sampled_from(targets), "assign": st.just("all")},
    )
