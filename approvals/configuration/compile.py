"""A plain document, checked before, to the frozen values that policy reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from agents.terms import (
    ActionType,
    AgentLimits,
    AgentTerms,
    AmountPointers,
    Condition,
    Money,
    Rule,
    TypeLimits,
)
from approvals.configuration.compile_channels import wish_of
from approvals.configuration.compile_roads import chain_of, stage_of
from approvals.configuration.compile_times import calendar_of, delegations_of, period_of, schedule_of
from approvals.configuration.compile_trust import is_ratified, trust_terms_of
from approvals.configuration.values import money_from
from approvals.terms import (
    Authority,
    OrganizationTerms,
    PersonTerms,
    Policy,
    Route,
    StageOptions,
    TeamTerms,
)
from escalations.plan import target_from

Plain = Mapping[str, Any]


def compile_policy(document: Plain) -> Policy:
    """Return what a plain document means."""
    organization = _organization(document["organization"])
    people = tuple(_person(row, organization.timezone) for row in document.get("people", ()))
    return Policy(
        organization=organization,
        people=people,
        teams=tuple(_team(row) for row in document.get("teams", ())),
        agents=tuple(_agent(row, organization.promotion) for row in document.get("agents", ())),
        rules=tuple(_rule(row) for row in document.get("rules", ())),
        routes=tuple(_route(row) for row in document["routes"]),
        chains=tuple(chain_of(row) for row in document.get("chains", ())),
        calendars=tuple(calendar_of(row, organization.timezone) for row in document.get("calendars", ())),
        schedules=tuple(schedule_of(row, organization.timezone) for row in document.get("schedules", ())),
        delegations=delegations_of(document),
    )


def authority_of(row: Plain) -> Authority:
    """Return the authority of a person as the document, or the person's row, has it."""
    return Authority(
        max_amount=_money(row.get("max_amount")), max_risk=row.get("max_risk"), actions=tuple(row.get("actions", ()))
    )


def _organization(row: Plain) -> OrganizationTerms:
    return OrganizationTerms(
        slug=row["slug"],
        name=row.get("name", row["slug"]),
        timezone=row.get("timezone", "UTC"),
        promotion=row.get("promotion", "ratified"),
        require_signatures=row.get("require_signatures", False),
        owner_may_decide=row.get("owner_may_decide", False),
        delegation_depth=row.get("delegation_depth", 1),
        slack_team=row.get("slack_team", ""),
        practice=float(row.get("practice", 0)),
    )


def _person(row: Plain, zone: str) -> PersonTerms:
    return PersonTerms(
        email=row["email"],
        name=row.get("name", row["email"]),
        roles=frozenset(row.get("roles", ("viewer",))),
        timezone=row.get("timezone"),
        manager=row.get("manager"),
        authority=authority_of(row.get("authority", {})),
        away=tuple(period_of(part, row.get("timezone", zone)) for part in row.get("away", ())),
        wish=wish_of(row, row.get("timezone", zone)),
    )


def _team(row: Plain) -> TeamTerms:
    return TeamTerms(row["slug"], row.get("name", row["slug"]), tuple(row.get("members", ())), row.get("slack", ""))


def _agent(row: Plain, promotion: str) -> AgentTerms:
    limits = row.get("limits", {})
    return AgentTerms(
        slug=row["slug"],
        name=row.get("name", row["slug"]),
        owner=row.get("owner"),
        callback_url=row.get("callback_url"),
        limits=AgentLimits(limits.get("per_minute"), limits.get("pending")),
        actions=tuple(_action(kind, promotion) for kind in row.get("actions", ())),
    )


def _action(row: Plain, promotion: str) -> ActionType:
    limits, amount = row.get("limits", {}), row.get("amount")
    return ActionType(
        type=row["type"],
        title=row.get("title", ""),
        effect=row.get("effect", ""),
        undo=row.get("undo", ""),
        risk=row.get("risk", "high"),
        reversible=row.get("reversible", False),
        amount=AmountPointers(amount["value"], amount["currency"]) if amount else None,
        schema=row.get("schema"),
        ceiling=row.get("ceiling"),
        limits=TypeLimits(
            limits.get("per_hour"), _money(limits.get("max_amount")), _money(limits.get("amount_per_day"))
        ),
        ratified=is_ratified(row, promotion),
        trust=trust_terms_of(row.get("trust", {})),
    )


def _money(text: str | None) -> Money | None:
    return money_from(text) if text else None


def _conditions(rows: list[Plain]) -> tuple[Condition, ...]:
    return tuple(_condition(row) for row in rows)


def _condition(row: Plain) -> Condition:
    for joined in ("all", "any", "not"):
        if joined in row:
            inner = row[joined]
            return Condition("", joined, parts=_conditions(inner if isinstance(inner, list) else [inner]))
    name, value = row["field"], row.get("value")
    if row["op"] == "exists":
        value = value is not False
    elif name == "amount":
        value = money_from(cast(str, value))  # the reader of an amount takes nothing else
    elif isinstance(value, list):
        value = tuple(value)
    return Condition(name, row["op"], value)


def _rule(row: Plain) -> Rule:
    return Rule(row["name"], _conditions(row["when"]), row["then"], row.get("mode", "active"))


def _route(row: Plain) -> Route:
    stages = [stage_of(stage) for stage in row["stages"]]
    options = tuple(option for _, option in stages)
    return Route(
        name=row["name"],
        when=_conditions(row.get("when", [])),
        stages=tuple(requirements for requirements, _ in stages),
        chain=row["chain"],
        assign=row.get("assign", "all"),
        always_ask=row.get("always_ask", False),
        fallback=target_from(row["fallback"]) if "fallback" in row else None,
        mode=row.get("mode", "active"),
        options=options if any(option != StageOptions() for option in options) else (),
    )
