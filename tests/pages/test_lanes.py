"""Three weeks as a drawing: where bars begin and end, what stands in them, and what is left uncovered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from approvals.portraits.lanes import DAY, DAYS, LEFT, Span, lanes, uncovered, when

ZONE = "Europe/Amsterdam"
NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # a Friday, noon in Amsterdam
PEOPLE = [("ana@x.test", "Ana Ruiz"), ("bo@x.test", "Bo Lind")]


def at(day: int, hour: int = 0) -> datetime:
    """Return a local hour of November as a moment; Amsterdam is an hour ahead."""
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour - 1)


def test_the_first_day_is_monday_and_today_stands_at_its_hour() -> None:
    face = lanes(PEOPLE, [], now=NOW, zone=ZONE)
    assert [words for _, words in face.days][:3] == ["16", "17", "18"]
    assert len(face.days) == DAYS
    assert [words for _, _, words in face.weeks] == ["16 November", "23 November", "30 November"]
    assert len(face.weekends) == 6
    assert face.today_x == round(LEFT + 4.5 * DAY, 1)
    assert "Nobody is away." in face.said


def test_a_bar_spans_its_days_and_says_so_if_there_is_room() -> None:
    spans = [
        Span("bo@x.test", at(24), at(29), "cov", "Ana covers", "Ana"),
        Span("bo@x.test", at(17), at(18), "cov", "Ana covers", "Ana"),
        Span("ana@x.test", at(17), at(17, 6), "gap", "Ana away, nobody yet", "Nobody"),
    ]
    face = lanes(PEOPLE, spans, now=NOW, zone=ZONE)
    early, late = face.lanes[1].bars
    assert (late.x, late.label) == (round(LEFT + 8 * DAY, 1) + 1, "Ana covers")
    assert late.width == round(5 * DAY - 2, 1)
    assert early.label == "Ana"
    assert face.lanes[0].bars[0].label == ""
    assert "Bo Lind: 24 to 28 November, Ana covers." in face.said


def test_what_begins_before_or_ends_after_is_cut_and_what_lies_outside_is_left_out() -> None:
    spans = [
        Span("ana@x.test", at(1), at(17), "cov", "Bo covers"),
        Span("ana@x.test", at(1), at(10), "cov", "Bo covers"),
        Span("bo@x.test", at(35), at(90), "gap", "Bo away"),
        Span("bo@x.test", at(60), at(90), "gap", "Bo away"),
    ]
    face = lanes(PEOPLE, spans, now=NOW, zone=ZONE)
    assert [bar.x for bar in face.lanes[0].bars] == [LEFT + 1]
    assert len(face.lanes[1].bars) == 1
    assert face.lanes[1].bars[0].x + face.lanes[1].bars[0].width <= 1012


def test_a_draft_lies_on_top_of_what_there_is() -> None:
    spans = [
        Span("ana@x.test", at(17), at(20), "draft", "You, away, Bo covers"),
        Span("ana@x.test", at(17), at(20), "gap", "You away, nobody yet"),
    ]
    face = lanes(PEOPLE, spans, now=NOW, zone=ZONE)
    assert [bar.kind for bar in face.lanes[0].bars] == ["gap", "draft"]


def test_beyond_the_first_only_who_has_plans_is_drawn() -> None:
    people = [(f"p{number}@x.test", f"Person {number}") for number in range(10)]
    spans = [Span("p8@x.test", at(17), at(20), "cov", "Somebody covers")]
    face = lanes(people, spans, now=NOW, zone=ZONE, most=3)
    assert [lane.name for lane in face.lanes] == ["Person 0", "Person 1", "Person 2", "Person 8"]
    assert face.left_out == 6


def test_what_no_cover_reaches_is_left() -> None:
    assert uncovered(at(10), at(20), []) == ((at(10), at(20)),)
    assert uncovered(at(10), at(20), [(at(1), at(30))]) == ()
    assert uncovered(at(10), at(20), [(at(12), at(14)), (at(16), at(25))]) == ((at(10), at(12)), (at(14), at(16)))
    assert uncovered(at(10), at(20), [(at(9), at(11)), (at(10), at(15))]) == ((at(15), at(20)),)


def test_days_in_words() -> None:
    assert when(at(24), at(29), ZONE) == "24 to 28 November"
    assert when(at(24, 9), at(24, 17), ZONE) == "on 24 November"
    assert when(at(30), at(33), ZONE) == "30 November to 2 December"
