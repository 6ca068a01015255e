"""EDIFACT: the samples are read to our fields, and errors in a file are reported, not fatal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.raising import raises
from tests.trade.readers.conftest import read_bytes

from tidewaiter.trade.messages.edifact.reading import fits
from tidewaiter.trade.messages.edifact.segments import load_tables
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.json_rows import header
from tidewaiter.trade.types import Refusal

Find = Callable[[str, bytes | str], tuple[list[Found], list[Refusal]]]
Sample = Callable[[str], bytes]

IFTMIN = "UNH+1+IFTMIN:D:96A:UN'BGM+340+B1'GID+1+2:DR'FTX+AAA+++ACETONE'UNT+5+1'"


def test_a_cargo_report_has_a_line_for_each_goods_item(find: Find, sample: Sample) -> None:
    """Goods hang on their bill, containers on goods; a bill without goods keeps its parties."""
    lines, refused = find("edifact", sample("cuscar.edi"))
    assert refused == []
    told = [
        (dict(x.fields)["consignment"], x.fields.get("goods"), x.fields.get("containers"))
        for x in lines
    ]
    assert told == [
        ("BL-A", "ACETIC ANHYDRIDE 99,5 PCT, O'NEIL DRUMS", "CSQU3054383"),
        ("BL-A", "COTTON TOWELS", "MSKU1234565"),
        ("BL-B", None, None),
        ("BL-C", "TOYS", None),
    ]
    first = lines[0]
    assert (first.fields["hs"], first.fields["un"]) == ("29152400", "1715")
    assert (first.fields["gross"], first.fields["gross.unit"]) == ("18400.5", "KGM")
    assert (first.fields["arrival"], first.fields["mode"]) == ("2026-04-02", "sea")
    assert [(p["role"], p["name"], p["country"]) for p in first.parties[:2]] == [
        ("consignor", "EXAMPLE FINE CHEM PVT LTD", "IN"),
        ("consignee", "COMERCIALIZADORA EJEMPLO SA DE CV", "MX"),
    ]
    assert [(s["function"], s["locode"]) for s in first.route] == [
        ("loading", "INNSA"),
        ("unlading", "MXZLO"),
    ]
    assert ("TDT+20", "20+045W+1++EXLN:172:20+++9319466:146::MV EXAMPLE") in first.kept
    assert ("BGM+85", "85+MANIFEST7+9") not in lines[1].kept  # told once


def test_a_declaration_has_a_line_for_each_customs_item(find: Find, sample: Sample) -> None:
    """Commodity, procedure, masses, value, licences and origin are those of the item."""
    lines, refused = find("edifact", sample("cusdec.edi"))
    assert refused == []
    fields = dict(lines[0].fields)
    assert fields == {
        "consignment": "IM4-2026-1",
        "seq": "1",
        "goods": "ACETIC ANHYDRIDE",
        "hs": "29152400",
        "procedure": "4000",
        "gross": "18400",
        "gross.unit": "KGM",
        "net": "17600",
        "net.unit": "KGM",
        "packages": "80",
        "pack": "DR",
        "value": "28160",
        "currency": "USD",
        "origin": "IN",
        "lodged": "2026-03-14",
        "arrival": "2026-04-02",
        "licences": "EXP-1; LIC-77",
        "containers": "CSQU3054383",
    }
    assert [(s["function"], s["locode"] or s["country"]) for s in lines[1].route] == [
        ("loading", "INNSA"),
        ("destination", "GT"),
    ]
    assert lines[1].fields["licences"] == "LIC-77"


def test_an_instruction_without_an_interchange_is_read(find: Find, sample: Sample) -> None:
    """A bare UNH will do. The main stage gives the ports; terms and hazards do not mix in."""
    lines, refused = find("edifact", sample("iftmin.edi"))
    assert refused == []
    first, second = lines
    assert first.fields["departure"] == "2026-03-16"
    assert first.fields["net"] == "17600"
    assert first.fields["commercial"] == "ACETIC ANHYDRIDE TECH"
    assert [s["locode"] for s in first.route] == ["INNSA", "MXZLO", "GTGUA"]
    assert ("LOC+1", "1+NOWHERE") in first.kept
    assert second.fields["goods"] == "COTTON TOWELS"
    assert second.fields["containers"] == "CSQU3054383"


def test_lines_come_out_as_those_of_tables(sample: Sample) -> None:
    """Masses, days and codes are read where those of tables are."""
    lines, refused = read_bytes(sample("cuscar.edi"), "manifest.edi")
    assert [each.row for each in refused] == [0]  # one line has no description
    assert lines[0]["gross_mg"] == 18_400_500_000
    assert lines[0]["containers"] == ["CSQU3054383"]
    assert str(lines[0]["arrival"]) == "2026-04-02"
    assert [line["seq"] for line in lines] == [1, 2, 1, 1]


BROKEN: list[tuple[str, str, str]] = [
    (IFTMIN.replace("UNT+5", "UNT+9"), "UNT", "segment-count-wrong"),
    (IFTMIN.replace("UNT+5+1'", ""), "UNT", "message-without-end"),
    ("UNB+UNOA:2+A+B+1:1+X'" + IFTMIN, "UNZ", "interchange-without-end"),
    ("UNB+UNOA:2+A+B+1:1+X'" + IFTMIN + "UNZ+3+X'", "UNZ", "interchange-count-wrong"),
    ("UNB+UNO9:2+A+B+1:1+X'" + IFTMIN + "UNZ+1+X'", "UNB", "encoding-not-known"),
    (IFTMIN + "FTX+AAA+++LOST'", "FTX", "segment-outside-message"),
    (IFTMIN.replace("ACETONE", "ACET'99 PCT"), "segment 5", "segment-without-tag"),
    ("UNH+1+IFTSTA:D:00B:UN'UNT+2+1'" + IFTMIN, "UNH", "message-without-goods"),
    ("UNH+1+PAXLST:D:96A:UN'UNT+2+1'" + IFTMIN, "UNH", "words-only"),
    (IFTMIN.replace("GID", "TDT+20++1+++++9319467:146'GID"), "TDT", "ship-number-wrong"),
    ("UNT+1+1'" + IFTMIN, "UNT", "end-without-message"),
]


@pytest.mark.parametrize(("content", "place", "name"), BROKEN)
def test_what_is_wrong_is_told_and_the_goods_are_read(
    find: Find, content: str, place: str, name: str
) -> None:
    """No fault of an interchange costs a line of goods."""
    lines, refused = find("edifact", content)
    assert [line.fields["goods"][:4] for line in lines] == ["ACET"]
    assert any(place in each.column and each.code == f"trade/edifact-{name}" for each in refused)


def test_a_file_without_goods_says_why() -> None:
    """A status message alone is read as text."""
    lines, refusals = read_bytes("UNH+1+IFTSTA:D:00B:UN'UNT+2+1'", "a.edi")
    assert "IFTSTA" in str(lines[0]["other"])
    assert "trade/document-without-lines-because" in [each.code for each in refusals]
    with raises("trade/document-without-lines-because"):
        read_bytes("UNH+1+IFTSTA:D:00B:UN'FTX+\0'UNT+3+1'", "a.edi")  # it is no text
    with raises("trade/no-edifact-message"):
        read_bytes("UNB+UNOA:2+A+B+1:1+X'UNZ+0+X'", "a.edi")


@pytest.mark.parametrize(
    ("syntax", "codec", "text"),
    [
        ("UNOC", "iso8859-1", "ACÉTONE"),
        ("UNOD", "iso8859-2", "KWAS OCTOWY ŁÓDŹ"),
        ("UNOE", "iso8859-5", "АЦЕТОН"),
        ("UNOF", "iso8859-7", "ΑΚΕΤΟΝΗ"),
        ("UNOI", "iso8859-6", "أسيتون"),
        ("UNOK", "iso8859-9", "ASİT"),
        ("UNOW", "utf-8", "丙酮"),
        ("UNOX", "iso2022_jp", "無水酢酸'+:"),
        ("UNOY", "utf-8", "丙酮"),
        ("UNOY", "utf-16", "丙酮"),
        ("UNOA", "utf-8", "ACÉTONE"),
        ("UNOB", "cp1252", "ACÉTONE"),
    ],
)
def test_characters_are_those_that_the_interchange_names(
    find: Find, syntax: str, codec: str, text: str
) -> None:
    """Each character set is read; letters that UNOA lacks are read and told."""
    written = text.replace("'", "?'").replace("+", "?+").replace(":", "?:")
    content = f"UNB+{syntax}:3+A+B+1:1+X'" + IFTMIN.replace("ACETONE", written) + "UNZ+1+X'"
    lines, refused = find("edifact", content.encode(codec))
    assert lines[0].fields["goods"] == text
    assert bool(refused) == (syntax in {"UNOA", "UNOB"})


def test_each_interchange_has_its_own_service_characters(find: Find) -> None:
    """Two interchanges with other characters in one file, folded at 20 columns, are both read."""
    other = IFTMIN.translate(str.maketrans("':+", "~|^")).replace("ACETONE", r"TOLU\|ENE\^")
    first = "UNB^UNOC|3^A^B^1|1^X~" + other + "UNZ^1^X~"
    second = "UNB+UNOC:3+A+B+1:1+Y'" + IFTMIN + "UNZ+1+Y"
    folded = "UNA|^.\\ ~" + _fold(first) + _fold("UNA:+.? '" + second)
    lines, refused = find("edifact", folded)
    assert [line.fields["goods"] for line in lines] == ["TOLU|ENE^", "ACETONE"]
    assert refused == []


def _fold(text: str) -> str:
    return "\r\n".join(text[at : at + 20] for at in range(0, len(text), 20))


def test_segments_may_end_with_their_lines(find: Find) -> None:
    """UNA may name the line feed as the end of a segment."""
    lines, refused = find("edifact", "UNA:+.? \n" + IFTMIN.replace("'", "\n"))
    assert [line.fields["goods"] for line in lines] == ["ACETONE"]
    assert refused == []


def test_many_messages_are_one_stream(find: Find) -> None:
    """Lines are numbered through the file, and each message is separate."""
    lines, refused = find("edifact", IFTMIN.replace("B1", "B2") + IFTMIN)
    assert [(line.row, line.fields["consignment"]) for line in lines] == [(1, "B2"), (2, "B1")]
    assert refused == []


def test_a_segment_without_end_is_refused(find: Find) -> None:
    """An endless segment of a million characters is not an interchange."""
    lines, refused = find("edifact", IFTMIN + "UNH+1+IFTMIN:D'FTX+AAA+++" + "A" * 1_200_000)
    assert len(lines) == 1
    assert ("trade/segment-too-long", False) in [(each.code, each.screened) for each in refused]


def test_every_field_is_known_and_every_group_has_one_around_it() -> None:
    """The tables name fields that lines have, and groups that can be reached."""
    tables = load_tables()
    codes = tables.codes
    named = {*codes.measure.values(), *codes.day.values()}
    assert named <= set(header())
    for message in tables.messages.values():
        for group in filter(None, message.groups):
            around, _, tag = group.rpartition(" ")
            assert f"{tag}>" in message.groups[around].holds.split(), group
        for name, group_ in message.groups.items():
            opened = [tag[:-1] for tag in group_.holds.split() if tag.endswith(">")]
            assert all(f"{name} {tag}".strip() in message.groups for tag in opened), name
        assert all(line in message.groups for line in message.line)


def test_a_file_is_known_by_its_beginning() -> None:
    """UNA, UNB and UNH prove an interchange; a text that begins alike does not."""
    good = [b"UNA:+.? '\r\nUNB+UNOA", b"UNH+1+CUSCAR", "UNB+UNOY".encode("utf-16"), b"\n UNB+UNOA"]
    assert all(fits(head, "txt") for head in good)
    assert not any(fits(head, "edi") for head in (b"UNHAPPY", b"goods;hs", b"", b"UN", b"PAR1"))


SHARED: list[tuple[str, dict[str, Any]]] = [
    (
        "edifact/cuscar_d95b_simple.edi",
        {
            "consignment": "DOCV373MOB909999",
            "goods": "FREETEXT DESC, DETAILS",
            "gross": "55814",
            "gross.unit": "KGM",
            "packages": "2880",
            "pack": "UNT",
            "containers": "EQ123456",
            "lodged": "2019-10-21",
            "arrival": "2019-10-29",
            "mode": "sea",
            "seq": "1",
            "vessel": "TEST SHIP",
            "voyage": "TRANS1234",
        },
    ),
    (
        "edifact/d95b_coprar.edi",
        {
            "consignment": "2GO2005174",
            "goods": "PLASTICS:ARTICLES",
            "gross": "11740",
            "gross.unit": "KGM",
            "containers": "MSTI6415664",
            "arrival": "2012-11-24",
            "departure": "2012-11-25",
            "mode": "sea",
            "vessel": "HELLO WORLD",
            "voyage": "123W",
        },
    ),
    (
        "edifact/d04b_baplie.edi",
        {
            "consignment": "1",
            "containers": "CONTAINER",
            "gross": "23000",
            "gross.unit": "KGM",
            "lodged": "2009-10-30",
            "arrival": "2009-10-30",
            "departure": "2009-10-01",
            "voyage": "RFN234",
        },
    ),
    (
        "made-by-us/cusdec.edi",
        {
            "consignment": "IM4-2026-10442",
            "goods": "ACETIC ANHYDRIDE UN1715",
            "hs": "29152400",
            "procedure": "4000",
            "gross": "18400",
            "gross.unit": "KGM",
            "net": "17600",
            "net.unit": "KGM",
            "value": "28160",
            "currency": "USD",
            "origin": "IN",
            "lodged": "2026-03-14",
            "seq": "1",
        },
    ),
    (
        "made-by-us/iftmin_dgs.edi",
        {
            "consignment": "BKG123456",
            "goods": "ACETIC ANHYDRIDE 99.5 PCT IN 220 KG HDPE DRUMS",
            "commercial": "ACETIC ANHYDRIDE",
            "hs": "291524",
            "un": "1715",
            "gross": "18400",
            "gross.unit": "KGM",
            "net": "17600",
            "net.unit": "KGM",
            "packages": "80",
            "pack": "DR",
            "containers": "CSQU3054383",
            "lodged": "2026-03-14",
            "mode": "sea",
            "seq": "1",
            "vessel": "MV EXAMPLE",
            "imo": "9319466",
            "voyage": "045W",
        },
    ),
]


@pytest.mark.shared
@pytest.mark.parametrize(("path", "fields"), SHARED, ids=[path for path, _ in SHARED])
def test_public_samples_read_to_the_table_of_fields(
    find: Find, shared: Path, path: str, fields: dict[str, Any]
) -> None:
    """Each sample gives the fields that are in it."""
    folder = shared / "data" / "trade" / "samples"
    lines, _ = find("edifact", (folder / path).read_bytes())
    assert dict(lines[0].fields) == fields


@pytest.mark.parametrize(
    ("segments", "wanted"),
    [
        ("TDT+20+012E+1++X:172:20+++9319466:146:11:EVER SO", ("EVER SO", "9319466", "012E")),
        ("TDT+20+012E+1+++++9319460:146:11:EVER SO", ("EVER SO", "9319460", "012E")),
        ("TDT+20+012E+1+++++H3RC:103::EVER SO", ("EVER SO", None, "012E")),
        ("TDT+20++1+++++9319466:::EVER SO'RFF+VON:012E", ("EVER SO", "9319466", "012E")),
        ("TDT+20++1+++++9319460:::EVER SO", ("EVER SO", None, None)),
        ("TDT+20+XX123+4++XX:3", (None, None, "XX123")),
        ("TDT+20++3+++++AB-123-CD:::LORRY", (None, None, None)),
        ("TDT+20++3+++++9319466:::LORRY", (None, None, None)),
        ("TDT+20++5+++++9319466:::POST", (None, None, None)),
        ("TDT+20++8+++++9319466:::BARGE", ("BARGE", "9319466", None)),
        ("TDT+20++8+++++02314567:::BARGE", ("BARGE", None, None)),
        ("TDT+10+7+1+++++9319466:146::FEEDER'TDT+20+8+1+++++:::MAIN", ("MAIN", None, "8")),
    ],
)
def test_the_ship_and_its_voyage_are_those_of_the_main_stage(
    find: Find, segments: str, wanted: tuple[str | None, ...]
) -> None:
    """A name is a ship's by sea or with its number; a number of an unnamed list must be valid."""
    text = f"UNH+1+IFTMIN:D:00A:UN'BGM+340+1'{segments}'GID+1'FTX+AAA+++ACETONE'UNT+9+1'"
    (line,), _ = find("edifact", text.encode())
    assert tuple(line.fields.get(each) for each in ("vessel", "imo", "voyage")) == wanted
    assert any(path.startswith("TDT") for path, _ in line.kept)  # the carrier, a sign, a flag


def test_lines_share_the_first_parties_of_a_message_and_one_has_the_rest(find: Find) -> None:
    """So that a small file does not become a large table."""
    firms = "".join(f"NAD+CZ+++FIRM {at}'" for at in range(500))
    raw = (
        "UNH+1+CUSCAR:D:96A:UN'BGM+85+X'CNI+1+BL1'"
        + firms
        + "GID+1+1:CT'FTX+AAA+++acetone'"
        + "GID+2+1:CT'FTX+AAA+++ether'" * 3
        + "UNT+9+1'"
    )
    lines = find("edifact", raw)[0]
    assert [len(line.parties) for line in lines] == [500, 200, 200, 200]
    assert [p["name"] for p in lines[0].parties] == [f"FIRM {at}" for at in range(500)]
