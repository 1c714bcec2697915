"""Sessions in the database, under the hash of their key: who reads the table can be nobody else."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

LENGTH = 40  # of Django's column: 160 bits of the SHA-256


def kept_as(session_key: str) -> str:
    """Return the name under which the session of a cookie's key is kept."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:LENGTH]


class SessionStore(DatabaseStore):
    """Django's own, but that the key in the cookie never reaches the database."""

    def _get_session_from_db(self) -> Session | None:
        known = Session.objects.filter(session_key=kept_as(self.session_key or ""), expire_date__gt=Now())
        row = known.first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        """Tell whether there is a session of this key."""
        return Session.objects.filter(session_key=kept_as(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row to save."""
        row = super().create_model_instance(data)
        row.session_key = kept_as(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session, this one if no key is given."""
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=kept_as(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete every session that has ended, by the database's clock."""
        Session.objects.filter(expire_date__lt=Now()).delete()
