"""A batch of lines to its alerts."""

import io
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.base.resources import data
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.screening import Screened, Screener
from tidewaiter.trade.types import Alert, Evidence, Mention, ReadOptions

DAY = date(2026, 11, 25)
PIECES = (
    "acetone",
    "aceton",
    "acet1c anhydr1de",
    "Ерhеdrinе",
    "乙酸酐",
    "pseudoephedrine HCl",
    "PMK",
    "free of toluene",
    "tablet press",
    "CAS 108-24-7",
    "CAS 108-24-8",
    "steel bolts",
    "samples",
    "fentanyl",
    "white powder",
    "1,4-butanediol",
    "UN1715",
    "",
    "\u200b",
    "tooling for press",
)
GOODS = st.lists(st.sampled_from(PIECES), max_size=4).map(" ".join)
LINE = st.fixed_dictionaries(
    {
        "goods": GOODS | st.none(),
        "commercial": GOODS | st.none(),
        "hs": st.sampled_from(["29", "2915", "291524", "29152400", "300490", "731815", "284700"])
        | st.none(),
        "cas": st.lists(st.sampled_from(["108-24-7", "67-64-1", "108-24-8", "50-00-0"]), max_size=2)
        | st.none(),
        "un": st.sampled_from(["1715", "1090", "1993", "9999"]) | st.none(),
        "arrival": st.dates(date(2026, 11, 1), date(2027, 2, 1)) | st.none(),
    }
)
# Of none of them is a law loaded that weighs goods on its own routes alone.
COUNTRY = st.sampled_from(["TD", "CN", "FR", "MX", "NL", "EG", "US", "AU", ""]) | st.none()
Screen = Callable[..., Screened]
Batch = Callable[..., pa.RecordBatch]


@pytest.fixture(scope="module")
def sample() -> pa.RecordBatch:
    """Read the sample manifest as one batch."""
    file = io.BytesIO(data("samples", "manifest.csv").read_bytes())
    read = reader_for("manifest.csv")(file, "manifest.csv", ReadOptions())
    return next(item for item in read if isinstance(item, pa.RecordBatch))


def _adds_up(alert: Alert) -> bool:
    total = sum(reason.points for reason in alert.reasons)
    return alert.score == min(100, total) and alert.rank >= alert.score >= 15


def _in_place(alert: Alert) -> bool:
    fields = msgspec.structs.asdict(alert.line)
    spots: list[Evidence | Mention] = [r.evidence for r in alert.reasons if r.evidence is not None]
    spots.extend(m for m in alert.mentions if m.field in {"goods", "commercial"})
    texts = [spot for spot in spots if isinstance(fields[spot.field], str)]
    return all(fields[spot.field][spot.start : spot.end] == spot.text for spot in texts)


def test_reasons_of_the_sample_add_up(screener: Screener, sample: pa.RecordBatch) -> None:
    """Each score of the sample is the sum of its reasons' points, and each span holds its text."""
    alerts = screener.screen(sample, DAY, "m.csv", "0" * 64).alerts
    assert len(alerts) > 70
    assert [alert.row for alert in alerts if not _adds_up(alert)] == []
    assert [alert.row for alert in alerts if not _in_place(alert)] == []


@given(rows=st.lists(LINE, min_size=1, max_size=5))
@settings(max_examples=150)
def test_reasons_of_any_line_add_up(screen: Screen, rows: list[dict[str, Any]]) -> None:
    """Scores, lines and spans hold for lines put together by chance."""
    found = screen(*rows)
    assert found.noted + len(found.alerts) <= found.lines == len(rows)
    assert all(_adds_up(alert) and _in_place(alert) for alert in found.alerts)
    assert [alert.row for alert in found.alerts] == sorted({alert.row for alert in found.alerts})


@given(rows=st.lists(LINE, min_size=1, max_size=12), cut=st.integers(0, 12))
@settings(max_examples=60)
def test_a_batch_answers_as_its_parts_do(
    screener: Screener, rows: list[dict[str, Any]], cut: int, batch: Batch
) -> None:
    """Where a batch is cut makes no difference, not even in an alert's id."""
    lines = batch(*rows)
    whole = screener.screen(lines, DAY, "f", "s")
    parts = [screener.screen(part, DAY, "f", "s") for part in (lines[:cut], lines[cut:])]
    assert [*whole.alerts] == [*parts[0].alerts, *parts[1].alerts]
    assert whole.noted == parts[0].noted + parts[1].noted


def test_the_sample_answers_as_its_lines_do(screener: Screener, sample: pa.RecordBatch) -> None:
    """One batch, and batches of one line in another order, hold the same alerts."""
    places = list(range(len(sample)))
    random.Random(1988).shuffle(places)
    one_by_one = [screener.screen(sample[p : p + 1], DAY, "m", "s") for p in places]
    apart = sorted((a for each in one_by_one for a in each.alerts), key=lambda a: a.row)
    assert tuple(apart) == screener.screen(sample, DAY, "m", "s").alerts


@given(row=LINE, countries=st.tuples(COUNTRY, COUNTRY, COUNTRY, COUNTRY))
@settings(max_examples=100)
def test_a_country_changes_no_score(
    screen: Screen, row: dict[str, Any], countries: tuple[str | None, ...]
) -> None:
    """Parties, origin and route have no weight; they only determine the applicable law."""
    consignor, consignee, origin, port = countries
    more = {
        "origin": origin,
        "parties": [
            {"role": "consignor", "country": consignor},
            {"role": "consignee", "country": consignee},
        ],
        "route": [{"function": "loading", "country": port}],
    }
    bare, full = screen(row).alerts, screen({**row, **more}).alerts
    assert len(bare) == len(full)
    for one, two in zip(bare, full, strict=True):
        alike = msgspec.structs.replace(two, line=one.line, law=one.law, law_open=one.law_open)
        assert alike == one
        assert [(h.substance, h.regime, h.schedule, h.since) for h in two.law] == [
            (h.substance, h.regime, h.schedule, h.since) for h in one.law
        ]


def test_countries_of_the_sample_change_no_score(
    screener: Screener, sample: pa.RecordBatch
) -> None:
    """With every country, party and port of the sample taken away its alerts are the same."""
    bare = sample
    for name in ("origin", "parties", "route"):
        place = sample.schema.get_field_index(name)
        nothing = pa.nulls(len(sample), sample.schema.field(place).type)
        bare = bare.set_column(place, sample.schema.field(place), nothing)
    before = screener.screen(sample, DAY, "m", "s").alerts
    after = screener.screen(bare, DAY, "m", "s").alerts
    assert [(a.row, a.score, a.rank, a.reasons) for a in before] == [
        (a.row, a.score, a.rank, a.reasons) for a in after
    ]


def test_the_identity_is_of_line_and_findings(screener: Screener, batch: Batch) -> None:
    """The day and the shown name of the file change no id; the row, bytes and findings do."""
    lines = batch({"goods": "acetone"}, {"goods": "acetone"}, {"goods": "acetone, toluene"})
    here = screener.screen(lines, DAY, "a.csv", "s").alerts
    assert len({alert.id for alert in here}) == 3
    later = screener.screen(lines, date(2027, 1, 1), "b.csv", "s").alerts
    assert [alert.id for alert in later] == [alert.id for alert in here]
    other = screener.screen(lines, DAY, "a.csv", "t").alerts
    assert {alert.id for alert in other}.isdisjoint(alert.id for alert in here)


def test_lines_without_anything_are_no_alerts(screen: Screen) -> None:
    """A batch of nulls, and an empty one, hold nothing."""
    assert screen({}, {}) == Screened(alerts=(), lines=2, noted=0)
    assert screen() == Screened(alerts=(), lines=0, noted=0)


def test_codes_with_spaces_around_them_are_read(screen: Screen) -> None:
    """A code column of any reader may hold a space beside its number."""
    (alert,) = screen({"goods": "drums", "un": " 1715", "cas": [" 108-24-7 "]}).alerts
    assert "acetic-anhydride" in alert.substances
