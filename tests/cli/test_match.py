"""The command `tidewaiter match`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

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


def test_the_first_match_says_why_it_takes_its_time(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person at a terminal is told once; the answer on standard output is as ever."""
    asked = ("match", NAMES[0]["names"][0], "--list", str(LIST), "--json")
    monkeypatch.setattr("tidewaiter.cli.match.is_ready", lambda: True)
    later = call(*asked)
    monkeypatch.setattr("tidewaiter.cli.match.is_ready", lambda: False)
    first = call(*asked)
    assert "first match of this version" in first.stderr
    assert (first.stdout, later.stderr) == (later.stdout, "")


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
