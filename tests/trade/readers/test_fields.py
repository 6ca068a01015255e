"""What the cells of each field are read as, and what is refused."""

import gc
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import Mark, parse_quantity, whole
from tidewaiter.trade.readers.amounts import Ask, Kind, measure, read_counts, read_money
from tidewaiter.trade.readers.codes import read_cas, read_containers, read_hs, read_un
from tidewaiter.trade.readers.table import Column
from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]


def one(read: Callable[[pa.Array], Column], text: str) -> Any:
    """Read a column of one cell; None: it is refused or says nothing."""
    return read(pa.array([text, None])).values[0].as_py()


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("2915.24", "291524"),
        ("2915240000", "2915240000"),
        ("HS 2915 24 00", "29152400"),
        ('="0101210000"', "0101210000"),
        ("'291524", "291524"),
        ("2915.2", "29152"),
        ("29152", "29152"),
        ("2915240000.0", "2915240000"),
        ("29.15", "2915"),
        ("２９１５.２４", "291524"),
        ("٢٩١٥٢٤", "291524"),
    ],
)
def test_an_hs_code_keeps_its_digits(text: str, digits: str) -> None:
    """Points go, zeros stay, and a zero that was lost at the end is not invented."""
    assert one(read_hs, text) == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("709200010", "0709200010"),
        ("403209300", "0403209300"),
        ("1012100", "01012100"),
        ("40690", "040690"),
        ("9011100", "09011100"),
        ("90111", "090111"),
        ("291524000", "291524000"),  # nine digits, as in Japan: 29.15 is a heading, 02.91 is none
        ("901110010", "901110010"),  # both are headings
        ("9011.1", "90111"),  # the zero is lost at the end
        ("99999", "99999"),
    ],
)
def test_the_zero_at_the_start_of_an_hs_code_is_put_back(text: str, digits: str) -> None:
    """A spreadsheet lost it: no code has 5, 7 or 9 digits, but for those of Japan."""
    column = read_hs(pa.array([text, "291524", text]))
    assert column.values.to_pylist() == [digits, "291524", digits]
    told = [(bad.at, bad.value) for bad in column.bad]
    plain = digits.endswith(text) and digits != text
    assert told == ([(0, text)] if plain else [])
    assert all(bad.values["count"] == 2 for bad in column.bad)


@pytest.mark.parametrize("text", ["2.91524E+09", "n.a.x", "2915.24; 2939.41", "5", "1" * 15])
def test_what_is_no_hs_code_is_refused(text: str) -> None:
    """Digits that a spreadsheet lost, several codes in one cell and words are reported."""
    column = read_hs(pa.array([text]))
    assert column.values.to_pylist() == [None]
    assert [bad.value for bad in column.bad] == [text]


def test_cas_numbers_are_cut_apart() -> None:
    """Every usual separator splits them, and the original text is kept."""
    assert one(read_cas, "108-24-7; 64-19-7") == ["108-24-7", "64-19-7"]
    assert one(read_cas, "CAS No. 108-24-7/64-19-7,67-64-1") == ["108-24-7", "64-19-7", "67-64-1"]
    assert one(read_cas, "108-24-7、64-19-7") == ["108-24-7", "64-19-7"]
    assert one(read_cas, "n/a") is None
    assert read_cas(pa.array(["unknown"])).bad


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("UN1715", "1715"),
        ("1715 (8)", "1715"),
        ("UN 1715, class 8", "1715"),
        ("1715.0", "1715"),
        ("4", None),
        ("No", None),
    ],
)
def test_a_un_number_is_four_digits(text: str, number: str | None) -> None:
    """Class and packing group are removed; a flag is not a number."""
    assert one(read_un, text) == number


def test_several_un_numbers_in_one_cell_are_refused() -> None:
    """One of two is not chosen."""
    assert read_un(pa.array(["UN1715, UN1230"])).bad


def test_containers_are_cut_apart_and_kept() -> None:
    """Gaps within a number are closed; other text is kept as written."""
    assert one(read_containers, "CSQU 305438-3, MSCU1234566; LCL") == [
        "CSQU3054383",
        "MSCU1234566",
        "LCL",
    ]


def test_a_mass_that_cannot_be_read_does_not_hide_its_line(read: Read) -> None:
    """A line with "25 kgz" is screened without its mass, and reported."""
    lines, refusals = read("goods,net weight\nacetone,25 kgz\n")
    assert (lines[0]["goods"], lines[0]["net_mg"]) == ("acetone", None)
    assert [(r.row, r.column, r.value, r.screened) for r in refusals] == [
        (1, "net weight", "25 kgz", True)
    ]


def test_negative_quantities_are_refused(read: Read) -> None:
    """A negative weight or quantity is invalid; a value may be negative, for a credit."""
    lines, refusals = read("goods,gross weight,quantity,value\na,-5,-3 PCS,-12.50\n")
    assert [r.column for r in refusals] == ["gross weight", "quantity"]
    assert lines[0]["gross_mg"] is None
    assert lines[0]["value"] == Decimal("-12.5000")


def test_units_come_from_cell_column_or_header(read: Read) -> None:
    """The cell's own unit counts, then the column of units, then the header, then kilograms."""
    assert read("goods,gross weight (lb)\na,10\n")[0][0]["gross_mg"] == 4_535_924
    assert read("goods,gross weight,weight unit\na,10,t\n")[0][0]["gross_mg"] == 10_000_000_000
    assert read("goods,gross weight\na,10\n")[0][0]["gross_mg"] == 10_000_000
    assert read("goods,gross weight\na,10\n", units={"gross": "g"})[0][0]["gross_mg"] == 10_000
    assert read("goods,gross weight\na,10 g\n")[0][0]["gross_mg"] == 10_000
    (refusal, *_) = read("goods,gross weight,weight unit\na,10,furlong\n")[1]
    assert refusal.code == "base/unit-not-known"


@pytest.mark.parametrize(
    "units",
    [{"net": "litres"}, {"net": "zzq"}, {"volume": "kg"}, {"packages": "kg"}, {"net": "ton"}],
)
def test_a_stated_unit_must_fit_its_field(read: Read, units: dict[str, str]) -> None:
    """A unit of another kind, an unknown one and a field without units are errors at once."""
    with pytest.raises(InputError) as caught:
        read("goods,net weight\na,1\n", units=units)
    assert caught.value.code in {"trade/not-a-unit-of-its-kind", "trade/not-a-field-with-a-unit"}
    assert caught.value.hint


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_stated_unit_counts_where_the_file_names_none_and_the_line_says_so(
    read: Read, name: str
) -> None:
    """Units of the cell, the column and the header win; the line tells the units of the user."""
    rows = [("1", "", "5"), ("2 kg", "", "5 l"), ("3", "t", ""), ("x", "", "2 DRM")]
    keys = ("goods", "gross weight", "weight unit", "quantity", "volume (ml)")
    text = "\n".join([",".join(keys), *(",".join(["a", *row, "7"]) for row in rows)])
    if name == "a.jsonl":
        text = "\n".join(json.dumps(dict(zip(keys, ["a", *row, "7"], strict=True))) for row in rows)
    lines, refusals = read(text, name, units={"gross": "lb", "quantity": "l", "volume": "m3"})
    assert [n["gross_mg"] for n in lines] == [453_592, 2_000_000, 3_000_000_000, None]
    assert [n["volume_ul"] for n in lines] == [7_000] * 4
    assert [n["stated"] for n in lines] == [["gross: lb", "quantity: l"], None, None, None]
    assert [n["quantity"] for n in lines] == ["5", "5 l", None, "2 DRM"]
    assert [r.row for r in refusals] == [4]
    assert read(text, name)[0][0]["stated"] is None


def test_a_quantity_is_kept_as_written_and_read_where_it_is_a_mass(read: Read) -> None:
    """Kilograms of quantity are a net mass, litres a volume, drums neither."""
    rows = "a,80,DRM\nb,25,KG\nc,5,L\nd,7,\n"
    lines, refusals = read("goods,quantity,unit\n" + rows)
    assert [line["quantity"] for line in lines] == ["80 DRM", "25 KG", "5 L", "7"]
    assert [line["net_mg"] for line in lines] == [None, 25_000_000, None, None]
    assert [line["volume_ul"] for line in lines] == [None, None, 5_000_000, None]
    assert refusals == []


def test_an_unknown_unit_of_quantity_is_reported(read: Read) -> None:
    """The text is kept, the unit is named in the report."""
    lines, refusals = read("goods,quantity,unit\na,80,ZZQ\n")
    assert lines[0]["quantity"] == "80 ZZQ"
    assert (refusals[0].code, refusals[0].values["text"]) == ("base/unit-not-known", "ZZQ")


def test_the_decimal_mark_is_found_for_the_column(read: Read) -> None:
    """One clear number decides for those that have two readings."""
    point = read("goods,net weight\na,1.234\nb,1.5\n")
    comma = read('goods,net weight\na,1.234\nb,"1,5"\n')
    neither = read("goods,net weight\na,1.234\nb,2.500\n")
    assert [line["net_mg"] for line in point[0]] == [1_234_000, 1_500_000]
    assert [line["net_mg"] for line in comma[0]] == [1_234_000_000, 1_500_000]
    assert [line["net_mg"] for line in neither[0]] == [None, None]
    assert [r.row for r in neither[1]] == [1, 2]
    assert read("goods,net weight\na,1.234\n", decimal=".")[0][0]["net_mg"] == 1_234_000


def test_the_order_of_dates_is_found_for_the_column(read: Read) -> None:
    """One clear date decides; without one the dates are refused, and the lines go on."""
    text = "goods,arrival date\na,03/04/2026\n"
    assert read(text + "b,31/03/2026\n")[0][0]["arrival"] == date(2026, 4, 3)
    assert read(text + "b,03/31/2026\n")[0][0]["arrival"] == date(2026, 3, 4)
    assert read(text, dates="mdy")[0][0]["arrival"] == date(2026, 3, 4)
    lines, refusals = read(text)
    assert lines[0]["arrival"] is None
    assert [(r.value, r.screened) for r in refusals] == [("03/04/2026", True)]


def test_dates_in_three_styles_are_read_in_one_column(read: Read) -> None:
    """Styles may be mixed as long as each date has one reading."""
    text = "goods,arrival date\na,2026-03-31\nb,31-Mar-2026\nc,31/03/2026\nd,20260331\n"
    lines, refusals = read(text)
    assert {line["arrival"] for line in lines} == {date(2026, 3, 31)}
    assert refusals == []


def test_money_has_four_decimals_and_its_currency() -> None:
    """The currency may be in the cell; a number with two readings is refused."""
    column, currency = read_money(pa.array(["USD 1,250.50", "12 EUR", "£5", "1,234", "-"]), None)
    assert column.values.to_pylist()[:3] == [Decimal("1250.5000"), Decimal(12), Decimal(5)]
    assert currency.to_pylist() == ["USD", "EUR", "GBP", None, None]
    assert [bad.at for bad in column.bad] == [3]


def test_counts_are_whole() -> None:
    """Packages may carry a unit and groups, but no fraction."""
    column = read_counts(
        pa.array(["80", "80 DRM", "1,250", "2.5", "-1", "1.000", None]), pa.int64()
    )
    assert column.values.to_pylist() == [80, 80, 1250, None, None, None, None]
    assert [bad.at for bad in column.bad] == [3, 4, 5]


amounts = st.one_of(
    st.integers(0, 10**7).map(str),
    st.decimals(0, 10**6, places=3).map(str),
    st.decimals(-10, 10**6, places=7).map(str),
    st.sampled_from(
        [
            "",
            "-",
            "1,250.5",
            "1.250,5",
            "1,250",
            "x",
            "1e3",
            "5 kg",
            "5kg",
            "2.5 t",
            "3 l",
            "7 kgz",
            "4 kg kg",
            " 6 ",
        ]
    ),
)
units = st.sampled_from([None, "kg", "G", "lb", "l", "DRM", "zzz", "tons"])


@given(
    st.lists(st.tuples(amounts, units), max_size=8),
    st.booleans(),
    st.sampled_from([None, ".", ","]),
)
def test_a_column_of_masses_is_read_as_its_cells_are(
    rows: list[tuple[str, str | None]],
    beside: bool,  # noqa: FBT001 - hypothesis passes it by its name
    mark: Mark | None,
) -> None:
    """The column-wise way gives what each cell gives alone, refusals too."""
    kind: Kind = "mass"
    ask = Ask(
        cells=pa.array([text or None for text, _ in rows], pa.string()),
        units=pa.array([unit for _, unit in rows], pa.string()) if beside else None,
        unit="kg",
        mark=mark,
        only=kind,
    )
    wanted: list[int | None] = []
    for text, unit in rows:
        wanted.append(None)
        with suppress(InputError):
            if text.strip(" -"):
                own = parse_quantity(text, unit if beside else None, mark)
                own = own if own.unit else parse_quantity(text, "kg", mark)
                wanted[-1] = whole(own, "mass", text)
    read = measure(ask)
    assert read.mass.to_pylist() == wanted
    refused = [n for n, (text, _) in enumerate(rows) if text.strip(" -") and wanted[n] is None]
    assert sorted(bad.at for bad in read.bad) == refused


def test_a_refused_cell_holds_no_column() -> None:
    """Read columns are freed at once, although garbage collection is rare."""
    gc.collect()
    gc.disable()
    try:
        before = pa.total_allocated_bytes()
        for _ in range(5):
            assert read_hs(pa.array(["TOTAL"] * 100_000)).bad
        assert pa.total_allocated_bytes() - before < 100_000
    finally:
        gc.enable()
