"""The addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from approvals.views import (
    action,
    agents,
    audit,
    delegation,
    developer,
    drafts,
    escalation,
    firsts,
    inbox,
    insights,
    moves,
    people,
    routing,
    settings,
    twins,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.inbox, name="inbox"),
    path("inbox/list", inbox.inbox_list, name="inbox_list"),
    path("first-request", firsts.send, name="first_request"),
    path("actions/bulk", twins.bulk, name="actions_bulk"),
    path("actions/<str:public_id>", action.action, name="action"),
    path("actions/<str:public_id>/detail", action.detail, name="action_detail"),
    path("actions/<str:public_id>/decide", action.decide_bar, name="action_decide"),
    path("actions/<str:public_id>/row", action.row, name="action_row"),
    *(
        path(f"actions/<str:public_id>/{name}", moves.move, {"name": name}, name=f"action_{name}")
        for name in moves.MOVES
    ),
    path("agents", agents.agents, name="agents"),
    path("agents/<str:slug>", agents.agent, name="agent"),
    path("agents/<str:slug>/pause", agents.pause, name="agent_pause"),
    path("agents/<str:slug>/resume", agents.resume, name="agent_resume"),
    path("audit", audit.audit, name="audit"),
    path("audit/check", audit.check, name="audit_check"),
    path("audit/export", audit.download, name="audit_export"),
    path("developer", developer.developer, name="developer"),
    path("developer/deliveries/retry", developer.retry_all, name="deliveries_retry"),
    path("developer/deliveries/<str:public_id>/retry", developer.retry, name="delivery_retry"),
    path("outbox", developer.outbox, name="outbox"),
    path("people", people.people, name="people"),
    path("routing", routing.routing, name="routing"),
    path("routing/test", routing.test, name="routing_test"),
    path("routing/route", routing.rule, {"kind": "route"}, name="route"),
    path("routing/rule", routing.rule, {"kind": "rule"}, name="rule"),
    path("escalation", escalation.escalation, name="escalation"),
    path("escalation/<str:slug>", escalation.chain, name="chain"),
    path("escalation/calendars/<str:slug>", escalation.calendar, name="calendar"),
    path("escalation/schedules/<str:slug>", escalation.schedule, name="schedule"),
    path("draft", drafts.draft, name="draft"),
    path("draft/publish", drafts.publish, name="draft_publish"),
    path("draft/discard", drafts.discard, name="draft_discard"),
    path("draft/redo", drafts.redo, name="draft_redo"),
    path("versions", drafts.all_versions, name="versions"),
    path("versions/<int:number>/rollback", drafts.rollback, name="version_rollback"),
    path("delegation", delegation.delegation, name="delegation"),
    path("delegation/away", delegation.away, name="away"),
    path("delegation/<str:public_id>/end", delegation.end, name="delegation_end"),
    path("insights", insights.insights, name="insights"),
    path("settings", settings.settings, name="settings"),
]
