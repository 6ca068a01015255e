"""The command `tidewaiter lists calibrate`, and who uses the threshold that it keeps."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.support.raising import says

Call = Callable[..., Result]

LIST = (
    "id,kind,name,action\n"
    "A-1,organisation,Harbourine Chemicals Ltd,restricted\n"
    "A-2,person,Udaharan Asha Rani,watched\n"
    "A-3,organisation,Zephyrine Reagents GmbH,restricted\n"
)
CLEARED = (
    "name,kind,country\n"
    "Harbourine Chemical Limited,organisation,IN\n"
    "Zephirine Reagents,organisation,DE\n"
    "Muster Backwaren GmbH,organisation,DE\n"
    '"Vlnorp, Xenia",person,AT\n'
)
MANIFEST = (
    "consignment,goods,consignor,consignor country,consignee\n"
    "C1,steel bolts,HARBOURINE CHEMICAL LIMITED,IN,Muster GmbH\n"
)


@pytest.fixture
def lists(here: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Keep one list, write files of parties, and call `tidewaiter lists` there."""
    monkeypatch.setenv("TIDEWAITER_LISTS", str(here / "kept"))
    (here / "own.csv").write_text(LIST, encoding="utf-8")
    (here / "cleared.csv").write_text(CLEARED, encoding="utf-8")
    (here / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    added = call("lists", "add", "own.csv", "--as", "own-watch", "--dated", "2026-10-01")
    assert added.exit_code == 0, added.output
    return lambda *arguments: call("lists", *arguments)


@pytest.fixture
def told(lists: Call) -> Callable[..., dict[str, Any]]:
    """Call the command for its JSON."""

    def run(*arguments: str) -> dict[str, Any]:
        result = lists("calibrate", "cleared.csv", "--json", *arguments)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return run


def test_a_rate_gives_a_threshold_and_what_it_rests_on(
    lists: Call, told: Callable[..., dict[str, Any]]
) -> None:
    """Of four parties two resemble entries; a quarter leaves one of them."""
    answer = told("--rate", "25%")
    assert answer["at"]["alerts"]["count"] <= 1
    assert answer["chosen"]
    assert answer["cleared"]["parties"] == 4
    assert {each["key"] for each in answer["origins"]} == {"IN", "DE", "AT"}
    levels = [each["alerts"]["count"] for each in answer["levels"]]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] >= 2
    shown = lists("calibrate", "cleared.csv", "--rate", "25%").stdout
    assert "too small for this rate" in shown
    assert "Missed matches cannot be determined from cleared parties" in shown
    assert "4 parties: known not to be listed" in shown


def test_a_false_alert_comes_with_the_judgement_that_settles_it(
    lists: Call, call: Call, told: Callable[..., dict[str, Any]]
) -> None:
    """The command that is printed works once its reason is filled in; then the alert is gone."""
    shown = lists("calibrate", "cleared.csv").stdout
    command = "tidewaiter lists judge own-watch A-1 'Harbourine Chemical Limited' --other"
    assert f'{command} --country IN --why "..."' in shown
    before = told()["at"]["alerts"]["count"]
    settled = lists(
        "judge",
        "own-watch",
        "A-1",
        "Harbourine Chemical Limited",
        "--other",
        "--country",
        "IN",
        "--why",
        "another firm",
    )
    assert settled.exit_code == 0
    after = told()
    assert (after["at"]["alerts"]["count"], after["cleared"]["settled"]) == (before - 1, 1)
    assert call("match", "Harbourine Chemical Limited").exit_code == 0


def test_a_threshold_is_kept_with_its_reason_and_its_file(
    lists: Call, here: Path, told: Callable[..., dict[str, Any]]
) -> None:
    """Status shows value, user, reason and file, and also a new version of a list."""
    assert "default" in lists("status").stdout
    chosen = told("--rate", "25%", "--keep", "--why", "two officers", "--by", "officer 1")
    (line,) = (here / "kept" / "thresholds.jsonl").read_text(encoding="utf-8").splitlines()
    kept = json.loads(line)
    assert kept["threshold"] == chosen["threshold"]["least"]
    assert (kept["file"], kept["parties"], kept["why"]) == ("cleared.csv", 4, "two officers")
    assert kept["sha256"] == chosen["cleared"]["sha256"]
    assert [each["list"] for each in kept["lists"]] == ["own-watch"]
    shown = " ".join(lists("status").stdout.split())
    assert "saved by officer 1" in shown
    assert "two officers" in shown
    assert "changed since" not in shown
    (here / "own.csv").write_text(LIST.replace("Rani", "Rana"), encoding="utf-8")
    assert lists("add", "own.csv", "--as", "own-watch", "--dated", "2026-11-01").exit_code == 0
    assert "own-watch has a new version" in " ".join(lists("status").stdout.split())
    said = json.loads(lists("status", "--json").stdout)
    assert said["threshold"]["threshold"] == kept["threshold"]
    assert said["threshold_changes"] == ["own-watch has a new version"]


def _screened(call: Call, *more: str) -> tuple[int, str]:
    """Screen; return the number of alerts and what was said."""
    result = call(
        "screen",
        "manifest.csv",
        "--day",
        "2026-11-25",
        "--out",
        "a.jsonl",
        "--report",
        "r.html",
        *more,
    )
    assert result.exit_code == 0, result.output
    return len(Path("a.jsonl").read_text(encoding="utf-8").splitlines()), result.output


def test_match_takes_the_option_then_the_kept_threshold_then_that_of_the_model(
    lists: Call, call: Call
) -> None:
    """Each answer says from which threshold on it is, and where that comes from."""
    asked = ("match", "Harbourine Chemical Limited", "--json")

    def answer(*more: str) -> tuple[float, str, int]:
        said = json.loads(call(*asked, *more).stdout)
        return said["threshold"]["least"], said["threshold"]["origin"], len(said["matches"])

    assert answer() == (0.4, "the default", 1)
    set_it = ("--set", "0.99", "--set", "person=0.5", "--why", "x", "--by", "officer 1")
    assert lists("calibrate", *set_it).exit_code == 0
    least, origin, count = answer()
    assert (least, count) == (0.99, 0)
    assert origin.startswith("saved by officer 1 on ")
    assert answer("--threshold", "0.3") == (0.3, "set for this run", 1)
    plain = call("match", "Harbourine Chemical Limited").stdout
    assert "threshold 0.99 (person 0.50), saved by officer 1" in plain
    person = json.loads(call("match", "Asha Rani Udaharan", "--json").stdout)
    assert [each["threshold"] for each in person["matches"]] == [0.5]
    lines = '{"id": "1", "names": ["Harbourine Chemicals Ltd"]}\n'
    Path("list.jsonl").write_text(lines, encoding="utf-8")
    assert answer("--list", "list.jsonl") == (0.4, "the default", 1)


def test_screen_takes_the_option_then_the_kept_threshold_then_that_of_the_rules(
    lists: Call, call: Call
) -> None:
    """The summary and the report say which; a kept one wins over the rules, an option over it."""
    count, said = _screened(call)
    assert (count, "probability: 0.60, the default of the rules" in " ".join(said.split())) == (
        1,
        True,
    )
    assert lists("calibrate", "--set", "0.999", "--why", "x", "--by", "officer 1").exit_code == 0
    count, said = _screened(call)
    assert count == 0
    assert "probability: 0.999, saved by officer 1" in " ".join(said.split())
    assert "0.999, saved by officer 1" in Path("r.html").read_text(encoding="utf-8")
    count, said = _screened(call, "--threshold", "0.5")
    assert (count, "probability: 0.50, set for this run" in " ".join(said.split())) == (1, True)
    assert lists("calibrate", "--drop", "--why", "lists have grown").exit_code == 0
    assert _screened(call)[0] == 1
    assert len(Path("kept/thresholds.jsonl").read_bytes().splitlines()) == 2


def test_found_parties_say_what_is_missed(
    here: Path, told: Callable[..., dict[str, Any]], lists: Call
) -> None:
    """Recall is that of the file, and its page holds both."""
    text = "name\nUdaharan Asha Rani\nXyqorn Rental\n"
    (here / "found.csv").write_text(text, encoding="utf-8")
    answer = told("--found", "found.csv")
    assert (answer["at"]["recall"]["count"], answer["at"]["recall"]["total"]) == (1, 2)
    result = lists("calibrate", "cleared.csv", "--found", "found.csv", "--report", "page.html")
    assert result.exit_code == 0, result.output
    assert "Parties correctly flagged: 2; of these, 1 reach the threshold: 50 %" in result.stdout
    assert "Are the probabilities correct for these files?" in (here / "page.html").read_text(
        encoding="utf-8"
    )


def test_rows_that_cannot_be_read_are_named_and_counted(here: Path, lists: Call) -> None:
    """An invalid kind is ignored, a row without a name is not counted; exit status 1."""
    rows = "Good One,organisation\nX,firm\n,person\n\nGood Two,person,more\nGood Three,person\n"
    (here / "bad.csv").write_text("name,kind\n" + rows, encoding="utf-8")
    result = lists("calibrate", "bad.csv", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert (answer["cleared"]["parties"], answer["cleared"]["refused"]) == (3, 3)
    for told in ('row 2, column kind: "firm"', "row 3, column name", "row 4"):
        assert told in result.stderr
    assert "bad.csv: 3 rows or fields could not be read" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "trade/file-empty"),
        ("name,kind\n", "bulk/no-readable-party"),
        ("firm\nX\n", "bulk/no-name-column"),
        ("name,kind\n,person\n", "bulk/no-readable-party"),
    ],
)
def test_a_file_without_parties_is_refused(
    here: Path, lists: Call, content: str, said: str
) -> None:
    """An empty file gives no output and is not stored."""
    (here / "empty.csv").write_text(content, encoding="utf-8")
    keep = ("--rate", "1%", "--keep", "--why", "x")
    result = lists("calibrate", "empty.csv", *keep)
    assert result.exit_code == 2
    assert says(result.output, said)
    assert not (here / "kept" / "thresholds.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give a file of cleared parties"),
        (("cleared.csv", "--keep", "--why", "x"), "--keep needs"),
        (("cleared.csv", "--rate", "1%", "--keep"), "Give a reason"),
        (("cleared.csv", "--rate", "1%", "--keep", "--why", " "), "Give a reason"),
        (("cleared.csv", "--rate", "1%", "--per-million", "5"), "Give only one of"),
        (("cleared.csv", "--rate", "0"), "is not a rate"),
        (("cleared.csv", "--rate", "nan"), "is not a rate"),
        (("cleared.csv", "--rate", "150%"), "is not a rate"),
        (("cleared.csv", "--per-million", "0"), "--per-million"),
        (("cleared.csv", "--per-million", "nan"), "is not a number"),
        (("cleared.csv", "--found", "cleared.csv"), "are the same file"),
        (("cleared.csv", "--by-kind"), "--by-kind needs"),
        (("--set", "1.5", "--why", "x"), "is not a threshold"),
        (("--set", "nan", "--why", "x"), "is not a threshold"),
        (("--set", "firm=0.5", "--why", "x"), "is not a type"),
        (("--set", "person=0.5", "--why", "x"), "once for all types"),
        (("--set", "0.5", "--set", "0.6", "--why", "x"), "once for all types"),
        (("--set", "0.5", "--drop", "--why", "x"), "Give only one of"),
        (("cleared.csv", "--drop", "--why", "x"), "--drop cannot be used with a file"),
        (("cleared.csv", "--report", "cleared.csv"), "would overwrite"),
        (("cleared.csv", "--day", "2020-01-01"), "no list is in force"),
        (("cleared.csv", "--lists", "nowhere"), "cli/no-list-kept"),
        (("--set", "0.5", "--why", "x", "--lists", "nowhere"), "cli/no-list-kept"),
    ],
)
def test_what_does_not_fit_is_refused(
    lists: Call, here: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Options that contradict one another and values that are none are said, and change nothing."""
    result = lists("calibrate", *arguments)
    assert result.exit_code == 2
    assert says(result.output, said)
    assert not (here / "kept" / "thresholds.jsonl").exists()
    assert not (here / "nowhere").exists()


@pytest.mark.parametrize("command", [("match", "X Y"), ("screen", "manifest.csv")])
@pytest.mark.parametrize("least", ["nan", "1.5", "-1", "x"])
def test_what_is_no_probability_hides_no_match(
    lists: Call, call: Call, command: tuple[str, ...], least: str
) -> None:
    """A threshold that nothing reaches for being no number is refused."""
    assert callable(lists)
    result = call(*command, "--threshold", least)
    assert result.exit_code == 2
    assert "--threshold" in result.output


def test_a_broken_file_of_thresholds_stops_match_and_screen(
    lists: Call, call: Call, here: Path
) -> None:
    """What an authority decided is not guessed at: the line is named, and --threshold helps on."""
    assert lists("calibrate", "--set", "0.7", "--why", "x").exit_code == 0
    path = here / "kept" / "thresholds.jsonl"
    path.write_bytes(path.read_bytes().replace(b"0.7", b"7.0"))
    for command in (("match", "X Y"), ("screen", "manifest.csv", "--out", "b.jsonl")):
        result = call(*command)
        assert result.exit_code == 2
        assert "thresholds.jsonl, line 1" in result.output
        assert call(*command, "--threshold", "0.5").exit_code == 0


def test_a_hostile_name_neither_moves_the_cursor_nor_breaks_the_command(
    here: Path, lists: Call
) -> None:
    """Control characters are shown, and quotes are quoted."""
    name = "Harbourine\x1b[2J Chemical's; rm Limited"
    (here / "cleared.csv").write_text(f'name\n"{name}"\n', encoding="utf-8")
    result = lists("calibrate", "cleared.csv", "--report", "page.html")
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    page = (here / "page.html").read_text(encoding="utf-8")
    assert "\x1b" not in page
    assert "<script" not in page
