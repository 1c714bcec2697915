"""Receipts: what was decided, as a compact JWS that anyone can check offline (RFC 7515, Ed25519).

Made by hand of `cryptography`, without a JOSE library: one algorithm, one header, and equal claims give equal
bytes, so a receipt made twice is the same receipt. `typ` keeps it from being taken for another kind of token.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.canonical import canonical

TYPE = "countersign-receipt+jwt"
_BLOCK = re.compile(rb"-----BEGIN (PRIVATE|PUBLIC) KEY-----.+?-----END \1 KEY-----", re.DOTALL)


class BadSigningKey(ValueError):
    """SIGNING_KEY does not begin with an Ed25519 private key in PEM (PKCS 8)."""


class Signer:
    """The holder of the private key.

    `pem` may hold further keys, private or public, after the one that signs: they are published in the
    JWKS, so that receipts made before a change of keys can still be checked.
    """

    def __init__(self, pem: str | bytes, *, typ: str = TYPE) -> None:
        blocks = list(_BLOCK.finditer(pem.encode() if isinstance(pem, str) else pem))
        if not blocks or blocks[0][1] != b"PRIVATE":
            raise BadSigningKey(
                "SIGNING_KEY must be an Ed25519 private key in PEM, e.g. of `openssl genpkey -algorithm ed25519`"
            )
        self._key = _private(blocks[0][0])
        published = [self._key.public_key()]
        published += [_private(b[0]).public_key() if b[1] == b"PRIVATE" else _public(b[0]) for b in blocks[1:]]
        self._jwks = [_jwk(key) for key in published]
        self.kid = self._jwks[0]["kid"]
        self._header = _encode(canonical({"alg": "EdDSA", "kid": self.kid, "typ": typ}))

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JWK Set (RFC 7517, RFC 8037), the signing one first."""
        return {"keys": [dict(key) for key in self._jwks]}

    def sign(self, claims: Mapping[str, object]) -> str:
        """Return the receipt `header.claims.signature`. Raises NotIJson for claims that are not I-JSON."""
        signed = f"{self._header}.{_encode(canonical(dict(claims)))}"
        return f"{signed}.{_encode(self._key.sign(signed.encode()))}"


def generate_pem() -> str:
    """Return a fresh Ed25519 private key in PEM (PKCS 8)."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def _private(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except ValueError:
        raise BadSigningKey("a private key in SIGNING_KEY cannot be read") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSigningKey("a private key in SIGNING_KEY is not of Ed25519")
    return key


def _public(pem: bytes) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError:
        raise BadSigningKey("a public key in SIGNING_KEY cannot be read") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadSigningKey("a public key in SIGNING_KEY is not of Ed25519")
    return key


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """Return the JWK; its `kid` is the thumbprint of RFC 7638."""
    x = _encode(key.public_bytes_raw())
    thumbprint = hashlib.sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": x})).digest()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": _encode(thumbprint), "alg": "EdDSA", "use": "sig"}


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
