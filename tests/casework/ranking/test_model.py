"""The model: a file of numbers that is checked, and a reason that adds up."""

import math
from pathlib import Path

import pytest
from msgspec import structs
from tests.casework.ranking.made import alert
from tests.support.raising import raises

from tidewaiter.base.phrases import english
from tidewaiter.casework.ranking.drift import drift
from tidewaiter.casework.ranking.features import FEATURES, values_of
from tidewaiter.casework.ranking.model import Ranker, applied, explain, read_ranker, write_model
from tidewaiter.casework.ranking.training import Example
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tools import made_model

DAY = made_model.DAY
_SCALES = made_model.SCALES


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    """It is refused if a number differs, or if it is not a model at all."""
    path = tmp_path / "ranker.json"
    path.write_bytes(write_model(made_model.model()))
    assert structs.replace(read_ranker(path).model, sha256="") == made_model.model()
    path.write_bytes(write_model(made_model.model()).replace(b"1.5", b"2.5"))
    with raises("casework/model-changed"):
        read_ranker(path)
    path.write_bytes(b"\x80\x04\x95 a pickle")
    with raises("casework/not-a-model"):
        read_ranker(path)


@pytest.mark.parametrize(
    "change",
    [
        {"values": (0.0, 0.0)},
        {"levels": ("a", "b", "c")},
        {"seen": (1,)},
        {"feature": structs.replace(FEATURES[1], says="{value.__class__}")},
    ],
)
def test_tables_that_do_not_fit_are_refused(change: dict[str, object], tmp_path: Path) -> None:
    """A model that was made by hand, with its hash, names nothing that we do not know."""
    path = tmp_path / "ranker.json"
    bad = structs.replace(made_model.model(), scales=(structs.replace(_SCALES[0], **change),))
    path.write_bytes(write_model(bad))
    with raises("casework/model-table-misfits"):
        read_ranker(path)


def test_the_reason_says_what_it_rests_on() -> None:
    """It is limited, names the evidence on both sides, and is not added twice."""
    ranker, rules = Ranker(made_model.model()), load_alert_rules()
    found = applied(ranker, alert(), rules)
    (reason,) = found.reasons[1:]
    assert (reason.rule, reason.points, found.score) == ("learned", 8, 48)
    assert english(reason.says) == (
        "Estimate from 810 decided alerts up to 2026-03-01: 62% of similar alerts were correct, "
        "compared with 20% of all alerts. For it: the substance ephedrine (odds x4.5), net mass "
        "500 kg (odds x1.6)."
    )
    assert applied(ranker, found, rules) == found
    assert applied(ranker, alert("acetone", 5), rules) == alert("acetone", 5)
    sure = Ranker(structs.replace(made_model.model(), base=50.0))
    assert applied(sure, alert(), rules).score == 40 + 15


def test_the_explanation_adds_up_exactly() -> None:
    """Base, terms and others are the log odds of the probability; score and reasons stay."""
    ranker = Ranker(made_model.model())
    told = explain(ranker, alert())
    total = told.base + sum(each.log_odds for each in told.terms) + told.rest
    assert total == pytest.approx(math.log(told.chance / (1 - told.chance)), abs=1e-12)
    assert [(each.features, each.values) for each in told.terms] == [
        (("substance",), ("ephedrine",)),
        (("net kg",), (500.0,)),
    ]
    assert (told.points, told.decided, told.new) == (8, 810, False)
    assert told.above == (200 + 400 + 100 + 60 + 20 + 10) / 810
    assert explain(ranker, alert("new")).new


def test_what_was_never_seen_is_unsure() -> None:
    """A substance that taught nothing is explored first; even odds come next."""
    ranker = Ranker(made_model.model())
    assert ranker.says(alert("piperonal"))[1] == 1
    assert 0.9 < ranker.says(alert())[1] < 1
    assert ranker.says(alert("acetone", 5))[1] < 0.5


def test_names_and_countries_are_never_seen() -> None:
    """Another trader, another country and another place give the same values."""
    one = alert()
    other = structs.replace(
        one.line, origin="YY", parties=None, consignment="C2", procedure="of YY", currency="EUR"
    )
    assert values_of(one) == values_of(structs.replace(one, line=other, file="g"))
    assert not {"country", "origin", "name", "route"} & {each.name for each in FEATURES}


def test_drift_is_told_from_chance() -> None:
    """Few alerts of the same kind are stable; another kind has drifted, and the chances are off."""
    ranker = Ranker(made_model.model())
    same = [values_of(alert("acetone", 5))] * 37 + [values_of(alert("acetone", 50))] * 22
    same += [values_of(alert("ephedrine", 50))] * 8 + [values_of(alert("ephedrine", 500))] * 13
    assert {each.verdict for each in drift(ranker, same, [], (None, None)).features[1:]} <= {
        "stable",
        "look",
    }
    other = [values_of(alert("piperonal", 500))] * 80
    decided = [
        Example(alert=f"a{i}", day=DAY, score=40, values=other[i], hit=i < 60, by_result=True)
        for i in range(80)
    ]
    found = drift(ranker, other, decided, (DAY, DAY))
    assert {each.name: each.verdict for each in found.features}["substance"] == "drifted"
    assert found.calibrated is False
    assert drift(ranker, [], [], (None, None)).calibrated is None
