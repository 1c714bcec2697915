"""Signed statements of where a chain stood, kept outside the database.

Whoever can write to the database could truncate a chain, or rewrite all of it with fitting hashes. Against a statement
signed by a key that is not in the database, and kept elsewhere, neither goes unseen. One file an organization, one
compact JWS (EdDSA) a line; copy them to where the database's administrators cannot write.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.chain import End
from audit.verify import Checkpoint
from core.receipts import Signer

TYPE = "countersign-checkpoint+jwt"


class BadCheckpoint(Exception):
    """A line of a checkpoint file was not signed by this installation, or speaks of another organization."""


def signed(signer: Signer, *, slug: str, end: End, at: datetime) -> str:
    """Return the statement that the chain of `slug` stood at `end`, signed."""
    return signer.sign({"organization": slug, "seq": end.seq, "hash": end.hash.hex(), "at": at.isoformat()})


def read(path: Path, signer: Signer, *, slug: str) -> tuple[Checkpoint, ...]:
    """Return the statements of a file, none if there is no file. Raises BadCheckpoint."""
    if not path.exists():
        return ()
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    return tuple(_opened(line, signer, slug, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line)


def append(path: Path, statement: str) -> None:
    """Add a statement to a file and see it onto the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(statement + "\n")
        file.flush()
        os.fsync(file.fileno())


def _opened(line: str, signer: Signer, slug: str, where: str) -> Checkpoint:
    try:
        head, claims, signature = (part.encode() for part in line.split("."))
        header = json.loads(_decoded(head))
        key = next(key for key in signer.jwks()["keys"] if key["kid"] == header["kid"])
        if (header["alg"], header["typ"]) != ("EdDSA", TYPE):
            raise BadCheckpoint(f"{where}: this is no checkpoint.")
        Ed25519PublicKey.from_public_bytes(_decoded(key["x"].encode())).verify(
            _decoded(signature), head + b"." + claims
        )
        told = json.loads(_decoded(claims))
        checkpoint = Checkpoint(int(told["seq"]), bytes.fromhex(told["hash"]), datetime.fromisoformat(told["at"]))
    except (InvalidSignature, StopIteration, ValueError, KeyError, TypeError, binascii.Error):
        raise BadCheckpoint(f"{where}: this was not signed by this installation's SIGNING_KEY.") from None
    if told["organization"] != slug:
        raise BadCheckpoint(f"{where}: this speaks of the organization {told['organization']}.")
    return checkpoint


def _decoded(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
