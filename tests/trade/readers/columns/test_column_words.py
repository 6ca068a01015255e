"""What the words of a header say: values, moneys, forms, directions, and what is left unsure."""

from typing import Any

import pytest

from tidewaiter.trade.readers.columns.detection import suspect
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.mapping import Mapping, survey_columns
from tidewaiter.trade.readers.table import unique_names
from tidewaiter.trade.types import ReadOptions


def mapped(*header: str, rows: Any = (), **options: Any) -> Mapping:
    """Map a header; nothing in it is a question."""
    found, questions = survey_columns(unique_names(header), rows, "a.csv", ReadOptions(**options))
    assert questions == ()
    return found


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("SUMOFFOB_VALUE_USD", "USD"),
        ("TOTALUSD", "USD"),
        ("ITEM_INVOICE_AMOUNT", ""),
        ("USD_FOB_SUB_ITEM", "USD"),
        ("FOB_FCY", ""),
        ("CIF_RD", "DOP"),
        ("Customs value (naira)", "NGN"),
        ("Valor FOB en dólares", "USD"),
        ("CIF_VALUE_LC", "local"),
    ],
)
def test_a_value_is_its_kind_its_money_and_whose_it_is(header: str, currency: str) -> None:
    """Each word of the header is known; none is left over."""
    (found,) = find_columns(header)
    assert (found.field, found.currency) == ("value", currency)


@pytest.mark.parametrize(
    "header",
    [
        "UNIT_VALUE_USD",
        "FOB_UNIT_USD",
        "%GTTOTALVALUE",
        "USD_FREIGHT",
        "TAX_IN_USD",
        "TOTAL_USD_FOBPERCENTAGE",
        "EXCHANGE_RATE_OF_USD",
        "TOTAL_DUTIES",
    ],
)
def test_a_price_of_a_unit_a_tax_and_a_share_are_no_value(header: str) -> None:
    """A word that no rule knows leaves the column alone."""
    assert find_columns(header) == ()


def test_the_value_of_a_line_is_read_before_that_of_the_whole() -> None:
    """Of one kind: the line, then the bare kind, then what was assessed, declared and summed."""
    kinds = ("item", "", "assessed", "declared", "total", "sum of")
    tiers = [find_columns(f"{kind} customs value")[0].tier for kind in kinds]
    assert tiers == sorted(set(tiers))
    assert mapped("goods", "TOTAL_FOB", "ITEM_FOB").columns["value"] == ("ITEM_FOB",)


def test_a_column_of_currencies_is_of_a_value_whose_money_is_not_said() -> None:
    """A value in the money of the country takes no code from the column of the invoice's."""
    assert mapped("goods", "CIF_FC", "CURRENCY").columns["currency"] == ("CURRENCY",)
    assert "currency" not in mapped("goods", "CIF_LC", "CURRENCY").columns
    assert mapped("goods", "CIF_LC", "CURRENCY").currency == ""
    assert mapped("goods", "CIF_USD", "CURRENCY").currency == "USD"


def test_a_quantity_has_the_unit_that_is_called_as_it_is() -> None:
    """The statistical unit is not that of the commercial quantity."""
    found = mapped("goods", "QUANTITY", "UNIT", "STD QUANTITY", "STD UNIT")
    assert (found.columns["quantity"], found.columns["quantity.unit"]) == (("QUANTITY",), ("UNIT",))
    found = mapped("goods", "COMMERCIAL_QUANTITY", "COMMERCIAL_MEASURE_UNIT", "STAT_UNIT")
    assert found.columns["quantity.unit"] == ("COMMERCIAL_MEASURE_UNIT",)


def test_a_foreign_port_is_where_the_direction_of_the_file_puts_it() -> None:
    """Of imports the goods were loaded there; of exports they will be unloaded."""
    assert mapped("goods", "IMPORTER", "Foreign port").columns["loading.name"] == ("Foreign port",)
    assert mapped("goods", "EXPORTER", "Foreign port").columns["unlading.name"] == ("Foreign port",)
    both = mapped("goods", "EXPORTER", "IMPORTER", "Foreign port")
    assert "Foreign port" in both.unmapped
    assert both.unsure == {"loading.name": ("Foreign port",), "unlading.name": ("Foreign port",)}


def test_a_tax_number_is_that_of_the_trader_of_the_country() -> None:
    """One that names its holder wins."""
    assert mapped("goods", "IMPORTER_NAME", "TIN").columns["importer.id"] == ("TIN",)
    named = mapped("goods", "IMPORTER_NAME", "TIN", "IMPORTER_TIN")
    assert named.columns["importer.id"] == ("IMPORTER_TIN",)


def test_a_broker_beside_the_declarant_is_a_second_party() -> None:
    """Neither takes the name or the number of the other, and each has its English spelling."""
    found = mapped("goods", "DECLARANT_NAME", "DECLARANT_NAME_EN", "BROKER_NAME", "BROKER_CODE")
    parties = {field: names for field, names in found.columns.items() if field != "goods"}
    assert parties == {
        "declarant.name": ("DECLARANT_NAME",),
        "declarant2.name": ("DECLARANT_NAME_EN",),
        "declarant3.name": ("BROKER_NAME",),
        "declarant3.id": ("BROKER_CODE",),
    }


def test_a_country_in_english_is_read_before_its_other_spelling() -> None:
    """It is one place, so one of the columns is enough."""
    found = mapped("goods", "ORIGIN_COUNTRY_NAME", "ORIGIN_COUNTRY_NAME_EN")
    assert found.columns["origin"] == ("ORIGIN_COUNTRY_NAME_EN",)


def test_a_number_of_the_file_itself_names_no_consignment() -> None:
    """A reference counts in the absence of a declaration; a record number is only reported."""
    assert mapped("goods", "Declaration No", "Invoice No").columns["consignment"] == (
        "Declaration No",
    )
    assert mapped("goods", "Invoice No").columns["consignment"] == ("Invoice No",)
    assert mapped("goods", "RECORD_ID").unsure == {"consignment": ("RECORD_ID",)}


def test_what_a_name_does_not_tell_is_told_to_the_user_and_not_read() -> None:
    """Where the field is there, nothing is said."""
    assert mapped("goods", "ASSESSMENT DATE").unsure == {"lodged": ("ASSESSMENT DATE",)}
    assert mapped("goods", "ASSESSMENT DATE", "Declaration date").unsure == {}


def test_plain_digits_and_days_are_suspected_and_never_read() -> None:
    """Their format is reported if no column is the field; a day is not a code of chapter 20."""
    assert suspect(["291524", "61091000"]) == "hs"
    assert suspect(["20260103", "20260104"]) is None
    assert suspect(["2026-01-03", "2026-01-04"]) == "lodged"
    assert suspect(["291524", "291524"]) is None
    rows = (("acetone", "291411"), ("ether", "290911"))
    assert mapped("goods", "Spalte 7", rows=rows).unsure == {"hs": ("Spalte 7",)}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("GTİP", "hs"),
        ("Eşya Tanımı", "goods"),
        ("İhracatçı Adı", "exporter.name"),
        ("Brüt Ağırlık (kg)", "gross"),
        ("Mã HS", "hs"),
        ("Tên hàng", "goods"),
        ("Đơn vị tính", "quantity.unit"),
        ("Uraian Barang", "goods"),
        ("NAMA IMPORTIR", "importer.name"),
        ("Код УКТЗЕД", "hs"),
        ("Опис товару", "goods"),
        ("Адреса одержувача", "consignee.address"),
        ("Митна вартість USD", "value"),
        ("Наименование отправителя", "consignor.name"),
    ],
)
def test_turkish_vietnamese_indonesian_and_ukrainian_names_are_known(
    header: str, field: str
) -> None:
    """With or without their accents."""
    assert find_columns(header)[0].field == field
