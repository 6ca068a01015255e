"""Training: the tables agree with the library, and too little data gives no model."""

from datetime import date

import msgspec
import numpy as np
import pytest
from msgspec import structs
from tests.casework.ranking.made import examples
from tests.support.raising import raises

from tidewaiter.casework.ranking import training
from tidewaiter.casework.ranking.boosting import Size, grow
from tidewaiter.casework.ranking.model import Model, Ranker, terms, write_model
from tidewaiter.casework.ranking.settings import RankerSettings, load_ranker_settings
from tidewaiter.casework.ranking.training import auc, calibrated, hits_within

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module", name="quick")
def quick_settings() -> RankerSettings:
    """Grow few trees."""
    return structs.replace(load_ranker_settings(), rounds=(20, 40), pairs=(0, 2))


@pytest.fixture(scope="module")
def model(quick: RankerSettings) -> Model:
    """Train a model once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "load_ranker_settings", lambda: quick)
        return training.train(examples(1200), DAY)


def test_the_tables_add_up_to_what_the_library_says(quick: RankerSettings) -> None:
    """For rows with missing and unseen values, features and pairs, within rounding."""
    rows = examples(600)
    blank = training.scales_of(rows, training.features_in(rows, quick), quick)
    columns = training.columns_of(blank, rows)
    grown = Size(40, ((0, 3), (1, 2), (0, 1)))
    boosted = grow(columns, training.hits_of(rows), grown, quick, 1)
    base, scales, pairs = training.tabled(blank, boosted)
    assert max(abs(each) for pair in pairs for row in pair.values for each in row) > 0.01
    other = [
        structs.replace(each, values={**each.values, "substance": "new"})
        for each in examples(300, seed=9)
    ]
    for some in (rows, other):
        values = [each.values for each in some]
        added = base + terms(scales, pairs, values).sum(axis=1)
        said = boosted.odds(training.columns_of(blank, some).codes)
        assert np.abs(added - said).max() < 1e-7


def test_what_was_planted_is_found(model: Model) -> None:
    """The substance, the rule and the mass count; the back-test beats the rules' score."""
    scales = {scale.feature.name: scale for scale in model.scales}
    ephedrine = dict(zip(scales["substance"].levels, scales["substance"].values, strict=False))
    assert ephedrine["ephedrine"] > max(ephedrine["acetone"], ephedrine["toluene"]) + 0.5
    assert scales["rule vague"].values[1] > scales["rule vague"].values[0]
    assert model.backtest.auc > model.backtest.auc_score + 0.1
    assert abs(model.backtest.expected - model.backtest.hits) < 25
    assert "words" not in scales  # all alike: nothing to learn


def test_a_rising_feature_never_counts_against(model: Model) -> None:
    """More points of a rule never lower the chance."""
    for scale in model.scales:
        if scale.feature.rising:
            assert list(scale.values[:-1]) == sorted(scale.values[:-1])


def test_the_same_alerts_make_the_same_model(model: Model, quick: RankerSettings) -> None:
    """In any order; the hash of the training data tells one alert more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "load_ranker_settings", lambda: quick)
        assert write_model(training.train(examples(1200)[::-1], DAY)) == write_model(model)
    assert training.digest_of(examples(1200)) == model.training.digest
    assert training.digest_of(examples(1199)) != model.training.digest


def test_contributions_are_of_the_average_alert(model: Model) -> None:
    """Over what taught it, each feature adds nothing on average."""
    for scale in model.scales:
        assert abs(np.dot(scale.values, scale.seen)) < 1e-6 * sum(scale.seen)
    rows = [each.values for each in examples(50, seed=2)]
    ranker = Ranker(model)
    odds = np.log(ranker.chances(rows) / (1 - ranker.chances(rows)))
    told = model.slope * model.base + model.shift + ranker.contributions(rows).sum(axis=1)
    assert np.abs(odds - told).max() < 1e-9


@pytest.mark.parametrize(
    ("number", "change", "problem"),
    [
        (299, {}, "casework/too-few-outcomes"),
        (400, {"hit": False}, "casework/too-few-hits"),
        (400, {"hit": True}, "casework/too-few-others"),
        (400, {"by_result": False}, "casework/too-few-results"),
    ],
)
def test_too_little_teaches_nothing(number: int, change: dict[str, bool], problem: str) -> None:
    """Few outcomes, of one kind, or of papers alone, are refused before anything is grown."""
    rows = [msgspec.structs.replace(each, **change) for each in examples(number)]
    with raises(problem):
        training.train(rows, DAY)


def test_calibration_mends_odds_that_are_too_sure() -> None:
    """Odds three times too large are brought back; senseless ones count for nothing."""
    lot = np.random.default_rng(3)
    true = lot.normal(-1, 1.5, 4000)
    hits = (lot.random(4000) < 1 / (1 + np.exp(-true))).astype(float)
    slope, shift = calibrated(3 * true, hits)
    assert slope == pytest.approx(1 / 3, abs=0.03)
    assert shift == pytest.approx(0, abs=0.12)
    assert calibrated(-true, hits)[0] == 0


def test_ties_count_as_drawn_by_lot() -> None:
    """An order that says nothing finds as much as chance does."""
    hits = np.array([1.0, 0, 0, 1] * 25)
    assert auc(np.zeros(100), hits) == 0.5
    assert hits_within(np.zeros(100), hits, 10) == 5
    assert auc(hits, hits) == 1
    assert hits_within(hits, hits, 10) == 10


def test_the_lot_is_not_drowned(quick: RankerSettings) -> None:
    """Together it weighs a quarter of all; one of it ten times another at most, and never less."""
    rows = [structs.replace(each, by_lot=i < 50) for i, each in enumerate(examples(1000))]
    heavy = training.lot_weight(rows, quick)
    assert heavy * 50 / (heavy * 50 + 950) == pytest.approx(0.25)
    assert training.lot_weight(rows[40:], quick) == 10
    assert training.lot_weight(rows[:60], quick) == 1
    assert training.lot_weight(rows[50:], quick) == 1


def test_lines_without_an_alert_grow_trees_and_nothing_else(quick: RankerSettings) -> None:
    """What is usual, the counts and the back-test are of alerts; the tables are others."""
    alerts = examples(600)
    lines = [
        structs.replace(
            each,
            alert=f"l{i}",
            raised=False,
            by_lot=True,
            hit=False,
            score=0,
            values={"mentions": 0.0, "net kg": 5.0},
        )
        for i, each in enumerate(examples(80, seed=5))
    ]
    plain = training.train(alerts, DAY, settings=quick)
    both = training.train([*alerts, *lines], DAY, settings=quick)
    assert (both.usual, both.training.alerts) == (plain.usual, 600)
    assert (both.backtest.alerts, sum(both.chances)) == (plain.backtest.alerts, 240)
    assert (both.training.lines, both.training.by_lot) == (80, 80)
    assert both.training.lot_weight == pytest.approx(1.5, abs=0.01)
    assert both.scales != plain.scales
    assert b'"lot_weight"' not in write_model(plain)
