"""Explanations of matches: what agrees, contradicts and is missing, with source and date."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tidewaiter.explain.matches import evidence_lines, missing_details, rarity_line
from tidewaiter.parties.matching.types import AskedParty, Explanation, Modifier, WordPair
from tidewaiter.parties.pair_kinds import likeness
from tidewaiter.parties.types import Identifier, ListedParty, PartyName

Call = Callable[..., Result]
DATA = Path(__file__).parents[2] / "data" / "explanations"
CASES = tomllib.loads((DATA / "cases.toml").read_text(encoding="utf-8"))["case"]
LISTED = {
    entry["id"]: entry
    for entry in map(json.loads, (DATA / "list.jsonl").read_text(encoding="utf-8").splitlines()[1:])
}
MATCHED = [case for case in CASES if "entry" in case]
DAY = ("--day", "2026-12-03")


def title(case: dict[str, Any]) -> str:
    """Name a case in the report of a run."""
    return str(case["title"])


@pytest.fixture
def match(call: Call) -> Callable[..., Result]:
    """Call the command with the invented list in force."""
    path = DATA / "list.jsonl"
    assert call("lists", "add", str(path), "--as", "invented", "--lists", "kept").exit_code == 0

    def run(case: dict[str, Any], *more: str) -> Result:
        options = ("--kind", case["kind"], *case.get("options", ()), *more)
        return call("match", case["name"], "--lists", "kept", *DAY, *options)

    return run


def test_there_are_forty() -> None:
    """No case was removed, and none is told twice."""
    assert len(CASES) >= 40
    assert len({case["title"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", MATCHED, ids=title)
def test_an_explanation_has_what_agrees_contradicts_and_is_missing(
    match: Callable[..., Result], case: dict[str, Any]
) -> None:
    """Words and details that agree, differ and lack are in the record of the match."""
    result = match(case, "--threshold", "0", "--json")
    answer = json.loads(result.stdout)
    found = next(each for each in answer["matches"] if each["entry"] == f"invented {case['entry']}")
    said = found["explanation"]
    details = [each for each in said["modifiers"] if each["text"]]
    agrees = {pair["listed"] for pair in said["pairs"]}
    agrees |= {each["what"] for each in details if each["points"] > 0}
    left = {how: {each["word"] for each in said["left_over"] if each["how"] == how} for how in HOW}
    against = {each["what"] for each in details if each["points"] < 0}
    assert agrees == set(case["agrees"])
    assert left["contradicted"] | against == set(case.get("contradicts", ()))
    assert left["omitted"] == set(case.get("missing", ()))
    assert [f"invented {each}" for each in case.get("tied", ())] == found["tied"]
    assert bool(found["owned"]) == case.get("owned", False)
    assert found["outcome"] == case.get("outcome", "")
    assert bool(answer["doubts"]) == case.get("doubts", False)


HOW = ("contradicted", "omitted")


@pytest.mark.parametrize("case", MATCHED, ids=title)
def test_an_explanation_names_list_date_and_source(
    match: Callable[..., Result], case: dict[str, Any]
) -> None:
    """The list with its date, the entry, its listing date and its source are printed."""
    told = match(case, "--threshold", "0").stdout
    listed = LISTED[case["entry"]]
    assert f"{case['entry']} of Invented sanctions list of 2026-10-01" in told
    assert listed["listed"] in told
    assert listed["source"] in told
    for word in (*case.get("contradicts", ()), *case.get("missing", ())):
        assert ":" in word or word in told


@pytest.mark.parametrize("case", [case for case in CASES if "says" in case], ids=title)
def test_an_answer_without_a_match_says_why(
    match: Callable[..., Result], case: dict[str, Any]
) -> None:
    """A name that cannot be compared is reported as such, not as cleared."""
    answer = json.loads(match(case, "--json").stdout)
    assert not answer["matches"]
    assert answer[case["says"]]


def test_the_points_of_all_lines_add_up() -> None:
    """Each piece of evidence is in one group, whatever its sign."""
    pairs = (
        WordPair(asked="Zefyrine", listed="Zephyrine", kind="romanised", points=-0.25),
        WordPair(asked="Ltd", listed="GmbH", kind="romanised", points=0.5),
    )
    said = Explanation(
        cleaning=(),
        form="latin",
        pairs=pairs,
        left_over=(),
        modifiers=(
            Modifier(what="legal form: same", points=-0.5),
            Modifier(what="numbers in the names: different", points=-2.0),
        ),
        rarity=3_999_999,
    )
    lines = evidence_lines(said)
    assert sum(float(line.split()[0]) for line in lines if line.startswith(" ")) == -2.25
    assert "4,000,000" in rarity_line(said)


@pytest.mark.parametrize(
    ("asked", "listed", "kind", "expected"),
    [
        ("Кораблинов", "Korablinov", "exact", "transliterated"),
        ("MÜLLER", "Muller", "exact", "exact"),
        ("Voskhod", "VOSKHOD", "translated", "exact"),
        ("GmbH", "Co., Ltd", "romanised", "legal form"),
        ("Zelantas", "Zelentas", "edit", "edit"),
    ],
)
def test_words_are_called_as_they_look(asked: str, listed: str, kind: str, expected: str) -> None:
    """A reader compares what is written, not what the matcher read."""
    pair = WordPair(asked=asked, listed=listed, kind=kind, points=1.0)
    assert likeness(pair) == expected


def test_details_that_were_not_given_are_listed() -> None:
    """A date of birth, country, address or number of the entry that the query lacks."""
    entry = ListedParty(
        id="1",
        kind="person",
        names=(PartyName(text="Arvo Zelentas"),),
        births=("1971-03-12",),
        countries=("LT",),
        identifiers=(Identifier(scheme="passport", value="X1"),),
    )
    assert len(missing_details(AskedParty(text="Arvo Zelentas"), entry)) == 3
    given = AskedParty(
        text="Arvo Zelentas",
        births=("1971",),
        countries=("LT",),
        identifiers=(Identifier(scheme="Passport", value="X2"),),
    )
    assert missing_details(given, entry) == []
