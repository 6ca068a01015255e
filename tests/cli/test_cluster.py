"""`tidewaiter screen --engine spark`: what it takes, and Spark itself where it is installed."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import Result

Call = Callable[..., Result]
SPARK = ("--engine", "spark", "--master", "local[1]")
GOODS = "goods,consignor\nephedrine,Alpha Chem\npaper,Beta Chem\n"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Write two lines, one of which is an alert."""
    path = tmp_path / "m.csv"
    path.write_text(GOODS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((*SPARK, "--db", "x.db", "--out", "o"), "--db: not with --engine spark"),
        ((*SPARK, "--again", "--out", "o"), "--again: not with --engine spark"),
        ((*SPARK, "--out-restricted", "r.csv"), "--out-restricted: not with --engine spark"),
        (SPARK, "--out FOLDER"),
        (("--master", "local[3]"), "go with --engine spark"),
        (("--out", "."), "is a directory"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: tuple[str, ...], told: str, manifest: Path, call: Call
) -> None:
    """Nothing that was asked for is left out in silence."""
    result = call("screen", str(manifest), *options)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_two_files_need_a_cluster(manifest: Path, call: Call) -> None:
    """One machine screens one file at a time."""
    result = call("screen", str(manifest), str(manifest))
    assert (result.exit_code, "one file at a time" in result.output) == (2, True)


def test_spark_writes_what_one_machine_writes(manifest: Path, call: Call, tmp_path: Path) -> None:
    """Alerts are the same to the byte; a summary stands beside them."""
    pytest.importorskip("pyspark")
    here, there = tmp_path / "here.jsonl", tmp_path / "there"
    day = ("--day", "2026-11-25", "--lists", str(tmp_path / "none"))
    assert call("screen", str(manifest), *day, "--out", str(here)).exit_code == 0
    result = call("screen", str(manifest), *day, *SPARK, "--out", str(there))
    assert result.exit_code == 0, result.output
    assert (there / "part-00000.jsonl").read_bytes() == here.read_bytes()
    summary = msgspec.json.decode((there / "summary.json").read_bytes())
    assert (summary["lines"], summary["alerts"]) == (2, 1)
