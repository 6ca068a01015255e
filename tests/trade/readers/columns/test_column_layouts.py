"""Names that a customs service, a program or a form made up are spelled out."""

from collections.abc import Sequence

import pytest

from tidewaiter.trade.readers.columns.detection import count_known
from tidewaiter.trade.readers.columns.header_meaning import find_columns, find_unsure
from tidewaiter.trade.readers.columns.layouts import load_layouts, recognise
from tidewaiter.trade.readers.columns.mapping import Mapping, survey_columns
from tidewaiter.trade.readers.columns.vocabulary import UNKNOWN, words_of
from tidewaiter.trade.readers.columns.words import plain_names, say
from tidewaiter.trade.readers.table import unique_names
from tidewaiter.trade.types import ReadOptions


def mapped(*header: str) -> Mapping:
    """Map a header; nothing in it is a question."""
    found, questions = survey_columns(unique_names(header), (), "a.csv", ReadOptions())
    assert questions == ()
    return found


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (("PAISGEN", "PNK", "VACID"), {"origin": "PAISGEN", "net": "PNK", "value": "VACID"}),
        (("MATNR", "MAKTX", "BRGEW", "STAWN"), {"goods": "MAKTX", "gross": "BRGEW", "hs": "STAWN"}),
        (("LIPS-ARKTX", "LIPS-NTGEW", "X"), {"goods": "LIPS-ARKTX", "net": "LIPS-NTGEW"}),
        (("GooDesGDS23", "GroMasGDS46"), {"goods": "GooDesGDS23", "gross": "GroMasGDS46"}),
        (("DE 6/8", "DE 6/1", "DE 6/14"), {"goods": "DE 6/8", "net": "DE 6/1", "hs": "DE 6/14"}),
        (("Графа 31", "Графа 33"), {"goods": "Графа 31", "hs": "Графа 33"}),
        (("conName", "shpName", "x"), {"consignee.name": "conName", "consignor.name": "shpName"}),
    ],
)
def test_the_names_of_a_layout_are_spelled_out(
    header: Sequence[str], columns: dict[str, str]
) -> None:
    """They are read as what they are short for."""
    found = mapped(*header).columns
    assert {field: found[field] for field in columns} == {f: (c,) for f, c in columns.items()}


@pytest.mark.parametrize(
    "header",
    [
        ("ND", "G33", "G31_1", "G38", "G022"),
        ("ND (Номер)", "G33 (Код товара)", "G31_1 (Описание)", "G38 (Вес нетто)", "G022 (Имя)"),
        ("ND Номер", "33 Код ТН ВЭД РФ", "31_1 Описание", "38 Нетто", "022 Отправитель"),
    ],
)
def test_a_box_means_the_same_with_or_without_words_behind_it(header: Sequence[str]) -> None:
    """Declarations of the Eurasian Economic Union are exported in all three spellings."""
    found = mapped(*header).columns
    fields = ("consignment", "hs", "goods", "net", "consignor.name")
    assert [found[field] for field in fields] == [(name,) for name in header]


def test_further_columns_of_one_box_are_further_descriptions() -> None:
    """Kazakhstan has the description of goods in two columns."""
    header = (
        "ND ГрА Регистрационный номер ДТ",
        "G33 Код товара по ТН ВЭД ТС",
        "G31_1 Наименование товаров 1",
        "G31_1 Наименование товаров 2",
    )
    found = mapped(*header).columns
    assert (found["goods"], found["commercial"]) == ((header[2],), (header[3],))


def test_a_layout_may_need_a_name() -> None:
    """G312 is the goods in the tables of Belarus, which have DECL_ID."""
    header = ("G312", "G34A", "G38A", "G41B")
    assert recognise(header) == ()
    assert recognise((*header, "DECL_ID"))[0].name == "belarus-declarations"


def test_the_layout_with_most_names_comes_first() -> None:
    """It is the one that is shown."""
    names = load_layouts()["shipstation-orders"].columns
    header = [name for each in names.values() for name in each]
    assert recognise(header)[0].name == "shipstation-orders"


def test_one_name_alone_is_of_no_layout() -> None:
    """A file has at least two names of a layout, or as many as the layout says."""
    assert plain_names(("MAKTX", "weight")) == ("MAKTX", "weight")
    assert plain_names(("Item Number", "Quantity", "Price")) == ("Item Number", "Quantity", "Price")


def test_the_layout_with_most_names_in_the_file_says_what_a_name_means() -> None:
    """DNOMBRE is the exporter in the files of Peru, and the goods in those of Chile."""
    peru = mapped("NDCL", "DNOMBRE", "VPESNET", "PART_NANDI")
    chile = mapped("NUMITEM", "DNOMBRE", "ARANC_NAC", "CIF_ITEM")
    assert peru.columns["exporter.name"] == ("DNOMBRE",)
    assert chile.columns["goods"] == ("DNOMBRE",)


def test_a_price_and_a_freight_of_a_layout_stay_what_they_are() -> None:
    """A unit price, tax or freight of a layout is not the value of the goods."""
    found = mapped("MAKTX", "BRGEW", "NETPR", "MWSBP", "MATNR")
    assert set(found.columns) == {"goods", "gross"}
    assert found.unsure == {}


@pytest.mark.parametrize("slug", load_layouts())
def test_each_name_of_a_layout_is_known(slug: str) -> None:
    """It is read, told, or has a word that says it is something else; none is left unknown."""
    layout = load_layouts()[slug]
    assert layout.title
    assert layout.source
    for says in layout.columns:
        words = say(words_of(says))
        assert find_columns(says) or find_unsure(says) or words, says
        assert find_columns(says) or all(word.says != UNKNOWN for word in words), says


def test_the_numbers_of_boxes_are_left_out_where_several_columns_have_one() -> None:
    """One number alone is of something else: "20 containers"."""
    header = ("2. Exporter", "31 Description of goods", "33 Commodity code", "38 Net mass")
    assert set(mapped(*header).columns) == {"exporter.name", "goods", "hs", "net"}
    assert plain_names(("20 containers", "goods")) == ("20 containers", "goods")


def test_the_numbers_of_boxes_are_left_out_in_each_spelling() -> None:
    """With a letter or a word for "box"; a mass in grams and a 3D film are no boxes."""
    for spelling in ("Гр{}", "Гр. {}", "Графа {}", "G{}", "Box {}"):
        names = {31: "Описание товара", 33: "Код ТНВЭД", 38: "Вес нетто"}
        header = tuple(f"{spelling.format(box)} {name}" for box, name in names.items())
        assert set(mapped(*header).columns) == {"goods", "hs", "net"}
    kept = ("g 100 net", "3d film", "goods")
    assert plain_names(kept) == kept


def test_the_name_of_a_unit_is_read_rather_than_its_code() -> None:
    """Both say the same: nothing is asked."""
    header = ("goods description", "quantity", "unit code", "unit name")
    assert mapped(*header).columns["quantity.unit"] == ("unit name",)
    assert mapped(*header[:3]).columns["quantity.unit"] == ("unit code",)


@pytest.mark.parametrize(
    "header",
    [
        "sku,name,description,price,qty,weight,status",
        "Item Description,Commodity Code,Country of Origin,Cases,Net weight",
        "Contact Name,Country,Address 1,Address 2,Address 3,Description of Goods",
        "Product,QTY,Unit,HS Code,Invoice No,Item No",
        "Descripción,Cantidad,Valor,Moneda,Peso (kg)",
        "PESO BRUTO,PESO NETO,VALOR FOB,BANDERA",
    ],
)
def test_plain_names_alone_are_no_layout(header: str) -> None:
    """A shop's stock is not read, and a pick-up address is not the consignee's: not by chance."""
    assert not recognise(header.split(","))


def test_a_word_that_says_nothing_before_most_names_is_left_out() -> None:
    """Of a program's own prefix; a word that is known stays."""
    header = ("ZEXP_GOODS_DESC", "ZEXP_NETWT", "ZEXP_HSCODE", "USERX")
    assert set(mapped(*header).columns) == {"goods", "net", "hs"}
    kept = ("exporter name", "exporter country", "exporter code")
    assert plain_names(kept) == kept


def test_a_header_of_technical_names_is_known_as_one() -> None:
    """So a title above it is not taken for the header."""
    assert count_known(("MAKTX", "BRGEW", "STAWN")) == 3
    assert count_known(("Outbound deliveries",)) == 0
