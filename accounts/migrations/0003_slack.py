"""Who is who in Slack. Way back: drop the columns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_fence"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="slack_team",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="person",
            name="slack",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="team",
            name="slack",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    ]
