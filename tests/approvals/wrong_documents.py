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

# (steps, pointer from there, code, a part of the message)
STEPS = [
    ("[{at: 25%}]", "/0", "missing", "“do”"),
    ("[{at: 125%, do: remind}]", "/0/at", "invalid_percent", "at most 100%"),
    ("[{at: 0%, do: remind}]", "/0/at", "invalid_percent", "more than 0%"),
    ("[{at: a%, do: remind}]", "/0/at", "invalid_percent", "25%"),
    ("[{at: 90, do: remind}]", "/0/at", "invalid_duration", "“90s”"),
    ("[{at: 25%, do: reminds}]", "/0/do", "invalid_choice", "“remind”"),
    ("[{at: 25%, do: add}]", "/0", "missing", "“to”"),
    ("[{at: 25%, do: add, to: {team: finanse}}]", "/0/to/team", "unknown_name", "“finance”"),
    ("[{at: 25%, do: replace, to: {person: eve@acme.test}}]", "/0/to/person", "unknown_name", "person"),
    ("[{at: 25%, do: add, to: {schedule: duty}}]", "/0/to/schedule", "unknown_name", "schedules"),
    ("[{at: 25%, do: add, to: {manager_of: team}}]", "/0/to/manager_of", "invalid_choice", "requester"),
    ("[{at: 25%, do: remind, to: {team: finance}}]", "/0/to", "misplaced_field", "“remind” has no “to”"),
    ("[{at: 25%, do: webhook}]", "/0", "missing", "“url”"),
    ("[{at: 25%, do: webhook, url: 'ftp://x.test/'}]", "/0/url", "invalid_url", "http(s)"),
    ("[{at: 25%, do: repeat, times: 2}]", "/0", "nothing_to_repeat", "first step"),
    ("[{at: 25%, do: remind}, {at: 50%, do: repeat, from: 2, times: 2}]", "/1/from", "nothing_to_repeat", "1 to 1, not 2"),
    ("[{at: 25%, do: remind}, {at: 50%, do: repeat, times: 21}]", "/1/times", "invalid_number", "1 to 20"),
    ("[{at: 25%, do: remind}, {at: 25%, do: warn}, {at: 25%, do: repeat, from: 2, times: 2}]", "/2/at", "endless_repeat", "no time"),
    ("[{at: 50%, do: remind}, {at: 1h, do: warn}]", "/1/at", "steps_out_of_order", "50% of 4h"),
    ("[{at: 1s, do: remind}, {at: 2s, do: repeat, times: 20}, {at: 3s, do: repeat, times: 20}]", "", "too_many_steps", "100"),
]  # fmt: skip
CALENDARS = [
    ("hours: {}", "/hours", "never_open", "never open"),
    ("hours: {mon: []}", "/hours", "never_open", "never open"),
    ("hours: ['08:00-17:00']", "/hours", "wrong_type", "mon-fri"),
    ("hours: {monday: ['08:00-17:00']}", "/hours/monday", "invalid_days", "“mon”"),
    ("hours: {mon-fry: ['08:00-17:00']}", "/hours/mon-fry", "invalid_days", "mon-fri"),
    ("hours: {mon-fri: ['08:00-17:00'], fri: ['18:00-20:00']}", "/hours/fri", "duplicate", "“mon-fri”"),
    ("hours: {mon: 08:00-17:00}", "/hours/mon", "wrong_type", "[08:00-17:00]"),
    ("hours: {mon: ['8-17']}", "/hours/mon/0", "invalid_hours", "08:00-17:00"),
    ("hours: {mon: ['08:60-17:00']}", "/hours/mon/0", "invalid_hours", "08:00-17:00"),
    ("hours: {mon: ['08:00-25:00']}", "/hours/mon/0", "invalid_hours", "24:00"),
    ("hours: {mon: ['08:00-08:00']}", "/hours/mon/0", "invalid_hours", "no length"),
    ("hours: {mon: ['08:00-00:00']}", "/hours/mon/0", "invalid_hours", "“08:00-24:00”"),
    ("hours: {mon: ['22:00-06:00']}", "/hours/mon/0", "over_midnight", "“00:00-06:00” on the next"),
    ("hours: {mon: ['08:00-12:00', '11:00-17:00']}", "/hours/mon/1", "overlapping_hours", "“08:00-12:00”"),
    ("hours: {mon: ['13:00-17:00', '08:00-12:00']}", "/hours/mon/1", "overlapping_hours", "in order"),
    ("hours: {mon: ['08:00-17:00']}, holidays: [25.12.2026]", "/holidays/0", "invalid_date", "2026-12-25"),
    ("hours: {mon: ['08:00-17:00']}, holidays: [2026-12-25, 2026-12-25]", "/holidays/1", "duplicate", "2026-12-25"),
    ("hours: {mon: ['08:00-17:00']}, timezone: Oslo", "/timezone", "invalid_timezone", "Europe/Amsterdam"),
]  # fmt: skip
SCHEDULES = [
    ("people: [], every: 1w, starts: '2026-11-02T09:00'", "/people", "empty_list", "Nobody"),
    ("people: [ana@acme.test, ana@acme.test], every: 1w, starts: '2026-11-02T09:00'", "/people/1", "duplicate", "ana"),
    ("people: [eve@acme.test], every: 1w, starts: '2026-11-02T09:00'", "/people/0", "unknown_name", "person"),
    ("people: [ana@acme.test], every: 59m, starts: '2026-11-02T09:00'", "/every", "invalid_duration", "an hour at least"),
    ("people: [ana@acme.test], every: 1w, starts: 2026-11-02 9:00", "/starts", "invalid_time", "“2026-11-02T09:00”"),
]  # fmt: skip
TRUST = [
    ("cooldwn: 14d", "/cooldwn", "unknown_field", "“cooldown”"),
    ("cooldown: 14", "/cooldown", "invalid_duration", "“14s”"),
    ("stale: 367d", "/stale", "invalid_duration", "366 days"),
    ("levels: [assisted]", "/levels", "wrong_type", "mapping"),
    ("levels: {supervised: {}}", "/levels/supervised", "unknown_field", "assisted"),
    ("levels: {monitored: {tolerence: 0.1}}", "/levels/monitored/tolerence", "unknown_field", "“tolerance”"),
    ("levels: {assisted: {tolerance: 0}}", "/levels/assisted/tolerance", "invalid_number", "above 0"),
    ("levels: {assisted: {tolerance: 1}}", "/levels/assisted/tolerance", "invalid_number", "below 1"),
    ("levels: {assisted: {tolerance: 5%}}", "/levels/assisted/tolerance", "invalid_number", "Write 0.05"),
    ("levels: {assisted: {tolerance: 7.5}}", "/levels/assisted/tolerance", "invalid_number", "Write 0.075"),
    ("levels: {assisted: {tolerance: '0.05'}}", "/levels/assisted/tolerance", "invalid_number", "without quotes"),
    ("levels: {assisted: {tolerance: 0.0500001}}", "/levels/assisted/tolerance", "invalid_number", "6 decimals"),
    ("levels: {assisted: {tolerance: 1e-400}}", "/levels/assisted/tolerance", "invalid_number", "6 decimals"),
    ("levels: {assisted: {alpha: 1e400}}", "/levels/assisted/alpha", "invalid_number", "below 1"),
    ("levels: {assisted: {sample: 0}}", "/levels/assisted/sample", "invalid_number", "above 0"),
    ("levels: {assisted: {sample_flagged: 1.1}}", "/levels/assisted/sample_flagged", "invalid_number", "up to 1"),
    ("levels: {assisted: {min_labels: -1}}", "/levels/assisted/min_labels", "invalid_number", "from 0 to 100000"),
    ("levels: {assisted: {min_days: 366}}", "/levels/assisted/min_days", "invalid_number", "up to 365"),
    ("levels: {monitored: {tolerance: 0.11}}", "/levels/monitored/tolerance", "tolerance_grows", "at assisted 10 %, as usual"),
    ("levels: {assisted: {tolerance: 0.04}}", "/levels/assisted/tolerance", "tolerance_grows", "at monitored 5 %, as usual"),
    ("levels: {monitored: {tolerance: 0.04}, autonomous: {tolerance: 0.05}}", "/levels/autonomous/tolerance", "tolerance_grows", "0.04 or less"),
    ("levels: {assisted: {gross: 0.1}}", "/levels/assisted/gross", "gross_too_low", "Write 0.2"),
    ("levels: {monitored: {tolerance: 0.02, gross: 0.01}}", "/levels/monitored/gross", "gross_too_low", "Write 0.06"),
    ("levels: {assisted: {tolerance: 0.6}}", "/levels/assisted/tolerance", "gross_too_low", "Say “gross” too"),
    ("levels: {monitored: {sample: 0.6}}", "/levels/monitored/sample", "sample_above_flagged", "(50 %, as usual)"),
    ("levels: {monitored: {sample_flagged: 0.05}}", "/levels/monitored/sample_flagged", "sample_above_flagged", "0.1” or more"),
    ("min_confidence: 1.5", "/min_confidence", "invalid_number", "from 0 and up to 1"),
    ("soft_amount: 200", "/soft_amount", "invalid_amount", "“200 EUR”"),
    ("soft_amount: 200 EUR, hard_amount: 100 EUR", "/soft_amount", "soft_above_hard", "100 EUR or less"),
    ("soft_amount: 20 USD, hard_amount: 100 EUR", "/soft_amount", "soft_above_hard", "both in EUR"),
    ("tighten_on_report: some", "/tighten_on_report", "invalid_choice", "all, major or cluster"),
    ("tighten_on_drift: no", "/tighten_on_drift", "wrong_type", "Write false"),
    ("versions: semvar", "/versions", "invalid_choice", "“semver”"),
    ("selective: [0.5, 0.8]", "/selective/1", "not_descending", "[0.9, 0.8, 0.5]"),
    ("selective: [0.5, 0.5]", "/selective/1", "not_descending", "each once"),
    ("selective: [1]", "/selective/0", "invalid_number", "below 1"),
    ("selective: 0.9", "/selective", "wrong_type", "[0.9]"),
]  # fmt: skip
_DECEMBER = "starts: '2026-12-01T00:00', until: '2026-12-08T00:00'"
DELEGATIONS = [
    (f"{{from: bo@acme.test, to: bo@acme.test, {_DECEMBER}}}", "/0/to", "self_delegation", "another"),
    (f"{{from: bo@acme.test, to: eve@acme.test, {_DECEMBER}}}", "/0/to", "unknown_name", "person"),
    ("{from: bo@acme.test, to: ana@acme.test, starts: '2026-12-01T00:00'}", "/0", "missing", "“until”"),
    ("{from: bo@acme.test, to: ana@acme.test, starts: '2026-12-01T00:00', until: '2026-11-01T00:00'}", "/0/until", "ends_before_start", "2026-12-01T00:00"),
    ("{from: bo@acme.test, to: ana@acme.test, starts: '2026-12-01T00:00', until: '2027-12-03T00:00'}", "/0/until", "delegation_too_long", "366 days"),
    ("{from: bo@acme.test, to: ana@acme.test, starts: '2027-03-28T02:10', until: '2027-03-28T02:50'}", "/0/until", "ends_before_start", "clocks"),
    (f"{{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}, max_amount: '2001 EUR'}}", "/0/max_amount", "beyond_authority", "2000 EUR"),
    (f"{{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}, max_amount: '20 USD'}}", "/0/max_amount", "beyond_authority", "2000 EUR"),
    (f"{{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}, actions: ['*']}}", "/0/actions/0", "beyond_authority", "refund.*"),
    (f"{{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}, actions: []}}", "/0/actions", "empty_list", "nothing"),
    (f"{{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}, agents: [refund]}}", "/0/agents/0", "unknown_name", "“refunds”"),
    (f"{{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}}}, {{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}}}", "/1", "duplicate", "delegation 1"),
    (f"{{from: bo@acme.test, to: ana@acme.test, {_DECEMBER}}}, {{from: ana@acme.test, to: bo@acme.test, {_DECEMBER}}}", "/0/to", "delegation_cycle", "circle"),
]  # fmt: skip

# (what is replaced, by what, pointer, code, a part of the message)
WRONG = [
    ("version: 1", "version: 2", "/version", "invalid_version", "version: 1"),
    ("version: 1\n", "", "", "missing", "“version”"),
    ("slug: acme,", "slug: Acme Outdoor,", "/organization/slug", "invalid_slug", "“acme-outdoor”"),
    ("timezone: Europe/Amsterdam,", "timezone: Europe/Amsterdm,", "/organization/timezone", "invalid_timezone", "“Europe/Amsterdam”"),
    ("promotion: ratified", "promotion: automaticly", "/organization/promotion", "invalid_choice", "“automatic”"),
    ("promotion: ratified", "practice: 0.2", "/organization/practice", "invalid_number", "up to 0.1"),
    ("promotion: ratified", "practice: 2%", "/organization/practice", "invalid_number", "Write 0.02"),
    ("promotion: ratified", "practice: -0.01", "/organization/practice", "invalid_number", "from 0"),
    ("promotion: ratified", "slack_team: acme", "/organization/slack_team", "invalid_slack_id", "T024BE7LD"),
    ("promotion: ratified", "require_signatures: yes", "/organization/require_signatures", "wrong_type", "Write true"),
    ("promotion: ratified", "require_signatures: 'false'", "/organization/require_signatures", "wrong_type", "Write false, without quotes"),
    ("promotion: ratified", "promotoin: ratified", "/organization/promotoin", "unknown_field", "“promotion”"),
    ("bo@acme.test\n    name", "bo-acme.test\n    name", "/people/1/email", "invalid_email", "ana@acme.test"),
    ("bo@acme.test\n    name", "ANA@acme.test\n    name", "/people/1/email", "duplicate", "line 4"),
    ("roles: [approver]\n", "roles: [aprover]\n", "/people/1/roles/0", "invalid_choice", "“approver”"),
    ("roles: [approver]\n", "roles: approver\n", "/people/1/roles", "wrong_type", "[approver]"),
    ("manager: ana@acme.test", "manager: ann@acme.test", "/people/1/manager", "unknown_name", "“ana@acme.test”"),
    ("manager: ana@acme.test", "manager: bo@acme.test", "/people/1/manager", "manager_cycle", "themselves"),
    ("manager: ana@acme.test", "slack: U1", "/people/1/slack", "invalid_slack_id", "U024BE7LH"),
    ("manager: ana@acme.test", "slack: '@bo'", "/people/1/slack", "invalid_slack_id", "U024BE7LH"),
    ("roles: [approver]\n", "roles: [approver]\n    slack: U024BE7LH\n  - {email: cy@acme.test, slack: U024BE7LH}\n  - email: dy@acme.test\n", "/people/2/slack", "duplicate", "bo@acme.test"),
    ("manager: ana@acme.test", "notify: {low: [pager]}", "/people/1/notify/low/0", "invalid_choice", "inapp"),
    ("manager: ana@acme.test", "notify: {medium: [inapp]}", "/people/1/notify/medium", "unknown_field", "low"),
    ("manager: ana@acme.test", "notify: {low: []}", "/people/1/notify/low", "empty_list", "leave low out"),
    ("manager: ana@acme.test", "notify: {low: [email, {channel: email, after: 5m}]}", "/people/1/notify/low", "duplicate", "twice"),
    ("manager: ana@acme.test", "notify: {low: [{after: 5m}]}", "/people/1/notify/low/0", "missing", "“channel”"),
    ("manager: ana@acme.test", "notify: {low: [{channel: email, after: 5}]}", "/people/1/notify/low/0/after", "invalid_duration", "“5s”"),
    ("manager: ana@acme.test", "quiet: {from: '22:00', to: '24:00'}", "/people/1/quiet/to", "invalid_hours", "“24:00”"),
    ("manager: ana@acme.test", "quiet: {from: '22:00'}", "/people/1/quiet", "missing", "“to”"),
    ("manager: ana@acme.test", "quiet: {from: '22:00', to: '22:00'}", "/people/1/quiet/to", "invalid_hours", "all day"),
    ("manager: ana@acme.test", "away: [{starts: 2026-12-21, until: '2026-12-22T00:00'}]", "/people/1/away/0/starts", "invalid_time", "“2026-12-21T00:00”"),
    ("manager: ana@acme.test", "away: [{starts: '2026-12-21T09:00Z', until: '2026-12-22T00:00'}]", "/people/1/away/0/starts", "invalid_time", "“2026-12-21T09:00”"),
    ("manager: ana@acme.test", "away: [{starts: '2026-02-30T09:00', until: '2026-12-22T00:00'}]", "/people/1/away/0/starts", "invalid_time", "2026-11-02T09:00"),
    ("manager: ana@acme.test", "away: [{starts: '2026-12-21T00:00'}]", "/people/1/away/0", "missing", "“until”"),
    ("manager: ana@acme.test", "away: [{starts: '2026-12-21T00:00', until: '2026-12-20T00:00'}]", "/people/1/away/0/until", "ends_before_start", "2026-12-21T00:00"),
    ('max_amount: "2000 EUR", max_risk', 'max_amount: 2000, max_risk', "/people/1/authority/max_amount", "invalid_amount", "“2000 EUR”"),
    ('max_amount: "2000 EUR", max_risk', 'max_amount: "EUR 2,000", max_risk', "/people/1/authority/max_amount", "invalid_amount", "“2000 EUR”"),
    ("max_risk: high", "max_risk: highest", "/people/1/authority/max_risk", "invalid_choice", "“high”"),
    ('["refund.*"]', "[]", "/people/1/authority/actions", "empty_list", "nothing"),
    ("[bo@acme.test, ana@acme.test]", "[bo@acme.test, bo@acme.test]", "/teams/0/members/1", "duplicate", "“bo@acme.test”"),
    ("[bo@acme.test, ana@acme.test]", "[bo@acme.test, cy@acme.test]", "/teams/0/members/1", "unknown_name", "bo@acme.test"),
    ("members: [", "slack: C1, members: [", "/teams/0/slack", "invalid_slack_id", "C024BE91L"),
    ("teams:", "calendars: [{slug: office}]\nteams:", "/calendars/0", "missing", "“hours”"),
    ("teams:", "schedules: [{slug: duty}]\nteams:", "/schedules/0", "missing", "“every”"),
    ("teams:", "delegations: [{from: x}]\nteams:", "/delegations/0/from", "invalid_email", "ana@acme.test"),
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
    ("ceiling: monitored", "promotion: automated", "/agents/0/actions/0/promotion", "invalid_choice", "ratified or automatic"),
    *[("ceiling: monitored", f"trust: {{{row}}}", f"/agents/0/actions/0/trust{place}", code, words) for row, place, code, words in TRUST],
    ("field: environment", "field: enviroment", "/rules/0/when/0/field", "unknown_field", "“environment”"),
    ("field: environment, op: is", "field: environment, op: at_least", "/rules/0/when/0/op", "invalid_operator", "matches"),
    ("field: environment, op: is, value: on", "field: time, op: outside, value: office", "/rules/0/when/0/value", "unknown_name", "calendars"),
    ("field: environment, op: is, value: on", "field: time, op: is, value: office", "/rules/0/when/0/op", "invalid_operator", "inside or outside"),
    ("then: deny", "then: deny\n    mode: watch", "/rules/0/mode", "invalid_choice", "monitor"),
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
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {manager_of: asked}", "/routes/0/stages/0/0/approvals", "unreachable_quorum", "managers of those asked"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {schedule: duty}", "/routes/0/stages/0/0/from/schedule", "unknown_name", "schedules"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {team: finance, who: next}", "/routes/0/stages/0/0/from/who", "misplaced_field", "Only a schedule"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {team: finance, role: admin}", "/routes/0/stages/0/0/from", "invalid_target", "team or role"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[{approvals: 1, from: {team: finance}}]", "/routes/0/stages/0", "wrong_type", "[[{"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[[{approvals: 2, from: {team: finance}}, {approvals: 1, from: {role: admin}}]]", "/routes/0/stages", "unreachable_quorum", "at most 2"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[{deny_threshold: 0, requirements: [{approvals: 1, from: {team: finance}}]}]", "/routes/0/stages/0/deny_threshold", "invalid_number", "from 1"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[{deny_threshold: 2}]", "/routes/0/stages/0", "missing", "“requirements”"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[[]]", "/routes/0/stages/0", "empty_list", "Nobody"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[]", "/routes/0/stages", "empty_list", "Nobody"),
    ("always_ask: true", "assign: round-robin", "/routes/0/assign", "invalid_choice", "“round_robin”"),
    ("always_ask: true", "mode: monitored", "/routes/0/mode", "invalid_choice", "“monitor”"),
    ("{name: everything else, ", "{name: everything else, mode: monitor, ", "/routes/1/mode", "no_default_route", "everything else"),
    ("    chain: standard\n    fallback", "    chain: standart\n    fallback", "/routes/0/chain", "unknown_name", "“standard”"),
    ("fallback: {person: ana@acme.test}", "fallback: {role: viewer}", "/routes/0/fallback", "nobody_eligible", "approver"),
    ("{name: everything else, ", "{name: everything else, when: [{field: risk, op: is, value: low}], ", "/routes/1/when", "no_default_route", "Add such a route"),
    ("    when: [{field: action, op: in", "    whem: [{field: action, op: in", "/routes/0/whem", "unknown_field", "“when”"),
    ("decide_within: 4h", "decide_within: 4 hours", "/chains/0/decide_within", "invalid_duration", "“4h”"),
    ("decide_within: 4h", "decide_within: 1h30m", "/chains/0/decide_within", "invalid_duration", "“90m”"),
    ("decide_within: 4h", "decide_within: 90", "/chains/0/decide_within", "invalid_duration", "“90s”"),
    ("decide_within: 4h, ", "", "/chains/0", "missing", "“decide_within”"),
    ("clock: wall", "clock: office", "/chains/0/clock", "unknown_name", "calendars"),
    ("finally: reject", "finally: aprove", "/chains/0/finally", "invalid_choice", "“approve”"),
    ("finally: reject", "finally: approve", "/chains/0/finally", "approve_not_allowed", "refund.create of refunds"),
    *[("finally: reject", f"steps: {steps}", f"/chains/0/steps{place}", code, words) for steps, place, code, words in STEPS],
    *[("teams:", f"calendars: [{{slug: office, {row}}}]\nteams:", f"/calendars/0{place}", code, words) for row, place, code, words in CALENDARS],
    *[("teams:", f"schedules: [{{slug: duty, {row}}}]\nteams:", f"/schedules/0{place}", code, words) for row, place, code, words in SCHEDULES],
    *[("teams:", f"delegations: [{row}]\nteams:", f"/delegations{place}", code, words) for row, place, code, words in DELEGATIONS],
    ("organization: {", "organization: {delegation_depth: 4, ", "/organization/delegation_depth", "invalid_number", "1 to 3"),
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
