"""Who stopped an organization and why, and the switch of the whole installation. Way back: drop both."""

from django.db import migrations, models


def _text(name: str) -> migrations.AddField:
    return migrations.AddField("organization", name, models.TextField(default="", blank=True))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_slack_linked")]

    operations = [
        migrations.AddField("organization", "paused_by", models.CharField(max_length=254, default="", blank=True)),
        _text("paused_reason"),
        migrations.AddField("organization", "stopped_at", models.DateTimeField(null=True)),
        _text("stopped_reason"),
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, default=1, editable=False, serialize=False)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_reason", models.TextField(default="", blank=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one")],
            },
        ),
    ]
