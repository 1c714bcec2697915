"""The other pages as faces: agents, audit log, developer, people, settings, outbox, plain pages, docs."""

from __future__ import annotations

from typing import Any

from approvals.faces.docs import docs_face
from approvals.faces.errors import ErrorFace
from approvals.faces.pages import (
    AgentPageFace,
    AuditFace,
    DeliveryRow,
    DeveloperFace,
    EntryFace,
    KeyRow,
    LaneRow,
    LetterFace,
    OutboxFace,
    PlainPage,
    PlainPanel,
    SettingsFace,
    StepFace,
    table,
)
from approvals.faces.slack import OwnSlack, SlackFace
from approvals.faces.telling import ChannelFace, SupposedFace, TellingFace
from tests.pages.samples import DANA, DELETE, JONAS, REFUND, at, context

BODY = '{"actor":"dana@halden.example","at":"2026-11-20T12:41:06.412Z","facts":{"vote":"approve"},"kind":"vote.cast"}'
OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Countersign API", "version": "1", "description": "JSON in and out, strictly I-JSON."},
    "paths": {
        "/api/v1/actions": {
            "post": {
                "tags": ["agents"],
                "summary": "Ask for something",
                "operationId": "submit",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Posted"}}}},
                "responses": {"201": {"description": "Asked."}, "409": {"description": "idempotency_conflict"}},
            },
            "get": {
                "tags": ["agents"],
                "summary": "Own actions",
                "parameters": [{"name": "status", "in": "query", "schema": {"enum": ["pending", "approved"]}}],
                "responses": {"200": {"description": "Newest first."}},
            },
        },
    },
    "components": {
        "schemas": {
            "Posted": {
                "type": "object",
                "required": ["action"],
                "example": {"action": "refund.create", "arguments": {"amount": "1840.00"}},
                "properties": {
                    "action": {"type": "string", "description": "The action type."},
                    "confidence": {"anyOf": [{"type": "number"}, {"type": "null"}]},
                    "context": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}


def agent(*, paused: bool = False) -> AgentPageFace:
    """The refunds agent."""
    lanes = (
        LaneRow(
            "refund.create", "low", "supervised", "monitored", 212, "98% (208 of 212)", "50 an hour, 2,000 EUR each"
        ),
        LaneRow("refund.create", "high", "supervised", "assisted", 12, "too early, 12 of 30"),
    )
    keys = (KeyRow("production", "cs_…k2pd", "May post, read and start its own.", at(-900), at(-2)),)
    stop: dict[str, Any] = (
        {"paused_at": at(-30), "paused_by": "Dana Okafor", "paused_reason": "Looks odd"} if paused else {}
    )
    return AgentPageFace(
        "Refunds agent",
        "refunds",
        "refund",
        "Dana Okafor",
        "http://127.0.0.1:9000/callback",
        may_pause=True,
        lanes=lanes,
        keys=keys,
        waiting=3,
        **stop,
    )


def audit(*, holds: bool | None = True) -> AuditFace:
    """Four entries, one opened."""
    rows = [
        (48211, at(-1), "Dana Okafor", "action.claimed", REFUND, "Refund €1,840.00", DANA, "gear"),
        (48209, at(-17), "Jonas Berg", "vote.cast", DELETE, "Delete 14 idle volumes, 1 of 2", JONAS, "gear"),
        (48207, at(-32), "Countersign", "action.routed", REFUND, "Rule “Refunds over €200”, version 7", None, "gear"),
        (48206, at(-32), "Refunds agent", "action.posted", REFUND, "Refunds agent, key ending k2pd", None, "refund"),
    ]
    entries = tuple(
        EntryFace(
            seq,
            moment,
            who,
            kind,
            said,
            f"{about[:4]}…{about[-4:]}",
            f"/actions/{about}",
            f"{seq:x}" * 12,
            "e8705d12" * 8,
            person,
            glyph,
            opened=seq == 48209,
            body=BODY,
            open_url=f"/audit?open={seq}",
        )
        for seq, moment, who, kind, about, said, person, glyph in rows
    )
    return AuditFace(
        entries,
        48211,
        holds,
        None if holds is not False else 31,
        "Its text does not match its hash.",
        at(-2),
        912,
        at(-380_000),
        "9f3c 07be 62d1 … a41e",
        kinds=("action", "vote", "agent"),
        older_url="/audit?before=48203",
        zone_name="Europe/Stockholm",
        may_check=True,
        may_export=True,
    )


def developer() -> DeveloperFace:
    """Deliveries that arrived, wait and were given up."""
    rows = (
        DeliveryRow("dlv_1", at(-2), "action.decided", REFUND, "http://127.0.0.1:9000/callback", "200", "ok", 1, 84),
        DeliveryRow(
            "dlv_2",
            at(-18),
            "action.decided",
            DELETE,
            "http://127.0.0.1:9000/callback",
            "503",
            "warn",
            3,
            2010,
            "Service unavailable",
            at(4),
        ),
        DeliveryRow(
            "dlv_3",
            at(-56),
            "action.lapsed",
            DELETE,
            "http://127.0.0.1:9000/callback",
            "no answer",
            "bad",
            9,
            10_000,
            "timed out",
            dead=True,
        ),
    )
    curl = (
        'curl -s http://127.0.0.1:8000/api/v1/actions \\\n  -H "Authorization: Bearer $KEY" \\\n'
        '  --json \'{"action": "refund.create"}\''
    )
    return DeveloperFace(
        (("refunds", "Refunds agent"), ("platform", "Platform agent")),
        "refunds",
        rows,
        (
            KeyRow("production", "cs_…k2pd", "May post, read and start its own.", None, at(-2)),
            KeyRow("staging", "cs_…m81c", "May post, read and start its own."),
        ),
        curl,
        "python3 manage.py key --org halden --agent refunds",
        may_retry=True,
        outbox_url="/outbox",
    )


def routing() -> PlainPage:
    """A page of the configuration."""
    return PlainPage(
        "Routing",
        "The first rule that matches decides who is asked.",
        (
            PlainPanel(
                "Routes",
                table=table(
                    (("When", False), ("Goes to", False), ("Needs", True)),
                    (("amount at least 500 EUR", "Finance", "2 of 4"), ("anything else", "Finance", "1 of 4")),
                ),
            ),
            PlainPanel(
                "Standard chain",
                steps=(
                    StepFace("Finance is asked", "If nobody has decided after 4 h, go to the end."),
                    StepFace("Rejected", "Nobody decided.", end=True),
                ),
            ),
            PlainPanel("Facts", facts=(("Version", "7"), ("Applied", "20 Nov"))),
        ),
        figures=(("Decided", "191", "today"), ("Half within", "9 min", "of 191"), ("Expired", "2", "of 191")),
        how="Change it in the configuration document, then run: python3 manage.py apply acme.yaml",
    )


def settings_face() -> SettingsFace:
    """Dana's settings."""
    return SettingsFace(
        "",
        True,
        10,
        "dana@halden.example",
        "Europe/Stockholm",
        "/settings/sign-in",
        (("Promotion", "Ratified by people"), ("Signatures", "Not required")),
        (("Address", "http://127.0.0.1:8000"),),
        True,
        TellingFace(
            (
                ChannelFace("Slack", "U024BE7LH", "channel_not_found"),
                ChannelFace("E-mail", "dana@halden.example"),
                ChannelFace("The app", "Inbox and open pages"),
            ),
            "22:00 to 08:00",
            (
                SupposedFace(
                    "Sunday 03:00",
                    (
                        ("High risk", "The app at once; Slack at 08:00, when quiet hours are over"),
                        ("Critical risk", "Slack, e-mail and the app at once"),
                    ),
                ),
            ),
        ),
        slack_face(),
    )


def slack_face() -> SlackFace:
    """A workspace that Slack let go, and a token that was refused."""
    own = OwnSlack("T024BE7LD", "Halden", "dana@halden.example", at(-90), False, "Slack takes nothing.", at(-9))
    addresses = (("Event subscriptions", "http://127.0.0.1:8000/slack/events?team=T024BE7LD"),)
    wrong = {"token": "It begins with xoxb- and has no spaces."}
    return SlackFace("T024BE7LD", False, True, "/sign-in?again=1", addresses, own, "Nothing was changed.", wrong)


def other_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every other page: name to template and context."""
    letter = LetterFace(
        at(-3), "dana@halden.example", "Decide by 14:10: Refund €1,840.00", "Agents ask.", ("/actions/1",)
    )
    error = ErrorFace(404, "There is nothing here", "Either this never existed, or it is not yours to see.")
    return {
        "agent-about": ("agents/about.html", context("agents", agent=agent())),
        "agent-paused": ("agents/about.html", context("agents", agent=agent(paused=True))),
        "audit": ("audit/page.html", context("audit", audit=audit())),
        "audit-broken": ("audit/page.html", context("audit", audit=audit(holds=False))),
        "audit-unchecked": ("audit/page.html", context("audit", audit=audit(holds=None))),
        "developer": ("developer/page.html", context("developer", developer=developer())),
        "routing": ("configuration/page.html", context("routing", page=routing())),
        "settings": ("settings/page.html", context("settings", settings_face=settings_face())),
        "outbox": ("outbox/page.html", context("developer", outbox=OutboxFace((letter,)))),
        "docs": ("docs/page.html", {"docs": docs_face(OPENAPI)}),
        "error": ("error.html", {"error": error}),
        "not-found": ("404.html", {}),
        "broken": ("500.html", {}),
    }
