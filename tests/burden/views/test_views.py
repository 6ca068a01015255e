"""What is shown of releases: one way of counting, a year against a year, places, ages, changes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import MissingError
from tidewaiter.burden.readers.checks import Gathered
from tidewaiter.burden.types import ESTIMATES, Reading, Release, parse_month
from tidewaiter.burden.views.ages import ages
from tidewaiter.burden.views.places import across
from tidewaiter.burden.views.query import Ask
from tidewaiter.burden.views.revisions import pair, revisions
from tidewaiter.burden.views.trends import mix, trend
from tidewaiter.report.burden.revisions import instead_words

Rows = Sequence[Mapping[str, Any]]


def release(rows: Rows, *, source: str = "cdc-vsrr", released: str = "2024-05") -> Release:
    """Make a release of some figures."""
    gathered = Gathered()
    usual = {"place": "US", "indicator": "overdose", "basis": "occurrence", "months": 12}
    for row in rows:
        gathered.add(**{**usual, **row, "last": parse_month(row["last"])})
    reading = Reading(
        source=source, figures=gathered.table(), notes=(), released=parse_month(released), told=True
    )
    return Release(sha256=f"{source}{released}".ljust(64, "0"), name="a.csv", reading=reading)


def years(values: Mapping[str, float], **more: Any) -> list[dict[str, Any]]:
    """Return figures of periods of twelve months; those before 2023-06 are closed."""
    return [
        {"last": last, "value": value, "closed": last < "2023-06", **more}
        for last, value in values.items()
    ]


def estimates(last: str, low: float, middle: float, high: float, before: str = "") -> pa.Table:
    """Return a nowcast of one period, and of the one before it."""
    row = {"place": "US", "indicator": "overdose", "lag": 0, "flag": "", "method": "made"}
    rows = [row | {"last": parse_month(last), "estimate": middle, "low": low, "high": high}]
    if before:
        rows.append(row | {"last": parse_month(before), "estimate": 110, "low": 100, "high": 120})
    return pa.Table.from_pylist(rows, schema=ESTIMATES)


def test_a_year_is_compared_with_the_year_before() -> None:
    """The windows are twelve months apart, and the interval is the estimate's."""
    held = release(years({"2022-12": 100, "2023-11": 130, "2023-12": 80}))
    told = trend([held], Ask(), lambda _: estimates("2023-12", 85, 90, 95))
    assert [point.status for point in told.points] == ["closed", "provisional", "provisional"]
    assert told.change is not None
    assert (told.change.before, told.change.value, told.change.by) == ("2022-12", 90, "estimate")
    assert told.change.percent == pytest.approx(-10)
    assert told.change.low == pytest.approx(-15)
    assert told.change.high == pytest.approx(-5)


def test_a_change_of_two_estimates_is_at_least_as_uncertain_as_both() -> None:
    """Its ends are those of both intervals: 85 of 120, and 95 of 100."""
    held = release(years({"2023-06": 105, "2024-06": 80}))
    told = trend([held], Ask(), lambda _: estimates("2024-06", 85, 90, 95, before="2023-06"))
    assert told.change is not None
    assert told.change.low == pytest.approx(100 * (85 / 120 - 1))
    assert told.change.high == pytest.approx(-5)


def test_an_incomplete_count_feigns_no_fall() -> None:
    """Without an estimate of ours, predictions are compared, and it is said."""
    rows = years({"2023-06": 100}, predicted=101) + years({"2024-06": 80}, predicted=99)
    change = trend([release(rows)], Ask()).change
    assert change is not None
    assert (change.by, round(change.percent, 1)) == ("predicted", -2.0)


def test_totals_of_many_years_are_no_periods() -> None:
    """An export with years also gives their total, which would be a separate line."""
    rows = years({"2021-12": 10, "2022-12": 11})
    held = release([*rows, {"last": "2022-12", "value": 21, "months": 24, "closed": True}])
    assert [point.reported for point in trend([held], Ask()).points] == [10, 11]


def test_a_code_that_figures_have_wins_over_a_state() -> None:
    """The code DE is Germany where Germany counts, else Delaware; none is the country there."""
    ours = release(years({"2022-12": 500}, place="US-DE"))
    theirs = release(years({"2022-12": 1_990}, place="DE"), source="plain-x")
    assert trend([ours, theirs], Ask(place="DE")).caption.place == "DE"
    assert trend([ours], Ask(place="DE")).caption.place_name == "Delaware"
    assert trend([theirs], Ask()).caption.place_name == "Germany"


def test_what_is_not_there_is_named_with_what_is() -> None:
    """An unknown release, an unknown place; the hint tells places and releases."""
    held = release(years({"2022-12": 1}))
    with pytest.raises(MissingError) as told:
        trend([held], Ask(place="Ohio"))
    assert "cdc-vsrr 2024-05" in told.value.hint
    with raises("burden/no-figures-asked", MissingError, among="in the release 1999-01"):
        trend([held], Ask(release="1999-01"))
    with raises("burden/not-a-place-with-figures"):
        trend([held], Ask(place="Atlantis"))


def test_the_drug_mix_leaves_each_class_apart() -> None:
    """Classes overlap: none is added to another, and one that is not there is named."""
    rows = years({"2022-12": 70}, indicator="T40.4") + years({"2022-12": 30}, indicator="T43.6")
    told = mix([release([*rows, *years({"2022-12": 95}, indicator="specified")])], Ask())
    assert [(each.caption.indicator, each.points[0].reported) for each in told.drugs] == [
        ("T40.4", 70),
        ("T43.6", 30),
    ]
    assert told.not_there == ("T40.5", "T40.2", "T40.1", "T40.3")
    assert told.specified is not None
    assert told.specified.reported == 95


def test_a_map_holds_states_once_and_rates_of_the_right_year() -> None:
    """Parts of New York, and counties, lie in states; people are those of the period's middle."""
    last = "2023-05"
    counted = [
        {"place": place, "last": last, "value": value, "closed": False}
        for place, value in (
            ("US-NY", 300),
            ("US-NY-NYC", 200),
            ("US-NY-REST", 100),
            ("US-OH", 90),
            ("US-39049", 9),
        )
    ]
    hidden = {"place": "US-WY", "last": last, "missing": "suppressed", "closed": False}
    people = [
        {
            "place": place,
            "last": f"{year}-07",
            "value": value,
            "indicator": "population",
            "measure": "population",
            "basis": "",
        }
        for place, value in (("US-NY", 20e6), ("US-OH", 1e6))
        for year, value in ((2022, value), (2023, 2 * value))
    ]
    told = across([release([*counted, hidden]), release(people, source="census-population")], Ask())
    assert [row.place for row in told.rows] == ["US-OH", "US-NY", "US-WY"]
    assert told.rows[0].rate == pytest.approx(9.0)
    assert told.population_year == "2022"
    assert (told.rows[2].value, told.rows[2].missing) == (None, "suppressed")


def test_ages_are_in_order_and_of_one_period() -> None:
    """Both sexes first, then women and men; a hidden count stays hidden."""
    rows = [
        {"last": "2022-12", "value": value, "part": part, "closed": True}
        for part, value in (("age=85+", 9.0), ("age=5-14", 1.0), ("age=25-34;sex=F", 4.0))
    ]
    early = {"last": "2021-12", "value": 7.0, "part": "age=5-14", "closed": True}
    small = {"last": "2022-12", "part": "age=1-4", "missing": "suppressed", "closed": True}
    told = ages([release([*rows, early, small], source="cdc-wonder")], Ask())
    assert [(each.age, each.sex, each.deaths) for each in told.bands] == [
        ("1-4", "", None),
        ("5-14", "", 1.0),
        ("85+", "", 9.0),
        ("25-34", "F", 4.0),
    ]
    with raises("burden/no-ages", MissingError):
        ages([release(years({"2022-12": 1}))], Ask())


def test_ages_of_the_last_year_go_before_a_sum_of_many_years() -> None:
    """264 months to the end of 2020 are not a year; they are shown in the absence of others."""
    year = [{"last": "2019-12", "value": 3.0, "part": "age=25-34", "closed": True}]
    pooled = [
        {"last": "2020-12", "months": 264, "value": value, "part": part, "closed": True}
        for part, value in (("age=25-34", 90.0), ("age=35-44", 95.0))
    ]
    many = release(pooled, source="cdc-wonder", released="2023-01")
    told = ages([release(year, source="cdc-wonder", released="2021-01"), many], Ask())
    assert (told.last, told.caption.months) == ("2019-12", 12)
    assert ages([release([*year, *pooled], source="cdc-wonder")], Ask()).caption.months == 12
    assert ages([many], Ask()).caption.months == 264


def test_changes_say_what_is_shown_instead_of_what_was_asked_for() -> None:
    """A release of one drug has no overdose deaths: the growth is that of the drug."""
    drug = years({"2022-12": 70}, indicator="T40.4")
    before, after = release(drug, released="2023-05"), release(drug, released="2023-07")
    told = revisions(before, after, Ask())
    assert (told.asked, told.growth_of) == ("overdose", "T40.4")
    assert instead_words(told)
    assert not instead_words(revisions(before, after, Ask(indicator="T40.4")))


def test_a_closed_count_that_moved_is_an_alarm_and_odd_growth_is_named() -> None:
    """Ten states grow by one percent, North Carolina by thirty: it alone is named."""
    names = ("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "FL", "GA", "HI")
    states = [f"US-{name}" for name in names]
    old, new = [], []
    for place in (*states, "US-NC"):
        old += years({"2023-12": 1_000}, place=place)
        new += years({"2023-12": 1_300 if place == "US-NC" else 1_010}, place=place)
    old += years({"2022-12": 500, "2023-12": 100_000}) + years({"2023-12": 12}, place="US-WY")
    new += years({"2022-12": 501, "2023-12": 101_000, "2024-01": 99})
    new.append({"place": "US-WY", "last": "2023-12", "missing": "suppressed", "closed": False})
    before, after = pair([release(new, released="2024-06"), release(old)], Ask())
    told = revisions(before, after, Ask())
    assert (told.before, told.after) == ("cdc-vsrr 2024-05", "cdc-vsrr 2024-06")
    assert [(each.last, each.difference) for each in told.moved_closed] == [("2022-12", 1)]
    assert [each.place for each in told.unusual] == ["US-NC"]
    assert (told.tally.new, told.tally.hidden_now, told.tally.grew) == (1, 1, 13)
    first = told.growth[0]
    assert (first.lag, first.places) == (0, 11)
    assert first.country == pytest.approx(1.0)
    assert first.states == pytest.approx((10 * 1.0 + 30.0) / 11)


def test_only_releases_that_count_the_same_are_compared() -> None:
    """A release of one drug is set beside the last that had it, not beside the last of all."""
    drug = years({"2022-12": 70}, indicator="T40.4")
    all_three = [
        release(drug, released="2023-05"),
        release(years({"2022-12": 1}), released="2023-06"),
        release(drug, released="2023-07"),
    ]
    before, after = pair(all_three, Ask())
    assert (before.label, after.label) == ("cdc-vsrr 2023-05", "cdc-vsrr 2023-07")
    with raises("burden/no-two-releases", MissingError):
        pair(all_three[:1], Ask())
