"""The statement of one post of each agent as pgbench scripts: what the product sends, with the same values.

As a program: reads {"cast", "folder"} and writes `folder/NNN.sql`. The scripts differ from what the product sends in
this: identifiers are made of two variables of pgbench, so that every row is new; moments are those of the writing; and
the key is not looked at again (`door` is null), because the moment would be refused as stale.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

import psycopg
from django.db import connection

from agents.limits import Usage
from approvals import draft
from approvals.actors import AgentActor
from approvals.ground import look
from approvals.schemas.posting import posted_action
from approvals.statement import POST, parameters
from bench.company import body
from core import tx
from core.destination import Allow

SETS = "\\set bk :bk + 1\n\\set bc 100000000000 + :client_id\n"


def script(org: dict[str, Any], agent: dict[str, Any]) -> str:
    """Return the script of one agent."""
    identifier = uuid.UUID(agent["id"])
    actor = AgentActor(org["org"], org["slug"], identifier, agent["slug"], identifier)
    posted = posted_action(body(), idempotency_key="to-be-replaced", allow=Allow(()))
    with tx.reading(org["org"]):
        ground = look(identifier)
        made = draft.compose(ground, actor, posted, usage=Usage(), odd=lambda *_: "")
        values = parameters(ground, made)
        connection.ensure_connection()
        text = psycopg.ClientCursor(connection.connection).mogrify(POST, values)
    story = made.story
    text = text.replace("to-be-replaced", ":bk-:bc").replace(story.action.pk.hex, "x:bk:bc")
    parcels = [uuid.UUID(row["id"]) for row in json.loads(values[12] or "[]")]
    own = (story.action.pk, story.revision.pk, *(asked.pk for asked in story.asked), *parcels)
    for number, one in enumerate(own):
        new = f":bk-0000-7{number:03d}-8000-:bc"
        text = text.replace(str(one), new).replace(one.hex, new)
    return f"{SETS}{' '.join(text.split())};\n"


if __name__ == "__main__":
    given = json.load(sys.stdin)
    agents = [(org, agent) for org in given["cast"] for agent in org["agents"]]
    for number, (org, agent) in enumerate(agents):
        Path(given["folder"], f"{number:03d}.sql").write_text(script(org, agent))
    json.dump(len(agents), sys.stdout)
