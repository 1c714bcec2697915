"""Django's `migrate`, which also lets the application's role use what it needs of the tables, and no more."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from core import grants


class Command(Migrate):
    """Bring the tables to today's models, then grant. Run it as the owner (DATABASE_ADMIN_URL)."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant what the role of DATABASE_URL needs, unless that role is the owner itself."""
        super().handle(*args, **options)
        application = settings.APPLICATION_DATABASE
        role = str(application["USER"])
        if options["check_unapplied"] or options["plan"] or role in {"none", settings.DATABASES["default"]["USER"]}:
            return
        with connection.cursor() as cursor:
            grants.grant(cursor, role, password=str(application["PASSWORD"]) or None)
        if options["verbosity"]:
            self.stdout.write(f"  {role} may use the tables, and owns none.")
