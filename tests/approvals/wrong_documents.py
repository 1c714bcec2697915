"""A whole document, and every way to spoil it that we know of."""
# ruff: noqa: E501 - a table

from __future__ import annotations

WHOLE = """\
version: 1
organization: {slug: acme, name: Acme Outdoor, timezone: Europe/Amsterdam, promotion: ratified}
people:
  - {email: Ana@Acme.test, name: Ana Ruiz, roles: [admin, approver], timezone: Europe/Amsterdam}
  - email: bo@acme.test
    name: No
    roles: [approver]
    manager: ana@acme.test
    authority: {max_amount: "2000 EUR", max_risk: high, actions: ["refund.*"]}
teams:
  - {slug: finance, name: 010, members: [bo@acme.test, ana@acme.test]}
agents:
  - slug: refunds
    name: Refunds agent
    owner: ana@acme.test
    callback_url: https://agents.acme.test/callback
    limits: {per_minute: 600, pending: 500}
    actions:
      - type: refund.create
        title: "Refund {amount} to {/customer/name}"
        effect: "{amount} leaves the payments account within a minute"
        undo: "No, once the card network settles"
        risk: medium
        reversible: true
        amount: {value: /amount, currency: /currency}
        schema: {type: object, properties: {amount: {type: string, const: 1:30}, when: {enum: [no, on, 2026-12-25]}}}
        ceiling: monitored
        limits: {per_hour: 50, max_amount: "2000 EUR", amount_per_day: "5000.50 EUR"}
rules:
  - name: never at night
    when: [{field: environment, op: is, value: on}, {any: [{field: /x, op: exists}, {not: {field: /n, op: above, value: 3}}]}]
    then: deny
routes:
  - name: big refunds
    when: [{field: action, op: in, value: [refund.create]}, {field: amount, op: at_least, value: "500 EUR"}]
    stages: [[{approvals: 1, from: {team: finance}}]]
    always_ask: true
    chain: standard
    fallback: {person: ana@acme.test}
  - {name: everything else, stages: [[{approvals: 1, from: {role: approver}}]], chain: standard}
chains:
  - {slug: standard, decide_within: 4h, execute_within: 15m, clock: wall, finally: reject}
"""

# (what is replaced, by what, pointer, code, a part of the message)
WRONG = [
    ("version: 1", "version: 2", "/version", "invalid_version", "version: 1"),
    ("version: 1\n", "", "", "missing", "“version”"),
    ("slug: acme,", "slug: Acme Outdoor,", "/organization/slug", "invalid_slug", "“acme-outdoor”"),
    ("timezone: Europe/Amsterdam,", "timezone: Europe/Amsterdm,", "/organization/timezone", "invalid_timezone", "“Europe/Amsterdam”"),
    ("promotion: ratified", "promotion: automatic", "/organization/promotion", "not_available_yet", "ratified"),
    ("promotion: ratified", "slack_team: T024BE7LD", "/organization/slack_team", "not_available_yet", "Leave it out"),
    ("promotion: ratified", "require_signatures: yes", "/organization/require_signatures", "wrong_type", "Write true"),
    ("promotion: ratified", "require_signatures: 'false'", "/organization/require_signatures", "wrong_type", "Write false, without quotes"),
    ("promotion: ratified", "promotoin: ratified", "/organization/promotoin", "unknown_field", "“promotion”"),
    ("bo@acme.test\n    name", "bo-acme.test\n    name", "/people/1/email", "invalid_email", "ana@acme.test"),
    ("bo@acme.test\n    name", "ANA@acme.test\n    name", "/people/1/email", "duplicate", "line 4"),
    ("roles: [approver]\n", "roles: [aprover]\n", "/people/1/roles/0", "invalid_choice", "“approver”"),
    ("roles: [approver]\n", "roles: approver\n", "/people/1/roles", "wrong_type", "[approver]"),
    ("manager: ana@acme.test", "manager: ann@acme.test", "/people/1/manager", "unknown_name", "“ana@acme.test”"),
    ("manager: ana@acme.test", "manager: bo@acme.test", "/people/1/manager", "manager_cycle", "themselves"),
    ("manager: ana@acme.test", "slack: U1", "/people/1/slack", "not_available_yet", "“slack”"),
    ("manager: ana@acme.test", "notify: {low: [inapp]}", "/people/1/notify", "not_available_yet", "“notify”"),
    ("manager: ana@acme.test", "quiet: {from: '22:00', to: '08:00'}", "/people/1/quiet", "not_available_yet", "“quiet”"),
    ("manager: ana@acme.test", "away: [{starts: x}]", "/people/1/away", "not_available_yet", "“away”"),
    ('max_amount: "2000 EUR", max_risk', 'max_amount: 2000, max_risk', "/people/1/authority/max_amount", "invalid_amount", "“2000 EUR”"),
    ('max_amount: "2000 EUR", max_risk', 'max_amount: "EUR 2,000", max_risk', "/people/1/authority/max_amount", "invalid_amount", "“2000 EUR”"),
    ("max_risk: high", "max_risk: highest", "/people/1/authority/max_risk", "invalid_choice", "“high”"),
    ('["refund.*"]', "[]", "/people/1/authority/actions", "empty_list", "nothing"),
    ("[bo@acme.test, ana@acme.test]", "[bo@acme.test, bo@acme.test]", "/teams/0/members/1", "duplicate", "“bo@acme.test”"),
    ("[bo@acme.test, ana@acme.test]", "[bo@acme.test, cy@acme.test]", "/teams/0/members/1", "unknown_name", "bo@acme.test"),
    ("members: [", "slack: C1, members: [", "/teams/0/slack", "not_available_yet", "“slack”"),
    ("teams:", "calendars: [{slug: office}]\nteams:", "/calendars", "not_available_yet", "“calendars”"),
    ("teams:", "schedules: [{slug: duty}]\nteams:", "/schedules", "not_available_yet", "“schedules”"),
    ("teams:", "delegations: [{from: x}]\nteams:", "/delegations", "not_available_yet", "“delegations”"),
    ("owner: ana@acme.test", "owner: eve@acme.test", "/agents/0/owner", "unknown_name", "person"),
    ("https://agents.acme.test/callback", "ftp://agents.acme.test/", "/agents/0/callback_url", "invalid_url", "http(s)"),
    ("https://agents.acme.test/callback", "http://user:pw@acme.test/", "/agents/0/callback_url", "invalid_url", "http(s)"),
    ("per_minute: 600", "per_minute: 0", "/agents/0/limits/per_minute", "invalid_number", "from 1"),
    ("per_minute: 600", "per_minute: '600'", "/agents/0/limits/per_minute", "invalid_number", "without quotes"),
    ("per_minute: 600", "per_minute: 1.5", "/agents/0/limits/per_minute", "invalid_number", "whole"),
    ("per_minute: 600", "per_minutes: 600", "/agents/0/limits/per_minutes", "unknown_field", "“per_minute”"),
    ("type: refund.create", "type: Refund Create", "/agents/0/actions/0/type", "invalid_type", "lower-case"),
    ("{/customer/name}", "{customer.name}", "/agents/0/actions/0/title", "invalid_template", "{/customer/name}"),
    ("{/customer/name}", "{/customer/name", "/agents/0/actions/0/title", "invalid_template", "{{"),
    ("risk: medium", "risk: critical", "/agents/0/actions/0/ceiling", "ceiling_too_high", "“assisted”"),
    ("value: /amount", "value: amount", "/agents/0/actions/0/amount/value", "invalid_pointer", "“/amount”"),
    ("schema: {type: object", "schema: {type: objekt", "/agents/0/actions/0/schema/type", "invalid_schema", "2020-12"),
    ("const: 1:30", "$ref: https://example.test/s.json", "/agents/0/actions/0/schema/properties/amount/$ref", "invalid_reference", "nothing is fetched"),
    ("const: 1:30", "$ref: '#'", "/agents/0/actions/0/schema/properties/amount/$ref", "invalid_reference", "without end"),
    ("const: 1:30", "pattern: '^(a+)+$'", "/agents/0/actions/0/schema/properties/amount/pattern", "unsafe_pattern", "very long"),
    ("ceiling: monitored", "trust: {cooldown: 14d}", "/agents/0/actions/0/trust", "not_available_yet", "“trust”"),
    ("ceiling: monitored", "promotion: automatic", "/agents/0/actions/0/promotion", "not_available_yet", "ratified"),
    ("field: environment", "field: enviroment", "/rules/0/when/0/field", "unknown_field", "“environment”"),
    ("field: environment, op: is", "field: environment, op: at_least", "/rules/0/when/0/op", "invalid_operator", "matches"),
    ("field: environment, op: is, value: on", "field: time, op: outside, value: office", "/rules/0/when/0/field", "not_available_yet", "calendars"),
    ("op: above, value: 3", "op: above", "/rules/0/when/1/any/1/not", "missing", "“value”"),
    ("op: above, value: 3", "op: above, value: many", "/rules/0/when/1/any/1/not/value", "invalid_number", "number"),
    ("then: deny", "then: reject", "/rules/0/then", "invalid_choice", "deny or allow"),
    ("value: [refund.create]", "value: []", "/routes/0/when/0/value", "empty_list", "at least one"),
    ('value: "500 EUR"', "value: 500", "/routes/0/when/1/value", "invalid_amount", "“500 EUR”"),
    ("approvals: 1, from: {team: finance}", "approvals: 3, from: {team: finance}", "/routes/0/stages/0/0/approvals", "unreachable_quorum", "only 2 have"),
    ("approvals: 1, from: {team: finance}", "approvals: 0, from: {team: finance}", "/routes/0/stages/0/0/approvals", "invalid_number", "from 1"),
    ("approvals: 1, from: {team: finance}", "from: {team: finance}", "/routes/0/stages/0/0", "missing", "“approvals”"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {team: finanse}", "/routes/0/stages/0/0/from/team", "unknown_name", "“finance”"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {role: auditor}", "/routes/0/stages/0/0/approvals", "unreachable_quorum", "nobody has"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {manager_of: asked}", "/routes/0/stages/0/0/from/manager_of", "not_available_yet", "“manager_of”"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {team: finance, role: admin}", "/routes/0/stages/0/0/from", "invalid_target", "team or role"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[{approvals: 1, from: {team: finance}}]", "/routes/0/stages/0", "wrong_type", "[[{"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[[{approvals: 1, from: {team: finance}}], [{approvals: 1, from: {team: finance}}]]", "/routes/0/stages/1", "not_available_yet", "Several stages"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[[{approvals: 1, from: {team: finance}}, {approvals: 1, from: {role: admin}}]]", "/routes/0/stages/0/1", "not_available_yet", "Several requirements"),
    ("always_ask: true", "assign: round_robin", "/routes/0/assign", "not_available_yet", "all"),
    ("    chain: standard\n    fallback", "    chain: standart\n    fallback", "/routes/0/chain", "unknown_name", "“standard”"),
    ("fallback: {person: ana@acme.test}", "fallback: {role: viewer}", "/routes/0/fallback", "nobody_eligible", "approver"),
    ("{name: everything else, ", "{name: everything else, when: [{field: risk, op: is, value: low}], ", "/routes/1/when", "no_default_route", "Add such a route"),
    ("    when: [{field: action, op: in", "    whem: [{field: action, op: in", "/routes/0/whem", "unknown_field", "“when”"),
    ("decide_within: 4h", "decide_within: 4 hours", "/chains/0/decide_within", "invalid_duration", "“4h”"),
    ("decide_within: 4h", "decide_within: 1h30m", "/chains/0/decide_within", "invalid_duration", "“90m”"),
    ("decide_within: 4h", "decide_within: 90", "/chains/0/decide_within", "invalid_duration", "“90s”"),
    ("decide_within: 4h, ", "", "/chains/0", "missing", "“decide_within”"),
    ("clock: wall", "clock: office", "/chains/0/clock", "not_available_yet", "clock: wall"),
    ("finally: reject", "finally: approve", "/chains/0/finally", "not_available_yet", "reject or hold"),
    ("finally: reject", "steps: [{at: 25%, do: remind}]", "/chains/0/steps", "not_available_yet", "“steps”"),
    # the YAML itself
    ("name: Acme Outdoor,", "name: &a Acme,", "", "anchor_refused", "Write it out"),
    ("name: Acme Outdoor,", "name: *a,", "", "anchor_refused", "Write it out"),
    ("name: Acme Outdoor,", "name: !!python/object/apply:os.system [x],", "", "tag_refused", "Leave the tag out"),
    ("name: Acme Outdoor,", "slug: other,", "", "duplicate_name", "line 2"),
    ("organization: {", "<<: {a: b}\norganization: {", "", "merge_refused", "Write the fields out"),
    ("organization: {", "[a]: b\norganization: {", "", "name_not_text", "text"),
    ("    name: No\n", "   name: No\n", "", "unreadable", "indentation"),
    ("    name: No\n", "    name: a: b\n", "", "unreadable", "needs quotes"),
    ("    name: No\n", '    name: "a\\0b"\n', "", "forbidden_character", "U+0000"),
    ("    name: No\n", "    name: .inf\n", "", "wrong_type", "finite"),
    ("chains:", "---\nversion: 1\nchains:", "", "several_documents", "---"),
]  # fmt: skip
