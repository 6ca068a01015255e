"""The option --history of `tidewaiter screen`, and what adds up over a file."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result
from tests.cli.screening.dealings import HEAD, OLD, write_dealings
from tests.found import alerts

from tidewaiter.base.phrases import english
from tidewaiter.base.resources import data
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.alerts.decisions import Wanted, decide, standings, take_back
from tidewaiter.store.alerts.filters import AlertFilter
from tidewaiter.store.core.database import open_database
from tidewaiter.trade.types import Alert

Screen = Callable[..., Result]
Objects = Callable[[str], list[dict[str, Any]]]


def _told(alerts: list[dict[str, Any]]) -> list[list[str]]:
    return [[r["text"] for r in each["reasons"] if r["rule"] == "together"] for each in alerts]


def test_an_earlier_file_adds_up(screen: Screen, here: Path, objects: Objects) -> None:
    """With earlier transactions the line reaches the limit; they are not shown."""
    now = write_dealings(here / "now.csv", ("500", "2026-11-20"))
    then = write_dealings(here / "then.csv", ("600", "2026-11-02"), ("600", "2026-10-02"))
    assert _told(objects(screen(str(now)).stdout)) == [[]]
    result = screen(str(now), "--history", str(then))
    assert result.exit_code == 0
    ((text,),) = _told(objects(result.stdout))
    assert "2 lines (1 from earlier files) in 2026-11 between hafen ag and muster inc" in text
    assert "1,100 kg" in text


def test_no_file_counts_twice(screen: Screen, here: Path) -> None:
    """The file itself, and the same history twice, are refused before anything is done."""
    now = write_dealings(here / "now.csv", ("500", "2026-11-20"))
    then = write_dealings(here / "then.csv", ("600", "2026-11-02"))
    for files in ((now,), (then, then)):
        options = [part for path in files for part in ("--history", str(path))]
        result = screen(str(now), *options, "--out", "alerts.jsonl")
        assert result.exit_code == 2
        assert "counted twice" in result.stderr
        assert not (here / "alerts.jsonl").exists()


def test_what_is_not_read_of_a_history_is_told(screen: Screen, here: Path) -> None:
    """Rows without a day are counted, and bad cells too."""
    now = write_dealings(here / "now.csv", ("500", "2026-11-20"))
    then = write_dealings(here / "then.csv", ("6OO", "2026-11-02"), ("600", ""))
    result = screen(str(now), "--history", str(then))
    assert "1 rows or fields of then.csv were rejected: totals may be too low" in result.stderr
    assert "1 amounts name no day or no party" in result.stderr


def test_batches_and_workers_change_nothing(screen: Screen, here: Path) -> None:
    """The alerts of one file are the same bytes, with one worker or two."""
    rows = [(str(100 + place % 7), f"2026-11-{1 + place % 28:02d}") for place in range(120)]
    path = write_dealings(here / "now.csv", *rows)
    for workers in ("1", "2"):
        assert screen(str(path), "--workers", workers, "--out", f"{workers}.csv").exit_code == 0
    one, two = ((here / f"{workers}.csv").read_bytes() for workers in "12")
    assert one == two
    with (here / "1.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == 120
    assert all("120 lines in 2026-11" in row["reasons"] for row in found)


def test_a_history_that_the_database_holds_counts_once(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """Neither its amounts nor its lines are doubled; other files of the database count too."""
    now = write_dealings(here / "now.csv", ("500", "2026-11-20"))
    then = write_dealings(here / "then.csv", ("300", "2026-11-02"), ("300", "2026-11-03"))
    assert screen(str(then), "--db", "cases.db").exit_code == 0
    draft = write_dealings(here / "draft.csv", ("10", "2026-11-04"))
    assert screen(str(draft), "--db", "cases.db").exit_code == 0
    sent = here / "sent.csv"
    sent.write_text(draft.read_text() + "9,shirts,9,Hafen AG,Muster Inc,DE,US,2026-11-04\n")
    again = ("--history", str(then), "--history", str(sent))
    told = objects(screen(str(now), "--db", "cases.db", *again).stdout)
    ((text,),) = _told(told)
    assert "4 lines (3 from earlier files) in 2026-11" in text
    assert "1,110 kg" in text


def test_lines_of_one_file_that_are_alike_all_count(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """They count as separate consignments, also for another file and in a later run."""
    row = "A,acetic anhydride,400,Hafen AG,Muster Inc,DE,US,2026-11-02\n"
    other = "B,shirts,9,Hafen AG,Muster Inc,DE,US,2026-11-02\n"
    (here / "then.csv").write_text(HEAD + (row + other) * 3)
    now = write_dealings(here / "now.csv", ("100", "2026-11-20"))
    assert screen("then.csv", "--db", "cases.db").exit_code == 0
    ((text,),) = _told(objects(screen(str(now), "--db", "cases.db").stdout))
    assert "4 lines (3 from earlier files) in 2026-11" in text
    assert "1,300 kg" in text
    assert screen("--again", "--db", "cases.db").exit_code == 0
    with open_database(here / "cases.db") as database, database.work() as work:
        said = [
            english(r.says) for each in alerts(work) for r in each.reasons if r.rule == "together"
        ]
    assert len(said) == 4
    assert all("4 lines" in text and "1,300 kg" in text for text in said)


def test_the_database_counts_without_rules_of_the_past(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """Where they are switched off, its amounts add up all the same: at once, and asked again."""
    ours = data("rules", "alerts.toml").read_text(encoding="utf-8")
    begin, rest = ours.split("\n[past]\n")
    own = here / "own.toml"
    own.write_text(f"{begin}\n[past]\n" + rest.replace("most = 30", "most = 0", 1), "utf-8")
    off = ("--db", "cases.db", "--rules", str(own))
    write_dealings(here / "then.csv", ("600", "2026-11-02"))
    write_dealings(here / "draft.csv", ("500", "2026-11-20"))
    assert screen("then.csv", *off).exit_code == 0
    assert screen("draft.csv", *off).exit_code == 0
    now = write_dealings(here / "now.csv", ("500", "2026-11-20"), ("100", "2026-11-21"))
    texts = [text for (text,) in _told(objects(screen(str(now), *off).stdout))]
    assert all("1,200 kg" in text and "(1 from earlier files)" in text for text in texts)
    assert screen("--again", *off).exit_code == 0
    with open_database(here / "cases.db") as database, database.work() as work:
        held = [each for each in alerts(work) if each.file == "now.csv"]
    assert [[english(r.says) for r in e.reasons if r.rule == "together"] for e in held] == [
        [text] for text in texts
    ]


def test_again_takes_no_history(screen: Screen, here: Path) -> None:
    """The contents of a database are screened line by line."""
    then = write_dealings(here / "then.csv", ("600", "2026-11-02"))
    result = screen("--again", "--db", str(here / "cases.db"), "--history", str(then))
    assert result.exit_code == 2


_PAST = ("trader-new", "pair-new", "goods-new", "trade-change")


def _past(alerts: list[dict[str, Any]]) -> list[list[str]]:
    return [[r["rule"] for r in each["reasons"] if r["rule"] in _PAST] for each in alerts]


def test_an_earlier_file_tells_what_is_new(screen: Screen, here: Path, objects: Objects) -> None:
    """Without it nothing is new; a new trader is reported on each side and counts once."""
    now = write_dealings(here / "now.csv", ("50", "2026-11-20"))
    then = here / "then.csv"
    then.write_text(HEAD + OLD, encoding="utf-8")
    (before,) = objects(screen(str(now)).stdout)
    (after,) = objects(screen(str(now), "--history", str(then)).stdout)
    assert _past([before, after]) == [[], ["trader-new", "trader-new"]]
    assert (after["score"] - before["score"], after["id"]) == (3, before["id"])


def test_what_the_database_holds_of_other_files_counts(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """Its lines and its alerts, and not those of the file itself."""
    now = write_dealings(here / "now.csv", ("50", "2026-11-20"))
    then = here / "then.csv"
    then.write_text(HEAD + OLD, encoding="utf-8")
    assert _past(objects(screen(str(now), "--db", "cases.db").stdout)) == [[]]
    assert screen(str(then), "--db", "cases.db").exit_code == 0
    assert _past(objects(screen(str(now), "--db", "cases.db").stdout)) == [["trader-new"] * 2]
    write_dealings(here / "old.csv", *[("50", f"2026-0{1 + n}-15") for n in range(8)])
    assert screen("old.csv", "--db", "cases.db").exit_code == 0
    assert _past(objects(screen(str(now), "--db", "cases.db").stdout)) == [[]]


def test_the_database_says_what_the_files_say(screen: Screen, here: Path, objects: Objects) -> None:
    """It includes marks and alerts by selecting rules; equal goods in two files count once."""
    now, then, own = here / "now.csv", here / "then.csv", here / "own.toml"
    then.write_text(HEAD + OLD, encoding="utf-8")
    chemicals = [("600", "2026-11-03"), ("500", "2026-11-20")]
    now.write_text(
        write_dealings(now, *chemicals).read_text() + "9,shirts,9,Old 1,Nobody,DE,US,2026-11-20\n"
    )
    ours = data("rules", "alerts.toml").read_text(encoding="utf-8")
    own.write_text(ours.replace("selects = []", 'selects = ["trader-new"]'), encoding="utf-8")
    assert screen(str(then), "--db", "cases.db").exit_code == 0
    write_dealings(here / "draft.csv", chemicals[0])
    assert screen("draft.csv", "--db", "cases.db").exit_code == 0
    told = screen(str(now), "--db", "cases.db", "--rules", str(own))
    assert "3 new alerts in the database" in told.stderr
    with open_database(here / "cases.db") as database, database.work() as work:
        held = alerts(work)
    assert len(held) == 4
    found = {each["id"]: each for each in objects(told.stdout)}
    for each in held:
        if each.id in found:
            one = found.pop(each.id)
            assert [english(r.says) for r in each.reasons] == [r["text"] for r in one["reasons"]]
            assert (each.score, each.severity, each.rank) == (
                one["score"],
                one["severity"],
                one["rank"],
            )
            sums = [english(r.says) for r in each.reasons if r.rule == "together"]
            assert all("2 lines in 2026-11" in text and "1,100 kg" in text for text in sums)
    assert not found


def test_other_lines_are_asked_again(screen: Screen, here: Path, objects: Objects) -> None:
    """Later database content counts; a decided alert gets a note; a second run finds no change."""
    now, own = here / "now.csv", here / "own.toml"
    with write_dealings(now, ("600", "2026-11-20"), ("600", "2026-11-20")).open("a") as file:
        file.write("9,shirts,9,Old 1,Nobody,DE,US,2026-11-20\n")
    assert screen(str(now), "--db", "cases.db").exit_code == 0
    (here / "then.csv").write_text(HEAD + OLD, encoding="utf-8")
    assert screen("then.csv", "--db", "cases.db").exit_code == 0
    with open_database(here / "cases.db") as database, database.work(own_stamp()) as work:
        one, other = alerts(work)
        seen = standings(work, [one.id])[one.id]
        decide(work, seen, Wanted(verdict="dismiss", reason="other-goods"))
        assert not _past_of(one) + _past_of(other)
    ours = data("rules", "alerts.toml").read_text(encoding="utf-8")
    own.write_text(ours.replace("selects = []", 'selects = ["trader-new"]'), encoding="utf-8")
    again = ("--again", "--db", "cases.db", "--rules", str(own), "--out", "new.jsonl")
    told = screen(*again).stderr
    assert "1 have different reasons now" in told
    assert "1 decided alert got a note, 16 new alerts from rules that compare lines" in told
    written = objects((here / "new.jsonl").read_text(encoding="utf-8"))
    assert [each["file"] for each in written].count("now.csv") == 1
    titles = {each["title"].split(" does not appear in any of")[0] for each in written}
    assert titles >= {"The importer Nobody"}
    assert len(written) == 16
    assert "no line, alert, result or rule has changed" in screen(*again).stderr
    assert objects((here / "new.jsonl").read_text(encoding="utf-8")) == []
    with open_database(here / "cases.db") as database, database.work() as work:
        held = {each.id: each for each in alerts(work)}
        assert held.pop(one.id).score == one.score
        assert _past_of(held.pop(other.id)) == ["trader-new"] * 2
        (new,) = (each for each in held.values() if each.file == "now.csv")
        assert new.row == 3
        assert new.title.code == "trader-new"
        named = {name: new.title.parameters[name] for name in ("role", "name", "lines")}
        assert named == {"role": "importer", "name": "Nobody", "lines": 120}
        (note,) = [
            r
            for r in alerts(work, AlertFilter(status=("dismissed",)))[0].reasons
            if r.says.code == "note/after"
        ]
    assert english(note.says).count("does not appear in any of 120 earlier lines") == 2
    assert "; The" not in english(note.says)
    with open_database(here / "cases.db") as database, database.work(own_stamp()) as work:
        take_back(work, standings(work, [one.id])[one.id])
    assert "1 have different reasons now" in screen(*again).stderr


def _past_of(alert: Alert) -> list[str]:
    return [each.rule for each in alert.reasons if each.rule in _PAST]
