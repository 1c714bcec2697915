"""A lane counts the executions that failed one after the other. Way back: the column goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agents", "0004_lanes_fence")]
    operations = [migrations.AddField("lanerow", "failures", models.IntegerField(db_default=0, default=0))]
