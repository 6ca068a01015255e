"""The commands `tidewaiter parties resolve` and `tidewaiter parties judge`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tidewaiter.cli.core.main import main
from tidewaiter.parties.resolution import Entity, read_judgements
from tidewaiter.report.parties.exports import LINKS, read_entities

HEAD = "Description,Consignee,Consignee address,Consignee country\n"
MARCH = f"""{HEAD}Acetone,Ornek Kimya AS,"Liman Road 5, Izmir",TR
Toluene,ORNEK KIMYA A.S.,"5 Liman Rd, Izmir, TEL +90 232 441 0000",TR
Paint,Voorbeeld Handel BV,"Kerkstraat 12, Rotterdam",NL
"""
APRIL = f"{HEAD}Acetone,Ornek Kimiya,Tel. 0232 441 00 00,TR\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDEWAITER_LISTS", str(tmp_path / "lists"))
    Path("march.csv").write_text(MARCH, encoding="utf-8")
    Path("april.csv").write_text(APRIL, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    """Run a command of parties."""
    return CliRunner().invoke(main, ["parties", *words])


def lines(name: str) -> list[Mapping[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.usefixtures("folder")
def test_two_spellings_become_one_entity_with_its_reasons() -> None:
    """Entities hold members with file and rows; links hold reasons that add up."""
    done = run("resolve", "march.csv", "--out", "e.jsonl", "--links", "l.jsonl")
    assert done.exit_code == 0, done.output
    names = {tuple(sorted(entity["names"])) for entity in lines("e.jsonl")}
    assert names == {("ORNEK KIMYA A.S.", "Ornek Kimya AS"), ("Voorbeeld Handel BV",)}
    seen = [each for e in lines("e.jsonl") for m in e["members"] for each in m["seen"]]
    rows = {row for each in seen for row in each["rows"]}
    assert rows == {1, 2, 3}
    (link,) = (each for each in lines("l.jsonl") if each["outcome"] == "joined")
    assert link["points"] == sum(reason["points"] for reason in link["reasons"])


@pytest.mark.usefixtures("folder")
def test_going_on_keeps_ids_and_formats_hold_the_same() -> None:
    """The next file joins the entity of before; Parquet and JSON lines hold the same records."""
    run("resolve", "march.csv", "--out", "e.parquet")
    before = {entity.name: entity.id for entity in read_entities(Path("e.parquet"))}
    for out in ("next.jsonl", "next.parquet"):
        done = run("resolve", "april.csv", "--earlier", "e.parquet", "--out", out)
        assert done.exit_code == 0, done.output
    found = list(read_entities(Path("next.jsonl")))
    assert found == list(read_entities(Path("next.parquet")))
    (grown,) = (entity for entity in found if "Ornek Kimiya" in entity.names)
    assert grown.change == "grown"
    assert grown.id in before.values()
    assert pq.read_schema("next.parquet").names == [f.name for f in msgspec.structs.fields(Entity)]


@pytest.mark.usefixtures("folder")
def test_a_judgement_parts_what_points_join_and_can_be_taken_back() -> None:
    """A person's decision overrides, is stored with name and reason, and another line undoes it."""
    run("resolve", "march.csv", "--out", "e.jsonl", "--links", "l.jsonl")
    (link,) = (each for each in lines("l.jsonl") if each["outcome"] == "joined")
    for verdict, entities in (("--not-same", 3), ("--undecided", 2)):
        done = run("judge", link["a"], link["b"], verdict, "--who", "A. Officer", "--why", "paper")
        assert done.exit_code == 0, done.output
        run("resolve", "march.csv", "--judgements", "judgements.jsonl", "--out", "e.jsonl")
        assert len(lines("e.jsonl")) == entities
    said = read_judgements(Path("judgements.jsonl"))
    assert [each.verdict for each in said] == ["not same", "undecided"]
    assert {each.who for each in said} == {"A. Officer"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("resolve", "--out", "e.jsonl"), "Name input files"),
        (("resolve", "march.csv", "--out", "e.txt"), ".jsonl or .parquet"),
        (("resolve", "march.csv", "--out", "march.csv"), "overwrite"),
        (("resolve", "march.csv", "march.csv", "--out", "e.jsonl"), "counted twice"),
        (("resolve", "march.csv", "--earlier", "april.csv", "--out", "e.jsonl"), "not supported"),
        (("judge", "e-1", "p-0123456789abcdef", "--same", "--who", "w", "--why", "y"), "member id"),
        (("judge", f"p-{'0' * 16}", f"p-{'0' * 16}", "--same", "--who", "w", "--why", "y"), "both"),
        (("judge", f"p-{'0' * 16}", f"p-{'1' * 16}", "--who", "w", "--why", "y"), "--not-same"),
        (("judge", f"p-{'0' * 16}", f"p-{'1' * 16}", "--same", "--who", "", "--why", "y"), "empty"),
        (
            (
                "judge",
                f"p-{'0' * 16}",
                f"p-{'1' * 16}",
                "--same",
                "--who",
                "w",
                "--why",
                "y",
                "--when",
                "noon",
            ),
            "offset",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(words: tuple[str, ...], told: str) -> None:
    """Exit status 2 with a reason, and nothing is written."""
    done = run(*words)
    assert done.exit_code == 2
    assert told in done.output
    assert not Path("e.jsonl").exists()
    assert not Path("judgements.jsonl").exists()


@pytest.mark.usefixtures("folder")
def test_entities_that_are_none_are_refused() -> None:
    """A file of something else names itself, and what would do."""
    Path("other.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    Path("other.parquet").write_text("no", encoding="utf-8")
    for name in ("other.jsonl", "other.parquet"):
        done = run("resolve", "--earlier", name, "--out", "e.jsonl")
        assert done.exit_code == 2
        assert name in done.output
        assert "parties resolve --out" in done.output


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_read_is_told_and_written() -> None:
    """A row that is refused is not dropped in silence: exit status 1, and a file."""
    Path("bad.csv").write_text(f"{MARCH}Paint,A,B,NL,extra,cells\n", encoding="utf-8")
    done = run("resolve", "bad.csv", "--out", "e.jsonl")
    assert done.exit_code == 1
    assert "row 4" in done.output
    assert run("resolve", "bad.csv", "--out", "e.jsonl", "--refused", "r.csv").exit_code == 1
    assert "extra" in Path("r.csv").read_text(encoding="utf-8-sig")
    assert len(lines("e.jsonl")) == 2


@pytest.mark.usefixtures("folder")
def test_a_file_without_parties_gives_no_entities() -> None:
    """Zero parties are not an error."""
    Path("none.csv").write_text("Description\nAcetone\n", encoding="utf-8")
    for out in ("e.jsonl", "e.parquet"):
        done = run("resolve", "none.csv", "--out", out, "--links", f"l-{out}")
        assert done.exit_code == 0, done.output
        assert list(read_entities(Path(out))) == []


FTM = (
    {
        "id": "NK-1",
        "schema": "Company",
        "properties": {
            "name": ["Ornek Kimya Sanayi"],
            "alias": ["Ornek Kimya AS"],
            "country": ["tr"],
            "topics": ["debarment"],
        },
    },
    {"id": "NK-2", "schema": "Person", "properties": {"name": ["Ayse Ornekoglu"]}},
    {
        "id": "d-1",
        "schema": "Directorship",
        "properties": {"director": ["NK-2"], "organization": ["NK-1"]},
    },
)


@pytest.mark.usefixtures("folder")
def test_entities_of_followthemoney_are_resolved_beside_lines() -> None:
    """A firm of both is one entity, which keeps its source's id, and links name it."""
    said = "".join(json.dumps(each) + "\n" for each in FTM)
    Path("known.ftm.json").write_text(said, encoding="utf-8")
    files = ("march.csv", "known.ftm.json", "--out", "e.ftm.json")
    done = run("resolve", *files, "--edges", "edges.parquet")
    assert done.exit_code == 0, done.output
    assert "as FollowTheMoney entities" in done.stderr
    found = {each["id"]: each for each in lines("e.ftm.json")}
    (firm,) = (each for each in found.values() if "NK-1" in each.get("referents", ()))
    assert firm["schema"] == "Company"
    assert firm["properties"]["topics"] == ["debarment"]
    assert "ORNEK KIMYA A.S." in {*firm["properties"]["name"], *firm["properties"]["alias"]}
    assert "TR" in firm["tidewaiter"]["countries"]
    (person,) = (each for each in found.values() if each["schema"] == "Person")
    assert found["d-1"]["properties"] == {"director": [person["id"]], "organization": [firm["id"]]}
    assert pq.read_schema("edges.parquet") == LINKS
    ties = [each for each in pq.read_table("edges.parquet").to_pylist() if each["points"] > 150]
    assert all(each["reasons"][0]["rule"] == "ref" for each in ties)
    assert ties


@pytest.mark.usefixtures("folder")
def test_going_on_from_followthemoney_keeps_ids_links_and_topics() -> None:
    """What was written goes on with the next file, by either way."""
    said = "".join(json.dumps(each) + "\n" for each in FTM)
    Path("known.ftm.json").write_text(said, encoding="utf-8")
    run("resolve", "march.csv", "known.ftm.json", "--out", "e.ftm.json")
    before = {each["id"]: each for each in lines("e.ftm.json")}
    for words in (("april.csv", "--earlier", "e.ftm.json"), ("april.csv", "e.ftm.json")):
        done = run("resolve", *words, "--out", "next.ftm.json")
        assert done.exit_code == 0, done.output
        after = {each["id"]: each for each in lines("next.ftm.json")}
        assert after.keys() == before.keys()
        assert after["d-1"] == before["d-1"]
        topics = [each["properties"].get("topics") for each in after.values()]
        assert topics.count(["debarment"]) == 1


@pytest.mark.usefixtures("folder")
def test_lines_that_are_no_entities_are_told() -> None:
    """Exit status 1, with the line; the others are resolved."""
    said = json.dumps(FTM[0]) + '\n{"id": "x", "schema": "Dragon", "properties": {}}\n'
    Path("known.ftm.json").write_text(said, encoding="utf-8")
    done = run("resolve", "known.ftm.json", "--out", "e.jsonl")
    assert done.exit_code == 1
    assert "row 2" in done.stderr
    assert "Dragon" in done.stderr
    assert len(lines("e.jsonl")) == 1


@pytest.mark.usefixtures("folder")
def test_entities_show_the_entries_that_they_resemble() -> None:
    """Name, list, action, outcome and probability; a similarity never says "listed"."""
    head = "id,kind,name,action,outcome,outcome_day,source\n"
    own = f"{head}X-1,organisation,Ornek Kimya,indicted,acquitted,2026-05-01,court of Izmir\n"
    Path("own.csv").write_text(own, encoding="utf-8")
    kept = CliRunner().invoke(main, ["lists", "add", "own.csv", "--as", "own", "--lists", "kept"])
    assert kept.exit_code == 0, kept.output
    done = run("resolve", "march.csv", "--lists", "kept", "--out", "e.jsonl")
    assert done.exit_code == 0, done.output
    (entity,) = (each for each in lines("e.jsonl") if each["listings"])
    (listing,) = entity["listings"]
    assert (listing["list"], listing["entry"], listing["action"]) == ("own", "X-1", "indicted")
    assert (listing["outcome"], listing["outcome_day"]) == ("acquitted", "2026-05-01")
    assert 0 < listing["probability"] < 1
    assert "Ornek Kimya" in done.stderr
    assert "indicted, acquitted" in done.stderr
    assert "not proof of identity" in done.stderr
    assert run("resolve", "march.csv", "--lists", "kept", "--out", "e.ftm.json").exit_code == 0
    assert not any("topics" in each["properties"] for each in lines("e.ftm.json"))
    parquet = run("resolve", "march.csv", "--lists", "kept", "--out", "e.parquet")
    assert parquet.exit_code == 0
    assert {e for e in read_entities(Path("e.parquet")) if e.listings}


@pytest.mark.usefixtures("folder")
def test_a_confidential_entry_stays_out_of_what_is_for_others() -> None:
    """FollowTheMoney is for exchange, so the entry is only in the authority's own file."""
    head = "id,kind,name,action,confidential\n"
    Path("own.csv").write_text(
        f"{head}X-1,organisation,Ornek Kimya,watched,yes\n", encoding="utf-8"
    )
    CliRunner().invoke(main, ["lists", "add", "own.csv", "--as", "own", "--lists", "kept"])
    run("resolve", "march.csv", "--lists", "kept", "--out", "e.jsonl")
    held = [each for entity in lines("e.jsonl") for each in entity["listings"]]
    assert [each["confidential"] for each in held] == [True]
    run("resolve", "march.csv", "--lists", "kept", "--out", "e.ftm.json")
    assert "X-1" not in Path("e.ftm.json").read_text(encoding="utf-8")
