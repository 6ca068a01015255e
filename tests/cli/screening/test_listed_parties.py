"""Screening with lists of parties: from the list to the alert, the report, and a judgement."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Call = Callable[..., Result]

LIST = (
    "id,kind,name,aliases,countries,identifiers,action,basis,listed,outcome,"
    "outcome_day\n"
    "A-1,organisation,Harbourine Chemicals Ltd,Harbourchem,,registration:U24110:IN,indicted,"
    "Indictment 1/2026,2026-01-05,pending,\n"
    "A-2,person,Udaharan Asha Rani,,IN,,indicted,Indictment 2/2026,2026-01-05,"
    "acquitted,2026-09-01\n"
)
MANIFEST = (
    "consignment,goods,consignor,consignor country,consignee\n"
    "C1,steel bolts,HARBOURINE CHEMICAL LIMITED,IN,Muster GmbH\n"
    "C2,paper,Muster GmbH,DE,Asha Rani Udaharan\n"
    "C3,paper,Beispiel AG,DE,Muster GmbH\n"
)


@pytest.fixture
def listed(here: Path, call: Call) -> Path:
    """Keep one list, and write a manifest that names two of its parties."""
    (here / "own.csv").write_text(LIST, encoding="utf-8")
    (here / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    added = call(
        "lists", "add", "own.csv", "--as", "own-watch", "--dated", "2026-10-01", "--lists", "kept"
    )
    assert added.exit_code == 0, added.output
    return here


def _screen(call: Call, *more: str) -> tuple[Result, list[dict[str, Any]]]:
    result = call(
        "screen",
        "--day",
        "2026-11-25",
        "manifest.csv",
        "--out",
        "a.jsonl",
        "--report",
        "r.html",
        *more,
    )
    text = Path("a.jsonl").read_text(encoding="utf-8")
    return result, [json.loads(line) for line in text.splitlines()]


def test_a_listed_party_is_an_alert_with_list_version_and_outcome(listed: Path, call: Call) -> None:
    """The charged firm is reported; the acquitted person has too few points for an alert."""
    result, alerts = _screen(call, "--lists", "kept")
    assert result.exit_code == 0
    assert [(each["consignment"], each["score"]) for each in alerts] == [("C1", 45)]
    (match,) = alerts[0]["parties"]
    assert match["entry"] == "A-1"
    assert match["outcome"] == "pending"
    assert match["list_day"] == "2026-10-01"
    assert match["supports"]
    assert "Parties were screened against: " in result.output
    page = (listed / "r.html").read_text(encoding="utf-8")
    assert "Harbourine Chemicals Ltd" in page
    assert "charge: still pending" in page
    assert "A possible match is not proof of identity" in page


def test_without_lists_no_party_is_compared(listed: Path, call: Call) -> None:
    """The summary says that there was no list, and how to keep one."""
    result, alerts = _screen(call, "--lists", "empty")
    assert listed.is_dir()
    assert alerts == []
    assert "No party lists are loaded" in result.output


def test_a_list_that_comes_later_says_nothing_of_an_earlier_day(listed: Path, call: Call) -> None:
    """The lists of the day apply, as the law does."""
    result = call(
        "screen", "--day", "2026-09-30", "manifest.csv", "--out", "b.jsonl", "--lists", "kept"
    )
    assert result.exit_code == 0
    assert (listed / "b.jsonl").read_text(encoding="utf-8") == ""


def test_a_party_that_was_judged_another_is_no_alert(listed: Path, call: Call) -> None:
    """The decision is stored with its reason; a namesake in another country still alerts."""
    judged = call(
        "lists",
        "judge",
        "own-watch",
        "A-1",
        "Harbourine Chemical Limited",
        "--other",
        "--country",
        "IN",
        "--why",
        "another registration number",
        "--lists",
        "kept",
    )
    assert judged.exit_code == 0, judged.output
    assert _screen(call, "--lists", "kept")[1] == []
    text = MANIFEST.replace(",IN,", ",MX,")
    (listed / "manifest.csv").write_text(text, encoding="utf-8")
    assert len(_screen(call, "--lists", "kept")[1]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("own-watch", "A-9", "X", "--other", "--why", "x"), "no entry"),
        (("no-list", "A-1", "X", "--other", "--why", "x"), "no version"),
        (("own-watch", "A-1", "X", "--why", "x"), "--other or --same"),
    ],
)
def test_a_judgement_of_nothing_is_refused(
    listed: Path, call: Call, arguments: tuple[str, ...], said: str
) -> None:
    """The list and the entry must be there, and the decision be said."""
    result = call("lists", "judge", *arguments, "--lists", "kept")
    assert listed.is_dir()
    assert result.exit_code == 2
    assert said in result.output


def test_a_name_is_matched_with_the_lists_that_are_kept(listed: Path, call: Call) -> None:
    """An entry is named by its list; a day before the list finds none, as no list was in force."""
    assert listed.is_dir()
    asked = ("match", "Harbourine Chemical Limited", "--json", "--lists", "kept")
    found = json.loads(call(*asked).stdout)
    assert [each["entry"] for each in found["matches"]] == ["own-watch A-1"]
    earlier = json.loads(call(*asked, "--day", "2026-09-30").stdout)
    assert earlier["matches"] == []
    refused = call("match", "Harbourine", "--lists", "empty")
    assert (refused.exit_code, "lists add" in refused.output) == (2, True)


def test_a_match_says_that_it_was_judged_another(listed: Path, call: Call) -> None:
    """In the answer to a name and in the rows of a file; of another country it says nothing."""
    name = "Harbourine Chemical Limited"
    done = call(
        "lists",
        "judge",
        "own-watch",
        "A-1",
        name,
        "--other",
        "--country",
        "IN",
        "--why",
        "another registration number",
        "--lists",
        "kept",
    )
    assert done.exit_code == 0, done.output
    told = call("match", name, "--country", "IN", "--lists", "kept").stdout
    assert "assessed as a different party by" in told
    assert "another registration number" in told
    assert "assessed as" not in call("match", name, "--country", "MX", "--lists", "kept").stdout
    (listed / "p.csv").write_text(f"name,country\n{name},IN\n{name},MX\n", encoding="utf-8")
    done = call("match", "--file", "p.csv", "--out", "m.csv", "--lists", "kept")
    assert done.exit_code == 0, done.output
    with (listed / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ["another registration" in row["judged"] for row in rows] == [True, False]


def test_the_notice_of_a_licence_stands_beside_matches(here: Path, call: Call) -> None:
    """Status tells licence and notice; the alert and the report have the notice."""
    head = '{"list": {"slug": "nc", "name": "NC list", "licence": "CC BY-NC 4.0.", "notice": "%s"}}'
    entry = {"id": "1", "kind": "organisation", "names": [{"text": "Harbourine Chemicals Ltd"}]}
    (here / "nc.jsonl").write_text(f"{head % 'Not to be sold.'}\n{json.dumps(entry)}\n")
    (here / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    added = call("lists", "add", "nc.jsonl", "--dated", "2026-10-01", "--lists", "kept")
    assert added.exit_code == 0, added.output
    told = " ".join(call("lists", "status", "--lists", "kept").output.split())
    assert "nc: NC list. CC BY-NC 4.0. Shown with matches: Not to be sold." in told
    _, alerts = _screen(call, "--lists", "kept")
    assert {match["notice"] for each in alerts for match in each["parties"]} == {"Not to be sold."}
    page = (here / "r.html").read_text(encoding="utf-8")
    assert page.count("Not to be sold.") >= 2
    assert 'Terms of use: <bdi lang="en">CC BY-NC 4.0</bdi>.' in page


def test_a_sign_needs_another_reason(listed: Path, call: Call) -> None:
    """Firms that share a room add to the alert of one of them; on their own they are none."""
    room = '"Room 5, 12 Keji Road, Shenzhen"'
    text = "consignment,goods,consignor,consignor address\n" + "".join(
        f"C{n},{goods},{name},{room}\n"
        for n, (goods, name) in enumerate(
            [("ephedrine", "Alpha Chem"), ("paper", "Beta Foods"), ("paper", "Gamma Bio")]
        )
    )
    (listed / "manifest.csv").write_text(text, encoding="utf-8")
    _, alerts = _screen(call, "--lists", "empty")
    (alert,) = alerts
    (sign,) = [each for each in alert["reasons"] if each["rule"] == "sign"]
    assert (alert["consignment"], sign["points"]) == ("C0", 4)
    rows = text.splitlines()
    (listed / "manifest.csv").write_text("\n".join(rows[:2]) + "\n", encoding="utf-8")
    (listed / "before.csv").write_text("\n".join([rows[0], *rows[2:]]) + "\n", encoding="utf-8")
    without = _screen(call, "--lists", "empty")[1][0]["reasons"]
    with_ = _screen(call, "--lists", "empty", "--history", "before.csv")[1][0]["reasons"]
    assert [each["rule"] for each in with_[len(without) :]] == ["sign"]
    call("screen", "before.csv", "--db", "c.db", "--day", "2026-11-25", "--lists", "empty")
    kept = _screen(call, "--lists", "empty", "--db", "c.db")[1][0]["reasons"]
    assert kept == with_


def test_names_that_are_not_compared_are_counted(listed: Path, call: Call) -> None:
    """The summary and the report say how many there are; without lists nothing is said."""
    rows = "C4,paper,குமரன் செல்வம்,IL,拉佩斯·亨德里克斯\nC5,paper,குமரன் செல்வம்,IL,Muster GmbH\n"
    with (listed / "manifest.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    result, alerts = _screen(call, "--lists", "kept")
    assert result.exit_code == 0
    assert len(alerts) == 1
    page = (listed / "r.html").read_text(encoding="utf-8")
    for text in (" ".join(result.output.split()), page):
        assert "2 names in Tamil script" in text
        assert "1 foreign name in Chinese characters" in text
    bare, _ = _screen(call, "--lists", "empty")
    assert "Tamil" not in bare.output


def test_nothing_is_said_of_scripts_where_all_lists_are_restricted(here: Path, call: Call) -> None:
    """Whether such a list is kept is not to be seen."""
    text = LIST.replace("outcome_day\n", "outcome_day,confidential\n", 1)
    secret = text.replace("pending,\n", "pending,,yes\n").replace("09-01\n", "09-01,yes\n")
    (here / "own.csv").write_text(secret, encoding="utf-8")
    call("lists", "add", "own.csv", "--as", "own-watch", "--dated", "2026-10-01", "--lists", "kept")
    (here / "manifest.csv").write_text("goods,consignor\npaper,குமரன் செல்வம்\n", encoding="utf-8")
    result, _ = _screen(call, "--lists", "kept")
    assert "Tamil" not in result.output
    assert "Tamil" not in (here / "r.html").read_text(encoding="utf-8")
