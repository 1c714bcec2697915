"""The pure makers of what pages say: times, strips, meters, differences, fields, amounts, confirmations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.faces import times
from approvals.faces.action import ConfidenceFace
from approvals.faces.arguments import fields, label_of, rows, tables
from approvals.faces.decide import confirm_text, confirms, friction, spoken_amount
from approvals.faces.diffs import DiffLine, diff, text_diff
from approvals.faces.docs import docs_face, kind_of
from approvals.faces.glyphs import glyph_of
from approvals.faces.icons import ICONS
from approvals.faces.limits import limit
from approvals.faces.people import face_of, initials, tint
from approvals.faces.strips import strip
from tests.pages.other_samples import OPENAPI

NOW = datetime(2026, 11, 20, 12, 58, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("seconds", "text", "spoken"),
    [
        (-5, "under 1 min", "under a minute left"),
        (59, "under 1 min", "under a minute left"),
        (60, "1 min", "1 minute left"),
        (720, "12 min", "12 minutes left"),
        (3720, "1 h 02", "1 hour 2 minutes left"),
        (10800, "3 h", "3 hours left"),
        (90000, "25 h", "1 day 1 hour left"),
        (172800, "2 d", "2 days left"),
    ],
)
def test_time_left_is_short_in_lists_and_whole_when_spoken(seconds: int, text: str, spoken: str) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert times.left(at, NOW) == text
    assert times.left_spoken(at, NOW) == spoken


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 second ago"),
        (20, "20 seconds ago"),
        (1920, "32 min ago"),
        (7200, "2 h ago"),
        (86400, "1 day ago"),
        (200_000, "2 days ago"),
    ],
)
def test_time_ago_is_never_recently(seconds: int, text: str) -> None:
    assert times.ago(NOW - timedelta(seconds=seconds), NOW) == text


def test_a_moment_is_shown_in_the_readers_zone_with_its_date_when_not_today() -> None:
    assert times.clock(NOW, NOW, "Europe/Stockholm") == "13:58"
    assert times.clock(NOW + timedelta(days=1), NOW, "Europe/Stockholm") == "21 Nov, 13:58"
    assert times.clock(NOW - timedelta(days=365), NOW, "UTC") == "20 Nov 2025, 12:58"
    assert times.clock(NOW, NOW, "No/Where") == "12:58"


def test_a_length_is_said_in_two_units_at_most() -> None:
    said = [times.length(timedelta(seconds=seconds)) for seconds in (45, 184, 180, 5400, 7200, 200_000)]
    assert said == ["45 s", "3 min 04", "3 min", "1 h 30", "2 h", "2 d"]


def test_the_strip_of_the_mockup() -> None:
    drawn = strip(1840, 12, 190, 620, "above")
    assert (drawn.point_x, drawn.out) == (125.0, True)
    assert (drawn.band_x, drawn.band_width, drawn.median_x) == (5.8, 39.6, 17.4)


@given(st.floats(-1e9, 1e9), st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3))
def test_a_strip_never_leaves_its_frame(value: float, usual: list[float]) -> None:
    low, median, high = sorted(usual)
    drawn = strip(value, low, median, high, "")
    for x in (drawn.band_x, drawn.median_x, drawn.point_x):
        assert 5 <= x <= 125
    assert drawn.band_width >= 2


def test_a_meter_shows_what_this_one_adds() -> None:
    drawn = limit("Today, if approved", Decimal(3120), Decimal(1840), Decimal(5000))
    assert (drawn.text, drawn.used, drawn.adds) == ("4,960 of 5,000", 124.8, 73.6)
    over = limit("Each", Decimal(0), Decimal(300), Decimal(200), "EUR")
    assert (over.text, over.used + over.adds) == ("300 of 200 EUR", 200)
    assert limit("None", Decimal(0), Decimal(0), Decimal(0)).used == 200


def test_a_difference_names_the_place_that_changed() -> None:
    lines = diff({"amount": "1240.00", "to": {"name": "M"}}, {"amount": "1840.00", "to": {"name": "M"}})
    assert lines == (DiffLine("del", "amount   1240.00"), DiffLine("add", "amount   1840.00"))
    assert diff({"a": [1, 2]}, {"a": [1]}) == (DiffLine("del", "a[1]  2"),)
    assert [line.kind for line in text_diff("a\nb", "a\nc")] == ["hd", "same", "del", "add"]


@given(JSON, JSON)
def test_a_difference_is_empty_exactly_where_nothing_changed(old: Any, new: Any) -> None:
    assert diff(old, old) == ()
    assert all(line.kind in {"add", "del"} for line in diff(old, new))


SCHEMA = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "string", "title": "Amount to pay"},
        "count": {"type": "integer", "maximum": 5},
        "notify": {"type": "boolean"},
        "why": {"enum": ["late", "broken"]},
        "to": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 40}}},
    },
}
ARGUMENTS = {
    "amount": "12.00",
    "count": 3,
    "notify": True,
    "why": "late",
    "to": {"name": "M", "id/x": 7},
    "extra": None,
}


def test_arguments_become_lines_in_their_order_with_pointers() -> None:
    lines = rows(ARGUMENTS, SCHEMA)
    assert [line.pointer for line in lines] == [
        "/amount",
        "/count",
        "/notify",
        "/why",
        "/to/name",
        "/to/id~1x",
        "/extra",
    ]
    assert [line.label for line in lines][:2] == ["Amount to pay", "Count"]
    assert [line.value for line in lines] == ["12.00", "3", "true", "late", "M", "7", "null"]
    assert [line.editable for line in lines] == [True, True, True, True, True, False, False]


def test_fields_have_the_type_their_schema_gives() -> None:
    found = fields(ARGUMENTS, SCHEMA)
    assert [(one.name, one.kind) for one in found] == [
        ("arg:/amount", "text"),
        ("arg:/count", "integer"),
        ("arg:/notify", "boolean"),
        ("arg:/why", "choice"),
        ("arg:/to/name", "text"),
    ]
    assert found[0].required
    assert found[1].hint == "At most 5."
    assert fields({"a": 1.5, "b": [1]}, None)[0].kind == "number"


def test_a_list_of_objects_is_a_table() -> None:
    found = tables({"volumes": [{"name": "a", "size": 1}, {"name": "b"}], "n": 1})
    assert (found[0].columns, found[0].total) == ((("Name", False), ("Size", False)), 2)
    assert rows({"volumes": [{"name": "a"}], "n": 1})[0].pointer == "/n"


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=5))
def test_any_arguments_can_be_shown(arguments: dict[str, Any]) -> None:
    rows(arguments)
    tables(arguments)
    fields(arguments, None)


@pytest.mark.parametrize(
    ("key", "label"), [("days_since_delivery", "Days since delivery"), ("orderId", "Order id"), ("", "")]
)
def test_a_key_is_read_as_words(key: str, label: str) -> None:
    assert label_of(key) == label


def test_the_higher_the_risk_the_harder_to_approve() -> None:
    assert [friction(risk) for risk in ("low", "medium", "high", "critical", "?")] == [
        "press",
        "press",
        "hold",
        "type",
        "type",
    ]
    assert confirm_text("medium", "12.00", "act_0001") == ""
    assert confirm_text("high", "12.00", "act_0001") == "12.00"
    assert confirm_text("critical", "", "act_0001") == "0001"


@pytest.mark.parametrize(
    ("typed", "wanted", "same"),
    [
        ("1840.00", "1840.00", True),
        (" 1,840.00 ", "1840.00", True),
        ("Q814", "q814", True),
        ("1840", "1840.00", False),
        ("", "1840.00", False),
        ("", "", True),
    ],
)
def test_what_was_typed_is_compared_kindly_but_exactly(typed: str, wanted: str, same: bool) -> None:
    assert confirms(typed, wanted) is same


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("1840", "EUR", "€1,840.00"),
        ("86450.00", "NOK", "NOK 86,450.00"),
        ("-5.5", "USD", "−$5.50"),
        ("x", "EUR", "x EUR"),
        ("0.123", "EUR", "€0.123"),
    ],
)
def test_amounts_have_a_symbol_and_two_decimals(value: str, currency: str, text: str) -> None:
    assert spoken_amount(value, currency) == text


def test_confidence_is_never_shown_without_its_record() -> None:
    assert ConfidenceFace(0.91, 53, 63).agreed == "84%"
    assert ConfidenceFace(0.91, 3, 12).agreed == ""


def test_people_have_the_same_mark_everywhere() -> None:
    assert (initials("Dana Okafor"), initials("Prince"), initials("")) == ("DO", "P", "?")
    assert tint("A@x.test") == tint("a@X.test")
    assert face_of("", "mei@halden.example").initials == "MH"


@given(st.text())
def test_any_name_has_initials_and_any_type_a_glyph(text: str) -> None:
    assert initials(text)
    assert glyph_of(text) in ICONS


def test_the_api_is_read_from_its_openapi_document() -> None:
    face = docs_face(OPENAPI)
    calls = [call for group in face.groups for call in group.calls]
    assert [(call.method, call.path) for call in calls] == [("GET", "/api/v1/actions"), ("POST", "/api/v1/actions")]
    fields_ = {one.name: (one.kind, one.required) for one in calls[1].parameters}
    assert fields_ == {
        "action": ("string", True),
        "confidence": ("number", False),
        "context": ("list of object", False),
    }
    assert "1840.00" in calls[1].example
    assert kind_of({"type": ["string", "null"]}) == "string"
    assert docs_face({}).groups == ()
