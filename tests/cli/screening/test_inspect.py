"""The command that identifies a file."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Call = Callable[..., Result]
DATA = Path(__file__).parents[2] / "data" / "formats"


def test_a_table_is_told_with_its_columns(call: Call, here: Path) -> None:
    """Columns that are read, those that are not, and the first lines."""
    (here / "a.csv").write_text('goods,"Net weight (lb)",note\nacetone,"1,5",x\nether,"2,5",y\n')
    result = call("inspect", "a.csv")
    assert result.exit_code == 0
    for text in (
        "a.csv: Delimited text, from its name",
        "decimal mark: net ,",
        "units in the header: net lb",
        "understood",
        "from its name",
        "not used",
        "note",
        "x | y",
        "row 1, as it would be screened",
        "0.680389 kg",
    ):
        assert text in result.output


def test_a_message_is_told_with_what_it_keeps(call: Call) -> None:
    """Its layout, the fields that are understood, and those that are kept."""
    result = call("inspect", str(DATA / "dcsa-ebl.json"))
    assert result.exit_code == 0
    assert "DCSA bill of lading (JSON), from its first bytes" in result.output
    said = " ".join(result.output.split())
    assert "based on a published document, schema or program" in said
    assert "stored, not used" in result.output
    assert "transportDocumentStatus" in result.output


def test_json_is_one_object(call: Call) -> None:
    """With all that is seen."""
    seen = json.loads(call("inspect", str(DATA / "dcsa-ebl.json"), "--json").output)
    assert (seen["form"], seen["confirmed"], seen["rows"]) == ("dcsa", True, 1)
    assert seen["lines"][0]["un"] == "3082"
    assert seen["lines"][0]["other"][1] == {"name": "transportDocumentStatus", "text": "ISSUED"}


def test_open_questions_are_status_one(call: Call, here: Path) -> None:
    """Each open question is shown with the option that answers it."""
    (here / "a.csv").write_text("goods,net,net weight\nacetone,1,2\n")
    result = call("inspect", "a.csv")
    assert result.exit_code == 1
    assert '--map "net=net weight"' in " ".join(result.output.split())
    (here / "b.csv").write_bytes(b"%PDF-1.7")
    result = call("inspect", "b.csv")
    assert result.exit_code == 1
    assert "cannot be read: the PDF file is damaged" in result.output
    (here / "c.csv").write_text("a,b\nacetone,1\n")
    assert "nothing can be screened without one of" in call("inspect", "c.csv").output


def test_formats_are_listed_with_their_marks(call: Call) -> None:
    """Those that no sample confirms say how they are asked for."""
    known = {
        each["name"]: each for each in json.loads(call("inspect", "--formats", "--json").output)
    }
    assert known["dcsa"]["confirmed"]
    assert not known["postal"]["confirmed"]
    assert {"csv", "jsonl", "parquet", "xlsx"} <= set(known)
    text = " ".join(call("inspect", "--formats").output.split())
    assert "--format" in text
    assert "not confirmed" in text


def test_a_file_or_the_formats(call: Call, here: Path) -> None:
    """Neither and both are refused."""
    (here / "a.csv").write_text("goods\nacetone\n")
    assert call("inspect").exit_code == 2
    assert call("inspect", "a.csv", "--formats").exit_code == 2


def test_a_forced_format_is_screened(call: Call, here: Path) -> None:
    """`screen --format` uses one that is not confirmed, and keeps what it does not use."""
    item = json.loads((DATA / "itmatt_like.json").read_text(encoding="utf-8"))
    item["contents"][0]["description"] = "Ephedrine"
    (here / "item.json").write_text(json.dumps(item))
    asked = ("--format", "postal", "--out", "a.jsonl", "--day", "2026-11-25")
    result = call("screen", "item.json", *asked)
    assert result.exit_code == 1  # the number of the item has a wrong digit
    alert = json.loads((here / "a.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert {"name": "handlingClass", "text": "E"} in alert["line"]["other"]
    refused = call("screen", "item.json", "--format", "itmat", "--out", "b.jsonl")
    assert refused.exit_code == 2
    assert '"itmat" is not known' in refused.output
