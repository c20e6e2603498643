"""Charts in text: every mark at its place, whatever the marks are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from medtui.core.progress import Point, Series
from medtui.documents.assessment import Marker
from medtui.history.chart import SIGNS, Scale, chart, often, ruler, timeline
from medtui.history.wording import periods

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)

points = st.lists(
    st.builds(
        Point,
        st.datetimes(datetime(2019, 1, 1), datetime(2026, 11, 24)).map(
            lambda at: at.replace(tzinfo=UTC)
        ),
        st.floats(-20, 130),
        st.sampled_from(Marker),
    ),
    min_size=1,
    max_size=40,
).map(lambda found: sorted(found, key=lambda point: point.at))


def series(found: list[Point]) -> Series:
    return Series("Empathy", tuple(found), tuple(point.at for point in found))


@given(points, st.integers(2, 150), st.integers(2, 9))
def test_a_chart_without_braille_has_its_lines_in_characters_that_every_font_has(
    found: list[Point], width: int, height: int
) -> None:
    scale = Scale.of([series(found)], NOW)
    assert scale is not None
    dotted = chart(found, scale, width, height)
    plain = chart(found, scale, width, height, braille=False)
    assert [[cell.kind for cell in row] for row in plain] == [
        [cell.kind for cell in row] for row in dotted
    ]
    assert {cell.text for row in plain for cell in row if cell.kind == "line"} <= set("'-.|")


@given(points, st.integers(2, 150), st.integers(2, 9))
def test_a_chart_has_its_size_and_a_sign_for_every_mark(
    found: list[Point], width: int, height: int
) -> None:
    scale = Scale.of([series(found)], NOW)
    assert scale is not None
    rows = chart(found, scale, width, height)
    assert [len(row) for row in rows] == [width] * height
    assert all(len(cell.text) == 1 for row in rows for cell in row)
    places = {
        (scale.across(p.at, 2 * width) // 2, scale.down(p.percent, 4 * height) // 4) for p in found
    }
    signs = {
        (x, y) for y, row in enumerate(rows) for x, cell in enumerate(row)
        if cell.text in SIGNS.values()
    }  # fmt: skip
    assert signs == places
    assert [len(label) for label in ruler(scale, height)] == [4] * height
    bars = often([point.at for point in found], scale, width)
    assert len(bars) == width
    spans = periods(scale.start, scale.end, UTC, max(1, width // 7))
    assert len(timeline([(at, name, " ×1") for at, _, name in spans], scale, width)) == width
    for at, to, _ in spans:
        assert at < to
    assert all(sum(at <= p.at < to for at, to, _ in spans) == 1 for p in found)


@given(points)
def test_what_is_better_never_stands_lower(found: list[Point]) -> None:
    scale = Scale.of([series(found)], NOW)
    assert scale is not None
    assert scale.high - scale.low >= 50
    rows = [scale.down(p.percent, 20) for p in sorted(found, key=lambda p: p.percent)]
    assert rows == sorted(rows, reverse=True)
    columns = [scale.across(point.at, 60) for point in found]
    assert columns == sorted(columns)


def test_marks_by_ai_and_by_people_look_different_without_colour() -> None:
    marked = [
        Point(NOW - timedelta(days=60), 40, Marker.AI),
        Point(NOW - timedelta(days=30), 80, Marker.HUMAN),
    ]
    scale = Scale.of([series(marked)], NOW)
    assert scale is not None
    text = "\n".join("".join(cell.text for cell in row) for row in chart(marked, scale, 30, 4))
    assert text.count("○") == text.count("◆") == 1


def test_each_point_has_its_number_beside_it_where_there_is_room() -> None:
    marked = [
        Point(NOW - timedelta(days=60), 65, Marker.AI),
        Point(NOW - timedelta(days=58), 71, Marker.AI),
        Point(NOW, 50, Marker.HUMAN),
    ]
    scale = Scale.of([series(marked)], NOW)
    assert scale is not None
    lines = ["".join(cell.text for cell in row) for row in chart(marked, scale, 40, 4)]
    assert "50◆" in "\n".join(lines), "at the right edge it stands before the sign"
    assert "○71" in "\n".join(lines)


def test_nothing_to_draw_is_no_scale() -> None:
    assert Scale.of([], NOW) is None
    assert Scale.of([Series("Empathy", practised=(NOW,))], NOW) is not None


def test_what_has_no_room_for_its_count_keeps_its_name() -> None:
    scale = Scale(0, 100, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
    names = [(datetime(2026, m, 1, tzinfo=UTC), name, " ×12") for m, name in
             ((1, "Jan"), (2, "Feb"), (3, "Mar"))]  # fmt: skip
    assert timeline(names, scale, 30) == "Jan ×12   Feb ×12  Mar ×12    "
    assert timeline(names, scale, 15) == "Jan  Feb Mar   "
