"""`tidewaiter screen --engine spark`: its options, and Spark itself where it is installed."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from tools.made_model import model

from tidewaiter.base.resources import data
from tidewaiter.casework.ranking.model import write_model
from tidewaiter.cli.screening.screen import screen
from tidewaiter.demo.synthetic_trade import MadeTrade, write_made

Call = Callable[..., Result]
SPARK = ("--engine", "spark", "--master", "local[1]")
HEARD = {
    "ignored",
    "former_street",
    "paths",
    "engine",
    "master",
    "form",
    "spark",
    "day",
    "columns",
    "layout",
    "encoding",
    "delimiter",
    "decimal",
    "dates",
    "units",
    "sheet",
    "format",
    "out",
    "history",
    "rules",
    "threshold",
    "ranker",
    "folder",
    "own",
    "street",
}
"""What a cluster does as one machine does."""

REFUSED = {
    "again": (),
    "whole": (),
    "report": ("r.html",),
    "language": ("fr",),
    "refused": ("r.csv",),
    "restricted": ("r.csv",),
    "db": ("x.db",),
    "register": ("x.db",),
    "workers": ("2",),
}
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
        (SPARK, "--out FOLDER"),
        (("--master", "local[*]"), "can be used only with --engine spark"),
        (("--out", "."), "is a directory"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: tuple[str, ...], told: str, manifest: Path, call: Call
) -> None:
    """No requested option is silently ignored."""
    result = call("screen", str(manifest), *options)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_cluster_does_not_do_is_refused(name: str, manifest: Path, call: Call) -> None:
    """By the name of the option, even where it says what holds without it."""
    option = next(each.opts[0] for each in screen.params if each.name == name)
    result = call("screen", str(manifest), *SPARK, "--out", "o", option, *REFUSED[name])
    assert result.exit_code == 2
    assert f"{option}: cannot be used with --engine spark" in " ".join(result.output.split())


def test_each_option_is_heard_or_refused() -> None:
    """One that is new must be one or the other: none is passed over."""
    names = {each.name for each in screen.params if each.name != "help"}
    assert names == HEARD | REFUSED.keys()


def test_two_files_need_a_cluster(manifest: Path, call: Call) -> None:
    """One machine screens Only one file."""
    result = call("screen", str(manifest), str(manifest))
    assert (result.exit_code, "Only one file" in result.output) == (2, True)


def test_spark_writes_what_one_machine_writes(call: Call, tmp_path: Path) -> None:
    """Alerts are identical byte for byte, with a past, saved columns and a ranker.

    Rules on the past raise alerts here too; a summary is also written.
    """
    pytest.importorskip("pyspark")
    write_made(MadeTrade(3, 3_000), tmp_path)
    for name in ("now", "past"):
        table = pq.read_table(tmp_path / f"{name}.parquet")
        titles = [{"goods": "Zork"}.get(title, title) for title in table.column_names]
        pq.write_table(table.rename_columns(titles), tmp_path / f"{name}.parquet")
    text = data("rules", "alerts.toml").read_text(encoding="utf-8")
    selects = text.replace("selects = []", 'selects = ["trade-change", "co-loaded"]')
    (tmp_path / "rules.toml").write_text(selects, encoding="utf-8")
    (tmp_path / "ranker.json").write_bytes(write_model(model()))
    here, there = tmp_path / "here.jsonl", tmp_path / "there"
    said = (
        "screen",
        str(tmp_path / "now.parquet"),
        "--history",
        str(tmp_path / "past.parquet"),
        "--ranker",
        str(tmp_path),
        "--rules",
        str(tmp_path / "rules.toml"),
        "--day",
        "2026-11-25",
        "--lists",
        str(tmp_path / "none"),
        "--columns",
        str(tmp_path / "saved.toml"),
    )
    assert call(*said, "--map", "goods=Zork", "--out", str(here)).exit_code == 0
    result = call(*said, *SPARK, "--out", str(there))
    assert result.exit_code == 0, result.output
    written = b"".join(part.read_bytes() for part in sorted(there.glob("part-*")))
    assert written == here.read_bytes()
    for rule in (b"trader-new", b"split", b"co-loaded"):
        assert b'"rule":"' + rule in written
    assert written.count(b'"learned":{') == written.count(b"\n")
    summary = msgspec.json.decode((there / "summary.json").read_bytes())
    assert (summary["files"], summary["history"]) == (["now.parquet"], ["past.parquet"])
    assert summary["alerts"] == written.count(b"\n")
