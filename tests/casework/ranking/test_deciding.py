"""Predictions of a model: points, uncertainty and explanation; and which files are models."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from tests.casework.ranking.made import alert
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import as_written
from tidewaiter.casework.ranking.drift import drift, stability
from tidewaiter.casework.ranking.features import FEATURES, rule_feature, values_of
from tidewaiter.casework.ranking.model import (
    Model,
    Pair,
    Ranker,
    Scale,
    Values,
    applied,
    codes_of,
    explain,
    explained,
    lists_in,
    model_at,
    read_ranker,
    reason_of,
    terms,
    value_for,
    why_in_words,
    write_model,
)
from tidewaiter.casework.ranking.settings import load_ranker_settings
from tidewaiter.casework.ranking.training import Example
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Learned, Reason, Term
from tools import made_model

SUBSTANCE, MASS = made_model.SCALES
BOTH = Pair(
    first="substance",
    second="net kg",
    values=((0.0, 0.25, 0.5, 0.0), (1.0, 2.0, 3.0, 0.0), (0.0, 0.0, 0.0, 0.0)),
)


def _model(**changes: Any) -> Model:
    made: Model = structs.replace(made_model.model(), **changes)
    return made


@pytest.mark.parametrize(
    ("chance", "points"), [(0.0, 0), (0.2, 0), (0.25, 1), (0.65, 8), (0.95, 14), (1.0, 15)]
)
def test_points_rise_from_what_is_usual(chance: float, points: int) -> None:
    """Nothing below it, and all of them where it is sure."""
    assert Ranker(_model()).points(chance) == points


def test_the_chance_is_of_base_slope_shift_and_terms() -> None:
    """The slope stretches base and terms alike, the shift is added as it is."""
    values: Values = {"substance": "ephedrine", "net kg": 500.0}
    ranker = Ranker(_model(slope=2.0, shift=0.5, pairs=(BOTH,)))
    assert ranker.contributions([values]).tolist() == [[3.0, 1.0, 6.0]]
    odds = 2 * -1.5 + 0.5 + 10
    assert ranker.chances([values])[0] == pytest.approx(1 / (1 + math.exp(-odds)))


def test_how_unsure_a_chance_is() -> None:
    """Wholly at even odds and where a level is new; less the surer it is."""
    for base, unsure in ((0.0, 1.0), (2.0, 4 * _logistic(2.0) * _logistic(-2.0))):
        ranker = Ranker(_model(base=base, scales=(MASS,)))
        light = alert("acetone", 50)
        assert ranker.says(light) == pytest.approx((_logistic(base), unsure))
    new = alert("piperonal", 50)
    assert Ranker(_model()).says(new)[1] == 1
    assert Ranker(_model(scales=(MASS,))).says(new)[1] < 1
    nothing = structs.replace(new, substances=(), mentions=())
    assert Ranker(_model()).says(nothing)[1] < 1  # missing is not new


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


@pytest.mark.parametrize(
    ("value", "code"),
    [(None, 3), (math.nan, 3), (9.9, 0), (10.0, 1), (99.9, 1), (100.0, 2), (1e9, 2)],
)
def test_a_number_is_in_the_bin_that_begins_at_or_below_it(value: float | None, code: int) -> None:
    """Missing values have a separate bin, the last."""
    assert codes_of(MASS, [{"net kg": value}]).tolist() == [code]


@pytest.mark.parametrize(
    ("value", "code"), [("acetone", 0), ("ephedrine", 1), ("new", 2), (None, 2)]
)
def test_a_level_has_its_place(value: str | None, code: int) -> None:
    """Unseen values share the bin of missing ones."""
    assert codes_of(SUBSTANCE, [{"substance": value}]).tolist() == [code]


def test_a_rule_that_gave_no_reason_has_no_points() -> None:
    """Any other feature that is absent is missing."""
    assert value_for(rule_feature("rule vague"), {}) == 0.0
    assert value_for(rule_feature("rule vague"), {"rule vague": 15.0}) == 15.0
    assert value_for(FEATURES[1], {}) is None


def test_a_model_without_tables_adds_nothing() -> None:
    """Its chance is that of the base."""
    assert terms((), (), [{}, {}]).shape == (2, 0)
    ranker = Ranker(_model(scales=(), base=1.0))
    assert ranker.chances([{}])[0] == pytest.approx(_logistic(1.0))


# Which files are a model.


def _read(model: Model, folder: Path) -> Ranker:
    path = folder / "ranker.json"
    path.write_bytes(write_model(model))
    return read_ranker(path)


def _edged(*edges: float, more: int = 2) -> Scale:
    count = len(edges) + more
    return structs.replace(MASS, edges=edges, values=(0.0,) * count, seen=(1,) * count)


@pytest.mark.parametrize(
    "changes",
    [
        {"slope": 0.0},
        {"pairs": (BOTH,)},
        {"scales": ()},
        {"scales": (_edged(*map(float, range(998))),)},
        {"usual": 0.01},
    ],
    ids=["no slope", "pair", "no tables", "a thousand bins", "seldom"],
)
def test_a_model_that_fits_together_is_read(changes: dict[str, Any], tmp_path: Path) -> None:
    """Also one that has nothing to say."""
    model = _model(**changes)
    assert structs.replace(_read(model, tmp_path).model, sha256="") == model


@pytest.mark.parametrize(
    "changes",
    [
        {"slope": -0.1},
        {"usual": 0.0},
        {"usual": 1.0},
        {"base": math.inf},
        {"scales": (_edged(2.0, 1.0),)},
        {"scales": (_edged(1.0, 1.0),)},
        {"scales": (_edged(*map(float, range(999))),)},
        {"scales": (_edged(1.0, more=3),)},
        {"scales": (structs.replace(MASS, values=(0.0, 0.0, 0.0, math.nan)),)},
        {"pairs": (structs.replace(BOTH, first="mode"),)},
        {"pairs": (structs.replace(BOTH, second="mode"),)},
        {"pairs": (structs.replace(BOTH, values=BOTH.values[:2]),)},
        {"pairs": (structs.replace(BOTH, values=(*BOTH.values[:2], (0.0,))),)},
        {"pairs": (Pair(first="mode", second="mode", values=()),)},
    ],
    ids=str,
)
def test_a_model_that_makes_no_sense_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    """Bins that do not rise, tables that do not fit, and numbers that are none."""
    with pytest.raises(InputError):
        _read(_model(**changes), tmp_path)


@pytest.mark.parametrize("number", [b"1e999", b"NaN", b"Infinity", b"null", b"1" + b"0" * 400])
def test_a_number_that_is_not_finite_is_no_number(number: bytes, tmp_path: Path) -> None:
    """JSON holds none, however it is written."""
    path = tmp_path / "ranker.json"
    path.write_bytes(write_model(_model()).replace(b"-1.5", number))
    with raises("casework/not-a-model"):
        read_ranker(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Eight mebibytes are the most."""
    path = tmp_path / "ranker.json"
    written = write_model(_model())
    path.write_bytes(written + b" " * ((8 << 20) - len(written)))
    read_ranker(path)
    path.write_bytes(path.read_bytes() + b" ")
    with raises("casework/model-too-large"):
        read_ranker(path)


def test_a_model_is_found_in_its_folder(tmp_path: Path) -> None:
    """By its name; a file is taken as it is."""
    with raises("casework/no-model-in-folder"):
        model_at(tmp_path)
    path = tmp_path / "ranker.json"
    path.write_bytes(b"")
    assert model_at(tmp_path) == model_at(path) == path
    assert model_at(tmp_path / "other.json") == tmp_path / "other.json"


def test_lists_in_a_folder_are_those_with_their_record(tmp_path: Path) -> None:
    """In the order of their names; a file holds none."""
    for name in ("b.csv", "b.json", "a.csv", "a.json", "c.csv", "d.json"):
        (tmp_path / name).write_bytes(b"")
    assert [each.name for each in lists_in(tmp_path)] == ["a.csv", "b.csv"]
    assert lists_in(tmp_path / "a.csv") == []


# What it explains.


def _explained(first: float, **changes: Any) -> Learned:
    """Explain an alert with the given log odds from its substance, and 0.5 from its mass."""
    table = structs.replace(SUBSTANCE, values=(first, 0.0, 0.0))
    ranker = Ranker(_model(scales=(table, MASS), sha256="f" * 64, **changes))
    return explain(ranker, alert("acetone", 500))


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (0.0049, ["net kg"]),
        (-0.0049, ["net kg"]),
        (0.005, ["net kg", "substance"]),
        (0.4, ["net kg", "substance"]),
        (-0.6, ["substance", "net kg"]),
    ],
)
def test_the_strongest_term_stands_first_and_small_ones_are_left_to_the_rest(
    first: float, told: list[str]
) -> None:
    """Below half a percent of the odds."""
    found = _explained(first)
    assert [each.features for each in found.terms] == [(each,) for each in told]
    assert found.rest == pytest.approx(0.0 if len(told) == 2 else first)


def test_an_explanation_names_its_model_and_what_all_begin_with() -> None:
    """The beginning of its hash; base and shift; and a pair of features by both values."""
    found = _explained(0.0, pairs=(BOTH,), slope=2.0, shift=0.25)
    assert (found.model, found.base) == ("f" * 12, 2 * -1.5 + 0.25)
    assert [each.features for each in found.terms] == [("net kg",), ("substance", "net kg")]
    assert [each.factor for each in found.terms] == [pytest.approx(math.exp(1.0))] * 2
    assert found.terms[1].values == ("acetone", 500.0)


@pytest.mark.parametrize(
    ("chance", "above"), [(0.05, 0.0), (0.15, 200 / 810), (0.95, 810 / 810), (1.0, 810 / 810)]
)
def test_the_share_above_counts_lower_tenths(chance: float, above: float) -> None:
    """A chance of 1 is of the highest tenth."""
    base = 50.0 if chance == 1 else math.log(chance / (1 - chance))
    ranker = Ranker(_model(base=base, scales=()))
    assert explain(ranker, alert()).above == pytest.approx(above)
    none = Ranker(_model(base=base, scales=(), chances=(0,) * 10))
    assert explain(none, alert()).above == 0


def _told(*odds: float) -> Learned:
    found = [
        Term(features=("net kg",), values=(place,), log_odds=each, factor=math.exp(each))
        for place, each in enumerate(odds)
    ]
    return structs.replace(explain(Ranker(_model()), alert()), terms=tuple(found))


def test_the_three_strongest_for_and_against_are_said() -> None:
    """What changes the odds by less than a twentieth is not."""
    assert why_in_words(_told(0.9, 0.8, 0.7, 0.6)).count("odds x") == 3
    assert why_in_words(_told(-0.9, -0.8, -0.7, -0.6)).count("odds x") == 3
    assert why_in_words(_told(0.05, -0.05)) == ""
    both = why_in_words(_told(0.06, -0.06))
    assert both == "For it: net mass 0 kg (odds x1.1). Against it: net mass 1 kg (odds x0.94)."


def test_a_reason_that_was_learned_earlier_is_taken_off() -> None:
    """Where the model adds nothing any more; an alert that had none stays as it is."""
    rules, low = load_alert_rules(), Ranker(_model(base=-9.0))
    plain = alert()
    old = Reason(rule="learned", says=as_written("x"), points=8, source="s")
    before = structs.replace(plain, reasons=(*plain.reasons, old), score=48)
    after = applied(low, before, rules)
    assert (after.reasons, after.score) == (plain.reasons, 40)
    assert reason_of(low, plain) is None
    assert applied(low, plain, rules) is plain
    assert explained(low, plain) == structs.replace(plain, learned=explain(low, plain))


# Drift.


def _stability(before: list[int], now: list[int]) -> str:
    return stability("x", np.array(before), np.array(now), load_ranker_settings()).verdict


def test_a_difference_counts_where_it_is_large_and_not_by_chance() -> None:
    """Few alerts that differ much may be chance; many that differ little do not matter."""
    assert _stability([1000, 1000], [1000, 1000]) == "stable"
    assert _stability([1000, 1000], [1, 3]) == "stable"
    assert _stability([100_000, 100_000], [110_000, 90_000]) == "stable"
    assert _stability([1000, 1000], [690, 310]) == "look"
    assert _stability([1000, 1000], [900, 100]) == "drifted"
    assert _stability([1000, 0], [1000, 0]) == "stable"


def test_the_index_is_that_of_the_population() -> None:
    """(0.75 - 0.25) ln 3 twice; by chance, 3.84 of one degree over both sizes."""
    found = stability("x", np.array([750, 250]), np.array([250, 750]), load_ranker_settings())
    assert found.index == pytest.approx(2 * 0.5 * math.log(3), abs=0.005)
    assert found.by_chance == pytest.approx(3.84 * (1 / 1000 + 1 / 1000), rel=0.03)
    empty = stability("x", np.array([5, 0, 5]), np.array([5, 0, 5]), load_ranker_settings())
    assert empty.by_chance == pytest.approx(3.84 * (1 / 10 + 1 / 10), rel=0.03)
    assert stability("x", np.array([9, 1]), np.array([9, 0]), load_ranker_settings()).by_chance > 0
    one = stability("x", np.array([9, 0]), np.array([9, 0]), load_ranker_settings())
    assert one.by_chance == 0


def test_of_few_each_bin_holds_half_an_alert_more() -> None:
    """So that none is empty: 3.5 and 1.5 of 5 against the reverse."""
    found = stability("x", np.array([3, 1]), np.array([1, 3]), load_ranker_settings())
    assert found.index == pytest.approx(2 * 0.4 * math.log(7 / 3))


def test_a_difference_counts_from_its_bound_on() -> None:
    """The bound itself is in."""
    before, now = np.array([1000, 1000]), np.array([690, 310])
    settings = load_ranker_settings()
    index = stability("x", before, now, settings).index
    at = structs.replace(settings, look=index, drifted=index + 1)
    assert stability("x", before, now, at).verdict == "look"
    assert stability("x", before, now, structs.replace(at, drifted=index)).verdict == "drifted"


def _decided(count: int, hits: int, kilograms: int = 50) -> list[Example]:
    values = values_of(alert("acetone", kilograms))
    return [
        Example(
            alert=f"a{at}",
            day=date(2026, 3, 1),
            score=40,
            values=values,
            hit=at < hits,
            by_result=True,
        )
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "hits", "calibrated"),
    [(100, 12, True), (100, 60, False), (100, 0, False), (4, 0, None)],
)
def test_a_model_is_right_where_what_it_expects_is_in_the_interval(
    count: int,
    hits: int,
    calibrated: bool | None,  # noqa: FBT001
) -> None:
    """Of fewer than five nothing is said."""
    found = drift(Ranker(_model()), [], _decided(count, hits), (None, None))
    assert found.calibrated is calibrated
    assert found.expected == pytest.approx(count * _logistic(-2.0))
    assert found.features == ()


def test_a_model_that_is_sure_of_what_came_is_right() -> None:
    """The ends of the interval are in it."""
    sure = Ranker(_model(base=700.0))
    found = drift(sure, [], _decided(6, 6), (None, None))
    assert (found.expected, found.decided.high, found.calibrated) == (6.0, 1.0, True)


def test_the_order_is_judged_where_there_are_hits_and_others() -> None:
    """The heavier half are the hits: each pair is in order."""
    ranker = Ranker(_model())
    heavy, light = _decided(10, 10, 500), _decided(10, 0, 50)
    assert drift(ranker, [], [*heavy, *light], (None, None)).auc == 1.0
    assert drift(ranker, [], heavy, (None, None)).auc is None
    assert drift(ranker, [], _decided(3, 1), (None, None)).auc is None


def test_what_has_drifted_most_stands_first() -> None:
    """The verdict first, then the index; the distribution of the chance is one of them."""
    counts = {("acetone", 5): 150, ("acetone", 50): 450, ("ephedrine", 500): 200}
    rows = [values_of(alert(*each)) for each, count in counts.items() for _ in range(count)]
    found = drift(Ranker(_model()), rows, [], (date(2026, 3, 1), None))
    assert [(each.name, each.verdict) for each in found.features] == [
        ("the chance itself", "drifted"),
        ("net kg", "look"),
        ("substance", "stable"),
    ]
    assert (found.alerts, found.first, found.last) == (800, date(2026, 3, 1), None)
    alike = drift(Ranker(_model(scales=(MASS, SUBSTANCE))), rows[:1], [], (None, None)).features
    assert [each.verdict for each in alike] == ["stable"] * 3
    assert [each.index for each in alike] == sorted((each.index for each in alike), reverse=True)
