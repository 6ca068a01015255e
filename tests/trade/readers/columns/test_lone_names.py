"""Names that do not quite tell a field, and are read where no other column may hold it."""

import pytest

from tidewaiter.trade.readers.columns.header_meaning import (
    find_columns,
    find_lone,
    find_unsure,
)
from tidewaiter.trade.readers.columns.mapping import Mapping, survey_columns
from tidewaiter.trade.readers.columns.words import find_meant
from tidewaiter.trade.readers.table import unique_names
from tidewaiter.trade.types import ReadOptions


def mapped(*header: str) -> Mapping:
    """Map a header; nothing in it is a question."""
    found, questions = survey_columns(unique_names(header), (), "a.csv", ReadOptions())
    assert questions == ()
    return found


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("EXPORTER_NAME_VN", "exporter.name"),
        ("SIC_VALORTOTALCIF", "value"),
        ("Netto", "net"),
        ("คำอธิบาย", "goods"),
        ("金額", "value"),
        ("SR NO", "seq"),
    ],
)
def test_it_is_read_where_nothing_else_may_be_the_field(name: str, field: str) -> None:
    """A short unknown word, or a word that is reported alone."""
    assert mapped("HS code", name).columns[field] == (name,)


def test_it_is_told_where_another_may_be_the_field() -> None:
    """Two of them tell nothing, and beside a sure one neither is read."""
    two = mapped("HS code", "EXPORTER_NAME_VN", "EXPORTER_NAME_XQ")
    assert "exporter.name" not in two.columns
    assert two.unsure["exporter.name"] == ("EXPORTER_NAME_VN", "EXPORTER_NAME_XQ")
    sure = mapped("HS code", "exporter name", "EXPORTER_NAME_XQ")
    assert sure.columns["exporter.name"] == ("exporter name",)


@pytest.mark.parametrize(
    ("one", "other"), [("Text A", "Text B"), ("Weight A", "Weight B"), ("Value D", "Value F")]
)
def test_a_letter_that_tells_columns_apart_joins_nothing(one: str, other: str) -> None:
    """Though "a" and "d" join words elsewhere, none of the two is read before the other."""
    assert set(mapped("HS code", one, other).columns) == {"hs"}
    assert mapped("Exporter name(s)", "HS code").columns["exporter.name"] == ("Exporter name(s)",)


def test_a_bare_net_may_be_money_in_a_file_of_taxes() -> None:
    """There it is reported, and not read as a weight."""
    taxed = mapped("goods", "liquido", "IVA")
    assert "net" not in taxed.columns
    assert taxed.unsure["net"] == ("liquido",)
    assert mapped("goods", "liquido", "pais").columns["net"] == ("liquido",)


@pytest.mark.parametrize(
    "name",
    [
        "Importer name verified",
        "gross weight returned",
        "goods description changed",
        "HS code history",
        "consignee name alternative",
        "累计净重",
        "单箱毛重",
        "vessel operator",
    ],
)
def test_a_word_that_changes_the_meaning_is_never_passed_over(name: str) -> None:
    """It is known as something else, or longer than a mark."""
    assert find_columns(name) == ()
    assert find_lone(name) is None


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("DESCRP MERCANC", "goods"),
        ("CNTRY OF ORGN", "origin"),
        ("MANUFACTURE CNTRY", "origin"),
        ("PESO BTO", "gross"),
        ("LOADNG PORT", "loading.name"),
    ],
)
def test_an_abbreviation_is_read_beside_other_words(name: str, field: str) -> None:
    """The beginning of words that all say the same, or a word without its vowels."""
    assert find_columns(name)[0].field == field


def test_an_abbreviation_alone_is_not_read() -> None:
    """Too many words begin so."""
    assert find_meant("merchandi", beside=False) == ()
    assert find_unsure("merchandi") == ()


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("FOB US$", "USD"),
        ("CIF (€)", "EUR"),
        ("Valor FOB R$", "BRL"),
        ("价值（美元）", "USD"),
        ("القيمة بالدولار", "USD"),
        ("과세가격(원화)", "local"),
    ],
)
def test_the_sign_of_a_money_is_its_code(name: str, currency: str) -> None:
    """In any script."""
    (found,) = find_columns(name)
    assert (found.field, found.currency) == ("value", currency)


def test_the_number_sign_is_a_number() -> None:
    """Before a name, and behind it."""
    assert find_columns("# of packages")[0].field == "packages"
    assert find_columns("CAS #")[0].field == "cas"


def test_the_name_of_a_product_beside_its_description_is_screened_too() -> None:
    """It is a further description; alone it is the goods."""
    both = mapped("Product", "Description").columns
    assert (both["goods"], both["commercial"]) == (("Description",), ("Product",))
    assert mapped("Product", "HS code").columns["goods"] == ("Product",)
    assert mapped("goods", "Total packages", "Number of packages").columns["packages"] == (
        "Number of packages",
    )
