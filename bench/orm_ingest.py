"""The same rows by plain Django: one view, one transaction, the ORM; what the fast road is compared with.

It authenticates, locks the agent, looks for the idempotency key, counts the limits and writes the action, its
revision, who is asked, the parcel and the audit entry (the database's trigger chains it). It evaluates no policy,
composes no card and checks no schema, all of which the product does: the comparison is to its disadvantage. Served by
the same bridge and middleware: `python -m bench.orm_ingest`.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Key, Organization, Person
from agents.models import Agent
from approvals.models import Action, Asked, Revision
from audit.models import Entry
from bench.serve import serve
from core import clock, ids, vault
from core.canonical import action_digest, canonical
from delivery.models import Parcel


@csrf_exempt
def create(request: HttpRequest) -> HttpResponse:
    """Take in an action."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    with connection.cursor() as cursor:
        cursor.execute("select org_id, key_id from find_key(%s)", [vault.hash_key(token)])
        org_id, key_id = cursor.fetchone()
    said = json.loads(request.body)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.org', %s, true)", [str(org_id)])
        key = Key.objects.get(pk=key_id, revoked_at=None)
        agent = Agent.objects.select_for_update(no_key=True).get(pk=str(key.holder))
        org = Organization.objects.get(pk=org_id)
        repeat = Action.objects.filter(agent=agent, idempotency_key=request.headers["Idempotency-Key"]).first()
        if repeat is not None:
            return JsonResponse({"id": ids.public("act", repeat.pk)})
        now = clock.now()
        if _over_limit(agent, said["action"], now):
            return JsonResponse({"code": "limit"}, status=429)
        action = _write(org, agent, key, said, request, now)
    told = {"id": ids.public("act", action.pk), "status": action.status, "digest": action.digest}
    return JsonResponse(told | {"arguments": said["arguments"]}, status=201)


def _over_limit(agent: Agent, kind: str, now: Any) -> bool:
    own = Action.objects.filter(org_id=agent.org_id, agent=agent)
    return (
        own.filter(created_at__gt=now - timedelta(minutes=1))[:2000].count() >= 2000
        or own.filter(status="pending")[:3000].count() >= 3000
        or own.filter(type=kind, created_at__gt=now - timedelta(hours=1))[:3000].count() >= 3000
    )


def _write(org: Organization, agent: Agent, key: Key, said: dict[str, Any], request: HttpRequest, now: Any) -> Action:
    arguments = said["arguments"]
    action = Action.objects.create(
        org=org,
        agent=agent,
        key_id=key.pk,
        idempotency_key=request.headers["Idempotency-Key"],
        body_hash=hashlib.sha256(request.body).digest(),
        type=said["action"],
        risk="medium",
        title=f"Refund {arguments['amount']}",
        amount=arguments["amount"],
        currency=arguments["currency"],
        confidence=said["confidence"],
        environment=said["environment"],
        run_id=said["run_id"],
        offer={},
        digest=action_digest(org.slug, agent.slug, said["action"], arguments),
        config_version=org.config_version,
        verdict={"by": "route", "reason": "The route “desk” asks a person.", "route": "desk"},
        plan={"stages": [[{"approvals": 1}]], "chain": {"finally": "reject"}},
        needed=1,
        created_at=now,
        decide_by=now + timedelta(hours=4),
        lapse_at=now + timedelta(hours=4),
    )
    Revision.objects.create(
        org=org,
        action=action,
        number=1,
        body=request.body,
        arguments=canonical(arguments),
        digest=action.digest,
        summary=said["summary"],
        reason=said["reason"],
        context=canonical(said["context"]),
        author=f"agent:{agent.slug}",
        created_at=now,
    )
    person = Person.objects.get(email=f"person0@{org.slug}.test")
    Asked.objects.create(org=org, action=action, person=person, via="desk", since=now, due_at=action.decide_by)
    card = {"title": action.title, "reason": said["reason"], "arguments": arguments, "reader": person.name}
    Parcel.objects.create(
        org=org,
        channel="email",
        kind="action.asked",
        action=action.pk,
        person=person.pk,
        address=person.email,
        endpoint="mail",
        once=f"asked:{action.pk.hex}",
        payload=json.dumps(card),
        due_at=now,
        give_up_at=action.decide_by,
    )
    subject = ids.public("act", action.pk)
    facts = {"digest": action.digest, "title": action.title, "route": "desk", "asked": [person.email]}
    told = {"at": now.isoformat(), "kind": "action.posted", "actor": agent.slug, "subject": subject, "facts": facts}
    Entry(
        org_id=org.pk,
        seq=0,
        at=now,
        kind="action.posted",
        actor=f"agent:{agent.slug}",
        subject=subject,
        body=canonical(told),
        prev_hash=b"",
        hash=b"",
    ).save(force_insert=True)
    return action


urlpatterns = [path("api/v1/actions", create)]

if __name__ == "__main__":
    settings.ROOT_URLCONF = "bench.orm_ingest"
    os.environ["COUNTERSIGN_BENCH"] = "orm"
    serve(WSGIHandler())
