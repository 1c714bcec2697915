"""Check a Countersign receipt offline, before doing what it approves. Copy this file; it needs only `cryptography`.

    claims = verify(receipt, jwks, issuer="https://approvals.example.com", org="acme", agent="refunds",
                    action="refund.create", arguments=arguments)

`jwks` is what `/.well-known/jwks.json` gave when you pinned it: do not fetch it anew for each receipt. One receipt is
good for one execution: keep `claims["jti"]` and refuse it the second time, or call `POST …/start`, which does that.
"""

import base64
import hashlib
import json
import time
from decimal import Decimal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class BadReceipt(Exception):
    """The receipt does not say that exactly this may be done now: do not do it."""


def verify(receipt, jwks, *, issuer, org, agent, action, arguments, now=None):
    """Return the receipt's claims, or raise BadReceipt. `now` is in seconds since 1970 (default: this machine's)."""
    try:
        head, body, signature = receipt.split(".")
        header, claims = json.loads(_decode(head)), json.loads(_decode(body))
        keys = {key["kid"]: key["x"] for key in jwks["keys"] if (key["kty"], key["crv"]) == ("OKP", "Ed25519")}
        key = Ed25519PublicKey.from_public_bytes(_decode(keys[header["kid"]]))
        key.verify(_decode(signature), f"{head}.{body}".encode())
        subject = canonical({"organization": org, "agent": agent, "action": action, "arguments": arguments}).encode()
        expires = float(claims["exp"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, InvalidSignature) as exc:
        raise BadReceipt(f"this is no receipt signed by a key we know, or not of JSON ({exc!r})") from exc
    wanted = {"iss": issuer, "org": org, "agent": agent, "action": action, "outcome": "approved"}
    wanted["digest"] = "sha256:" + hashlib.sha256(subject).hexdigest()
    if (header["alg"], header["typ"]) != ("EdDSA", "countersign-receipt+jwt"):
        raise BadReceipt("this was signed as something else than a receipt")
    for name, value in wanted.items():
        if claims.get(name) != value:
            raise BadReceipt(f"{name} is {claims.get(name)!r}, not {value!r}")
    if not (time.time() if now is None else now) < expires:
        raise BadReceipt("the time to execute is over")
    return claims


def canonical(value):
    """Return the RFC 8785 form of a JSON value, by which both sides mean the same arguments."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(canonical, value)) + "]"
    if not isinstance(value, float):
        return json.dumps(value, ensure_ascii=False)
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)) if value else Decimal(0), "f").removesuffix(".0")
    return json.dumps(value, allow_nan=False).replace("e-0", "e-")


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
