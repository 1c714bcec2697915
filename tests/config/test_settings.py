"""Settings from the environment: each bad one names itself."""

from __future__ import annotations

from django.db import connection


def test_the_suite_runs_as_a_role_that_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("select count(*) from pg_class where relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)
