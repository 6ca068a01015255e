"""Differences that were planted are found, and few others; figures are in docs/benchmarks.md."""

import pytest
from benchmarks.mirror import Found, run
from benchmarks.mirror_made import LEGACY, NEW, make, rows, write


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """Write the same trade in both layouts, and compare."""
    made, folder = make(seed=7, planted=25, flows=500), tmp_path_factory.mktemp("made")
    write(folder / "new.csv", rows(made), NEW)
    write(folder / "legacy.csv", rows(made, legacy=True), LEGACY)
    return {name: run(folder / name, made) for name in ("new.csv", "legacy.csv")}


def test_both_layouts_give_the_same(found: dict[str, Found]) -> None:
    """What is said does not hang on the layout."""
    assert found["new.csv"] == found["legacy.csv"]


def test_most_of_what_was_planted_is_found(found: dict[str, Found]) -> None:
    """Years in which much is missing or too much, orphans, and differences that stand."""
    one = found["new.csv"]
    assert min(one.missing, one.excess) >= 0.7
    assert min(one.orphans, one.standing) >= 0.9


def test_few_others_are_listed_as_changed(found: dict[str, Found]) -> None:
    """Below a hundredth of what was compared."""
    one = found["new.csv"]
    assert one.false_changed < one.compared / 100
