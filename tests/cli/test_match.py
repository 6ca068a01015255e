"""The command `tidewaiter match`."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from tidewaiter.report.matches import MATCHES

Call = Callable[..., Result]
LIST = Path(__file__).parents[1] / "data" / "parties" / "matching.jsonl"
NAMES = [json.loads(line) for line in LIST.read_text(encoding="utf-8").splitlines()]


def test_one_name_is_explained(call: Call) -> None:
    """Each word has its points, and no answer is a verdict."""
    entry = NAMES[0]
    result = call("match", entry["names"][0], "--kind", "person", "--list", str(LIST))
    assert result.exit_code == 0
    assert entry["id"] in result.stdout
    assert "log-odds in all" in result.stdout
    assert "clear" not in result.stdout.lower()


def test_the_answer_as_json(call: Call) -> None:
    """The answer has its record's keys."""
    result = call("match", NAMES[0]["names"][0], "--list", str(LIST), "--json")
    answer = json.loads(result.stdout)
    assert list(answer) == ["id", "text", "not_assessable", "matches"]
    assert answer["matches"][0]["entry"] == NAMES[0]["id"]


def test_queries_give_a_line_a_match(call: Call, here: Path) -> None:
    """A line is qid, entry and probability, at most ten for each, the best first."""
    rows = [f"q{at}\tPerson\t{each['names'][0]}\t\t" for at, each in enumerate(NAMES[:50])]
    head = "qid\tschema\tquery\tcountry\tdob"
    (here / "queries.tsv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    done = call("match", "--list", str(LIST), "--queries", "queries.tsv", "--out", "out.tsv")
    assert done.exit_code == 0, done.output
    lines = [line.split("\t") for line in (here / "out.tsv").read_text().splitlines()]
    best = {}
    for qid, entry, chance in reversed(lines):
        best[qid] = entry
        assert 0 < float(chance) < 1
    assert sum(best.get(f"q{at}") == each["id"] for at, each in enumerate(NAMES[:50])) >= 48
    assert max(sum(line[0] == qid for line in lines) for qid in best) <= 10


def test_a_file_gives_answers_with_reasons(call: Call, here: Path) -> None:
    """Parties that match or cannot be assessed stand in the file of matches."""
    text = f'id,name,born\n7,"{NAMES[0]["names"][0]}",\n8,,\n9,Unheard Qwxyz Bakery,\n'
    (here / "parties.csv").write_text(text, encoding="utf-8")
    done = call("match", "--list", str(LIST), "--file", "parties.csv", "--out", "matches.jsonl")
    assert done.exit_code == 0, done.output
    answers = [json.loads(line) for line in (here / "matches.jsonl").read_text().splitlines()]
    assert [answer["id"] for answer in answers] == ["7", "8"]
    assert answers[1]["not_assessable"] == "empty"


def test_all_formats_hold_the_same_matches(call: Call, here: Path) -> None:
    """CSV and Parquet have a row a match, with the list it is of; JSON lines an answer a party."""
    rows = "\n".join(f'{at},"{each["names"][0]}"' for at, each in enumerate(NAMES[:40]))
    (here / "parties.csv").write_text(f"id,name\n{rows}\n=1+1,Co Ltd\n", encoding="utf-8")
    for suffix in ("jsonl", "csv", "parquet"):
        done = call("match", "--list", str(LIST), "--file", "parties.csv", "--out", f"m.{suffix}")
        assert done.exit_code == 0, done.output
        assert "41 parties read: 40 matched, 1 not assessable; 0 refused" in done.stderr
    answers = [json.loads(line) for line in (here / "m.jsonl").read_text().splitlines()]
    table = pq.read_table("m.parquet")
    assert table.schema == MATCHES
    found = table.to_pylist()
    want = [
        (answer["id"], match["entry"], match["name"], match["probability"], match["explanation"])
        for answer in answers
        for match in answer["matches"]
    ]
    told = [
        (row["id"], row["entry"], row["listed_name"], row["probability"], row["explanation"])
        for row in found
        if row["entry"]
    ]
    assert [(*row[:4], json.loads(row[4])) for row in told] == want
    assert {row["version"] for row in found if row["entry"]} == {
        hashlib.sha256(LIST.read_bytes()).hexdigest()
    }
    with (here / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.DictReader(file))
    assert [row["id"] for row in cells] == [*(row[0] for row in told), "'=1+1"]
    assert [float(row["probability"]) for row in cells[:-1]] == [row[3] for row in told]
    assert cells[-1]["not_assessable"]
    assert cells[-1]["entry"] == ""


def test_a_list_that_is_kept_is_named_with_its_version(call: Call, here: Path) -> None:
    """The list, its version, the id there, the action and the outcome stand in columns."""
    head = "id,kind,name,action,outcome,outcome_day,source\n"
    (here / "own.csv").write_text(
        f"{head}X 1,organisation,Ornek Kimya Sanayi,indicted,acquitted,2026-05-01,court\n",
        encoding="utf-8",
    )
    (here / "parties.csv").write_text("name\nORNEK KIMYA SANAYI\n", encoding="utf-8")
    done = call("lists", "add", "own.csv", "--as", "own", "--lists", "kept")
    assert done.exit_code == 0, done.output
    done = call("match", "--lists", "kept", "--file", "parties.csv", "--out", "m.parquet")
    assert done.exit_code == 0, done.output
    (row,) = pq.read_table("m.parquet").to_pylist()
    assert (row["list"], row["entry"], row["action"]) == ("own", "X 1", "indicted")
    assert (row["outcome"], str(row["outcome_day"])) == ("acquitted", "2026-05-01")
    assert row["version"] == hashlib.sha256((here / "own.csv").read_bytes()).hexdigest()


def test_a_row_that_cannot_be_read_is_counted_and_the_rest_goes_on(call: Call, here: Path) -> None:
    """A kind that nobody knows is told with its place; exit status 1."""
    text = f'name,kind\n"{NAMES[0]["names"][0]}",person\nA,dragon\n'
    (here / "parties.csv").write_text(text, encoding="utf-8")
    done = call("match", "--list", str(LIST), "--file", "parties.csv", "--out", "m.csv")
    assert done.exit_code == 1
    assert "row 3" in done.stderr
    assert "1 parties read: 1 matched, 0 not assessable; 1 refused" in done.stderr
    assert (here / "m.csv").exists()


def test_a_format_of_matches_that_is_none_is_refused_at_once(call: Call, here: Path) -> None:
    """Nothing is matched, and no file appears."""
    (here / "parties.csv").write_text("name\nA\n", encoding="utf-8")
    done = call("match", "--list", str(LIST), "--file", "parties.csv", "--out", "m.xlsx")
    assert done.exit_code == 2
    assert ".parquet" in done.stderr
    assert not (here / "m.xlsx").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ('{"id": "1", "names": []}', "no name"),
        ('{"id": "a", "names": ["B"]}', "stands twice"),
        ('{"id": "1", "names": ["B"], "schema": "Dragon"}', "no kind of party"),
    ],
)
def test_a_bad_list_is_refused_with_its_place(call: Call, here: Path, line: str, said: str) -> None:
    """Nothing is matched against half a list."""
    (here / "list.jsonl").write_text('{"id": "a", "names": ["A"]}\n' + line + "\n")
    result = call("match", "A", "--list", "list.jsonl")
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert said in result.stderr


def test_columns_that_are_missing_are_named(call: Call, here: Path) -> None:
    """A file of parties without names is refused."""
    (here / "p.csv").write_text("id,title\n1,A\n")
    result = call("match", "--list", str(LIST), "--file", "p.csv", "--out", "o.jsonl")
    assert result.exit_code == 2
    assert 'there is no column "name"' in result.stderr
    assert not (here / "o.jsonl").exists()
