"""Damaged, hostile or odd XML: readable parts are read, and the others are reported."""

import io
import os
from itertools import repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.raising import raises
from tests.trade.messages.conftest import read_document
from tests.trade.messages.found import SAMPLES, found_in

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.messages.xml.assembly import MOST_SHARED
from tidewaiter.trade.messages.xml.parsing import NAMES
from tidewaiter.trade.readers import message_tables as messages
from tidewaiter.trade.readers.message_tables import items_of, open_message
from tidewaiter.trade.types import ReadOptions, Refusal

SOAK = int(os.environ.get("TIDEWAITER_SOAK", "0"))  # further examples
FILES = ("wco.xml", "asycuda.xml", "cc315a.xml", "xfwb.xml", "xfzb.xml", "xfhl.xml", "ics2.xml")
ITEM = (
    "<Item><Goods_description><Description_of_goods>Acetone</Description_of_goods>"
    "</Goods_description></Item>"
)
DOCUMENT = f"<ASYCUDA>{ITEM}</ASYCUDA>"


def _goods(lines: list[Found]) -> list[str]:
    return [line.fields["goods"] for line in lines]


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 9}">' for n in range(1, 9))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE ASYCUDA [<!ENTITY e0 "lol">{BOMB}]>',
        '<!DOCTYPE ASYCUDA [<!ENTITY e8 SYSTEM "file:///etc/passwd">]>',
        f"<!-- {'x' * 70_000} --><!DOCTYPE ASYCUDA [<!ENTITY e8 'lol'>]>",
    ],
    ids=["bomb", "external", "late"],
)
def test_a_document_type_with_entities_is_refused(doctype: str) -> None:
    """Entities are neither expanded nor fetched: the document is refused, and says why."""
    raw = f"<?xml version='1.0'?>{doctype}<ASYCUDA>{ITEM}<x>&e8;</x></ASYCUDA>"
    lines, refusals = found_in("asycuda-xml", raw)
    assert not lines
    assert [refusal.code for refusal in refusals] == ["trade/xml-document-type"]


@pytest.mark.parametrize("doctype", ['<!DOCTYPE ASYCUDA SYSTEM "http://127.0.0.1:9/a.dtd">', ""])
def test_a_document_type_in_a_file_of_its_own_is_not_fetched(doctype: str) -> None:
    """The orders of cXML have one. What it would define is unknown, and kept as it is written."""
    goods = ITEM.replace("Acetone", "Acetone &amp; &eacute;&e8;") if doctype else ITEM
    lines, refusals = found_in(
        "asycuda-xml", f"<?xml version='1.0'?>{doctype}<ASYCUDA>{goods}</ASYCUDA>"
    )
    assert refusals == []
    assert _goods(lines) == ["Acetone & é&e8;" if doctype else "Acetone"]


def _shared(parties: int, lines: int, more: str = "") -> str:
    """Write a declaration with very much shared text in its head."""
    item = "<GovernmentAgencyGoodsItem>{}<Commodity><Description>Acetone</Description></Commodity>"
    held = "".join(
        f"<Consignee><Name>F{n}</Name></Consignee><Odd>O{n}</Odd>" for n in range(parties)
    )
    goods = "".join(f"{item.format('')}</GovernmentAgencyGoodsItem>" for _ in range(lines))
    return f"<Declaration><GoodsShipment>{held}{more}{goods}</GoodsShipment></Declaration>"


def test_lines_share_the_first_of_a_head_and_one_has_the_rest() -> None:
    """So that a small file does not become a large table; nothing is lost, and order is kept."""
    lines, refusals = found_in("wco-xml", _shared(500, 50))
    assert refusals == []
    assert [len(line.parties) for line in lines] == [500] + [MOST_SHARED] * 49
    assert [len(line.kept) for line in lines] == [500] + [MOST_SHARED] * 49
    names = [f"F{n}" for n in range(500)]
    assert [party["name"] for party in lines[0].parties] == names
    assert [party["name"] for party in lines[1].parties] == names[:MOST_SHARED]


def test_a_role_that_a_line_names_hides_no_party_that_no_other_line_has() -> None:
    """Of a head of very many, the first line has those that are shared by none."""
    raw = _shared(300, 2).replace(
        "<GovernmentAgencyGoodsItem>",
        "<GovernmentAgencyGoodsItem><Consignee><Name>Own</Name></Consignee>",
        1,
    )
    one, two = found_in("wco-xml", raw)[0]
    told = {party["name"] for line in (one, two) for party in line.parties}
    assert told == {"Own", *(f"F{n}" for n in range(300))}


def test_very_many_containers_are_joined_once() -> None:
    """Each once, in order."""
    boxes = "".join(
        f"<TransportEquipment><ID>C{n % 900}</ID></TransportEquipment>" for n in range(1_000)
    )
    raw = _shared(1, 2, f"<Consignment>{boxes}</Consignment>")
    for line in found_in("wco-xml", raw)[0]:
        assert line.fields["containers"] == "; ".join(f"C{n}" for n in range(900))


def test_a_block_is_bounded_by_what_its_lines_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of a head with a long text do not all wait for each other."""
    monkeypatch.setattr(messages, "_MOST", 50_000)
    raw = _shared(100, 40).encode()
    read = list(items_of(FORMATS["wco-xml"], io.BytesIO(raw), "a.xml"))
    sheet, _, _ = open_message(FORMATS["wco-xml"], io.BytesIO(raw), "a.xml", ReadOptions())
    blocks = list(sheet.blocks(()))
    assert len(blocks) > 10
    assert [row for block in blocks for row in block.rows] == [item.row for item in read]


def test_a_document_that_is_cut_off_keeps_its_lines() -> None:
    """Lines before it are read, with the head as far as it is there; the cut has its place."""
    raw = (SAMPLES / "wco.xml").read_text()
    cut = raw[: raw.index("<Description>Paper") + 16]
    lines, refusals = found_in("wco-xml", cut)
    assert _goods(lines) == ["Acetic anhydride, 99.5 %"]
    assert lines[0].fields["consignment"] == "TIDE-2026-0001"
    assert {party["role"] for party in lines[0].parties} == {
        "exporter",
        "declarant",
        "consignee",
        "carrier",
    }
    (refusal,) = refusals
    assert (refusal.row, refusal.screened) == (2, False)
    assert refusal.column.startswith("line 62, column ")
    assert refusal.column.endswith("GovernmentAgencyGoodsItem/Commodity/Description")


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (f'"</a></b>"x{DOCUMENT}', 0),
        (f'"{DOCUMENT}"x', 0),
        (f"""<?xml version='1.0'?>\n'{DOCUMENT}' "{DOCUMENT}"x""", 0),
        (f'{DOCUMENT}"</a></b>"x', 1),
        (f'{DOCUMENT} "{DOCUMENT}"x', 1),
        (f'{DOCUMENT}{" " * 70_000}"{DOCUMENT}"x', 1),
    ],
)
def test_what_stands_in_quotation_marks_outside_of_a_document_is_no_part(
    raw: str, lines: int
) -> None:
    """Before the root and behind it no tag is read; the document is damaged there."""
    found, refusals = found_in("asycuda-xml", raw)
    assert len(found) == lines
    assert [refusal.screened for refusal in refusals] == [False]


def test_several_documents_of_one_file_are_read() -> None:
    """Inside one element, or one after another; damage affects only the rest of one."""
    inside = f"<All>{DOCUMENT * 3}</All>"
    assert len(found_in("asycuda-xml", inside)[0]) == 3
    head = "<?xml version='1.0'?>"
    after = (
        f"{head}{DOCUMENT}\n{head}{DOCUMENT[:-30]}\n{head}<ASYCUDA>&no;</ASYCUDA>{head}{DOCUMENT}"
    )
    lines, refusals = found_in("asycuda-xml", after)
    assert [line.row for line in lines] == [1, 2]
    assert [refusal.row for refusal in refusals] == [2, 2]
    kept = f"{head}<ASYCUDA><x><![CDATA[{head}<a/>]]></x>{ITEM}</ASYCUDA>"
    assert _goods(found_in("asycuda-xml", kept)[0]) == ["Acetone"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1251"])
def test_encodings_are_read(codec: str) -> None:
    """By its mark, by its zeros, or as it declares."""
    declared = "utf-16" if "16" in codec else codec.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>{DOCUMENT.replace("Acetone", "Ацетон")}'
    lines, refusals = found_in("asycuda-xml", text.encode(codec))
    assert _goods(lines) == ["Ацетон"]
    assert not refusals


def test_an_encoding_that_lies_is_no_loss() -> None:
    """UTF-8 labelled as UTF-16 is read; undecodable bytes are reported and read as �."""
    text = f'<?xml version="1.0" encoding="utf-16"?>{DOCUMENT.replace("Acetone", "Ацетон")}'
    assert _goods(found_in("asycuda-xml", text)[0]) == ["Ацетон"]
    raw = DOCUMENT.encode().replace(b"Acetone", b"Ac\xe9tone\x00\x1f")
    lines, refusals = found_in("asycuda-xml", raw)
    assert _goods(lines) == ["Ac\ufffdtone"]
    assert [refusal.screened for refusal in refusals] == [True]
    with raises("trade/declared-encoding-not-known", declared="zip"):
        found_in("asycuda-xml", '<?xml version="1.0" encoding="zip"?><ASYCUDA/>')


def test_depth_and_size_have_bounds() -> None:
    """Elements in one another, and texts without an end, are refused where they stand."""
    deep = f"<ASYCUDA>{ITEM}{'<a>' * 5000}"
    lines, (refusal,) = found_in("asycuda-xml", deep)
    assert len(lines) == 1
    assert (refusal.code, refusal.values) == ("trade/xml-nested-too-deep", {"most_depth": 60})
    _, (refusal,) = found_in("asycuda-xml", f"<ASYCUDA><Item><x>{'x' * (9 << 20)}")
    assert (refusal.code, refusal.values) == ("trade/xml-line-too-long", {"most_bytes": 8})


def test_a_very_long_consignment_is_given_out_before_its_end() -> None:
    """Pending lines are bounded: later ones have the head that preceded them."""
    tail = "<Identification><Registration><Number>7</Number></Registration></Identification>"
    many = "".join(repeat("<Item><x/></Item>", 20_001))
    lines, refusals = found_in("asycuda-xml", f"<ASYCUDA>{many}{tail}</ASYCUDA>")
    assert len(lines) == 20_001
    assert [refusal.row for refusal in refusals] == [1]
    assert lines[0].fields["consignment"] == "row 1"
    assert lines[-1].fields["consignment"] == "7"


class _Endless(io.RawIOBase):
    """A file of so many bytes, one declaration after another."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces

    def read(self, size: int = -1) -> bytes:
        """Give some declarations; the first piece opens the element around them."""
        assert size
        self.pieces -= 1
        return (
            b"" if self.pieces < 0 else (b"<All>" if self.pieces == 99 else DOCUMENT.encode() * 50)
        )


def test_a_file_is_read_as_a_stream() -> None:
    """A line comes out as soon as its declaration ends."""
    file = _Endless(100)
    first = next(iter(FORMATS["asycuda-xml"].read(file, "a.xml")))  # type: ignore[arg-type]
    assert isinstance(first, Found)
    assert file.pieces > 90


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10 + SOAK)
@given(
    st.sampled_from(FILES),
    st.integers(0, 6000),
    st.integers(0, 40),
    st.binary(max_size=8)
    | st.sampled_from(
        [
            b"<",
            b"</",
            b">",
            b"&amp;",
            b"&x;",
            b"<!--",
            b"]]>",
            b"<?xml ?>",
            b"<Item>",
            b"<null/>",
            b"\xff\xfe",
        ]
    ),
)
def test_any_damage_gives_lines_or_refusals(
    name: str, file: str, place: int, cut: int, put: bytes
) -> None:
    """Whatever is cut out or put in, each item is a line or a refusal with a hint."""
    raw = (SAMPLES / file).read_bytes()
    damaged = raw[:place] + put + raw[place + cut :]
    for item in FORMATS[name].read(io.BytesIO(damaged), "a.xml"):
        assert isinstance(item, Found) or (isinstance(item, Refusal) and item.hint)


@pytest.mark.parametrize("codec", ["ISO-8859-1", "windows-1251", "UTF-16", "utf-8"])
def test_a_declared_encoding_is_that_of_the_file(codec: str) -> None:
    """As it is read from a file, of which the first bytes were looked at before."""
    word = (
        "\u0430\u043d\u0433\u0438\u0434\u0440\u0438\u0434"
        if codec == "windows-1251"
        else "anh\u00eddrido"
    )
    text = (
        f'<?xml version="1.0" encoding="{codec}"?><Facturae><FileHeader/><Invoices><Invoice><Items>'
        f"<InvoiceLine><ItemDescription>{word}</ItemDescription></InvoiceLine></Items></Invoice>"
        "</Invoices></Facturae>"
    )
    lines, refusals = read_document(text.encode(codec), "a.xml")
    assert [line["goods"] for line in lines] == [word]
    assert refusals == []
