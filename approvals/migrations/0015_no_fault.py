"""A rejection may say that the agent could not have known. Way back: the column goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0014_post_stopped")]
    operations = [migrations.AddField("vote", "no_fault", models.BooleanField(db_default=False, default=False))]
