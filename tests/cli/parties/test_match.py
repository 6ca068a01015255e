"""The command `tidewaiter match`."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from tests.support.raising import says

from tidewaiter.report.parties.exports import MATCHES

Call = Callable[..., Result]
LIST = Path(__file__).parents[2] / "data" / "parties" / "matching.jsonl"
NAMES = [json.loads(line) for line in LIST.read_text(encoding="utf-8").splitlines()]


def test_one_name_is_explained(call: Call) -> None:
    """Each word has its points, and no answer is a verdict."""
    entry = NAMES[0]
    result = call("match", entry["names"][0], "--kind", "person", "--list", str(LIST))
    assert result.exit_code == 0
    assert entry["id"] in result.stdout
    assert "What agrees" in result.stdout
    assert "clear" not in result.stdout.lower()


def test_the_answer_as_json(call: Call) -> None:
    """The answer has its record's keys."""
    result = call("match", NAMES[0]["names"][0], "--list", str(LIST), "--json")
    answer = json.loads(result.stdout)
    keys = [
        "id",
        "text",
        "not_assessable",
        "script",
        "matches",
        "doubts",
        "threshold",
        "numbers",
    ]
    assert list(answer) == keys
    assert answer["matches"][0]["entry"] == NAMES[0]["id"]


@pytest.mark.parametrize("born", ["12.03.1971", "12/03/1971", "12 March 1971", "昭和46年3月12日"])
def test_a_birth_date_may_be_written_as_is_usual(call: Call, here: Path, born: str) -> None:
    """The day comes before the month; the answer is that of the ISO date."""
    entry = '{"id": "1", "schema": "Person", "names": ["Asha Udaharan"], "dob": "1971-03-12"}\n'
    (here / "list.jsonl").write_text(entry)
    asked = ("match", "Asha Udaharan", "--list", "list.jsonl", "--json", "--born")
    iso, usual = call(*asked, "1971-03-12"), call(*asked, born)
    assert usual.exit_code == 0
    assert json.loads(usual.stdout)["matches"] == json.loads(iso.stdout)["matches"]


def test_what_is_no_birth_date_is_refused(call: Call) -> None:
    """No date is guessed."""
    result = call("match", "A B", "--list", str(LIST), "--born", "31.31.1971")
    assert result.exit_code == 2
    assert says(result.stderr, "cli/not-a-date-of-birth")


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
    """Parties that match or are not assessable are in the file of matches."""
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
        assert (
            "41 parties screened: 40 with a possible match, 1 not assessable; 0 rejected values"
            in done.stderr
        )
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
    """The list, its version, the entry id, the action and the outcome have columns."""
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


def test_a_value_that_cannot_be_read_is_counted_and_the_rest_goes_on(
    call: Call, here: Path
) -> None:
    """An unknown kind is reported with its place and ignored; exit status 1."""
    text = f'name,kind\n"{NAMES[0]["names"][0]}",person\nA,dragon\n'
    (here / "parties.csv").write_text(text, encoding="utf-8")
    done = call("match", "--list", str(LIST), "--file", "parties.csv", "--out", "m.csv")
    assert done.exit_code == 1
    assert 'row 2, column kind: "dragon"' in done.stderr
    assert "2 parties screened: 1 with a possible match" in done.stderr
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
        ('{"id": "1", "names": []}', "parties/entry-without-name"),
        ('{"id": "a", "names": ["B"]}', "parties/id-twice"),
        ('{"id": "1", "names": ["B"], "schema": "Dragon"}', "parties/not-a-kind-of-party"),
    ],
)
def test_a_bad_list_is_refused_with_its_place(call: Call, here: Path, line: str, said: str) -> None:
    """Nothing is matched against half a list."""
    (here / "list.jsonl").write_text('{"id": "a", "names": ["A"]}\n' + line + "\n")
    result = call("match", "A", "--list", "list.jsonl")
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert says(result.stderr, said)


def test_columns_that_are_missing_are_named(call: Call, here: Path) -> None:
    """A file of parties without names is refused."""
    (here / "p.csv").write_text("id,title\n1,A\n")
    result = call("match", "--list", str(LIST), "--file", "p.csv", "--out", "o.jsonl")
    assert result.exit_code == 2
    assert says(result.stderr, "bulk/no-name-column")
    assert not (here / "o.jsonl").exists()


LEI = "213800KUD8LAJWSQ9D15"


@pytest.fixture
def numbered(here: Path) -> Path:
    """Write and add a list with an entry that has an LEI and a telephone."""
    head = {"list": {"slug": "made", "name": "Made", "authority": "Us"}}
    entry = {
        "id": "X-1",
        "kind": "organisation",
        "names": [{"text": "Qorvex Plumbing Works"}],
        "identifiers": [
            {"scheme": "LEI", "value": LEI},
            {"scheme": "phone", "value": "+86 10 6512 3456"},
        ],
    }
    (here / "made.jsonl").write_text(json.dumps(head) + "\n" + json.dumps(entry) + "\n")
    return here


def _kept(call: Call) -> None:
    added = call("lists", "add", "made.jsonl", "--dated", "2026-10-01", "--lists", "kept")
    assert added.exit_code == 0, added.output


def test_a_number_finds_an_entry_without_a_name(call: Call, numbered: Path) -> None:
    """--id, --phone, --email, --web and --address say what is known; the answer tells the rule."""
    assert numbered
    _kept(call)
    alone = call("match", "--id", f"lei={LEI}", "--lists", "kept", "--day", "2026-11-25")
    assert alone.exit_code == 0, alone.output
    assert "Qorvex Plumbing Works" in alone.stdout
    assert "its check digits are correct" in alone.stdout
    more = call(
        "match",
        "Nothing Alike",
        "--phone",
        "010 6512 3456",
        "--country",
        "CN",
        "--email",
        "a@b.example.com",
        "--web",
        "b.example.com",
        "--address",
        "12 Main Street",
        "--lists",
        "kept",
        "--day",
        "2026-11-25",
    )
    assert "phone: same" in more.stdout
    assert "does not resemble" in more.stdout


def test_a_number_that_cannot_be_right_is_told(call: Call) -> None:
    """It is compared as it is written, and the user hears of it."""
    result = call("match", "Unheard Qwxyz", "--id", f"LEI={LEI[:-1]}6", "--list", str(LIST))
    assert result.exit_code == 0
    assert "its check digits are wrong" in result.stderr


def test_rows_that_cannot_be_read_are_refused_and_the_rest_goes_on(call: Call, here: Path) -> None:
    """Exit status 1, the count, and a file of refusals; the other parties are matched."""
    name = NAMES[0]["names"][0]
    text = f'name,kind,lei\n"{name}",dragon,\n"{name}",person,{LEI[:-1]}6\n"{name}"\n"{name}",,\n'
    (here / "p.csv").write_text(text, encoding="utf-8")
    done = call(
        "match", "--list", str(LIST), "--file", "p.csv", "--out", "m.jsonl", "--refused", "r.csv"
    )
    assert done.exit_code == 1, done.output
    assert "3 rows or fields could not be read" in done.stderr
    answers = [json.loads(line) for line in (here / "m.jsonl").read_text().splitlines()]
    assert [answer["id"] for answer in answers] == ["1", "2", "4"]
    assert "bulk/party-kind-not-known" in (here / "r.csv").read_text(encoding="utf-8-sig")
    again = call("match", "--list", str(LIST), "--file", "p.csv", "--out", "m.jsonl")
    assert "use --refused FILE.csv to write all of them" in again.stderr


def test_options_of_one_name_are_of_no_file(call: Call, here: Path) -> None:
    """What would be left alone in silence is refused."""
    (here / "p.csv").write_text("name\nA\n")
    file = ("match", "--list", str(LIST), "--file", "p.csv", "--out", "m.jsonl")
    assert "only with NAME" in call(*file, "--phone", "+1 202 555 0142").stderr
    assert (
        "only with --file" in call("match", "A", "--list", str(LIST), "--refused", "r.csv").stderr
    )


def test_refusals_do_not_overwrite_the_parties(call: Call, here: Path) -> None:
    """Input files are unchanged."""
    (here / "p.csv").write_text("name\nA\n")
    args = ("match", "--list", str(LIST), "--file", "p.csv", "--out", "m.jsonl")
    assert call(*args, "--refused", "p.csv").exit_code == 2


TIED = (
    "id,kind,name,identifiers,action,ties\n"
    "A-1,organisation,Harbourine Chemicals Ltd,,watched,owned-by:A-2:60 %\n"
    "A-2,organisation,Zarivanto Holding,passport:Z1234567:IN,blocked,\n"
)


@pytest.fixture
def tied(here: Path, call: Call) -> Path:
    """Keep a list of a firm and its blocked owner."""
    (here / "own.csv").write_text(TIED, encoding="utf-8")
    call("lists", "add", "own.csv", "--as", "own", "--dated", "2026-10-01", "--lists", "kept")
    return here


def test_a_match_says_who_owns_the_entry(tied: Path, call: Call) -> None:
    """As a screening does: in the text, in JSON, and in a file of matches."""
    asked = ("match", "Harbourine Chemicals Ltd", "--lists", "kept", "--day", "2026-11-25")
    (match,) = json.loads(call(*asked, "--json").stdout)["matches"]
    (link,) = match["links"]
    assert (link["entry"], link["action"], match["blocked_share"]) == ("A-2", "blocked", "60 %")
    assert "owned by Zarivanto Holding (60 %): assets blocked" in call(*asked).stdout
    (tied / "p.csv").write_text("name\nHarbourine Chemicals Ltd\nZarivanto Holding\n")
    done = call("match", "--file", "p.csv", "--out", "m.csv", "--lists", "kept")
    assert done.exit_code == 0, done.output
    with (tied / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [json.loads(row["links"])[0]["owned"] for row in rows] == [True, False]


@pytest.mark.parametrize(("number", "found"), [("passport=Z1234567", ["own A-2"]), ("lei=X", [])])
def test_a_number_alone_was_looked_up(
    tied: Path, call: Call, number: str, found: list[str]
) -> None:
    """Without a name to assess, it is not reported as not assessable."""
    assert tied.is_dir()
    done = call("match", "--id", number, "--country", "IN", "--lists", "kept", "--json")
    answer = json.loads(done.stdout)
    assert [each["entry"] for each in answer["matches"]] == found
    assert answer["not_assessable"] == ""


def test_names_in_a_script_that_is_not_compared_are_counted(here: Path, call: Call) -> None:
    """One name says so, a file counts them and keeps a row of each; the exit status stays 0."""
    one = call("match", "குமரன் செல்வம்", "--list", str(LIST))
    assert (one.exit_code, "in Tamil script" in one.stdout) == (0, True)
    (here / "p.csv").write_text("name\nகுமரன் செல்வம்\nகமலா செல்வம்\nUnheard Qwxyz Bakery\n", "utf-8")
    done = call("match", "--file", "p.csv", "--list", str(LIST), "--out", "m.csv")
    assert (done.exit_code, "2 names in Tamil script" in done.stderr) == (0, True)
    with (here / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["script"] for row in csv.DictReader(file)] == ["Tamil", "Tamil"]


def _own(here: Path) -> None:
    rows = (
        "P1,person,Arvo Zelentas,blocked,passport:ZZ12345678:IR\nP2,person,Arvo Zelentas,blocked,\n"
    )
    (here / "own.csv").write_text(f"id,kind,name,action,identifiers\n{rows}", encoding="utf-8")


def test_ties_are_told(call: Call, here: Path) -> None:
    """Entries of equal evidence are named together, and the JSON names the others of each."""
    _own(here)
    assert call("lists", "add", "own.csv", "--as", "own", "--lists", "kept").exit_code == 0
    done = call("match", "Arvo Zelentas", "--lists", "kept")
    assert "2 entries have equal evidence" in done.stdout
    assert "2 of 2 entries have the listed name" in done.stdout
    told = json.loads(call("match", "Arvo Zelentas", "--lists", "kept", "--json").stdout)
    assert [each["tied"] for each in told["matches"]] == [["own P2"], ["own P1"]]
    assert {(each["sharing"], each["entries"]) for each in told["matches"]} == {(2, 2)}


@pytest.mark.parametrize("name", [(), ("Trading",)])
def test_a_number_without_a_name_is_answered_as_looked_up(
    call: Call, here: Path, name: tuple[str, ...]
) -> None:
    """A hit by number comes first; without one, the answer says that the number was compared."""
    _own(here)
    assert call("lists", "add", "own.csv", "--as", "own", "--lists", "kept").exit_code == 0
    hit = call("match", *name, "--id", "passport=ZZ12345678", "--lists", "kept")
    assert hit.stdout.splitlines()[0].endswith("Arvo Zelentas (main name)")
    none = call("match", *name, "--id", "passport=QQ98765432", "--lists", "kept")
    assert none.stdout.startswith("no possible match: no entry on this list has this identifier")
    assert ("only identifiers were compared" in none.stdout) == bool(name)
