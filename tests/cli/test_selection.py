"""`tidewaiter select`: a list is made, checked, filled in, and counted."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

Call = Callable[..., Result]

PROFILES = '[[profile]]\nname = "watched"\ntraders = ["Sample Trading"]\nprecedence = 1\n'


@pytest.fixture
def alerts(here: Path) -> Path:
    """Write a manifest of 40 lines, and alerts on three of them."""
    rows = ["Consignment,Line,Description,HS Code,Consignee"]
    rows += [
        f"C{i},1,goods {i},392410,{'Sample Trading' if i == 7 else 'Other'}" for i in range(1, 41)
    ]
    (here / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    path = here / "alerts.jsonl"
    path.write_text("\n".join(_alert(row, 90 - row) for row in (3, 5, 9)) + "\n", encoding="utf-8")
    return path


def _alert(row: int, score: int) -> str:
    line = {"row": row, "consignment": f"C{row}", "seq": 1, "goods": f"goods {row}"}
    told = {
        "id": f"alert-{row}",
        "file": "manifest.csv",
        "row": row,
        "consignment": f"C{row}",
        "seq": 1,
        "day": "2026-03-01",
        "severity": "high",
        "score": score,
        "rank": 60,
        "due": None,
        "days_left": None,
        "substances": ["acetone"],
        "title": "=acetone",
        "line": line,
        "mentions": [],
        "law": [],
        "reasons": [{"rule": "named", "text": "Named.", "points": score, "source": "x"}],
    }
    return json.dumps(told)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_list_is_made_checked_and_counted(alerts: Path, call: Call, here: Path) -> None:
    """From a seed, over all lines, with a watch list; filled in by hand and reported."""
    (here / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    (here / "day.seed").write_text("a seed that draws two lines without an alert 0\n")
    promised = call("select", "seed", "day.seed").stdout.strip()
    lines = ("--lines", "manifest.csv")
    made = call(
        "select",
        str(alerts),
        *lines,
        "--quota",
        "20%",
        "--random",
        "25%",
        "--out",
        "list.csv",
        "--seed-file",
        "day.seed",
        "--profiles",
        "profiles.toml",
    )
    assert made.exit_code == 0
    assert "40 lines, a quota of 8: 2 random, 1 profile, 3 score, 0 explore" in made.stderr
    assert "2 places of the quota are unused" in made.stderr
    assert f"commitment to the seed: {promised}" in made.stderr
    rows = _rows(here / "list.csv")
    assert [row["arm"] for row in rows] == ["random"] * 2 + ["profile"] + ["score"] * 3
    assert (rows[3]["alert"], rows[3]["why"]) == ("alert-3", "score 87: =acetone")
    assert (here / "list.csv").stat().st_mode & 0o077 == 0
    checked = call("select", "check", "list.csv", str(alerts), *lines, "--seed-file", "day.seed")
    assert "the random draw is verified: 2 lines, drawn over 40 lines" in checked.stderr
    text = (here / "list.csv").read_text(encoding="utf-8-sig").replace(",,,,\n", ",,,\n")
    (here / "list.csv").write_text(text.replace(",,,\n", ",as-declared,2026-03-02,Lee,\n"))
    report = call("select", "report", "list.csv", "--json")
    arms = {each["arm"]: each["hits"]["of"] for each in json.loads(report.stdout)["arms"]}
    assert arms == {"random": 2, "profile": 1, "score": 3, "explore": 0}
    assert "at random" in call("select", "report", "list.csv").stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--quota", "1"), "casework/quota-too-small-for-lot"),
        (("--quota", "0.5"), "is not a number or a share"),
        (("--quota", "5", "--random", "10"), "is not a percentage"),
        (("--quota", "5", "--random", "60%", "--explore", "50%"), "cli/quota-spent-by-lot"),
        (("--quota", "5", "--db", "cases.db"), "a file of alerts, or a database"),
        (("--quota", "5", "--from", "2026-01-01"), "can be used only with --db"),
    ],
)
def test_what_cannot_be_selected_is_refused(
    arguments: tuple[str, ...], problem: str, alerts: Path, call: Call, here: Path
) -> None:
    """Exit status 2, and no list."""
    result = call(
        "select",
        str(alerts),
        "--lines",
        "manifest.csv",
        "--least-random",
        "5%",
        *arguments,
        "--out",
        "list.csv",
    )
    assert result.exit_code == 2
    assert says(result.stderr, problem)
    assert not (here / "list.csv").exists()


def test_what_was_changed_is_found(alerts: Path, call: Call, here: Path) -> None:
    """A list with another line in its lot, another seed, and an outcome that is none."""
    call("select", "seed", "day.seed")
    call("select", "seed", "other.seed")
    made = call(
        "select",
        str(alerts),
        "--lines",
        "manifest.csv",
        "--quota",
        "8",
        "--out",
        "list.csv",
        "--seed-file",
        "day.seed",
    )
    assert made.exit_code == 0
    other = call("select", "check", "list.csv", "--seed-file", "other.seed")
    assert (other.exit_code, says(other.stderr, "casework/not-the-committed-seed")) == (2, True)
    text = (here / "list.csv").read_text(encoding="utf-8-sig")
    (here / "list.csv").write_text(text.replace("manifest.csv#", "manifest.csv#1"))
    moved = call("select", "check", "list.csv", "--seed-file", "day.seed")
    assert (moved.exit_code, says(moved.stderr, "casework/draw-is-another")) == (2, True)
    (here / "list.csv").write_text(
        text.replace(",,,,\n", ",guilty,,,\n").replace(",,,\n", ",guilty,,\n")
    )
    assert says(call("select", "report", "list.csv").stderr, "report/not-an-outcome")
    (here / "short.seed").write_text("1234")
    short = call("select", "seed", "short.seed")
    assert "can be guessed" in short.stderr
