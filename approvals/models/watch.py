"""The pulse of what runs by itself, of the whole installation: no tenant's row."""

from __future__ import annotations

from django.db import models


class Beat(models.Model):
    """When something that runs by itself (engine, auditor) was last alive, and what it found: `facts`."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
