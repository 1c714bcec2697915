"""Issuing credentials: shown once, kept as a hash. The agents' own rules are in agents/keys.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts import signing
from accounts.models import Key, Person
from audit.record import record
from core import ids, tx, vault, webhooks
from core.errors import NotFound


class NoSuchHolder(NotFound):
    """The organization has nobody of this name to give a key to."""

    code, title = "no_such_holder", "Nobody to give a key to"


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential as it is shown, this once. `signing_secret` is empty but for agents."""

    key: str
    signing_secret: str = ""
    replaced: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what `key --json` prints."""
        return {"key": self.key} | ({"signing_secret": self.signing_secret} if self.signing_secret else {})


@tx.use_case
def issue_person_key(org: int, *, email: str, by: str = "operator") -> Issued:
    """Return a new key that may do what the person may. Raises NoSuchHolder."""
    person = Person.objects.filter(email__iexact=email, archived_at__isnull=True).first()
    if person is None:
        raise NoSuchHolder(f"Nobody with the address {email} is in this organization. Add them by `apply`.")
    return make_key(Key.Kind.PERSON, holder=person.id, name=person.email, by=by, at=tx.now())


@tx.use_case
def issue_reporter_key(org: int, *, name: str, by: str = "operator") -> Issued:
    """Return a new key that may report outcomes, under the name `name`."""
    return make_key(Key.Kind.REPORTER, holder=None, name=name, by=by, at=tx.now())


@tx.inside_use_case
def make_key(kind: Key.Kind, *, holder: UUID | None, name: str, by: str, at: datetime) -> Issued:
    """Make a key and note it; an agent's has a signing secret, sealed."""
    key = vault.new_key()
    secret, sealed = "", ""
    if kind == Key.Kind.AGENT and holder is not None:
        secret = webhooks.new_secret()
        sealed = signing.seal(secret, holder=holder)
    row = Key.objects.create(
        org_id=tx.current().org,
        kind=kind,
        holder=holder,
        name=name,
        hint=hint_of(key),
        hash=vault.hash_key(key),
        signing_secret=sealed,
        created_at=at,
    )
    facts = {"holder": f"{kind.value}:{name}", "hint": row.hint}
    record("key.issued", actor=by, subject=ids.public("key", row.id), facts=facts, at=at)
    return Issued(key, secret)


@tx.inside_use_case
def revoke_key(row: Key, *, by: str, at: datetime) -> None:
    """Make a key open nothing from `at` on."""
    row.revoked_at = at
    row.save(update_fields=["revoked_at"])
    facts = {"holder": f"{row.kind}:{row.name}", "hint": row.hint}
    record("key.revoked", actor=by, subject=ids.public("key", row.id), facts=facts, at=at)


def hint_of(key: str) -> str:
    """Return what of a key may be seen later, so that people can tell theirs apart: `cs_a1B2…`."""
    return f"{key[:7]}…"
