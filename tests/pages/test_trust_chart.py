"""The chart of trust: where lines and dots stand, when a stretch begins, and that words say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from agents.band import Band, band
from agents.lane import Tightened, opened
from agents.promotion import blockers, may_rise
from agents.trust import usual
from approvals.portraits import trust_words as words
from approvals.portraits.trust_axis import BOTTOM, LEFT, RIGHT, TOP, Axis, Event, Point
from approvals.portraits.trust_chart import chart
from approvals.portraits.trust_figures import range_face
from approvals.ratchet.levels import Rights
from tests.pages.sample_trust import named

FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
TRUST = usual("medium")
RIGHT_ONE, WRONG_ONE = (1.0, 1.0, 0.0), (1.0, 1.0, 1.0)


def point(day: int, reviewed: int, wrong: int = 0, *, level: int = 0, fresh: bool = False, today: float = 0) -> Point:
    found = band({RIGHT_ONE: reviewed - wrong, WRONG_ONE: wrong}, 0.02) if reviewed else Band(0, 0, 1, 0, 0)
    return Point(FIRST + timedelta(days=day), level, min(level + 1, 3), found, reviewed, today, fresh)


def test_days_and_shares_stand_where_they_belong() -> None:
    axis = Axis(FIRST, LAST, 0.8)
    assert (axis.x(FIRST), axis.x(LAST)) == (LEFT, RIGHT)
    assert (axis.y(1.0), axis.y(0.8), axis.y(0.2)) == (TOP, BOTTOM, BOTTOM)
    assert axis.x(FIRST - timedelta(days=9)) == LEFT
    assert axis.y(0.9) == (TOP + BOTTOM) / 2


def test_evidence_that_begins_anew_begins_a_new_stretch() -> None:
    points = [point(1, 20), point(9, 60, 2), point(20, 6, fresh=True), point(30, 40)]
    face = chart(points, [], [], TRUST, first=FIRST, last=LAST)
    assert len(face.bands) == len(face.estimates) == 2
    assert face.estimates[0].endswith(f"L{Axis(FIRST, LAST, 0.8).x(points[2].day)} {face.estimates[0].split()[-1]}")
    assert len(face.rows) == 4
    assert face.rows[0].reviewed == 40
    assert face.points[0][0] == RIGHT


def test_lines_rise_with_the_level_and_end_at_the_ceiling() -> None:
    points = [point(1, 20), point(10, 60, level=1), point(30, 200, level=2), point(40, 400, level=3)]
    face = chart(points, [], [], TRUST, first=FIRST, last=LAST)
    assert face.raise_line.count("M") == 1
    assert face.raise_line.count("V") == 2
    assert face.lower_line.count("V") == 2
    assert face.level_line.count("V") == 4
    low = chart(points[:2], [], [], replace(TRUST, ceiling=1), first=FIRST, last=LAST)
    assert low.raise_line.count("H") == 1
    never = chart([point(1, 20)], [], [], replace(TRUST, ceiling=0), first=FIRST, last=LAST)
    assert (never.raise_line, never.raise_words, never.lower_line) == ("", None, "")


def test_what_was_found_wrong_has_a_diamond_and_what_audits_agreed_with_a_circle() -> None:
    points = [point(1, 20, 1, today=1.0), point(9, 60, 2, today=0.5)]
    face = chart(points, [], [FIRST, FIRST, LAST, FIRST - timedelta(days=3)], TRUST, first=FIRST, last=LAST)
    assert face.wrong.count("M") == 2
    assert face.agreed.count("M") == 2


def test_events_that_stand_close_share_their_room() -> None:
    events = [Event(FIRST + timedelta(days=day), f"{day}, raised") for day in (0, 1, 2, 30, 60)]
    face = chart([point(1, 20)], events, [], TRUST, first=FIRST, last=LAST)
    assert [words for _, words, _ in face.marks] == ["0, raised", "", "", "30, raised", "60, raised"]
    assert [anchor for _, _, anchor in face.marks][::4] == ["start", "end"]
    assert "30, raised." in face.desc


def test_a_state_from_before_the_chart_begins_is_drawn_from_its_edge() -> None:
    face = chart([point(-30, 50, level=1)], [], [], TRUST, first=FIRST, last=LAST)
    assert face.level_line == f"M{LEFT} 331.0V331.0H{RIGHT}"
    assert face.rows == ()
    assert face.bands[0].startswith(f"M{LEFT} ")


def test_a_low_agreement_stretches_the_axis() -> None:
    face = chart([point(1, 40, 20)], [], [], TRUST, first=FIRST, last=LAST)
    assert face.grid[0][2] == "0%"
    assert chart([point(1, 40)], [], [], TRUST, first=FIRST, last=LAST).grid[0][2] == "80%"


def test_an_accuracy_is_told_only_when_there_is_enough() -> None:
    few, many = band({RIGHT_ONE: 12}, 0.02), band({RIGHT_ONE: 198, WRONG_ONE: 2}, 0.02)
    assert range_face(few, 0.95).text == "12 of 30"
    assert range_face(many, 0.95).label.startswith("99.0%, between ")
    assert "against 95.0%" in range_face(many, 0.95).label


def test_shares_are_told_as_people_say_them() -> None:
    told = [words.share_words(share) for share in (1.0, 0.5, 0.1, 0.05, 0.3, 0.07, 0.25)]
    assert told == ["every", "1 in 2", "1 in 10", "1 in 20", "3 in 10", "7%", "1 in 4"]


def test_the_conditions_hold_exactly_when_it_may_rise() -> None:
    lane = opened(TRUST, now=0.0)
    proof = {RIGHT_ONE: 60}
    ready = replace(
        lane,
        now=9.0,
        level_labels=60,
        attempts=tuple(replace(one, cells=proof) for one in lane.attempts),
    )
    for case in (
        lane,
        ready,
        replace(ready, level_labels=3),
        replace(ready, level_since=8.9),
        replace(ready, no_promotion_before=20.0),
        replace(ready, frozen="an incident"),
        replace(ready, earned=1, tightened=Tightened(0.2, {})),
    ):
        face = words.next_level(case, TRUST, named)
        assert (face.met == len(face.checks)) is may_rise(case, TRUST), blockers(case, TRUST)
    assert words.next_level(replace(ready, earned=3), TRUST, named).level == ""


def test_who_may_do_what_is_what_the_flow_allows() -> None:
    lane = replace(opened(TRUST, now=0.0), earned=1, proposed=True)
    admin = words.acts(lane, TRUST, Rights(is_admin=True), known=True)
    assert (admin.raise_to, admin.by_hand, admin.lower_to) == (
        "monitored",
        ("monitored", "autonomous"),
        ("supervised",),
    )
    owner = words.acts(lane, TRUST, Rights(is_admin=True, is_owner=True), known=True)
    assert (owner.raise_to, owner.by_hand, owner.lower_to) == ("", (), ("supervised",))
    assert "yours" in owner.why_not
    reader = words.acts(lane, TRUST, Rights(), known=True)
    assert not (reader.raise_to)
    assert not (reader.by_hand)
    assert not (reader.lower_to)
    assert not (reader.may_freeze)
    frozen = words.acts(replace(lane, frozen="x"), TRUST, Rights(is_admin=True), known=True)
    assert (frozen.raise_to, frozen.by_hand, frozen.may_freeze, frozen.may_unfreeze) == ("", (), False, True)
    gone = words.acts(lane, TRUST, Rights(is_admin=True), known=False)
    assert gone.by_hand == ()
