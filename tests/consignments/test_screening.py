"""A batch of lines to its alerts."""

import io
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.base.resources import data
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.consignments.screening import Screened, Screener
from tidewaiter.consignments.types import LINES, Alert, Evidence, Mention, ReadOptions
from tidewaiter.identify import Identifier, Lexicon, load_lexicon
from tidewaiter.substances.registry import Registry

DAY = date(2026, 11, 25)
PIECES = (
    "acetone", "aceton", "acet1c anhydr1de", "Ерhеdrinе", "乙酸酐", "pseudoephedrine HCl", "PMK",
    "free of toluene", "tablet press", "CAS 108-24-7", "CAS 108-24-8", "steel bolts", "samples",
    "fentanyl", "white powder", "1,4-butanediol", "UN1715", "", "\u200b", "tooling for press",
)  # fmt: skip
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
COUNTRY = st.sampled_from(["AR", "CN", "DE", "MX", "NL", "TR", "US", "ZA", ""]) | st.none()
Screen = Callable[..., Screened]


def _batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    numbered = [
        {"row": place, "consignment": f"C{place}", "seq": 1, **row}
        for place, row in enumerate(rows, start=1)
    ]
    return pa.RecordBatch.from_pylist(numbered, schema=LINES)


@pytest.fixture(scope="module")
def screener(lexicon: Lexicon) -> Screener:
    """Screen by our own rules."""
    return Screener(Identifier(lexicon), load_alert_rules())


@pytest.fixture(scope="module")
def screen(screener: Screener) -> Screen:
    """Screen lines given as dictionaries."""

    def found(*rows: dict[str, Any], day: date = DAY) -> Screened:
        return screener.screen(_batch(list(rows)), day, "test.csv", "0" * 64)

    return found


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


def test_a_score_is_at_most_a_hundred(listed: Identifier) -> None:
    """More points than a hundred are no higher score."""
    rules = msgspec.structs.replace(load_alert_rules(), own={"own-law": 95})
    batch = _batch([{"goods": "harbourine"}])
    (alert,) = Screener(listed, rules).screen(batch, date(2026, 7, 1), "f", "s").alerts
    assert (sum(reason.points for reason in alert.reasons), alert.score) == (115, 100)


@given(rows=st.lists(LINE, min_size=1, max_size=12), cut=st.integers(0, 12))
@settings(max_examples=60)
def test_a_batch_answers_as_its_parts_do(
    screener: Screener, rows: list[dict[str, Any]], cut: int
) -> None:
    """Where a batch is cut makes no difference, not even in an alert's id."""
    batch = _batch(rows)
    whole = screener.screen(batch, DAY, "f", "s")
    parts = [screener.screen(part, DAY, "f", "s") for part in (batch[:cut], batch[cut:])]
    assert whole.alerts == parts[0].alerts + parts[1].alerts
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
    """Parties, origin and route weigh nothing; they only tell whose law the line meets."""
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


@pytest.mark.parametrize(
    ("days", "points"),
    [(-400, 10), (-1, 10), (0, 30), (2, 30), (3, 20), (7, 20), (8, 10), (14, 10), (15, 5), (30, 5),
     (31, 0)],
)  # fmt: skip
def test_goods_that_are_due_soon_rank_higher(screen: Screen, days: int, points: int) -> None:
    """The days left add the points of their step to the rank, and nothing to the score."""
    due = DAY + timedelta(days=days)
    (alert,) = screen({"goods": "ephedrine", "arrival": due}).alerts
    assert (alert.due, alert.days_left) == (due, days)
    assert alert.rank - alert.score == points
    assert alert.score == screen({"goods": "ephedrine"}).alerts[0].score


def test_a_planned_release_comes_before_the_arrival(screen: Screen) -> None:
    """Goods are due on the day of release where the papers say it; else nothing is due."""
    row = {"goods": "ephedrine", "arrival": date(2026, 12, 20), "release": date(2026, 12, 1)}
    (alert,) = screen(row).alerts
    assert (alert.due, alert.days_left) == (date(2026, 12, 1), 6)
    (alert,) = screen({"goods": "ephedrine", "departure": DAY}).alerts
    assert (alert.due, alert.days_left, alert.rank) == (None, None, alert.score)


def test_the_identity_is_of_line_and_findings(screener: Screener) -> None:
    """The day and the shown name of the file change no id; the row, bytes and findings do."""
    batch = _batch([{"goods": "acetone"}, {"goods": "acetone"}, {"goods": "acetone, toluene"}])
    here = screener.screen(batch, DAY, "a.csv", "s").alerts
    assert len({alert.id for alert in here}) == 3
    later = screener.screen(batch, date(2027, 1, 1), "b.csv", "s").alerts
    assert [alert.id for alert in later] == [alert.id for alert in here]
    other = screener.screen(batch, DAY, "a.csv", "t").alerts
    assert {alert.id for alert in other}.isdisjoint(alert.id for alert in here)


def test_lines_without_anything_are_no_alerts(screen: Screen) -> None:
    """A batch of nulls, and an empty one, hold nothing."""
    assert screen({}, {}) == Screened(alerts=(), lines=2, noted=0)
    assert screen() == Screened(alerts=(), lines=0, noted=0)


def test_codes_with_spaces_around_them_are_read(screen: Screen) -> None:
    """A code column of any reader may hold a space beside its number."""
    (alert,) = screen({"goods": "drums", "un": " 1715", "cas": [" 108-24-7 "]}).alerts
    assert "acetic-anhydride" in alert.substances


OWN = """
slug = "harbourine"
name = "Harbourine"
kind = "precursor"
sources = ["own-order"]

[[controls]]
regime = "own-law"
schedule = "List A"
since = 2026-06-01
until = 2026-09-01
source = "own-order"
"""
REGIME = """
slug = "own-law"
name = "Our own law"
jurisdiction = "UN"
authority = "Us"
source = "own-order"
checked = 2026-01-02
"""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Identifier:
    """Know a substance that is listed from 2026-06-01 to 2026-08-31."""
    folder = tmp_path_factory.mktemp("own")
    for kind in ("sources", "regimes"):
        (folder / kind).mkdir()
    (folder / "sources" / "own-order.toml").write_text('title = "Order 1"\nread = 2026-01-02\n')
    (folder / "regimes" / "own-law.toml").write_text(REGIME)
    (folder / "harbourine.toml").write_text(OWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEWAITER_CACHE", str(tmp_path_factory.mktemp("cache")))
        return Identifier(load_lexicon((folder,)))


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (date(2026, 8, 31), True),
        (date(2026, 9, 1), False),
    ],
)
def test_the_law_is_that_of_the_day(listed: Identifier, day: date, *, held: bool) -> None:
    """A listing holds from its first day to the day before its last bound."""
    screener = Screener(listed, load_alert_rules())
    (alert,) = screener.screen(_batch([{"goods": "harbourine"}]), day, "f", "s").alerts
    assert ("control" in {reason.rule for reason in alert.reasons}) is held
    assert [holding.regime for holding in alert.law] == (["own-law"] if held else [])
    assert ("not listed on that day" in alert.title) is not held
    assert alert.day == day


def test_an_unknown_regime_weighs_by_the_last_row(listed: Identifier) -> None:
    """A regime that no row names has the points of the row for all others."""
    screener = Screener(listed, load_alert_rules())
    batch = _batch([{"goods": "harbourine"}])
    (alert,) = screener.screen(batch, date(2026, 7, 1), "f", "s").alerts
    assert [(r.rule, r.points) for r in alert.reasons] == [("control", 20), ("exact", 20)]


def test_an_own_list_weighs_what_it_says(listed: Identifier) -> None:
    """A regime that the rules name under [own] has those points."""
    rules = msgspec.structs.replace(load_alert_rules(), own={"own-law": 77})
    batch = _batch([{"goods": "harbourine"}])
    (alert,) = Screener(listed, rules).screen(batch, date(2026, 7, 1), "f", "s").alerts
    assert (alert.score, alert.severity) == (97, "critical")
    assert "own rules" in alert.reasons[0].text


def test_a_screener_keeps_days_and_files_apart(listed: Identifier) -> None:
    """One screener asked for other days and files in turn answers as a new one does."""
    rules, batch = load_alert_rules(), _batch([{"goods": "harbourine"}])
    used = Screener(listed, rules)
    for day, file in ((date(2026, 7, 1), "a"), (date(2026, 5, 1), "a"), (date(2026, 5, 1), "b")):
        fresh = Screener(listed, rules).screen(batch, day, file, "s")
        assert used.screen(batch, day, file, "s") == fresh


BANDS = [  # as docs/reference/rules.md tells them, of a precursor of the strictest list
    ({"goods": "brightener K9", "hs": "29152400"}, 47, "medium"),
    ({"goods": "drums", "un": "1715"}, 47, "medium"),
    ({"goods": "drums, UN 1715"}, 47, "medium"),
    ({"goods": "powder, 5 drums", "hs": "29394100", "un": "1993"}, 72, "high"),
    ({"goods": "acetc anhydride"}, 57, "medium"),
    ({"goods": "acetic anhydride"}, 65, "high"),
    ({"goods": "drums", "cas": ["108-24-7"]}, 65, "high"),
    ({"goods": "acetic anhydride", "cas": ["108-24-7"]}, 73, "high"),
    ({"goods": "acetic anhydride", "hs": "34029000"}, 77, "high"),
]


@pytest.mark.parametrize(("row", "score", "severity"), BANDS, ids=str)
def test_the_bands_are_as_they_are_told(
    row: dict[str, Any], score: int, severity: str, screen: Screen
) -> None:
    """A number alone is worth a look, and less than a name."""
    (alert,) = screen(row).alerts
    assert (alert.score, alert.severity) == (score, severity)


def test_a_number_of_a_group_of_goods_finds_nothing(screen: Screen, registry: Registry) -> None:
    """No substance has such a UN number as its own, and each number is of one substance."""
    rules = load_alert_rules()
    own = Counter(number for substance in registry.substances for number in substance.un)
    assert set(own) & set(rules.groups.un) == set()
    assert {number for number, times in own.items() if times > 1} == set()
    assert screen({"goods": "drums", "un": "1993"}, {"goods": "drums, UN 1993"}).alerts == ()
