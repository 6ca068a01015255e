"""What the words of a header say together, where no table knows the whole name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.trade.readers.columns.detection import count_known
from tidewaiter.trade.readers.columns.header_meaning import (
    find_columns,
    find_named,
    find_unsure,
)
from tidewaiter.trade.readers.columns.mapping import Mapping, survey_columns
from tidewaiter.trade.readers.columns.phrases import compose
from tidewaiter.trade.readers.columns.vocabulary import (
    UNKNOWN,
    load_aliases,
    load_languages,
    load_rules,
    words_of,
)
from tidewaiter.trade.readers.columns.words import say
from tidewaiter.trade.types import ReadOptions


def mapped(*header: str) -> Mapping:
    """Map a header without any rows; nothing in it is a question."""
    found, questions = survey_columns(header, (), "a.csv", ReadOptions())
    assert questions == ()
    return found


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("SHPR_NAME", "consignor.name"),
        ("CNEE_ADDR", "consignee.address"),
        ("CMP_CON_NAM", "consignee.name"),
        ("EXPORT ADDRESS", "exporter.address"),
        ("ADDRESS OF THE FOREIGN SUPPLIER", "seller.address"),
        ("EXPORTER OKPO", "exporter.id"),
        ("IMPORTER_NAME_ENGLISH", "importer2.name"),
        ("CLEARING_CODE", "declarant3.id"),
        ("PKG QTY", "packages"),
        ("NB_COLIS", "packages"),
        ("PCK_TYP_NAM", "pack"),
        ("QTE_STAT", "quantity"),
        ("QUANTITY_UNIT_2", "quantity.unit"),
        ("TAR_SUP_QTY", "quantity"),
        ("PDS_NET", "net"),
        ("VIT_WGT_GRS", "gross"),
        ("GW (KGS)", "gross"),
        ("GDS_DSC", "goods"),
        ("ITEM DESCR EN", "goods"),
        ("DESC_COMERCIAL", "commercial"),
        ("HSN_CODE", "hs"),
        ("CNF_CIF_IN_BOTSWANAN_PULA", "value"),
        ("VAL_CAF", "value"),
        ("INVOICE VALUE CURRENCY", "currency"),
        ("CTY_ORIGIN", "origin"),
        ("PAYS_PROV", "origin.country"),
        ("COUNTRY OF FINAL DESTINATION", "destination.country"),
        ("PTO_EMBARQUE", "loading.name"),
        ("EXIT PORT", "loading.name"),
        ("DEST PORT", "destination.name"),
        ("SHIPMENT_MODE", "mode"),
        ("CUSTOMS MODE NAME", "procedure"),
        ("BE TYPE", "procedure"),
        ("FECHA_ACEPTACION", "lodged"),
        ("SB_DATE", "lodged"),
        ("EMBARKATION DATE", "departure"),
        ("MASTER BILL NO", "consignment"),
        ("TRANSPORT DOCUMENT NUMBER", "consignment"),
        ("CNTR NO", "containers"),
        ("IMPORT LICENCE NBR", "licences"),
        ("NETWEIGHTKG", "net"),
        ("COUNTRY OF ORIGN", "origin"),
    ],
)
def test_a_name_is_read_by_its_words(header: str, field: str) -> None:
    """In any order, abbreviated, written together or with a slip, in several languages."""
    assert find_named(header) == ()
    assert find_columns(header)[0].field == field


@pytest.mark.parametrize(
    "header",
    [
        "IMPORTER_BANK",
        "SHIPPER CITY",
        "SUPPLIER_PHONE",
        "EXPORTER_TYPE",
        "IMPORTER UUID",
        "IMPORTER_ID_CHECK_DIGIT",
        "TARIFF_DESCRIPTION",
        "HS_CODE_DESC",
        "UNIT_FOB",
        "FOB_PER_UNIT",
        "VALUE_PER_KG",
        "CIF_TAX",
        "DUTY_VALUE",
        "INSURANCE_VALUE",
        "FREIGHT USD",
        "VALUE_METHOD",
        "CUR_RATE",
        "TEU_QUANTITY",
        "NUMBER OF CONTAINERS",
        "QUANTITY OF CONTAINERS",
        "CONTAINER_WEIGHT",
        "TARE WEIGHT",
        "PACKAGE_WEIGHT",
        "UNITS_PER_PACKAGE",
        "LICENCE DATE",
        "VALUE_DATE",
        "EXPIRY DATE",
        "PAYMENT_DATE",
        "COUNTRY_OF_TRADE",
        "ORIGIN REGION",
        "PORT CHARGES",
        "SHIPPING_AGENT",
        "CUSTOMS HOUSE",
        "CONTRACT HOLDER NAME",
        "BROKER_FEE",
        "NOT TAXABLE VALUE",
        "SELLER ORDER NO",
        "AVERAGEOFUNIT_PRICE",
        "%GTSUMOFVALUE",
        "UNIT_QUANTITY",
    ],
)
def test_a_word_that_makes_it_something_else_leaves_the_column_alone(header: str) -> None:
    """A telephone, a tax, a rate, a count, a unit price and the text of a tariff have no field."""
    assert find_columns(header) == ()


def test_beside_an_unknown_word_the_field_is_told_and_not_read() -> None:
    """It may change the meaning of the others; if the field is there, nothing is reported."""
    assert mapped("goods", "ZORK NET WEIGHT").unsure == {"net": ("ZORK NET WEIGHT",)}
    assert mapped("goods", "ZORK NET WEIGHT", "NET_WT").unsure == {}
    assert find_unsure("COUNTRY NAME") == ("origin", "destination.country")
    assert find_unsure("ZORK TAX") == ()


def test_a_name_of_the_table_goes_before_one_that_is_made_up_of_words() -> None:
    """Both hold the field, and neither is a question."""
    assert mapped("goods", "GRS WGT", "Gross weight").columns["gross"] == ("Gross weight",)
    assert mapped("goods", "PRODUCT DETAILS", "ITEM DESCR").columns["goods"] == ("goods",)


def test_a_value_in_thousands_or_in_two_monies_is_told_and_not_read() -> None:
    """Its number is another; beside a plain value it is left."""
    odd = mapped("goods", "STATISTICAL_VALUE_IN_1000_USD")
    assert "value" not in odd.columns
    assert odd.unsure == {"value": ("STATISTICAL_VALUE_IN_1000_USD",)}
    plain = mapped("goods", "USD_FOB_BOLIVARES", "CIF_USD")
    assert (plain.columns["value"], plain.unsure) == (("CIF_USD",), {})


def test_a_value_in_the_money_of_a_country_takes_no_code_from_elsewhere() -> None:
    """The name of a country is its money; a word for a money is its code."""
    assert "currency" not in mapped("goods", "CIF_IN_NIGERIA", "CURRENCY").columns
    assert mapped("goods", "CNF_CIF_IN_BOTSWANAN_PULA", "CURRENCY").currency == "BWP"


def test_a_port_of_a_named_country_goes_by_the_direction_of_the_file() -> None:
    """The trader it names determines that, else a day of import or of export."""
    assert mapped("goods", "IMPORTER", "INDIAN_PORT").columns["unlading.name"] == ("INDIAN_PORT",)
    both = ("goods", "IMPORTER", "EXPORTER", "INDIAN_PORT")
    assert "INDIAN_PORT" in mapped(*both).unmapped
    assert mapped(*both, "EXP_DATE").columns["loading.name"] == ("INDIAN_PORT",)


def test_numbered_descriptions_are_parts_of_one() -> None:
    """They are read in their order."""
    found = mapped("CAS", "GDS_DSC_2", "GDS_DSC_1")
    assert found.columns["goods"] == ("GDS_DSC_1", "GDS_DSC_2")


def test_kgs_are_kilograms_before_they_are_a_money() -> None:
    """A weight in som is none."""
    assert find_columns("NW_KGS")[0].unit == "kgs"
    assert find_columns("CIF_KGS")[0].currency == "KGS"


def test_a_row_of_goods_is_no_header_for_its_words() -> None:
    """Only whole names count where the header is looked for."""
    assert count_known(["NET WGT OF GOODS"]) == 0
    assert find_columns("NET WGT OF GOODS")


WORDS = load_rules()
VOCABULARY = [name for names in WORDS.words.values() for name in names]


def test_every_word_of_a_reading_is_one_that_a_name_can_say() -> None:
    """A slip in the data file would make a reading that is never found."""
    made = {"money", "mass_unit", "volume_unit", "country_name", "number_one", "digits"}
    spoken = {says for words in load_languages().values() for says in words}
    known = {*WORDS.words, *spoken, *made, *WORDS.roles.names}
    patterns = [p for tiers in WORDS.readings.values() for tier in tiers for p in tier]
    patterns += [*WORDS.by_direction, *WORDS.unsure]
    patterns += [p for each in WORDS.roles.attributes.values() for p in each]
    patterns += [word for each in WORDS.beside.values() for word in each]
    said = {word for pattern in patterns for word in pattern.replace(">", " ").split()}
    assert said <= known
    assert spoken <= {*said, *WORDS.words, *WORDS.roles.names, *WORDS.values.steps, "unit_price"}
    fields = {field.partition(".")[0] for field in load_aliases().known}
    assert {f.partition(".")[0] for f in WORDS.readings} <= fields


@settings(max_examples=50)
@given(st.lists(st.sampled_from([*VOCABULARY, "zork", "12", "usd", "kg"]), max_size=5))
def test_any_words_make_a_known_field_or_none(words: list[str]) -> None:
    """The result is a field, and never if a word is unknown."""
    folded = words_of(" ".join(words))
    found = compose(folded)
    if found is not None and found.field:
        role, dot, attribute = found.field.partition(".")
        assert f"{role.rstrip('23')}{dot}{attribute}" in load_aliases().known
        assert all(word.says not in (UNKNOWN, "none") for word in say(folded))
