"""Long texts that the lines of a message share: bounded, told, and whole with one line."""

import io
import json
from typing import Any

import pytest
from tests.trade.messages.conftest import read_document

from tidewaiter.trade.messages import commerce, texts
from tidewaiter.trade.readers import message_tables as repeats
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.readers.message_tables import FREE, LONG, SHOWN, TIMES
from tidewaiter.trade.types import ReadOptions, Refusal

ITEM = (
    "<GovernmentAgencyGoodsItem>{}<Commodity><Description>Acetone</Description></Commodity>"
    "</GovernmentAgencyGoodsItem>"
)
WORDS = "word " * 60_000
"""Of 300,000 letters."""


def _declaration(head: str, lines: int) -> bytes:
    items = ITEM.format("") * lines
    return f"<Declaration><GoodsShipment>{head}{items}</GoodsShipment></Declaration>".encode()


def _letters(value: Any) -> int:
    """Count the letters of all texts of a line."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_letters, value.values()))
    return sum(map(_letters, value)) if isinstance(value, list) else 0


def _product(body: str, variants: int) -> dict[str, Any]:
    return {
        "title": "Kit",
        "handle": "kit",
        "product_type": "x",
        "body_html": body,
        "variants": [{"title": f"Size {n}"} for n in range(variants)],
    }


def test_a_small_file_is_no_large_table() -> None:
    """A text of 300,000 letters above 3,000 lines stands whole with some of them; all are read."""
    lines, refusals = read_document(_declaration(f"<Odd>{WORDS}</Odd>", 3_000), "a.xml")
    assert refusals == []
    assert [line["row"] for line in lines] == list(range(1, 3_001))
    assert sum(map(_letters, lines)) < FREE + (TIMES + 1) * len(WORDS) + 3_000 * 1_000
    (first,), (last,) = lines[0]["other"], lines[-1]["other"]
    assert first["text"] == WORDS.strip()
    assert last["name"] == first["name"]
    mark = f"… [{len(first['text']):,} letters; whole with row 1]"
    assert last["text"] == f"{WORDS[:SHOWN]}{mark}"


def test_a_name_that_is_not_repeated_is_told() -> None:
    """Lists are searched with the first line; for the others the user is informed, once."""
    head = f"<Consignee><Name>{WORDS}</Name></Consignee>"
    lines, refusals = read_document(_declaration(head, 1_000), "a.xml")
    assert len(lines) == 1_000
    assert lines[0]["parties"][0]["name"] == WORDS.strip()
    assert len(lines[-1]["parties"][0]["name"]) < LONG
    (told,) = refusals
    assert (told.column, told.screened) == ("parties", True)
    assert told.row == next(line["row"] for line in lines if len(line["parties"][0]["name"]) < LONG)
    assert told.code == "trade/long-text-shortened"
    assert told.values == {"letters": 299_999, "shown": 200, "place": "row 1"}


def test_what_shops_write_is_repeated_as_it_is() -> None:
    """A description of 20,000 letters is searched with each of 100 variants."""
    bodies = [f"{'wool ' * 4_000}Ephedrine {n}" for n in range(9)]
    lines, refusals = read_document([_product(body, 100) for body in bodies])
    assert refusals == []
    assert [line["commercial"] for line in lines[::100]] == [f"{body}; x" for body in bodies]
    assert {len(line["commercial"]) for line in lines} == {20_014}


def test_a_description_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not with each variant: a file of 1 MB with 2,000 of them took 50 seconds."""
    seen: list[str | None] = []
    really = texts.plain

    def plain(text: str | None) -> str | None:
        seen.append(text)
        return really(text)

    monkeypatch.setattr(commerce, "plain", plain)
    lines, _ = read_document(_product("<b>wool</b>", 30))
    assert {line["commercial"] for line in lines} == {"wool ; x"}
    assert seen == ["<b>wool</b>; x"]


def test_a_description_that_is_not_repeated_is_whole_with_the_first_line() -> None:
    """So that it is searched; the row of a JSON object is given with the line in it."""
    body = f"{'wool ' * 12_000}Ephedrine"
    lines, refusals = read_document(_product(body, 1_000))
    assert lines[0]["commercial"] == f"{body}; x"
    short = [line["commercial"] for line in lines if len(line["commercial"]) < LONG]
    assert len(short) > 500
    assert set(short) == {f"{body[:SHOWN]}… [60,012 letters; whole with row 1, line 1]"}
    assert [told.column for told in refusals] == ["commercial"]
    assert len({line["goods"] for line in lines}) == 1_000


def test_numbers_of_containers_are_not_cut_in_two() -> None:
    """A part of a number would be another number."""
    boxes = "".join(
        f"<TransportEquipment><ID>MSCU{n:07}</ID></TransportEquipment>" for n in range(9_000)
    )
    head = f"<Consignment>{boxes}</Consignment>"
    lines, refusals = read_document(_declaration(head, 2_000), "a.xml")
    assert len(lines[0]["containers"]) == 9_000
    assert lines[-1]["containers"] == lines[0]["containers"][:15]
    assert "containers" in {told.column for told in refusals}


def test_what_is_left_of_json_is_bounded_too() -> None:
    """A bill of lading with a long text that has no field, above very many goods."""
    cargo = [{"equipmentReference": "MSCU1234566"}] * 3_000
    bill = {
        "transportDocumentReference": "B1",
        "termsAndConditions": WORDS,
        "many": list(range(300)),
        "consignmentItems": [{"descriptionOfGoods": ["Acetone"], "cargoItems": cargo}],
    }
    lines, refusals = read_document(bill)
    assert (len(lines), refusals) == (3_000, [])
    assert sum(map(_letters, lines)) < FREE + (TIMES + 1) * 310_000 + 3_000 * 5_000
    first, last = ({each["name"]: each["text"] for each in lines[at]["other"]} for at in (0, -1))
    assert first["termsAndConditions"] == WORDS
    assert last["termsAndConditions"].endswith("… [300,000 letters; whole with row 1, line 1]")
    assert last["many[7]"] == "7"
    assert last["…"] == "101 more stand with row 1, line 1"


@pytest.mark.parametrize("size", [1, 7, 16_384])
def test_what_is_repeated_does_not_depend_on_batches(size: int) -> None:
    """The same lines have the whole text, however many are read at a time."""
    raw = json.dumps(_product("wool " * 12_000, 300)).encode()
    options = ReadOptions(batch_rows=size)
    lengths: list[int] = []
    for item in reader_for("a.json")(io.BytesIO(raw), "a.json", options):
        if not isinstance(item, Refusal):
            lengths.extend(len(text) for text in item.column("commercial").to_pylist())
    whole = lengths.count(60_003)
    assert lengths == [60_003] * whole + [lengths[-1]] * (300 - whole)
    assert 100 < whole < 200


def test_what_each_document_says_itself_is_not_repeated() -> None:
    """The same terms are in each of 400 bills: the file has them, and each line too."""
    cargo = [{"equipmentReference": "MSCU1234566"}] * 10
    bills = [
        {
            "transportDocumentReference": f"B{n}",
            "termsAndConditions": "terms " * 2_000,
            "consignmentItems": [{"descriptionOfGoods": ["Acetone"], "cargoItems": cargo}],
        }
        for n in range(400)
    ]
    lines, refusals = read_document(bills)
    assert (len(lines), refusals) == (4_000, [])
    assert {len(each["text"]) for line in lines for each in line["other"]} == {12_000}


def test_a_text_that_stands_twice_in_a_head_is_no_new_one_each_time() -> None:
    """A name and a remark that say the same: neither makes room for itself on each line."""
    head = f"<Odd>{WORDS}</Odd><Consignee><Name>{WORDS}</Name></Consignee>"
    lines, _ = read_document(_declaration(head, 2_000), "a.xml")
    assert len(lines) == 2_000
    assert sum(map(_letters, lines)) < FREE + (TIMES + 1) * 2 * len(WORDS) + 2_000 * 1_000


def test_more_than_can_be_remembered_is_no_new_text_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A head may be longer than all that is remembered of a file."""
    monkeypatch.setattr(repeats, "_KNOWN", 100_000)
    monkeypatch.setattr(repeats, "FREE", 100_000)
    monkeypatch.setattr(repeats, "TIMES", 10)
    head = "".join(f"<Odd>{n}{'w' * 40_000}</Odd>" for n in range(4))
    lines, _ = read_document(_declaration(head, 300), "a.xml")
    assert len(lines) == 300
    assert sum(map(_letters, lines)) < 100_000 + 11 * 4 * 40_001 + 300 * 2_000
