"""Mails of one minute to one reader are one mail. Way back: drop both, and each is a mail of its own again."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("delivery", "0011_stopped")]
    operations = [
        migrations.AddField("parcel", "gathered_at", models.DateTimeField(null=True)),
        migrations.AddField("parcel", "digest", models.UUIDField(null=True)),
        migrations.AddIndex(
            "parcel",
            models.Index(
                fields=["org", "address", "-tried_at"], condition=Q(gathered_at__isnull=False), name="parcel_gathered"
            ),
        ),
        migrations.AddIndex(
            "parcel",
            models.Index(fields=["org", "digest"], condition=Q(digest__isnull=False), name="parcel_by_digest"),
        ),
    ]
