"""Typed readers of the environment. Every setting has one call here, and a bad value names itself.

Each setting may also be given as `NAME_FILE`: the path of a file that holds the value, for secrets
that should not stand in a process list. Giving both is refused, because one would be ignored.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ROLES = ("web", "engine", "worker", "migrate", "up", "demo", "test", "command")
Destination = tuple[IPv4Network | IPv6Network, int | None]


@dataclass(frozen=True, slots=True)
class Mail:
    """How to reach the mail server; all empty when mail goes to the outbox page."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: bool = False
    starttls: bool = False

    def __bool__(self) -> bool:
        """Tell whether there is a server at all."""
        return bool(self.host)


class BadSetting(ImproperlyConfigured):
    """A setting is missing, malformed or unsafe; the message begins with its name."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        super().__init__(f"{name}: {why}")


def text(name: str, default: str = "") -> str:
    """Return the value of `name`, or of the file that `NAME_FILE` names, without surrounding space."""
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and path:
        raise BadSetting(name, f"{name} and {name}_FILE are both set: keep one")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise BadSetting(f"{name}_FILE", f"cannot be read ({problem})") from None
        if not value.strip():
            raise BadSetting(f"{name}_FILE", f"{path} is empty")
    if "\0" in value:
        raise BadSetting(name, "holds a NUL character")
    return value.strip() or default


def token(name: str, begins: str) -> str:
    """Return a token that begins as such tokens do, or "" if there is none."""
    value = text(name)
    if value and not value.startswith(begins):
        raise BadSetting(name, f"must begin with {begins}: this is another kind of token")
    return value


def secret(name: str, shortest: int) -> str:
    """Return a secret that stands in an address, or "" if there is none."""
    value = text(name)
    if value and not (len(value) >= shortest and re.fullmatch(r"[A-Za-z0-9_-]+", value)):
        raise BadSetting(name, f"must be at least {shortest} letters, digits, - or _: it stands in an address")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Return a yes or no: 1, true, yes, on, or 0, false, no, off."""
    value = text(name)
    if not value:
        return default
    if value.lower() not in FLAGS:
        raise BadSetting(name, f"{value!r} is neither yes nor no: write 1 or 0")
    return FLAGS[value.lower()]


def url(name: str, default: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """Return the parts of an address of one of `schemes`, or None if there is none."""
    value = text(name, default)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as problem:
        raise BadSetting(name, f"is no address ({problem})") from None
    if parts.scheme not in schemes:
        raise BadSetting(name, f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if port == 0:
        raise BadSetting(name, "port 0 can never answer")
    return parts


def base_url(name: str, default: str) -> str:
    """Return the address that links begin with: scheme, host and port only, without a final slash."""
    parts = url(name, default, ("http", "https"))
    assert parts is not None
    if not parts.hostname or parts.username or parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise BadSetting(name, "must be scheme, host and port only, for example https://countersign.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def hosts(name: str, default: tuple[str, ...]) -> list[str]:
    """Return a comma-separated list of host names. A wildcard for every host is refused."""
    names = [part.strip() for part in text(name).split(",") if part.strip()] or list(default)
    for host in names:
        if host in {"*", "."} or "/" in host or " " in host:
            raise BadSetting(name, f"{host!r} is not a host name: name each host that the site answers as")
    return names


def destinations(name: str) -> tuple[Destination, ...]:
    """Return the networks that callbacks may reach although private: `CIDR` or `CIDR:port`, comma-separated.

    `10.0.0.0/8,127.0.0.1/32:9000,[fd00::]/8:443`; an IPv6 network with a port stands in brackets.
    """
    return tuple(_destination(name, part.strip()) for part in text(name).split(",") if part.strip())


def _destination(name: str, part: str) -> Destination:
    head, slash, tail = part.partition("/")
    bits, colon, port_text = tail.partition(":")
    if not slash or (colon and not (port_text.isascii() and port_text.isdigit() and 1 <= int(port_text) <= 65535)):
        raise BadSetting(name, f"{part!r} is not CIDR or CIDR:port, for example 10.0.0.0/8 or 127.0.0.1/32:9000")
    try:
        network = ip_network(f"{head.strip('[]')}/{bits}")
    except ValueError as problem:
        raise BadSetting(name, f"{part!r} is no network ({problem})") from None
    return network, int(port_text) if colon else None


def database(name: str, default: str = "") -> dict[str, Any]:
    """Return Django's settings of the PostgreSQL that `postgres://user:password@host:port/name` names.

    A query may give psycopg's own parameters: `?sslmode=require`; `?host=/run/postgresql` is a socket's folder.
    """
    parts = url(name, default, ("postgres", "postgresql"))
    if parts is None:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "none",
            "HOST": "DATABASE_URL-is-not-set",
            "USER": "none",
            "PASSWORD": "",
            "PORT": "",
            "OPTIONS": {},
        }
    options: dict[str, Any] = {}
    for pair in filter(None, parts.query.split("&")):
        key, equals, value = pair.partition("=")
        if not equals or not key.isidentifier():
            raise BadSetting(name, f"{key!r} is not a parameter of a PostgreSQL connection")
        options[key] = unquote(value)
    database_name = unquote(parts.path.removeprefix("/"))
    if not database_name or not parts.username:
        raise BadSetting(name, "must name a user and a database: postgres://user:password@host:5432/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": str(options.pop("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def email(name: str) -> Mail:
    """Return how to reach the mail server of `smtp://`, `smtps://` or `smtp+starttls://`; false without one."""
    parts = url(name, "", ("smtp", "smtps", "smtp+starttls"))
    if parts is None:
        return Mail()
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise BadSetting(name, "must be smtp://[user:password@]host:port and nothing after it")
    usual = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
    return Mail(
        host=parts.hostname,
        port=parts.port or usual[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp+starttls",
    )


def address(name: str, default: str) -> str:
    """Return the sender of our mail: `Name <local@domain>` or `local@domain`, on one line."""
    value = text(name, default)
    _, mailbox = parseaddr(value)
    local, at, domain = mailbox.rpartition("@")
    if not (local and at and domain) or any(character in value for character in "\r\n"):
        raise BadSetting(name, f"{value!r} is no mail address")
    return value


def company_account(prefix: str) -> dict[str, Any]:
    """Return allauth's settings of the OpenID Connect provider that `OIDC_ISSUER` and its companions name, if any."""
    issuer = url(f"{prefix}_ISSUER", "", ("https", "http"))
    values = {name: text(f"{prefix}_{name}") for name in ("CLIENT_ID", "CLIENT_SECRET", "NAME")}
    if issuer is None:
        if given := next((name for name, value in values.items() if value), None):
            raise BadSetting(f"{prefix}_{given}", f"means nothing without {prefix}_ISSUER")
        return {}
    if issuer.scheme != "https" and not is_loopback(issuer):
        raise BadSetting(f"{prefix}_ISSUER", "must begin with https://")
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        if not values[name]:
            raise BadSetting(f"{prefix}_{name}", f"is needed with {prefix}_ISSUER")
    app = {
        "provider_id": "company",
        "name": values["NAME"] or "your company account",
        "client_id": values["CLIENT_ID"],
        "secret": values["CLIENT_SECRET"],
        "settings": {"server_url": issuer.geturl()},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def http(name: str, default: str) -> str:
    """Return the base of an HTTP API, ending in a slash."""
    parts = url(name, default, ("http", "https"))
    assert parts is not None
    if not parts.hostname or parts.query or parts.fragment:
        raise BadSetting(name, "must be the base address of an API, for example https://slack.com/api/")
    return parts.geturl().rstrip("/") + "/"


def redis(name: str) -> str:
    """Return the address of Redis. Without one it names itself in the error that connecting gives."""
    parts = url(name, "redis://REDIS_URL-is-not-set:6379/0", ("redis", "rediss", "unix"))
    assert parts is not None
    if parts.scheme != "unix" and not parts.hostname:
        raise BadSetting(name, "must name a host: redis://:password@host:6379/0")
    return parts.geturl()


def role() -> str:
    """Return what this process is for; set by manage.py and the supervisor, not by people."""
    value = text("COUNTERSIGN_ROLE", "command")
    if value not in ROLES:
        raise BadSetting("COUNTERSIGN_ROLE", f"{value!r} is none of {', '.join(ROLES)}")
    return value


def is_loopback(base: SplitResult) -> bool:
    """Tell whether an address can only be reached from this machine."""
    return base.hostname in {"127.0.0.1", "localhost", "::1"}


def mail_domain(base: SplitResult) -> str:
    """Return a domain to send mail from when none was given; `.test` is never a real one (RFC 2606)."""
    return "countersign.test" if is_loopback(base) else str(base.hostname)
