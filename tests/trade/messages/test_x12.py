"""Manifests in X12 (309) are read to our fields, and their errors are reported."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises
from tests.trade.messages.found import SAMPLES, found_in

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.x12 import bills

RAW = (SAMPLES / "manifest.x12").read_bytes()
ISA = RAW.partition(b"\n")[0].decode()
Change = Callable[[bytes], bytes]


def _set(*body: str) -> bytes:
    segments = ("ST*309*1", *body)
    return "~".join((ISA.rstrip("~"), *segments, f"SE*{len(segments) + 1}*1", "")).encode()


def test_goods_stand_under_their_bill_and_container() -> None:
    """Each N10 is a line; the head, the parties and the port are those of its bill."""
    (one, two, three), refused = found_in("x12", RAW)
    assert refused == []
    assert dict(one.fields) == {
        "mode": "sea",
        "voyage": "045W",
        "imo": "9319466",
        "vessel": "EXAMPLE EXPRESS",
        "arrival": "20260401",
        "consignment": "EXLN000001",
        "goods": "ACETIC ANHYDRIDE 99.5 PCT",
        "packages": "80",
        "containers": "CSQU3054383",
        "seq": "1",
        "hs": "2915240000",
        "value": "28160",
        "gross": "18400",
        "gross.unit": "KGM",
        "commercial": "ACETIC ANHYDRIDE",
        "un": "1715",
    }
    assert [(p["role"], p["name"], p["country"]) for p in one.parties] == [
        ("consignor", "EXAMPLE FINE CHEM PVT LTD", "IN"),
        ("consignee", "IMPORTADORA EJEMPLO SA", "GT"),
        ("notify", "EXAMPLE AGENTS INC", None),
    ]
    assert one.parties[0]["address"] == "PLOT 7 PHASE 2, GIDC, VAPI, GJ, 396195"
    assert [(s["function"], s["name"], s["locode"]) for s in one.route] == [
        ("loading", "57035", None),
        ("unlading", "2704", None),
    ]
    assert "currency" not in one.fields  # the manifest does not state it
    assert "hs" not in two.fields  # its code has no list
    assert two.fields["gross"] == "500"
    assert ("N10", "1*EMPTY PALLETS***4415201000**K*500") in two.kept
    totals = {field: three.fields[field] for field in ("packages", "pack", "gross", "gross.unit")}
    assert totals == {"packages": "200", "pack": "CTN", "gross": "4409", "gross.unit": "LBR"}


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"\n", b""),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b"~\n", b"\n"),
        lambda raw: raw.replace(b"*", b"|").replace(b"~", b"'"),
        lambda raw: raw.replace(b"EXAMPLELINE    ", b"EXAMPLELINE"),
        lambda raw: b"\n\n" + raw,
    ],
)
def test_separators_are_those_of_the_interchange(change: Change) -> None:
    """ISA says what parts elements and what ends segments; its width need not be right."""
    lines, refused = found_in("x12", change(RAW))
    assert refused == []
    assert [line.fields for line in lines] == [x.fields for x in found_in("x12", RAW)[0]]


def test_several_interchanges_have_their_own_separators() -> None:
    """A second one may use others."""
    other = RAW.replace(b"*", b"|").replace(b"~\n", b"!\n")
    lines, refused = found_in("x12", RAW + other)
    assert (len(lines), refused) == (6, [])
    assert lines[3].fields == lines[0].fields


@pytest.mark.parametrize(
    ("raw", "code", "screened", "lines"),
    [
        (RAW.replace(b"SE*24", b"SE*25"), "trade/x12-segment-count-wrong", True, 3),
        (RAW.partition(b"SE*")[0], "trade/x12-set-without-end", True, 3),
        (RAW.replace(b"ST*309", b"ST*999"), "trade/x12-words-only", True, 3),
        (RAW + b"N10*1*ACETONE~", "trade/x12-segment-outside-set", True, 3),
        (RAW + b"SE*1*1~", "trade/x12-end-without-set", True, 3),
    ],
)
def test_what_is_wrong_is_told(raw: bytes, code: str, screened: bool, lines: int) -> None:  # noqa: FBT001
    """Nothing is lost for a count or an end; other sets are reported."""
    found, refused = found_in("x12", raw)
    assert len(found) == lines
    assert (code, screened) in [(each.code, each.screened) for each in refused]


@pytest.mark.parametrize("raw", [RAW[:90], b"", b"ISA", RAW.partition(b"ST*")[0]])
def test_a_file_without_a_set_is_refused(raw: bytes) -> None:
    """Cut short, empty, or without a set."""
    with raises("trade/no-x12-transaction-set"):
        found_in("x12", raw)


def test_a_bill_without_goods_is_a_line_with_its_parties() -> None:
    """So its parties and its vessel are screened."""
    (line,), _ = found_in("x12", _set("M10*X*S*PA*9319466*SHIP*1W", "LX*1", "M11*B1", "N1*CN*A"))
    assert (line.fields["consignment"], line.parties[0]["name"]) == ("B1", "A")
    assert line.fields["vessel"] == "SHIP"


def test_a_bill_of_very_many_lines_is_a_stream() -> None:
    """Its lines do not wait for its end, are numbered through, and have no totals."""
    goods = [f"N10*1*GOODS {at}" for at in range(25_000)]
    lines, refused = found_in("x12", _set("LX*1", "M11*B1*57035*9*PCS*5*K", *goods))
    assert refused == []
    assert [line.fields["seq"] for line in lines] == [str(at) for at in range(1, 25_001)]
    assert {line.fields["consignment"] for line in lines} == {"B1"}
    assert not any("gross" in line.fields for line in lines)


def test_a_bill_of_very_many_parties_is_read_in_parts() -> None:
    """No line has more than a few hundred, each party is on one, and it is reported."""
    parties = [f"N1*SH*FIRM {at}" for at in range(250)]
    body = (
        "LX*1",
        "M11*B1*57035*9*PCS*5*K",
        *parties,
        "N10*1*ACETONE",
        "N10*1*ETHER",
        "LX*2",
        "M11*B2",
    )
    lines, refused = found_in("x12", _set(*body))
    assert [len(line.parties) for line in lines] == [101, 101, 48, 48, 0]
    assert {p["name"] for line in lines for p in line.parties} == {
        f"FIRM {at}" for at in range(250)
    }
    assert [line.fields.get("goods") for line in lines] == [None, None, "ACETONE", "ETHER", None]
    assert [line.fields["consignment"] for line in lines] == ["B1"] * 4 + ["B2"]
    assert [line.row for line in lines] == [1, 2, 3, 4, 5]
    assert not any("gross" in line.fields for line in lines)
    told = [(each.code, each.screened) for each in refused]
    assert told == [("trade/x12-bill-in-parts", True)] * 2


@pytest.mark.parametrize("tag", ["K3", "N3", "H1*1", "VID*CN*A"])
def test_a_bill_of_very_long_texts_is_read_in_parts(
    monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    """Pending text is bounded, whatever it contains; everything is there, each text once."""
    monkeypatch.setattr(bills, "MOST", 10_000)
    texts = [f"{tag}*TEXT{at:04}" for at in range(500)]
    body = ("LX*1", "M11*B1", "N1*SH*A", "N10*1*ACETONE", *texts, "N10*1*ETHER")
    lines, refused = found_in("x12", _set(*body))
    assert {each.code for each in refused} == {"trade/x12-bill-in-parts"}
    assert len(refused) > 4
    goods = [line.fields["goods"] for line in lines if "goods" in line.fields]
    assert goods == ["ACETONE", "ETHER"]
    told = " ".join(f"{line.kept} {line.parties}" for line in lines)
    assert [told.count(f"TEXT{at:04}") for at in range(500)] == [1] * 500


def test_a_manifest_of_very_many_ports_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last port counts; that texts of the others are not kept is reported once."""
    monkeypatch.setattr(bills, "MOST", 10_000)
    ports = [f"P4*{at:04}*260401" for at in range(500)]
    (line,), refused = found_in("x12", _set(*ports, "LX*1", "M11*B1"))
    assert [each.column for each in refused] == ["set 1, P4"]
    assert line.route[-1]["name"] == "0499"
    assert 10 < len(line.kept) < 200


def test_a_description_goes_on_in_further_segments() -> None:
    """Carriers cut texts after 45 characters: a segment with only a text continues the last."""
    body = ("LX*1", "M11*B1", "N10*2*DRUMS OF ACETIC*NM*J*291524*9*K*50", "N10**ANHYDRIDE")
    one, two = found_in("x12", _set(*body, "H1*UN1715", "N10**UN 1715", "N10*1*ETHER"))[0]
    assert (one.fields["goods"], one.fields["gross"]) == ("DRUMS OF ACETIC ANHYDRIDE UN 1715", "50")
    assert two.fields["goods"] == "ETHER"


def test_codes_of_other_lists_and_tons_are_kept() -> None:
    """A railway code is not an HS code, and a number of another list is not a UN number."""
    body = ("LX*1", "M11*B1*57035*1*PCS*5*T", "N10*1*GOODS**T*2818142", "H1*NA1993*3*X*FUEL")
    (line,), _ = found_in("x12", _set("M10*X*A**9319466*X*XX123", "P4*2704*260401", *body))
    assert {"hs", "un", "gross", "vessel", "imo"}.isdisjoint(line.fields)
    assert (line.fields["voyage"], line.fields["arrival"]) == ("XX123", "2026-04-01")
    assert ("H1", "NA1993*3*X*FUEL") in line.kept


def test_a_set_without_a_sample_is_read_with_a_remark() -> None:
    """There is none if it is asked for; a file with nothing else is not detected as X12."""
    raw = RAW.replace(b"ST*309", b"ST*358").replace(b"LX*1~\n", b"M13*A*B~\n")
    assert not FORMATS["x12"].fits(raw, "x12")
    assert FORMATS["x12-all"].fits(raw, "x12")
    assert not FORMATS["x12-all"].confirmed
    assert not FORMATS["x12-all"].fits(RAW, "x12")
    found, refused = found_in("x12", raw)
    assert (len(found), [each.code for each in refused]) == (1, ["trade/x12-set-not-confirmed"])
    (line,), _ = found_in("x12-all", raw)
    assert (line.fields["vessel"], line.fields["un"]) == ("EXAMPLE EXPRESS", "1715")


def test_an_interchange_is_known_by_its_beginning() -> None:
    """Text that only begins with the same letters is none."""
    assert FORMATS["x12"].fits(RAW[:4096], "x12")
    assert not any(FORMATS["x12"].fits(head, "x12") for head in (b"ISAAC,b", b"ISA;goods\n1;a"))


@given(st.binary(max_size=300), st.integers(0, len(RAW)))
def test_damage_is_read_or_refused(put: bytes, place: int) -> None:
    """Any content gives lines, reports, or an error for the user."""
    with suppress(InputError):
        for line in found_in("x12", RAW[:place] + put + RAW[place:])[0]:
            assert line.row


@pytest.mark.parametrize(
    ("mode", "number", "ship"),
    [
        ("O", "9319466", True),
        ("O", "9319460", True),
        ("S", "H3RC", False),
        ("", "9319466", True),
        ("", "9319460", False),
        ("R", "9319466", False),
        ("J", "9319466", False),
    ],
)
def test_the_code_of_a_vessel_is_its_number_by_sea_or_by_its_digit(
    mode: str, number: str, *, ship: bool
) -> None:
    """A number of seven digits of a train or a lorry is none of a ship."""
    head = f"M10*X*{mode}**{number}*NAME*1"
    (line,), _ = found_in("x12", _set(head, "LX*1", "M11*B1", "N10*1*GOODS"))
    assert line.fields.get("imo") == (number if ship else None)
