"""Text of the overview: figures, too few cases, and noisy rules."""

from datetime import date, timedelta
from typing import Any

import pytest

from tidewaiter.casework.counts import Counts, OpenSince, Track, load_overview_rules
from tidewaiter.explain.rules import is_noisy, noisy_in_words, track_views
from tidewaiter.explain.words import Library
from tidewaiter.report.alerts.overview import OverviewView, minutes_in_words, overview_view
from tidewaiter.report.charts import days_of, flow_chart

TODAY = date(2026, 11, 25)
FIRST = TODAY - timedelta(days=89)
LIBRARY = Library(rules={"vague": "Vague goods description"})


def _counts(**change: Any) -> Counts:
    facts: dict[str, Any] = {
        "open": [OpenSince(severity="critical", day=TODAY - timedelta(days=31), alerts=2)],
        "stands": {"open": 2, "dismissed": 117},
        "assigned": {"": 1, "reyes": 1},
        "added": {TODAY: 3},
        "decided": {TODAY: 1},
        "reopened": {},
        "lines": {TODAY: 1_000_000},
        "undone": 1,
        "disagreed": {"dismissed confirmed": 2},
        "took": {5: 1, 200: 1},
        "raised": 286,
        "rules": [],
        "substances": [],
        "lists": [],
    }
    return Counts(**(facts | change))


def _view(**change: Any) -> OverviewView:
    return overview_view(_counts(**change), FIRST, TODAY, LIBRARY, {"dismissed": "dismissed"})


def test_a_noisy_rule_is_told_in_a_sentence() -> None:
    """What it raised, and how little of it was right."""
    track = Track(key="vague", added=120, confirmed=4, dismissed=116)
    assert is_noisy(track, 286, load_overview_rules())
    assert noisy_in_words(track, 286, "Vague") == (
        "Vague raised 42\u00a0% of alerts; 3.3\u00a0% of its 120 decided alerts were confirmed."
    )
    view = _view(rules=[track])
    (told,) = view.noisy
    assert told.asks == {"status": "open", "rule": "vague"}
    assert view.rules[0].title == "Vague goods description"


@pytest.mark.parametrize(
    "track",
    [
        Track(key="few", added=100, confirmed=0, dismissed=19),  # too few decided
        Track(key="rare", added=5, confirmed=0, dismissed=5),
        Track(key="right", added=100, confirmed=20, dismissed=80),
        Track(key="perhaps", added=100, confirmed=1, dismissed=20),  # chance may have done it
    ],
)
def test_what_cannot_be_told_is_not_called_noisy(track: Track) -> None:
    """Nor what is right often enough."""
    assert not is_noisy(track, 286, load_overview_rules())


def test_below_a_number_nothing_is_said() -> None:
    """No share and no interval; from it on, both."""
    few, enough = (Track(key="x", added=30, confirmed=5, dismissed=rest) for rest in (14, 15))
    views = track_views([few, enough], 100, "rule", str)
    assert [each.precision for each in views] == ["too few to assess", "25\u00a0%"]
    assert [each.interval for each in views] == ["", "11–47\u00a0%"]
    assert views[1].low < views[1].dot < views[1].high


def test_the_tiles_say_what_is_read_first() -> None:
    """Open, the oldest, a week, the median, alerts per million."""
    told = {tile.label: (tile.value, tile.more) for tile in _view().tiles}
    assert told["Open alerts"] == ("2", "2 critical")
    assert told["Oldest open alert"][0] == "31 days"
    assert told["Last 7 days"] == ("Raised: 3", "Decided: 1")
    assert told["Median time to decision"] == ("5 min", "90th percentile 3.3 h")
    assert told["Alerts per million lines"] == ("3", "1,000,000 lines")


def test_few_lines_have_no_rate() -> None:
    """Below the stored number of lines there are counts, and no chart; from it on, a rate."""
    enough = load_overview_rules().rate_lines
    few, many = _view(lines={TODAY: enough - 1}), _view(lines={TODAY: enough})
    assert (few.tiles[-1].label, few.tiles[-1].value) == ("Lines screened", "99,999")
    assert few.rate is None
    assert many.tiles[-1].label == "Alerts per million lines"
    assert many.rate is not None


def test_an_empty_node_has_an_overview() -> None:
    """Nothing is divided by nothing."""
    empty = ("stands", "assigned", "added", "decided", "lines", "disagreed", "took")
    none: dict[str, Any] = {name: {} for name in empty}
    view = _view(open=[], raised=0, undone=0, **none)
    assert [tile.value for tile in view.tiles] == ["0", "–", "Raised: 0", "–", "0"]
    assert view.rate is None
    assert view.flow.boxes == ()


def test_the_rest_of_the_assignees_is_summed_up() -> None:
    """Ten by name; no open alert is missing from the total."""
    assigned = {"": 7, **{f"officer{n}": n for n in range(1, 16)}}
    rows = _view(assigned=assigned).assignees
    assert (rows[0].label, rows[-1].label, len(rows)) == ("no one", "others", 12)
    assert sum(row.count for row in rows) == sum(assigned.values())


def test_the_chart_and_its_table_tell_the_same() -> None:
    """A bar for each day that has one, the largest as high as there is room; a row for each day."""
    span = days_of(FIRST, TODAY)
    drawn = flow_chart({TODAY: 10, FIRST: 5}, {TODAY: 4}, span)
    assert [box.kind for box in drawn.boxes] == ["in", "in", "out"]
    first, last, out = drawn.boxes
    assert last.height == pytest.approx(2 * first.height, abs=0.2)
    assert last.y + last.height == pytest.approx(drawn.axis, abs=0.2)
    assert out.y == pytest.approx(drawn.axis, abs=0.2)
    assert len(drawn.rows) == 90
    assert drawn.rows[0][1:] == ("10", "4")


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(None, "–"), (0, "0 min"), (59, "59 min"), (60, "1 h"), (2_879, "48 h"), (2_880, "2 days")],
)
def test_times_are_told_in_their_unit(minutes: int | None, told: str) -> None:
    """Minutes, hours, days."""
    assert minutes_in_words(minutes) == told
