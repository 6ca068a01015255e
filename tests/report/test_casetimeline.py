"""The drawing of a timeline: everything is in it, and nothing leaves it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.casework.cases.timeline import Event
from tidewaiter.report.cases import draw_timeline

KINDS = st.sampled_from(["opened", "note", "alertadded", "fileadded", "decided", "task"])
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@given(told=st.lists(st.tuples(st.integers(0, 10**8), KINDS), max_size=60))
def test_each_event_is_in_one_mark_within_the_drawing(told: list[tuple[int, str]]) -> None:
    """Marks of a lane do not overlap, and their counts add up."""
    events = [
        Event(
            at=(BEGIN + timedelta(seconds=seconds)).isoformat(timespec="microseconds"),
            by="x",
            kind=kind,
            did="did",
            what="",
            said="",
        )
        for seconds, kind in sorted(told)
    ]
    drawn = draw_timeline(events)
    marks = [mark for lane in drawn.lanes for mark in lane.marks]
    assert sum(mark.count for mark in marks) == len(events)
    for mark in marks:
        assert drawn.left - 1 <= mark.x <= drawn.right + 1
        assert 0 < mark.y < drawn.foot
    for lane in drawn.lanes:
        places = [mark.x for mark in lane.marks]
        assert places == sorted(places)
