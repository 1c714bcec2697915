"""The developer's corner, installed only with DEBUG."""

from __future__ import annotations

from django.apps import AppConfig

from dev import turning


class DevConfig(AppConfig):
    """Follows the developer's clock."""

    name = "dev"

    def ready(self) -> None:
        """Begin to follow."""
        turning.follow()
