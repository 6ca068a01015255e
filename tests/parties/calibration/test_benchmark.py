"""What is known of recall from the benchmark."""

import tomllib

import pytest

from tidewaiter.base.resources import data
from tidewaiter.parties.calibration import evaluation as benchmark
from tidewaiter.parties.calibration.evaluation import benchmark_recall
from tidewaiter.parties.thresholds import KindThreshold, Threshold, model_digest

FACTS = tomllib.loads(data("parties", "recall.toml").read_text(encoding="utf-8"))


def test_the_facts_are_of_the_model_that_travels_with_the_package() -> None:
    """After retraining, python -m benchmarks.parties_calibration regenerates them."""
    assert FACTS["model"] == model_digest()


def test_a_higher_threshold_finds_no_more() -> None:
    """The thresholds rise, and what they find falls."""
    assert FACTS["thresholds"] == sorted(set(FACTS["thresholds"]))
    for kind in ("person", "organisation"):
        found = FACTS[kind]["found"]
        assert len(found) == len(FACTS["thresholds"])
        assert found == sorted(found, reverse=True)
        assert found[0] <= FACTS[kind]["queries"]


def test_between_two_thresholds_the_higher_one_counts() -> None:
    """Nothing is promised that was not measured, and kinds have their own."""
    at = FACTS["thresholds"].index(0.5)
    found = FACTS["person"]["found"][at] + FACTS["organisation"]["found"][at]
    between = benchmark_recall(Threshold(least=0.47))
    assert between is not None
    assert between.count == found
    persons = KindThreshold(kind="person", least=1.0)
    split = benchmark_recall(Threshold(least=0.5, kinds=(persons,)))
    assert split is not None
    assert split.count == FACTS["organisation"]["found"][at]


def test_of_another_model_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of a model that is no longer used are not shown."""
    monkeypatch.setattr(benchmark, "model_digest", lambda: "0" * 16)
    assert benchmark_recall(Threshold(least=0.5)) is None
