"""What is lent is found without looking at all that is asked, voted or was lent. Way back: drop the indexes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0009_draft"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="asked",
            index=models.Index(
                condition=models.Q(("left_at__isnull", True), ("on_behalf_of__isnull", False)),
                fields=["org", "on_behalf_of", "action"],
                name="asked_lent",
            ),
        ),
        migrations.AddIndex(
            model_name="delegation",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["org", "grantor"], name="delegation_open"
            ),
        ),
        migrations.AddIndex(
            model_name="vote",
            index=models.Index(
                condition=models.Q(("delegation__isnull", False)), fields=["org", "delegation"], name="vote_lent"
            ),
        ),
    ]
