"""The nowcast of made-up releases with known true counts."""

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.burden.made import release

from tidewaiter import api
from tidewaiter.burden.nowcast import nowcast
from tidewaiter.burden.nowcast.estimates import NOWCAST, as_table
from tidewaiter.burden.types import ESTIMATES, Reading, parse_month

YOUNG = (0.03, 0.02, 0.012, 0.007, 0.004, 0.002, 0.001)


def rows(table: pa.Table, place: str, indicator: str = "overdose") -> list[dict[str, Any]]:
    """Return the estimates of a place, the newest first."""
    wanted = pc.and_(pc.equal(table["place"], place), pc.equal(table["indicator"], indicator))
    return sorted(table.filter(wanted).to_pylist(), key=lambda row: row["lag"])


@pytest.mark.parametrize("indicator", ["overdose", "T40.4"])
def test_what_is_pending_is_found_again(indicator: str) -> None:
    """The nation's estimate lies nearer the truth than the count and CDC's prediction do."""
    truth = {"overdose": 100_000.0, "T40.4": 100_000.0 * 2 / 3}[indicator]
    for row in rows(nowcast(release(lacking=YOUNG)), "US", indicator)[:3]:
        off = abs(row["estimate"] - truth)
        assert off < abs(row["reported"] - truth) / 2
        assert off < abs(row["predicted"] - truth) / 2
        assert row["low"] <= truth <= row["high"]
        assert row["method"] == "both"


def test_a_closed_count_is_its_own_estimate() -> None:
    """No closed count is changed, and none has an interval, whatever is pending for ever."""
    found = nowcast(release(lacking=YOUNG)).to_pylist()
    closed = [row for row in found if row["closed"]]
    assert len(closed) > 50
    for row in closed:
        assert row["estimate"] == row["low"] == row["high"] == row["reported"]
        assert (row["method"], row["flag"]) == ("closed", "")


def test_later_releases_are_not_looked_at() -> None:
    """An archive with later releases gives the same estimates as one without."""
    now = release("2019-02", lacking=YOUNG)
    before = [release(month, lacking=YOUNG) for month in ("2017-09", "2018-03", "2018-08")]
    after = [release("2019-02"), release("2020-02"), release("2024-02")]
    assert nowcast(now, [*after, *before]).equals(nowcast(now, before))


def test_the_order_of_the_rows_does_not_matter() -> None:
    """A release that is sorted in another way has the same estimates."""
    now = release(lacking=YOUNG)
    turned = Reading(
        source=now.source,
        figures=now.figures.take(list(range(len(now.figures)))[::-1]),
        notes=(),
        released=now.released,
        told=False,
    )
    assert nowcast(turned).equals(nowcast(now))


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.floats(0.0, 0.4), min_size=7, max_size=7),
    st.dictionaries(
        st.sampled_from(["US", "US-OH", "US-NC", "US-VT"]), st.floats(1.0, 2e5), min_size=1
    ),
)
def test_an_estimate_lies_in_its_interval_and_not_below_the_count(
    lacking: list[float], places: dict[str, float]
) -> None:
    """Low, estimate and high are in order, finite, and no estimate takes deaths away."""
    for row in nowcast(release(lacking=lacking, places=places)).to_pylist():
        assert 0 <= row["low"] <= row["estimate"] <= row["high"] < math.inf
        assert row["estimate"] >= row["reported"] - 0.5


def test_what_is_not_shown_is_not_estimated() -> None:
    """A suppressed count stays blank, and says why."""
    now = release(lacking=YOUNG)
    table = now.figures
    value = pc.if_else(
        pc.equal(table["place"], "US-VT"), pa.scalar(None, pa.float64()), table["value"]
    )
    figures = table.set_column(
        table.schema.get_field_index("value"), table.schema.field("value"), value
    )
    hidden = Reading(
        source=now.source, figures=figures, notes=(), released=now.released, told=False
    )
    for row in rows(nowcast(hidden), "US-VT"):
        assert row["estimate"] is None is row["low"]
        assert (row["method"], row["flag"]) == ("none", "the count is not shown")


def test_an_unusual_share_is_flagged_and_widens_the_interval() -> None:
    """Nine times the pending deaths that a place usually has are named, in words."""
    row, older = rows(nowcast(release(lacking=(0.2, 0.01))), "US-OH")[:2]
    assert row["flag"] == "1.4 % of deaths have no cause yet, 9 times what is usual here"
    assert older["flag"] == ""
    assert (row["high"] - row["low"]) / row["estimate"] > 0.15


def test_without_signs_earlier_releases_tell() -> None:
    """A country without pending deaths has a ladder from its own archive, or no estimate."""
    places = {"CA": 8_000.0, "CA-ON": 3_000.0, "CA-BC": 2_000.0}
    months = ("2020-12", "2021-06", "2021-12", "2022-06", "2023-12")
    *before, now = [release(month, lacking=YOUNG, places=places, signs=False) for month in months]
    alone = rows(nowcast(now), "CA")[0]
    assert alone["estimate"] is None
    assert alone["flag"] == "nothing tells how complete the count is"
    told = rows(nowcast(now, before), "CA")[0]
    assert told["method"] == "ladder"
    assert told["estimate"] == pytest.approx(8_000, abs=3)
    assert told["low"] <= 8_000 <= told["high"]


def test_an_extract_of_one_indicator_has_estimates() -> None:
    """The rows of T40.4 alone, as the API gives them, are enough."""
    now = release(lacking=YOUNG, indicators=["T40.4"])
    row = rows(nowcast(now), "US", "T40.4")[0]
    assert row["reported"] < row["estimate"] <= row["high"]
    assert abs(row["estimate"] - 66_667) < 700


def test_an_empty_release_has_no_estimates() -> None:
    """A release that has other measures alone gives no rows, and no error."""
    now = release()
    none = Reading(source="x", figures=now.figures.slice(0, 0), notes=(), released=None, told=False)
    assert nowcast(none).equals(ESTIMATES.empty_table())


def test_the_year_before_is_settled_in_autumn() -> None:
    """From September on the year before is as good as closed: what is pending stays so."""
    lacking = [0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03]
    found = rows(nowcast(release("2024-04", lacking=lacking)), "US")
    by_month = {row["last"]: row for row in found}
    december, january = by_month[parse_month("2023-12")], by_month[parse_month("2024-01")]
    assert december["estimate"] == december["reported"]
    assert january["estimate"] > january["reported"]


def test_nothing_pending_anywhere_is_no_error() -> None:
    """Releases without any sign of lack leave the constants as they are shipped."""
    places = {f"US-{code}": 4_000.0 for code in ("OH", "CA", "TX", "FL", "PA", "NC", "NY", "WA")}
    months = ("2019-01", "2019-03", "2019-05", "2019-07", "2021-07")
    *before, now = [release(month, places=places) for month in months]
    assert rows(nowcast(now, before), "US-OH") == rows(nowcast(now), "US-OH")


def test_another_country_closes_when_it_says_so() -> None:
    """That CDC closes a year in autumn says nothing of a count that another country has open."""
    now = release("2024-08", places={"CA": 8_000.0}, signs=False)
    other = Reading(
        source="plain-ca", figures=now.figures, notes=(), released=now.released, told=True
    )
    december = next(row for row in rows(nowcast(other), "CA") if row["lag"] == 8)
    assert december["method"] == "none"


def test_the_table_has_the_codes_of_its_source() -> None:
    """States are written as CDC writes them; New York including its City has a separate name."""
    places = {"US": 9e4, "US-NY": 5e3, "US-NY-NYC": 3e3, "US-NY-REST": 2e3}
    now = release(lacking=YOUNG, places=places)
    table = as_table(nowcast(now), now)
    assert table.schema == NOWCAST
    assert NOWCAST.names[:7] == [
        "state",
        "month",
        "indicator",
        "reported",
        "estimate",
        "low",
        "high",
    ]
    assert set(table["state"].to_pylist()) == {"US", "NY", "YC", "NY+YC"}
    first = table.slice(0, 1).to_pylist()[0]
    assert first["release"] == "cdc-vsrr 2024-05"
    assert first["basis"] == "occurrence"
    assert "Number of Drug Overdose Deaths" in table["indicator"].to_pylist()


def test_an_extract_of_a_few_months_is_no_crash() -> None:
    """No month of it is final yet: a count without any sign is left without an estimate."""
    path = Path(__file__).parents[2] / "data" / "burden" / "vsrr-2019-04.csv"
    found = api.nowcast(path).to_pandas()
    assert len(found) == 384
    untold = found[found["method"] == "none"]
    assert len(untold) > 0
    assert untold["estimate"].isna().all()
