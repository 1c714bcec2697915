"""Migration operations that make the database itself keep tenants apart and history whole.

Fence("approvals_action")                                       # forced row-level security
SameOrg("approvals_vote", "action_id", "approvals_action")      # a reference that cannot cross tenants
AppendOnly("audit_entry")                                       # no UPDATE, no DELETE, by anybody
"""

from __future__ import annotations

from django.db.migrations import RunSQL

SCOPE = "nullif(current_setting('app.org', true), '')::bigint"


class Fence(RunSQL):
    """Put a table behind forced row-level security on its column `column`.

    `swept` lets the owner, and only the owner, read across tenants: the SECURITY DEFINER functions that find
    due work or a key's organization, and return identifiers alone, need it.
    """

    def __init__(self, table: str, *, column: str = "org_id", swept: bool = False) -> None:
        sql = [
            f"alter table {table} enable row level security",
            f"alter table {table} force row level security",
            f"create policy tenant on {table} using ({column} = {SCOPE}) with check ({column} = {SCOPE})",
        ]
        reverse = [
            f"drop policy tenant on {table}",
            f"alter table {table} no force row level security",
            f"alter table {table} disable row level security",
        ]
        if swept:
            sql.append(f"create policy swept on {table} for select to current_user using (true)")
            reverse.insert(0, f"drop policy swept on {table}")
        super().__init__(";\n".join(sql), ";\n".join(reverse))


class SameOrg(RunSQL):
    """Tie a column to another table's row of the same organization by a composite foreign key."""

    def __init__(self, table: str, column: str, target: str, *, on_delete: str = "") -> None:
        name = f"{table}_{column}_same_org"
        super().__init__(
            f"alter table {table} add constraint {name} foreign key (org_id, {column}) references {target} (org_id, id)"
            f" {on_delete} deferrable initially immediate",
            f"alter table {table} drop constraint {name}",
        )


class AppendOnly(RunSQL):
    """Refuse UPDATE and DELETE on a table, whoever asks."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"create trigger append_only before update or delete on {table}"
            " for each row execute function refuse_change()",
            f"drop trigger append_only on {table}",
        )
