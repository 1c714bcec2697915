"""The documents say what the code does: every route, field, code and example."""

from __future__ import annotations

import ast
import importlib
import itertools
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from approvals.api import examples
from approvals.api.shapes import SCHEMAS
from approvals.api.site import openapi
from approvals.schemas import auditing, deciding, lending, posting, running, supposing
from core.destination import Allow
from core.errors import DomainError
from tests.api.cast import Acme

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("accounts", "agents", "approvals", "audit", "core", "delivery", "escalations")
NO_CLASS = {"too_slow": 408}  # made by the bridge, before Django


def page(name: str) -> str:
    return (ROOT / "docs/reference" / name).read_text(encoding="utf-8")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def errors_of_the_code() -> dict[str, set[int]]:
    """Return every code with its statuses, by importing everything there is."""
    for part in PARTS:
        package = importlib.import_module(part)
        for module in pkgutil.walk_packages(package.__path__, f"{part}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    found: dict[str, set[int]] = {code: {status} for code, status in NO_CLASS.items()}
    waiting = [DomainError]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.partition(".")[0] in PARTS:
                found.setdefault(kind.code, set()).add(kind.status)
    return found


def test_every_error_code_is_in_the_docs_and_every_one_there_exists():
    documented: dict[str, set[int]] = {}
    for code, status in re.findall(r"^\| `([a-z0-9_]+)` \| (\d{3}) \|", page("errors.md"), re.MULTILINE):
        documented.setdefault(code, set()).add(int(status))
    found = errors_of_the_code()
    assert set(found) - set(documented) == set(), "say in docs/reference/errors.md what these mean"
    assert set(documented) - set(found) == set(), "docs/reference/errors.md names codes that nothing raises"
    for code, statuses in documented.items():
        assert statuses & found[code], code


def test_every_code_of_a_field_is_in_the_docs():
    told = page("errors.md").partition("## Codes of single fields")[2].partition("## ")[0]
    documented = set(re.findall(r"`([a-z_]+)`", told.partition("| --- |")[2]))
    used = {"unsafe_url", "amount_mismatch", "schema"}
    for path in itertools.chain((ROOT / "approvals/schemas").glob("*.py"), [ROOT / "approvals/api/query.py"]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="add"), args=[_, ast.Constant(value=str(code)), _]):
                    used.add(code)
    assert used == documented


def test_every_route_is_in_the_docs_and_every_one_there_exists():
    documented = set(re.findall(r"^\| `([A-Z]+) (/[^`]+)` \|", page("api.md"), re.MULTILINE))
    assert documented == {(method, path) for method, path, _ in operations()}


def test_every_field_of_an_action_and_of_a_post_is_in_the_docs():
    whole = page("api.md")
    action, posting_ = whole.partition("## The action")[2].partition("## Posting")[::2]
    named = set(re.findall(r"`([a-z_]+)`", action))
    assert set(SCHEMAS["Action"]["properties"]) <= named
    for part in ("verdict", "step", "votes"):
        assert set(SCHEMAS["Action"]["properties"][part]["properties"]) <= named
    assert set(SCHEMAS["Decision"]["properties"]) <= named
    assert set(posting.POSTED.fields) <= set(re.findall(r"`([a-z_]+)`", posting_.partition("## ")[0]))


def test_every_operation_says_what_it_does_and_who_may():
    seen = set()
    for method, path, operation in operations():
        assert operation["summary"], path
        assert operation["operationId"] not in seen
        seen.add(operation["operationId"])
        assert "security" in operation, path
        if path != "/.well-known/jwks.json":
            assert operation["description"].endswith("."), (method, path)
            assert operation["tags"], path
        for name in re.findall(r"{([a-z]+)}", path):
            assert any(one["name"] == name and one["in"] == "path" for one in operation["parameters"]), path


def test_every_reference_in_the_document_leads_somewhere():
    document = openapi()
    assert document["openapi"].startswith("3.1")
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        target: Any = document
        for token in reference.split("/"):
            target = target[token]
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert name in document["components"]["schemas"]
    for _, _, operation in operations():
        for security in operation["security"]:
            assert set(security) <= set(document["components"]["securitySchemes"])


def test_every_code_an_operation_names_exists():
    known = errors_of_the_code()
    for _, path, operation in operations():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                for code in re.findall(r"`([a-z_]+)`", answer["description"]):
                    assert int(status) in known[code], (path, status, code)


READERS = {
    "POST": lambda body: posting.posted_action(body, idempotency_key=None, allow=Allow()),
    "REVISE": posting.revised_action,
    "WITHDRAW": deciding.reason,
    "REPLY": running.reply,
    "START": running.start,
    "FINISH": running.finish,
    "OUTCOME": running.outcome,
    "SHADOW": running.shadowing,
    "VOTE": deciding.cast_vote,
    "QUESTION": deciding.question,
    "JUDGEMENT": auditing.judgement,
    "DELEGATE": lending.delegation,
    "REASSIGN": deciding.reassignment,
    "ESCALATE": deciding.escalation,
    "REAPPLY": deciding.reapplication,
    "SNOOZE": deciding.snooze,
    "LEVEL": deciding.level,
    "REASON": deciding.reason,
    "SIMULATE": supposing.simulation,
    "SIMULATE_HISTORY": supposing.history,
}


def test_every_example_is_taken():
    assert {name for name, value in vars(examples).items() if name.isupper() and isinstance(value, dict)} == set(
        READERS
    )
    for name, reader in READERS.items():
        reader(json.dumps(getattr(examples, name)).encode())


def test_what_is_answered_is_what_is_documented(acme: Acme):
    """Follow one action through its life and hold each answer to the document."""
    action = acme.posted(context=[{"title": "t", "value": "v"}], state={"a": 1}, confidence=0.5, run_id="r")
    path = f"/actions/{action['id']}"
    told = [("Action", action)]

    def take(name: str, answer: Any) -> dict[str, Any]:
        assert answer.status_code < 300, answer.content
        told.append((name, answer.json()))
        return told[-1][1]

    take("Action", acme.bo.post(f"{path}/questions", {"text": "Which?"}))
    take("Action", acme.agent.post(f"{path}/replies", {"text": "This."}))
    take("Actions", acme.bo.get("/inbox"))
    edited = {"amount": "90.00", "currency": "EUR", "customer": {"name": "Mia"}}
    now = take("Action", acme.vote("bo", acme.read(action), arguments=edited))
    assert now["original_arguments"] == action["arguments"]
    take("Action", acme.agent.post(f"{path}/start", {"digest": now["digest"]}))
    take("Action", acme.agent.post(f"{path}/finish", {"status": "succeeded"}))
    take("Action", acme.reporter.post(f"{path}/outcome", {"verdict": "incorrect", "severity": "minor"}))
    take("Actions", acme.agent.get("/actions"))
    take("Agent", acme.agent.get("/agent"))
    take("StoppedAgent", acme.bo.post("/agents/refunds/lanes/refund.create/medium/freeze", {"reason": "looked at"}))
    take("Agent", acme.bo.post("/agents/refunds/lanes/refund.create/medium/level", {"level": "supervised"}))
    take("StoppedAgent", acme.ana.post("/agents/refunds/pause"))
    take("Organization", acme.ana.post("/pause"))
    take("Organization", acme.ana.post("/resume"))
    take("Person", acme.bo.get("/people/me"))
    take("Entries", acme.ana.get("/audit"))
    take("Delegations", acme.bo.get("/delegations"))
    told.append(("Jwks", Client().get("/.well-known/jwks.json").json()))
    told.append(("Problem", acme.agent.post("/actions", {"x": 1}).json()))
    for name, body in told:
        schema = {"$ref": f"#/components/schemas/{name}", "components": openapi()["components"]}
        assert not [error.message for error in Draft202012Validator(schema).iter_errors(body)], name
        assert set(body) <= set(SCHEMAS[name]["properties"]) | {"decision"}, name
    for body in (body for name, body in told if name == "Action"):
        assert set(body) <= set(SCHEMAS["Action"]["properties"])
        if body["decision"]:
            assert set(body["decision"]) == set(SCHEMAS["Decision"]["properties"])


def test_the_document_and_its_pages_are_served():
    served = Client().get("/api/v1/openapi.json")
    assert served.json()["info"]["title"] == "Countersign"
    if not (ROOT / "templates/docs/page.html").exists():
        pytest.skip("the page of the docs is not drawn yet")
    shown = Client().get("/api/v1/docs")
    assert shown.status_code == 200
    assert "/api/v1/actions/{id}/votes" in shown.content.decode()
    assert "style=" not in shown.content.decode()
