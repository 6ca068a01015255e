"""What a line weighs: by the law of the day, own rules, the days left, and the kind of find."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law.registry import Registry
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.screening import Screened, Screener

DAY = date(2026, 11, 25)
Screen = Callable[..., Screened]
Batch = Callable[..., pa.RecordBatch]
OWN = """
slug = "harbourine"
name = "Harbourine"
kind = "precursor"
sources = ["own-order"]
"""
CONTROLS = """
[[controls]]
substance = "harbourine"
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
    for kind in ("sources", "regimes/own-law"):
        (folder / kind).mkdir(parents=True)
    (folder / "sources" / "own-order.toml").write_text('title = "Order 1"\nread = 2026-01-02\n')
    (folder / "regimes" / "own-law" / "instrument.toml").write_text(REGIME)
    (folder / "regimes" / "own-law" / "controls.toml").write_text(CONTROLS)
    (folder / "harbourine.toml").write_text(OWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEWAITER_CACHE", str(tmp_path_factory.mktemp("cache")))
        return Identifier(load_lexicon((folder,)))


def test_a_score_is_at_most_a_hundred(listed: Identifier, batch: Batch) -> None:
    """More than a hundred points do not raise the score further."""
    rules = msgspec.structs.replace(load_alert_rules(), own={"own-law": 95})
    lines = batch({"goods": "harbourine"})
    (alert,) = Screener(listed, rules).screen(lines, date(2026, 7, 1), "f", "s").alerts
    assert (sum(reason.points for reason in alert.reasons), alert.score) == (115, 100)


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (date(2026, 8, 31), True),
        (date(2026, 9, 1), False),
    ],
)
def test_the_law_is_that_of_the_day(
    listed: Identifier, day: date, batch: Batch, *, held: bool
) -> None:
    """A listing holds from its first day to the day before its last bound."""
    screener = Screener(listed, load_alert_rules())
    (alert,) = screener.screen(batch({"goods": "harbourine"}), day, "f", "s").alerts
    assert ("control" in {reason.rule for reason in alert.reasons}) is held
    assert [holding.regime for holding in alert.law] == (["own-law"] if held else [])
    assert (alert.title == Phrase("title/unlisted", name="Harbourine")) is not held
    assert alert.day == day


def test_an_unknown_regime_weighs_by_the_last_row(listed: Identifier, batch: Batch) -> None:
    """A regime that no row names has the points of the row for all others."""
    screener = Screener(listed, load_alert_rules())
    lines = batch({"goods": "harbourine"})
    (alert,) = screener.screen(lines, date(2026, 7, 1), "f", "s").alerts
    assert [(r.rule, r.points) for r in alert.reasons] == [("control", 20), ("exact", 20)]


def test_an_own_list_weighs_what_it_says(listed: Identifier, batch: Batch) -> None:
    """A regime that the rules name under [own] has those points."""
    rules = msgspec.structs.replace(load_alert_rules(), own={"own-law": 77})
    lines = batch({"goods": "harbourine"})
    (alert,) = Screener(listed, rules).screen(lines, date(2026, 7, 1), "f", "s").alerts
    assert (alert.score, alert.severity) == (97, "critical")
    assert "own rules" in english(alert.reasons[0].says)


def test_a_screener_keeps_days_and_files_apart(listed: Identifier, batch: Batch) -> None:
    """One screener asked for other days and files in turn answers as a new one does."""
    rules, lines = load_alert_rules(), batch({"goods": "harbourine"})
    used = Screener(listed, rules)
    for day, file in ((date(2026, 7, 1), "a"), (date(2026, 5, 1), "a"), (date(2026, 5, 1), "b")):
        fresh = Screener(listed, rules).screen(lines, day, file, "s")
        assert used.screen(lines, day, file, "s") == fresh


@pytest.mark.parametrize(
    ("days", "points"),
    [
        (-400, 10),
        (-1, 10),
        (0, 30),
        (2, 30),
        (3, 20),
        (7, 20),
        (8, 10),
        (14, 10),
        (15, 5),
        (30, 5),
        (31, 0),
    ],
)
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
