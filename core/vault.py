"""Secrets at rest: agents' signing secrets are sealed, keys are kept as hashes only.

A sealed text is `v1.` and base64url of a 12-byte nonce and AES-256-GCM's output, under a key drawn
(HKDF-SHA256) from SECRET_KEY, which is not in the database. After SECRET_KEY changes, the old one in
SECRET_KEY_FALLBACKS still opens what it sealed.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import os
import secrets
import string
import zlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECK = 32, 6  # letters of base 62; 32 of them are 190 bits
_NONCE = 12


class CannotOpen(Exception):
    """A sealed text was altered, or sealed under a SECRET_KEY that is no longer set."""


def seal(text: str, *, about: str = "") -> str:
    """Return `text` sealed. `about` ties it to its place: what is sealed about one thing opens about no other."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), about.encode())
    return "v1." + base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def open(sealed: str, *, about: str = "") -> str:  # noqa: A001 - vault.open is how it reads
    """Return the text that `seal` was given. Raises CannotOpen."""
    version, _, text = sealed.partition(".")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise CannotOpen("the sealed text is not base64") from None
    if version == "v1" and len(raw) > _NONCE:
        for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return _cipher(secret_key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
            except InvalidTag:
                continue
    raise CannotOpen("no SECRET_KEY in force opens this; put the old one into SECRET_KEY_FALLBACKS")


def token_of(name: bytes, *, about: str) -> str:
    """Return the token of something: 43 URL-safe letters, the same each time, that nobody without SECRET_KEY can make.

    So a token that must be said again later is stored nowhere, only its SHA-256.
    """
    return base64.urlsafe_b64encode(hmac.digest(_stem(settings.SECRET_KEY, about), name, "sha256")).decode().rstrip("=")


def new_key() -> str:
    """Return a fresh API key, `cs_` and 38 letters; the last six are a checksum, for secret scanners and typos."""
    body = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    return f"cs_{body}{_checksum(body)}"


def is_key(key: str) -> bool:
    """Tell whether `key` has the form and the checksum of a key of ours, without asking the database."""
    body = key[3:-_CHECK]
    return (
        len(key) == 3 + _RANDOM + _CHECK
        and key.startswith("cs_")
        and key.isascii()
        and key[3:].isalnum()
        and key[-_CHECK:] == _checksum(body)
    )


def hash_key(key: str) -> bytes:
    """Return the SHA-256 by which a key is kept and found; 190 random bits need neither salt nor stretching."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _checksum(body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK):
        number, digit = divmod(number, 62)
        letters = _LETTERS[digit] + letters
    return letters


@functools.lru_cache(maxsize=8)
def _cipher(secret_key: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"countersign vault v1")
    return AESGCM(derive.derive(secret_key.encode()))


@functools.lru_cache(maxsize=8)
@lru_cache(maxsize=4096)
def derived(about: str) -> bytes:
    """Return 32 secret bytes that are always the same for `about`, and tell nothing of the installation's secret."""
    return _stem(settings.SECRET_KEY, about)


def _stem(secret_key: str, about: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"countersign token v1 {about}".encode())
    return derive.derive(secret_key.encode())
