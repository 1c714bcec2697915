"""What is open for a reader, and in which version: for pages that may have missed a hint."""

from __future__ import annotations

import uuid

from django.db import connection

from accounts.viewer import Viewer
from approvals.portraits.rows import watches
from core import tx

_VERSIONS = {
    "asked": """
select a.id, a.version from approvals_asked k join approvals_action a on a.org_id = k.org_id and a.id = k.action_id
where k.org_id = %(org)s and k.person_id = %(person)s and k.left_at is null order by a.id desc limit 500
""",
    "everyone": """
select id, version from approvals_action where org_id = %(org)s and status = 'pending' order by id desc limit 500
""",
}


def versions(viewer: Viewer) -> dict[uuid.UUID, int]:
    """Return the versions of what is open in the reader's inbox, for a watcher of all that is: the newest 500."""
    name = "everyone" if watches(viewer) else "asked"
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS[name], {"org": tx.current().org, "person": viewer.person_id})
        return dict(cursor.fetchall())
