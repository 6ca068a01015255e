"""Words of unknown meaning are screened, and a run without goods text does not exit with 0."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

Run = Callable[..., Result]

UNKNOWN = "Zork / blurb"  # a header that says nothing
EDI = (
    "UNH+1+CUSCAR:D:99B:UN'BGM+101+A1+9'CNI+1+B1'RFF+HS:03026200'QTY+1:10:KG'"
    "FTX+AAA+++ACETIC ANHYDRIDE'GID+1'UNT+8+1'"
)


def alerts(path: Path) -> list[dict[str, Any]]:
    """Read the alerts of a screening."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def found(screen: Run, path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Screen a file; return the exit status and the alerts."""
    out = path.with_name("alerts.jsonl")
    result = screen(str(path), "--out", str(out))
    return result.exit_code, alerts(out)


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as the suffix of a path says."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    else:
        lines = [
            ",".join(f'"{cell}"' for cell in row) for row in (rows[0], *(r.values() for r in rows))
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_column_that_is_not_known_is_screened_as_other_text(
    screen: Run, here: Path, suffix: str
) -> None:
    """The alert names the column and is weaker; the run ends 1, as no line has goods text."""
    text = "N-phenethyl-4-piperidone"
    path = write(here / f"a{suffix}", [{UNKNOWN: text, "HS code": "8413708100", "Packages": "1"}])
    code, (alert,) = found(screen, path)
    assert code == 1
    assert alert["substances"] == ["n-phenethyl-4-piperidone"]
    (mention,) = alert["mentions"]
    assert (mention["field"], mention["column"], mention["text"]) == ("other", UNKNOWN, text)
    points = {each["rule"]: each["points"] for each in alert["reasons"]}
    assert points["other-text"] < 0
    assert any(UNKNOWN in each["text"] for each in alert["reasons"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("acetic anhydride", True),
        ("acetic anhydrde", True),  # one edit
        ("CAS 108-24-7", True),
        ("108-24-7", True),
        ("crystal ice speed", False),  # weak and street names
        ("MSKU1234565", False),
        ("ACME Trading", False),
    ],
)
def test_other_text_counts_only_where_it_surely_names(
    screen: Run,
    here: Path,
    text: str,
    names: bool,  # noqa: FBT001 - a case
) -> None:
    """Beside goods that name nothing, a strong name or a CAS number; no street name, no number."""
    path = write(here / "a.csv", [{"Goods": "liquid in drums", UNKNOWN: text}])
    code, made = found(lambda *said: screen(*said, "--slang"), path)
    assert code == 0
    assert [alert["substances"] for alert in made] == [["acetic-anhydride"]] * names


def test_what_the_goods_name_already_is_not_found_again(screen: Run, here: Path) -> None:
    """The same words elsewhere change nothing in the alert but what it keeps."""
    goods = {"Goods": "acetic anhydride"}
    _, (alone,) = found(screen, write(here / "a.csv", [goods]))
    _, (beside,) = found(screen, write(here / "b.csv", [{**goods, UNKNOWN: "acetic anhydride"}]))
    for key in ("score", "mentions", "reasons"):
        assert beside[key] == alone[key]


def rules_of(screen: Run, path: Path, row: dict[str, str]) -> dict[str, int]:
    """Screen one line; return the points of its one alert by rule."""
    _, (alert,) = found(screen, write(path, [row]))
    return {each["rule"]: each["points"] for each in alert["reasons"]}


@pytest.mark.parametrize(
    ("goods", "hs", "name"),
    [
        ("acetyc anhydride", "940320", "acetic anhydride"),
        ("ephedryne 25 kg", "841370", "ephedrine"),
        ("potasium permanganate", "2915", "potassium permanganate"),
    ],
)
def test_a_misspelt_name_that_a_code_refutes_hides_no_name_in_other_text(
    screen: Run, here: Path, goods: str, hs: str, name: str
) -> None:
    """The right name beside it is found, and the refuted word takes nothing off."""
    row = {"Goods": goods, "HS code": hs}
    assert "downgraded" in rules_of(screen, here / "a.csv", row)
    beside = rules_of(screen, here / "b.csv", {**row, UNKNOWN: name})
    assert beside.keys() == {"control", "exact", "other-text"}


@pytest.mark.parametrize("text", ["contains ephedrine", "299-42-3", "Notify: Acetone Road 5"])
def test_papers_do_not_contradict_other_text(screen: Run, here: Path, text: str) -> None:
    """An HS or UN code that does not fit a word which may not be of the goods adds no points."""
    row = {"Goods": "pumps", "HS code": "841370", "UN number": "1993", UNKNOWN: text}
    assert not rules_of(screen, here / "a.csv", row).keys() & {"hs-mismatch", "un-mismatch"}


def test_other_text_hides_no_contradiction_of_the_goods(screen: Run, here: Path) -> None:
    """The name of the goods is compared with the codes, despite a stronger name elsewhere."""
    row = {"Goods": "acetone in drums", "HS code": "940320", "CAS": "108-88-3"}
    alone = rules_of(screen, here / "a.csv", row)
    beside = rules_of(screen, here / "b.csv", {**row, UNKNOWN: "ephedrine"})
    assert {"hs-mismatch", "cas-mismatch"} <= alone.keys()
    assert {"hs-mismatch", "cas-mismatch"} <= beside.keys()


@pytest.mark.parametrize(("column", "refutes"), [(UNKNOWN, False), ("CAS", True)])
def test_a_number_in_other_text_refutes_no_name(
    screen: Run,
    here: Path,
    column: str,
    refutes: bool,  # noqa: FBT001 - a case
) -> None:
    """A misspelt name counts beside a CAS number that may not be of the goods."""
    row = {"Goods": "acetyc anhydride", column: "67-64-1"}
    _, (alert,) = found(screen, write(here / "a.csv", [row]))
    (mention,) = (each for each in alert["mentions"] if each["how"] == "fuzzy")
    assert bool(mention["downgraded"]) is refutes


def test_a_list_in_a_column_is_other_text(screen: Run, here: Path) -> None:
    """Records inside a column of Parquet have no field, and are looked through."""
    rows = [{"Goods": "samples", "parts": [{"what": "1-boc-4-AP"}]}]
    pq.write_table(pa.Table.from_pylist(rows), here / "a.parquet")
    _, (alert,) = found(screen, here / "a.parquet")
    assert alert["mentions"][0]["column"] == "parts"


@pytest.mark.parametrize(
    "content",
    [
        'Name,Description\n"Acetic anhydride 5 L",Best quality\n',
        'TITLE,DESCRIPTION,PRICE\n"Acetic anhydride 5 L",Best quality,12\n',
        'sku,name,short_description,price\nA-1,"Acetic anhydride 5 L",Best quality,12\n',
        (
            "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Grams\n"
            "aa,Acetic anhydride 5 L,<p>Best quality</p>,ACME,A-1,5400\n"
        ),
        (
            "ID,Type,SKU,Name,Published,Short description,Description,Regular price\n"
            "1,simple,A-1,Acetic anhydride 5 L,1,Best,quality,12\n"
        ),
        'Nombre,Descripción\n"Acetic anhydride 5 L",La mejor calidad\n',
        'Product / Part number description,HS code\n"Acetic anhydride",84137081\n',
        'Description of all retail goods,HS code\n"Acetic anhydride",84137081\n',
    ],
)
def test_the_name_and_the_title_of_a_product_are_goods(
    screen: Run, here: Path, content: str
) -> None:
    """Shop tables and packing lists: the product name is goods text, not other text."""
    (here / "a.csv").write_text(content, encoding="utf-8")
    code, (alert,) = found(screen, here / "a.csv")
    assert code == 0
    assert alert["substances"] == ["acetic-anhydride"]
    assert {each["field"] for each in alert["mentions"]} <= {"goods", "commercial"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Goods,Outstanding Balance\nwidgets,1400.37\nbolts,2915.24\nnuts,2933.37\n", "hs"),
        ("Goods,Subtotal\nwidgets,2915.24\nbolts,2933.37\n", "hs"),
        ("Goods,Cases\nwidgets,108\nbolts,64\n", "cas"),
        ("Goods,CAS\nwidgets,108\nbolts,64\n", "cas"),
        ("Goods,IMO number\nwidgets,3\nbolts,8\n", "imo"),
        ("Goods,Tariff\nwidgets,12.5\nbolts,7.5\n", "hs"),
    ],
)
def test_no_code_is_read_from_values_that_are_none(
    call: Run, here: Path, content: str, line: str
) -> None:
    """Money is not an HS code, and a count of cases is not a CAS number."""
    (here / "a.csv").write_text(content, encoding="utf-8")
    seen = json.loads(call("inspect", "a.csv", "--json").output)
    assert [each[line] for each in seen["lines"]] == [None] * len(seen["lines"])


@pytest.mark.parametrize(("text", "named"), [("sturdy", True), ("19", False)])
def test_a_hint_names_a_column_that_has_words(
    screen: Run,
    here: Path,
    text: str,
    named: bool,  # noqa: FBT001 - a case
) -> None:
    """A column of numbers does not describe goods, whether it comes first or is the only one."""
    row = {"product_id": "77", UNKNOWN: text, "HS code": "", "Packages": "2"}
    result = screen(str(write(here / "a.csv", [row])))
    assert result.exit_code == 1
    assert (f'"goods={UNKNOWN}"' in result.stderr.replace("\n", "")) is named
    assert "goods=product_id" not in result.stderr


@pytest.mark.parametrize(("codes", "read"), [(("29.15", "84.13"), "2915"), (("29", "84"), "29")])
def test_headings_and_chapters_are_codes(
    call: Run, here: Path, codes: tuple[str, str], read: str
) -> None:
    """In a column that is called so, even where they look like sums."""
    write(here / "a.csv", [{"Goods": "tea", "HS code": code} for code in codes])
    seen = json.loads(call("inspect", "a.csv", "--json").output)
    assert seen["lines"][0]["hs"] == read


def test_cases_are_packages(call: Run, here: Path) -> None:
    """The word ends as a plural of CAS does."""
    (here / "a.csv").write_text("Goods,No. of cases\nwidgets,108\n", encoding="utf-8")
    seen = json.loads(call("inspect", "a.csv", "--json").output)
    assert seen["lines"][0]["packages"] == 108


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        ([{"Packages": "3", "CAS": ""}, {"Packages": "1", "CAS": "108-24-7"}], (1, 0)),
        ([{"Goods": "tea", "HS code": ""}, {"Goods": "", "HS code": ""}], (1, 1)),
        ([{"Goods": "", "HS code": "0902"}, {"Goods": "tea", "HS code": "0902"}], (0, 1)),
    ],
)
def test_lines_that_say_nothing_are_counted(
    call: Run, screen: Run, here: Path, rows: list[dict[str, str]], counts: tuple[int, int]
) -> None:
    """A run with lines of no goods text and no code ends 1; `inspect` counts the same."""
    path = write(here / "a.csv", [{**row, "Packages": "2"} for row in rows])
    code, _ = found(screen, path)
    result = call("inspect", "a.csv", "--json")
    covered = json.loads(result.output)["coverage"]
    assert (covered["lines"], covered["bare"], covered["described"]) == (2, *counts)
    assert (code, result.exit_code) == (int(counts[0] > 0),) * 2


def test_what_is_said_of_the_whole_is_in_the_refused_rows(screen: Run, here: Path) -> None:
    """Once, with the count, and no row."""
    write(here / "a.csv", [{"HS code": "8413", UNKNOWN: "pumps of steel"}] * 3)
    screen("a.csv", "--out", "alerts.jsonl", "--refused", "refused.csv")
    (line,) = (here / "refused.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert line.startswith("0,,")
    assert "goods: 0 of 3" in line


def test_columns_behind_the_last_that_is_carried_are_told(screen: Run, here: Path) -> None:
    """Text that is not screened is reported."""
    row = {"Goods": "tea", **{f"zork {at}": "1" for at in range(200)}, "blurb": "pumps of steel"}
    write(here / "a.csv", [row])
    result = screen("a.csv", "--out", "alerts.jsonl", "--refused", "refused.csv")
    assert result.exit_code == 1
    assert '"blurb"' in (here / "refused.csv").read_text(encoding="utf-8-sig").replace('""', '"')


@pytest.mark.parametrize(
    "content",
    [
        EDI,
        EDI.replace("RFF+HS:03026200'QTY+1:10:KG'", "QTY+1:10:KG'RFF+BM:B2'"),
        EDI.replace("FTX+AAA", "FTX+PRD").replace("GID+1'", "GID+1'GID+2'").replace("+8+", "+9+"),
    ],
)
def test_goods_of_a_consignment_are_those_of_its_items(
    screen: Run, here: Path, content: str
) -> None:
    """Text and the tariff code that precede the first item of a cargo report."""
    (here / "a.edi").write_text(content, encoding="ascii")
    code, made = found(screen, here / "a.edi")
    assert code == 0
    assert {alert["line"]["goods"] for alert in made} == {"ACETIC ANHYDRIDE"}
    assert len(made) == content.count("GID+")


def test_a_segment_of_the_head_below_a_consignment_ends_nothing(screen: Run, here: Path) -> None:
    """What follows it is still of the consignment: no item of goods gets lost."""
    text = EDI.replace("FTX+AAA+++ACETIC ANHYDRIDE'GID+1'", "DTM+132:20260101:102'GID+1'")
    text = text.replace("UNT+8", "FTX+AAA+++ACETIC ANHYDRIDE'UNT+9")
    (here / "a.edi").write_text(text, encoding="ascii")
    _, (alert,) = found(screen, here / "a.edi")
    assert (alert["consignment"], alert["line"]["goods"]) == ("B1", "ACETIC ANHYDRIDE")


def bill(**more: Any) -> dict[str, Any]:
    """Make a bill of lading with one item of goods."""
    item = {"descriptionOfGoods": "shoes", "HSCodes": ["640419"], "cargoItems": []}
    return {"transportDocumentReference": "M1", "consignmentItems": [item], **more}


def test_the_goods_of_house_bills_are_lines(screen: Run, here: Path) -> None:
    """Each with the number and parties of its bill, and the other fields of the master bill."""
    goods = [{"descriptionOfGoods": "N-phenethyl-4-piperidone", "cargoItems": []}]
    parties = {"shipper": {"partyName": "Forwarder's client"}}
    house = {
        "houseBillOfLadingReference": "H1",
        "consignmentItems": goods,
        "documentParties": parties,
    }
    master = {"shipper": {"partyName": "Forwarder"}, "consignee": {"partyName": "Agent"}}
    document = bill(houseBillOfLadings=[house], documentParties=master)
    (here / "a.json").write_text(json.dumps(document), encoding="utf-8")
    code, (alert,) = found(screen, here / "a.json")
    assert code == 0
    assert alert["consignment"] == "H1"
    named = {each["role"]: each["name"] for each in alert["line"]["parties"]}
    assert named == {"consignor": "Forwarder's client", "consignee": "Agent"}


def goods_of(text: str) -> dict[str, Any]:
    """Make an item of goods."""
    return {"descriptionOfGoods": text, "cargoItems": []}


def test_what_a_master_bill_says_is_told_where_its_houses_alone_have_goods(
    screen: Run, here: Path
) -> None:
    """Its words are other text of the first line."""
    houses = [{"houseBillOfLadingReference": "H1"}, {"houseBillOfLadingReference": "H2"}]
    document = bill(note="contains acetic anhydride", consignmentItems=[])
    document["houseBillOfLadings"] = [
        {**house, "consignmentItems": [goods_of("chairs")]} for house in houses
    ]
    (here / "a.json").write_text(json.dumps(document), encoding="utf-8")
    _, (alert,) = found(screen, here / "a.json")
    assert (alert["consignment"], alert["mentions"][0]["column"]) == ("H1", "note")


def test_a_house_bill_without_goods_is_refused_alone(screen: Run, here: Path) -> None:
    """The run ends 1 and names its place; the goods of the others are screened."""
    empty = {"houseBillOfLadingReference": "H1", "remark": "acetic anhydride"}
    document = bill(houseBillOfLadings=[empty], consignmentItems=[goods_of("acetic anhydride")])
    (here / "a.json").write_text(json.dumps(document), encoding="utf-8")
    result = screen(str(here / "a.json"), "--refused", str(here / "refused.csv"))
    assert result.exit_code == 1
    assert "houseBillOfLadings[0].consignmentItems" in (here / "refused.csv").read_text()
    assert len(result.stdout.splitlines()) == 1


HOUSES = [{"consignmentItems": [goods_of(text)]} for text in ("acetic anhydride",) * 2]
OBJECTS = {
    "items": {"id": "A", "items": [{"goods": "acetic anhydride"}] * 3},
    "houses": bill(houseBillOfLadings=HOUSES, consignmentItems=[goods_of("acetic anhydride")]),
    "numbered": bill(
        houseBillOfLadings=[
            {**house, "houseBillOfLadingReference": f"H{at}"} for at, house in enumerate(HOUSES)
        ],
        consignmentItems=[goods_of("acetic anhydride")],
    ),
}


@pytest.mark.parametrize("which", OBJECTS)
def test_lines_of_one_object_are_alerts_of_their_own(screen: Run, here: Path, which: str) -> None:
    """A database keeps all of them, and none twice."""
    (here / "a.jsonl").write_text(json.dumps(OBJECTS[which]), encoding="utf-8")
    said = [screen(str(here / "a.jsonl"), "--db", str(here / "a.db")) for _ in range(2)]
    made = [json.loads(line) for line in said[0].stdout.splitlines()]
    assert len({each["id"] for each in made}) == len(made) == 3
    assert len({(each["consignment"], each["seq"]) for each in made}) == 3
    assert "3 new alerts in" in said[0].stderr
    assert "0 new alerts in" in said[1].stderr


@pytest.mark.parametrize("place", ["note", "utilizedTransportEquipments"])
def test_words_of_a_message_that_no_field_has_are_other_text(
    screen: Run, here: Path, place: str
) -> None:
    """Under their path in the document."""
    text = "contains acetic anhydride"
    document = bill(**{place: text if place == "note" else [{"remark": text}]})
    (here / "a.json").write_text(json.dumps(document), encoding="utf-8")
    _, (alert,) = found(screen, here / "a.json")
    assert alert["mentions"][0]["column"].startswith(place)


def test_a_document_in_a_request_of_issuance_is_read(screen: Run, here: Path) -> None:
    """It is under "document"; arrival notices are in a list."""
    item = {"descriptionOfGoods": "acetic anhydride", "cargoItems": []}
    one = bill(consignmentItems=[item])
    for value in ({"document": one}, {"arrivalNotices": [one]}):
        (here / "a.json").write_text(json.dumps(value), encoding="utf-8")
        _, (alert,) = found(screen, here / "a.json")
        assert alert["consignment"] == "M1"
