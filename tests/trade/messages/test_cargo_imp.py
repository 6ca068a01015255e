"""Cargo-IMP: telegrams of air waybills read to our fields, where the format is asked for."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trade.messages.found import SAMPLES, found_in

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.json_rows import header
from tidewaiter.trade.types import Refusal

Find = Callable[[str, bytes | str], tuple[list[Found], list[Refusal]]]
Sample = Callable[[str], bytes]


@pytest.fixture
def find() -> Find:
    """Read a document."""
    return found_in


@pytest.fixture
def sample() -> Sample:
    """Return one of our samples."""
    return lambda name: (SAMPLES / name).read_bytes()


EXAMPLES = int(os.environ.get("TIDEWAITER_SOAK", "0")) * 1_000 or 60
AWB = "020-12345675BOMMEX/T10K250\n"


def test_a_waybill_has_a_line_for_each_rate_with_pieces(find: Find, sample: Sample) -> None:
    """Goods, codes, masses, volume and origin stand with the rate line that they hang on."""
    lines, refused = find("cargo-imp", sample("awb.fwb"))
    assert refused == []
    assert dict(lines[0].fields) == {
        "consignment": "020-12345675",
        "goods": "PHARMA INTERMEDIATE",
        "hs": "293941",
        "packages": "10",
        "gross": "1000",
        "gross.unit": "KGM",
        "volume": "2.1",
        "volume.unit": "m3",
        "mode": "air",
        "value": "4289.68",
        "currency": "USD",
        "voyage": "XX123",
    }
    assert lines[1].fields["goods"] == "ACETIC ANHYDRIDE"
    assert (lines[1].fields["origin"], lines[1].fields["gross"]) == ("IN", "250.5")
    assert [(p["role"], p["name"], p["country"]) for p in lines[0].parties] == [
        ("consignor", "EXAMPLE FINE CHEM PVT LTD", "IN"),
        ("consignee", "COMERCIALIZADORA EJEMPLO SA DE CV", "MX"),
        ("forwarder", "EXAMPLE FORWARDERS", None),
        ("notify", "EXAMPLE NOTIFY", "MX"),
    ]
    assert lines[0].parties[0]["id"] == "GSTIN0000"
    assert [(s["function"], s["name"]) for s in lines[0].route] == [
        ("loading", "BOM"),
        ("transit", "FRA"),
        ("unlading", "MEX"),
    ]
    assert {("SPH", "RRY"), ("FLT", "XX123/14"), ("OCI DNR", "UN1715")} <= set(lines[0].kept)


def test_a_consolidation_has_a_line_for_each_house(find: Find, sample: Sample) -> None:
    """The text of a house is its description; the short one of the list is kept with it."""
    lines, refused = find("cargo-imp", sample("houses.fhl"))
    assert refused == []
    first, second = (dict(line.fields) for line in lines)
    assert first == {
        "consignment": "H0001",
        "goods": "EPHEDRINE HYDROCHLORIDE BP 25 KG DRUMS",
        "commercial": "PHARMA INTERMED",
        "hs": "293941",
        "packages": "10",
        "gross": "250",
        "gross.unit": "KGM",
        "mode": "air",
    }
    assert (second["goods"], second["gross.unit"]) == ("TOYS", "LBR")
    assert {("MBI", "020-12345675"), ("HTS", "300490")} <= set(lines[0].kept)


def test_a_waybill_with_one_line_has_the_weight_and_un_number_of_its_head(find: Find) -> None:
    """Data of the whole waybill belong to its only line."""
    text = f"FWB/16\n{AWB}RTD/1/P10\n/NG/ACETONE\nOCI/US/DNR/D/UN1090\n"
    fields = find("cargo-imp", text)[0][0].fields
    assert (fields["gross"], fields["un"], fields["packages"]) == ("250", "1090", "10")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"FWB/16\n{AWB.replace('675', '676')}RTD/1/P1\n/NG/TOYS\n", "trade/waybill-number-wrong"),
        ("FWB/16\nnothing\nRTD/1/P1\n/NG/TOYS\n", "trade/waybill-incomplete"),
        (f"FWB/16\n{AWB}stray\nRTD/1/P1\n/NG/TOYS\n", "trade/line-without-section"),
    ],
)
def test_what_is_wrong_is_told_and_the_goods_are_read(find: Find, text: str, code: str) -> None:
    """No fault of a telegram costs its goods."""
    lines, refused = find("cargo-imp", text)
    assert [line.fields["goods"] for line in lines] == ["TOYS"]
    assert [each.code for each in refused] == [code]


def test_it_is_asked_for() -> None:
    """No official layout was read, so the format is not detected."""
    assert not FORMATS["cargo-imp"].confirmed
    assert FORMATS["cargo-imp"].fits(b"QU X\r\nFWB/16\r\n", "txt")
    assert not FORMATS["cargo-imp"].fits(b"goods,hs\nFWB/x\n", "csv")


LINES = st.sampled_from(
    [
        "FWB/16",
        "FHL/4",
        AWB.strip(),
        "MBI/" + AWB.strip(),
        "HBS/H/AAABBB/1/K1",
        "RTD/1/P1/K2/CQ",
        "/NG/X",
        "/2/NH/2939",
        "SHP",
        "/A",
        "/IN/1",
        "NAM/X",
        "LOC/Y",
        "CNE/A/B",
        "OCI/US/SHP/T/1",
        "OCI",
        "CVD/USD//PP/1/2/XXX",
        "",
        "TXT/ACETONE",
        "HTS/1/2",
        "NFY",
        "AGT//1/2",
        "=",
        "/",
        "//",
        "RTG/AAABB/CCC",
    ]
)


@given(
    st.one_of(
        st.lists(LINES, max_size=20).map(lambda s: "\n".join(["FWB/16", *s]).encode()),
        st.binary(max_size=80).map(lambda b: b"FHL/4\n" + b),
    )
)
@settings(max_examples=EXAMPLES)
def test_nothing_breaks_the_reading(content: bytes) -> None:
    """Every field of any telegram is one of ours."""
    for item in FORMATS["cargo-imp"].read(io.BytesIO(content), "x"):
        if isinstance(item, Found):
            assert set(item.fields) <= set(header())


@pytest.mark.shared
def test_samples_read_to_the_table_of_fields(find: Find, shared: Path) -> None:
    """The samples of the evaluation data give the fields that are in them."""
    folder = shared / "data" / "trade" / "samples" / "made-by-us"
    awb = find("cargo-imp", (folder / "fwb16.txt").read_bytes())[0][0]
    assert dict(awb.fields) == {
        "consignment": "999-12345675",
        "goods": "PHARMA INTERMEDIATE",
        "hs": "293941",
        "packages": "10",
        "gross": "250",
        "gross.unit": "KGM",
        "mode": "air",
        "voyage": "XX123",
    }
    assert [(p["role"], p["country"], p["id"]) for p in awb.parties] == [
        ("consignor", "IN", "GSTIN0000"),
        ("consignee", "MX", None),
    ]
    house = find("cargo-imp", (folder / "fhl5.txt").read_bytes())[0][0]
    assert house.fields["goods"] == "EPHEDRINE HYDROCHLORIDE BP 25 KG DRUMS"
    assert (house.fields["consignment"], house.fields["hs"]) == ("H0001", "293941")
