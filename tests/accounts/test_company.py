"""Signing in by a company account (OpenID Connect), against a provider of our own on this machine."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Person
from audit.models import Entry
from config import env
from core import tx
from tests.accounts.cast import a_person, an_address, an_organization, archive
from tests.accounts.test_sign_in import is_signed_in


class Provider:
    """Says who somebody is: `claims` is what it tells of whoever comes with any code."""

    def __init__(self) -> None:
        provider = self
        self.claims: dict[str, Any] = {}
        self.asked: list[dict[str, list[str]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                paths = {"/.well-known/openid-configuration": provider.about(), "/userinfo": provider.claims}
                self.answer(paths[urlsplit(self.path).path])

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.asked.append(parse_qs(body))
                self.answer({"access_token": "x", "token_type": "Bearer", "id_token": provider.token()})

            def answer(self, told: dict[str, Any]) -> None:
                text = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def token(self) -> str:
        """Return an ID token; straight from the provider, its signature is not looked at (OIDC Core 3.1.3.7)."""
        parts = [{"alg": "RS256", "kid": "1"}, self.claims | {"iss": self.url, "aud": "client", "exp": 4e9, "iat": 1}]
        spelled = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return f"{spelled[0]}.{spelled[1]}.AAAA"


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    cache.clear()
    provider = Provider()
    for name, value in {
        "ISSUER": provider.url,
        "CLIENT_ID": "client",
        "CLIENT_SECRET": "s3cret",
        "NAME": "Acme",
    }.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    settings.SOCIALACCOUNT_PROVIDERS = env.company_account("OIDC")
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def come(client: Client, provider: Provider, **claims: Any) -> Any:
    provider.claims = {"sub": "u1", "email_verified": True} | claims
    start = client.get("/sign-in/company/company/login/?next=/agents")
    assert start["Location"].startswith(f"{provider.url}/authorize?")
    state = parse_qs(urlsplit(start["Location"]).query)["state"][0]
    return client.get("/sign-in/company/company/login/callback/", {"code": "any", "state": state})


def test_a_verified_address_of_a_person_opens_their_account(provider: Provider) -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    client = Client()
    page = client.get("/sign-in?next=/agents")
    assert (page.context["company_url"], page.context["company_name"]) == ("/sign-in/company/company/login/", "Acme")
    assert come(client, provider, sub="u1", email=person.email)["Location"] == "/agents"
    assert is_signed_in(client)
    assert provider.asked[0]["code_verifier"]
    with tx.reading(org):
        assert Person.objects.get().user_id
        assert b'"method":"company"' in bytes(Entry.objects.latest("seq").body)
    again = Client()
    assert come(again, provider, sub="u1", email=person.email)["Location"] == "/agents"
    assert is_signed_in(again)


@pytest.mark.parametrize("who", ["unverified", "stranger", "archived", "without an address"])
def test_others_are_refused_in_the_same_words(who: str, provider: Provider) -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    claims: dict[str, Any] = {"sub": f"u-{person.email}", "email": person.email}
    if who == "unverified":
        claims["email_verified"] = False
    elif who == "stranger":
        claims["email"] = an_address()
    elif who == "archived":
        archive(org, person)
    else:
        del claims["email"]
    client = Client()
    assert come(client, provider, **claims)["Location"] == "/sign-in?refused=1"
    assert not is_signed_in(client)


def test_an_answer_nobody_asked_for_is_refused(provider: Provider) -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    provider.claims = {"sub": "u9", "email": person.email, "email_verified": True}
    client = Client()
    answer = client.get("/sign-in/company/company/login/callback/", {"code": "any", "state": "made-up"})
    assert answer["Location"] == "/sign-in?refused=1"
    assert not is_signed_in(client)
    assert client.get("/sign-in/company/other/login/").status_code == 404


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"ISSUER": "http://idp.example.com", "CLIENT_ID": "x", "CLIENT_SECRET": "y"}, "OIDC_ISSUER"),
        ({"ISSUER": "https://idp.example.com", "CLIENT_SECRET": "y"}, "OIDC_CLIENT_ID"),
        ({"ISSUER": "https://idp.example.com", "CLIENT_ID": "x"}, "OIDC_CLIENT_SECRET"),
        ({"CLIENT_ID": "x"}, "OIDC_CLIENT_ID"),
        ({"NAME": "x"}, "OIDC_NAME"),
    ],
)
def test_half_a_setting_stops_the_start(given: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    with pytest.raises(env.BadSetting, match=named):
        env.company_account("OIDC")
