"""Row-level security for agents."""

from django.db import migrations

from core.fence import Fence, SameOrg


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial"), ("accounts", "0002_fence")]

    operations = [
        Fence("agents_agent"),
        SameOrg("agents_agent", "owner_id", "accounts_person"),
    ]
