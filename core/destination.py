"""Where a request may go: judges URLs and addresses without touching the network.

A URL is judged twice: as text when it is saved (`check_url`), and by the address its name resolves to
when we connect (`Allow.permits`), because names change. Python's `is_global` and `is_private` are no
filter: multicast, NAT64, 6to4, and others pass; so the ranges are written out here.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from core.errors import Unprocessable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL = 2048
_PORTS = {"http": 80, "https": 443}

_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?P<target>[/?][^#\\]*)?",
    re.ASCII | re.IGNORECASE,
)
# One item of OUTBOUND_ALLOW; an IPv6 network that is followed by a port stands in brackets.
_ALLOWED = re.compile(
    r"(?:(?P<four>[0-9.]+)|\[(?P<six>[0-9a-f:.]+)\]|(?P<plain>[0-9a-f:.]+(?=/|$)))(?P<bits>/[0-9]{1,3})?"
    r"(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_INNER_ENDINGS = frozenset(
    {
        "localhost",
        "localdomain",
        "local",
        "internal",
        "intranet",
        "private",
        "corp",
        "home",
        "lan",
        "arpa",
        "invalid",
        "onion",
    }
)

_PUBLIC_6 = IPv6Network("2000::/3")
# IANA's special-purpose registries, multicast and reserved space, 6to4's relays, and Azure's wire server.
_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        [
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ],
    )
)
_NOT_PUBLIC_6 = tuple(map(IPv6Network, ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]))


class UnsafeUrl(Unprocessable):
    """We would never call this URL."""

    code, title = "unsafe_url", "Unsafe URL"


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL taken apart: `host` is lower-case, without brackets or a final dot; `target` begins with `/`."""

    scheme: str
    host: str
    port: int
    target: str
    address: Address | None  # if the host is one

    @property
    def host_header(self) -> str:
        """Return the value of the `Host` header."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Allow:
    """Addresses that may be reached although they are not public: networks, each at one port or (None) at all."""

    networks: tuple[tuple[Network, int | None], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Allow:
        """Return what `10.0.0.0/8,127.0.0.1/32:9000,[fd00::]/8:443` says. Raises ValueError naming the part."""
        return cls(tuple(_network(part.strip()) for part in text.split(",") if part.strip()))

    def permits(self, address: Address, port: int) -> bool:
        """Tell whether we may connect to `address`: it is public, or allowed at this port."""
        return is_public(address) or any(
            at in (None, port) and address.version == network.version and address in network
            for network, at in self.networks
        )

    def has_port(self, port: int) -> bool:
        """Tell whether any network is allowed at this port, so that an inner name could resolve into it."""
        return any(at in (None, port) for _, at in self.networks)


def is_public(address: Address) -> bool:
    """Tell whether `address` is one host on the public internet (SECURITY.md, SSRF)."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)
    if address.scope_id or address not in _PUBLIC_6:
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC_6)


def check_url(url: str, allow: Allow) -> None:
    """Refuse a URL that could never be called. Resolves nothing. Raises UnsafeUrl."""
    destination = read_url(url)
    if destination.address is not None:
        if not allow.permits(destination.address, destination.port):
            raise UnsafeUrl(
                f"{destination.host} is not a public address. Ask the operator to add it to OUTBOUND_ALLOW."
            )
    elif _is_inner(destination.host) and not allow.has_port(destination.port):
        raise UnsafeUrl(f"{destination.host} is not a public name. Give a public one, or set OUTBOUND_ALLOW.")


def read_url(url: str) -> Destination:
    """Return the parts of an http or https URL written plainly. Raises UnsafeUrl for every other spelling."""
    if len(url) > MAX_URL:
        raise UnsafeUrl(f"The URL is longer than {MAX_URL} characters.")
    if not _VISIBLE.fullmatch(url):
        raise UnsafeUrl("The URL holds spaces, control characters or letters beyond ASCII. Write names in punycode.")
    match = _URL.fullmatch(url)
    if not match:
        raise UnsafeUrl("The URL must read http(s)://name[:port][/path], without user, backslash or fragment.")
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] else _PORTS[scheme]
    if not 1 <= port <= 65535:
        raise UnsafeUrl(f"{port} is not a port.")
    target = match["target"] or "/"
    host, address = _host(match["host"].lower())
    return Destination(scheme, host, port, target if target.startswith("/") else f"/{target}", address)


def _host(text: str) -> tuple[str, Address | None]:
    if text.startswith("["):
        try:
            return text[1:-1], IPv6Address(text[1:-1])
        except ValueError:
            raise UnsafeUrl("The URL holds a malformed IPv6 address.") from None
    name = text.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise UnsafeUrl("The URL holds a malformed name.")
    if not _NUMERIC_LABEL.fullmatch(labels[-1]):
        return name, None
    try:
        return text, IPv4Address(text)
    except ValueError:
        raise UnsafeUrl("The URL holds an IPv4 address in an unusual spelling. Write four decimal numbers.") from None


def _is_inner(name: str) -> bool:
    first, _, _ = name.partition(".")
    return first == name or name.rpartition(".")[2] in _INNER_ENDINGS


def _network(part: str) -> tuple[Network, int | None]:
    match = _ALLOWED.fullmatch(part)
    try:
        if not match:
            raise ValueError("unknown form")
        port = int(match["port"]) if match["port"] else None
        if port is not None and not 1 <= port <= 65535:
            raise ValueError("not a port")
        return ipaddress.ip_network(f"{match['four'] or match['six'] or match['plain']}{match['bits'] or ''}"), port
    except ValueError as exc:
        raise ValueError(f"{part!r} is neither CIDR nor CIDR:port, e.g. 10.0.0.0/8 or [fd00::]/8:443 ({exc})") from None
