"""Whether somebody linked their Slack account themselves. Way back: drop the column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_slack_doors"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="slack_linked",
            field=models.BooleanField(default=False),
        ),
    ]
