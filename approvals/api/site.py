"""The API put together, and what anybody may read of it: its description, its docs, the keys of receipts."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from approvals import receipts
from approvals.api import (
    actions,
    agents,
    audit,
    audits,
    deciding,
    delegations,
    lanes,
    people,
    reapplying,
    shadows,
    simulate,
)
from approvals.api.problems import answer
from approvals.api.shapes import SCHEMAS
from approvals.faces.docs import docs_face
from core.errors import DomainError

DESCRIPTION = """Agents post what they are about to do; people decide; the agent is told.

JSON in and out, strictly I-JSON (RFC 7493). Errors are problems (RFC 9457) with a stable `code`. Every answer carries
`X-Request-Id`. An unknown field is refused, never ignored."""

TAGS = ("Actions", "Deciding", "Delegations", "Agents", "People", "Simulation", "Audit")
_SECURITY = {
    "agentKey": "A key of an agent, cs_…: it may post, read, withdraw, revise, start and finish its own actions.",
    "personKey": "A key of a person, cs_…: it may do what that person may.",
    "reporterKey": "A key of a reporter, cs_…: it may report outcomes and shadow runs.",
}

api = NinjaAPI(
    title="Countersign",
    version="1",
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    openapi_extra={"tags": [{"name": name} for name in TAGS]},
)
for group in (actions, shadows, deciding, audits, reapplying, delegations, agents, lanes, people, simulate, audit):
    api.add_router("", group.router)


@api.exception_handler(DomainError)
def refuse(request: HttpRequest, exc: DomainError) -> HttpResponse:
    """Answer what we expected."""
    return answer(exc, request)


@api.exception_handler(Exception)
def fly(request: HttpRequest, exc: Exception) -> HttpResponse:
    """Let what we did not expect fly, to be logged and answered as a 500 without its details."""
    raise exc


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    bearer = {name: {"type": "http", "scheme": "bearer", "description": says} for name, says in _SECURITY.items()}
    session = {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "A signed-in browser, with CSRF.",
    }
    document["components"] = {"schemas": SCHEMAS, "securitySchemes": bearer | {"session": session}}
    document["servers"] = [{"url": "/"}]
    jwks = {
        "200": {
            "description": "Done.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Jwks"}}},
        }
    }
    document["paths"]["/.well-known/jwks.json"] = {
        "get": {
            "operationId": "getJwks",
            "summary": "Read the public keys of receipts",
            "responses": jwks,
            "security": [],
        }
    }
    return document


@lru_cache(maxsize=1)
def _spelled() -> str:
    return json.dumps(openapi(), indent=1)


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """Serve the OpenAPI document."""
    return HttpResponse(_spelled(), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Serve the documentation for readers, made of the same document."""
    return render(request, "docs/page.html", {"docs": docs_face(openapi())})


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """Serve the public keys that receipts can be checked with."""
    response = HttpResponse(json.dumps(receipts.signer().jwks()), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response
