"""What rules of the past select by themselves, where an authority says so."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.cli.screening.dealings import HEAD, OLD, write_dealings
from tests.found import alerts

from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.rescreen.cross_line import mark_again
from tidewaiter.store.core.database import open_database
from tidewaiter.trade.types import Alert

Screen = Callable[..., Result]
Objects = Callable[[str], list[dict[str, Any]]]


def test_what_rules_select_is_written_behind_what_is_new(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """To a file and to standard output; kept after that, so that a stop loses none of it."""
    ours = data("rules", "alerts.toml").read_text(encoding="utf-8")
    own, strict = here / "own.toml", here / "strict.toml"
    own.write_text(ours.replace("selects = []", 'selects = ["trader-new"]'), encoding="utf-8")
    levels = {
        "critical = 80": "critical = 99",
        "high = 60": "high = 98",
        "medium = 40": "medium = 97",
        "low = 15": "low = 96",
    }
    for level, other in levels.items():
        ours = ours.replace(level, other)
    strict.write_text(ours, encoding="utf-8")
    with write_dealings(here / "now.csv", ("600", "2026-11-20")).open("a") as file:
        file.write("9,shirts,9,Old 1,Nobody,DE,US,2026-11-20\n")
    (here / "then.csv").write_text(HEAD + OLD, encoding="utf-8")
    for name in ("now.csv", "then.csv"):
        told = screen(name, "--db", "cases.db", "--rules", str(strict), "--day", "2026-11-25")
        assert "0 new alerts in" in told.stderr
    shutil.copy(here / "cases.db", here / "other.db")
    again = ("--again", "--rules", str(own), "--day", "2026-11-25")
    written = objects(screen(*again, "--db", "other.db").stdout)
    assert [bool(each["substances"]) for each in written[:2]] == [True, False]
    assert [each["row"] for each in written if each["file"] == "now.csv"] == [1, 2]
    settings = Settings(day=date(2026, 11, 25), file="", sha256="", rules=own)

    def full(_: Iterator[Alert]) -> None:
        raise OSError("the disk is full")

    with open_database(here / "cases.db") as database:
        with pytest.raises(OSError, match="full"):
            mark_again(database, settings, own_stamp, write=full)
        with database.work() as work:
            assert alerts(work) == []
    assert screen(*again, "--db", "cases.db", "--out", "new.jsonl").exit_code == 0
    assert objects((here / "new.jsonl").read_text(encoding="utf-8")) == written


def test_rules_select_where_an_authority_says_so(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """A line without any find becomes an alert by a rule that its own copy names; once."""
    now, then = here / "now.csv", here / "then.csv"
    line = "1,cotton shirts,9,Old 1,Nobody,DE,US,2026-11-20\n"
    now.write_text(HEAD + line + line.replace("Nobody", "Shop 1"), encoding="utf-8")
    then.write_text(HEAD + OLD, encoding="utf-8")
    ours = data("rules", "alerts.toml").read_text(encoding="utf-8")
    own = here / "own.toml"
    own.write_text(ours.replace("selects = []", 'selects = ["trader-new"]'), encoding="utf-8")
    assert objects(screen(str(now), "--history", str(then)).stdout) == []
    (alert,) = objects(screen(str(now), "--history", str(then), "--rules", str(own)).stdout)
    assert (alert["row"], alert["severity"], alert["score"]) == (1, "low", 3)
    assert alert["title"].startswith(
        "The importer Nobody does not appear in any of 120 earlier lines"
    )
