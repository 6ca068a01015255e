"""Files of trade statistics: rows read, rows excluded with reasons, and files refused."""

import gzip
from pathlib import Path

import pytest
from tests.support.raising import message_of, says

from tidewaiter.base.errors import InputError
from tidewaiter.trade.mirror.caveats import load_caveats
from tidewaiter.trade.mirror.reading import Reading, read_files
from tidewaiter.trade.mirror.types import Key

DATA = Path(__file__).parents[2] / "data" / "mirror"
CODES = ("291524", "291431")
MEXICO = Key(code="291524", revision="H6", exporter=842, importer=484, period=2022)
HEAD = "period,reporterCode,flowCode,partnerCode,cmdCode,primaryValue,netWgt"


def read(*paths: Path) -> Reading:
    """Read files for two codes."""
    return read_files(paths, CODES)


def made(path: Path, *rows: str, head: str = HEAD) -> Path:
    """Write a file."""
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def test_both_sides_of_a_flow_are_read_in_kilograms_and_dollars() -> None:
    """An import stands under its exporter, with what of the export was re-exported."""
    reading = read(DATA / "comtrade.csv")
    sold, bought = reading.flows["X", MEXICO], reading.flows["M", MEXICO]
    assert (sold.kg, sold.usd, sold.again_kg) == (50_000, 60_000, 4_000)
    assert (bought.kg, bought.cif, bought.fob) == (15_000, 19_500, 18_750)


def test_what_is_left_out_is_counted_by_its_reason() -> None:
    """World, unspecified partners, parts of flows and re-exports are not separate flows."""
    (file,) = read(DATA / "comtrade.csv").files
    counts = {each.what: each.rows for each in file.counts}
    assert counts == {
        "codes that were not requested": 1,
        "flows that are part of imports or exports": 1,
        "parts by second partner, procedure or transport": 1,
        "re-exports or re-imports, shown beside the flow that they are part of": 1,
        "totals over all partners, compared with their parts": 1,
        "no country: unspecified or confidential": 1,
    }
    assert file.rows == 14


def test_what_cannot_be_read_is_refused_with_its_row() -> None:
    """A code that is none, an amount below 0, a period that is none, a row cut short."""
    reading = read(DATA / "comtrade.csv")
    assert [each.at.rpartition(" ")[2] for each in reading.refused] == ["11", "12", "13", "14"]
    assert reading.refused_rows == 4
    assert reading.refused[1].message.startswith('"-1" ')
    assert says(reading.refused[1].message, "trade/not-an-amount")


def test_goods_without_a_partner_are_kept_by_reporter() -> None:
    """Confidential trade explains what a partner reports and the reporter does not."""
    assert read(DATA / "comtrade.csv").unspecified[842, "X", "291524", 2022] == 11_000


def test_a_total_that_its_parts_miss_is_told() -> None:
    """61,000 kg to all partners; 50,000, 900 and 11,000 kg are named."""
    (gap,) = read(DATA / "comtrade.csv").gaps
    assert (gap[0], gap[1], gap[3], gap[4]) == (842, "X", 61_000, 61_900)


def test_an_estimated_weight_is_marked_in_both_layouts() -> None:
    """UN Comtrade states it in a separate column, and by the flags 4 and 6."""
    found = read(DATA / "comtrade.csv", DATA / "legacy.csv").flows
    assert sorted(key.importer for (_, key), each in found.items() if each.estimated) == [251, 380]


def test_the_older_layout_is_read_in_its_own_encoding() -> None:
    """Numbers of flows, an older code of Italy, and names in Latin 1."""
    reading = read(DATA / "legacy.csv")
    key = Key(code="291524", revision="H6", exporter=842, importer=384, period=2019)
    assert reading.flows["X", key].again_kg == 100
    assert reading.flows["X", key].revision == "H5"
    assert reading.flows["M", key].kg == 8_100
    assert {at.importer for _, at in reading.flows} == {384, 380}


def test_baci_is_in_thousands_and_tons_and_its_name_tells_the_revision() -> None:
    """A missing quantity is none, a bad country is refused, other codes are not read."""
    reading = read(DATA / "BACI_HS17_Y2019_V202501.csv")
    key = Key(code="291524", revision="H6", exporter=842, importer=384, period=2019)
    assert reading.flows == {}
    assert (reading.reconciled[key].kg, reading.reconciled[key].usd) == (8_050, 9_412)
    assert [each.kg for each in reading.reconciled.values()] == [8_050, None]
    message = message_of("trade/not-a-country-code", text="x", what="j")
    assert reading.refused[0].message == message


def test_a_row_given_twice_counts_once_and_two_ways_count_not(tmp_path: Path) -> None:
    """Within one file, the correct one is unknown."""
    path = made(
        tmp_path / "a.csv",
        "2022,842,X,484,291524,10,5",
        "2022,842,X,484,291524,10,5",
        "2022,842,X,124,291524,10,5",
        "2022,842,X,124,291524,10,6",
    )
    reading = read(path)
    assert [key.importer for _, key in reading.flows] == [484]
    assert reading.conflicting == 1
    assert reading.conflicts[0].at == "a.csv, row 4"
    assert reading.files[0].counts[0].what == "identical repeated rows"


def test_a_later_file_revises_an_earlier(tmp_path: Path) -> None:
    """The order of the files determines which is newer; the change is reported."""
    old = made(tmp_path / "old.csv", "2022,842,X,484,291524,10,5")
    new = made(tmp_path / "new.csv", "2022,842,X,484,291524,10,7")
    reading = read(old, new)
    assert [each.kg for each in reading.flows.values()] == [7]
    assert (reading.conflicts[0].kg, reading.conflicts[0].kept) == ((5, 7), True)


def test_rows_may_end_in_a_comma_more_than_the_header(tmp_path: Path) -> None:
    """Then the cells still stand under their own names."""
    reading = read(made(tmp_path / "a.csv", "2022,842,X,484,291524,10,5,"))
    assert [each.kg for each in reading.flows.values()] == [5]


@pytest.mark.parametrize("kind", ["tabs", "packed", "byte order mark", "line ends"])
def test_other_ways_to_write_the_same_file(kind: str, tmp_path: Path) -> None:
    """Bulk files have tabs and are packed; some programs write a mark or other line ends."""
    text = f"{HEAD}\n2022,842,X,484,291524,10,5\n"
    path = tmp_path / ("a.csv.gz" if kind == "packed" else "a.txt")
    content = {
        "tabs": text.replace(",", "\t").encode(),
        "packed": gzip.compress(text.encode()),
        "byte order mark": text.encode("utf-8-sig"),
        "line ends": text.replace("\n", "\r\n").encode(),
    }[kind]
    path.write_bytes(content)
    assert [each.kg for each in read(path).flows.values()] == [5]


@pytest.mark.parametrize("content", [b"", b"goods,hs\nx,1\n", b"PK\x03\x04\x00\x00", b"\n\n"])
def test_another_file_is_refused_with_a_hint(content: bytes, tmp_path: Path) -> None:
    """Nothing, a manifest, an archive."""
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read(path)
    assert "a.csv" in refused.value.at
    assert refused.value.hint


def test_a_packed_file_that_is_cut_is_refused(tmp_path: Path) -> None:
    """Half of the rows would look like half of the trade."""
    path = tmp_path / "a.csv.gz"
    text = "\n".join((HEAD, *(f"2022,842,X,{n},291524,10,{n * 7919 % 9973}" for n in range(9_000))))
    path.write_bytes(gzip.compress(text.encode())[:-2_000])
    with pytest.raises(InputError):
        read(path)


def test_numbers_of_rows_stay_right_behind_a_broken_one(tmp_path: Path) -> None:
    """A row is identified by its position in the file."""
    path = made(tmp_path / "a.csv", "2022,842,X,484,291524,10,5", "cut", "2022,842,X,x,291524,10,5")
    assert sorted(each.at for each in read(path).refused) == ["a.csv, row 2", "a.csv, row 3"]


def test_a_broken_row_in_another_encoding_is_refused_like_any(tmp_path: Path) -> None:
    """Arrow hands such rows over as texts; those of older files are in Latin 1."""
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEAD}\nC\xf4te\n2022,842,X,484,291524,10,5\n".encode("latin-1"))
    reading = read(path)
    assert [each.at for each in reading.refused] == ["a.csv, row 1"]
    assert [each.kg for each in reading.flows.values()] == [5]


def test_a_value_that_is_refused_is_quoted_as_written(tmp_path: Path) -> None:
    """In UTF-8 as in Latin 1."""
    row = "2022,842,X,Côte,291524,10,5"
    utf8 = made(tmp_path / "a.csv", row)
    latin = tmp_path / "b.csv"
    latin.write_bytes(f"{HEAD}\n{row}\n".encode("latin-1"))
    messages = [each.message for each in read(utf8, latin).refused]
    message = message_of("trade/not-a-country-code", text="Côte", what="partner")
    assert messages == [message] * 2


def test_groups_and_trade_with_oneself_are_left_out(tmp_path: Path) -> None:
    """The European Union reports beside its members."""
    path = made(tmp_path / "a.csv", "2022,97,X,484,291524,1,5", "2022,842,M,841,291524,1,5")
    reading = read(path)
    assert not reading.flows
    assert {each.what for each in reading.files[0].counts} == {
        load_caveats().excluded[each].says for each in ("group", "own")
    }
