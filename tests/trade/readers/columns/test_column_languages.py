"""Headers in many languages, of orders, and in two languages at once."""

import io
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.mapping import survey_columns
from tidewaiter.trade.readers.columns.vocabulary import load_languages, load_words, squeeze
from tidewaiter.trade.types import ReadOptions, Refusal

HEADERS = {
    "ko": ("수입신고번호", "품명", "세번부호", "순중량", "원산지", "수입자"),
    "ja": ("申告番号", "品名", "統計品目番号", "正味重量", "原産国", "輸入者名"),
    "zh": ("报关单号", "商品名称", "商品编码", "净重(KG)", "原产国", "境内收货人"),
    "th": (
        "เลขที่ใบขนสินค้า",
        "ชื่อสินค้า",
        "พิกัดศุลกากร",
        "น้ำหนักสุทธิ",
        "ประเทศกำเนิด",
        "ผู้นำเข้า",
    ),
    "fa": ("شماره اظهارنامه", "شرح کالا", "کد تعرفه", "وزن خالص", "کشور مبدا", "وارد کننده"),
    "ar": (
        "رقم البيان الجمركي",
        "وصف البضاعة",
        "البند الجمركي",
        "الوزن الصافي",
        "بلد المنشأ",
        "المستورد",
    ),
    "it": (
        "Numero dichiarazione",
        "Descrizione della merce",
        "Nomenclatura combinata",
        "Massa netta",
        "Paese di origine",
        "Importatore",
    ),
    "pl": (
        "Nr zgłoszenia",
        "Opis towaru",
        "Kod CN",
        "Masa netto",
        "Kraj pochodzenia",
        "Importer",
    ),
    "tr": ("Beyanname No", "Eşya Cinsi", "GTİP No", "Net Ağırlık", "Menşe Ülke", "İthalatçı"),
    "cs": ("MRN", "Popis zboží", "Zbožový kód", "Vlastní hmotnost", "Země původu", "Dovozce"),
    "ru": (
        "Номер декларации",
        "Наименование товара",
        "Код ТН ВЭД",
        "Вес нетто",
        "Страна происхождения",
        "Импортер",
    ),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_file_is_read_in_its_language(header: tuple[str, ...]) -> None:
    """Number, goods, code, net weight, origin and importer of a line are found by their names."""
    text = ";".join(header) + "\nC1;acetone;291411;25;CN;ACME\n"
    batches = list(reader_for("a.csv")(io.BytesIO(text.encode()), "a.csv", ReadOptions()))
    (line,) = [row for b in batches if not isinstance(b, Refusal) for row in b.to_pylist()]
    assert (line["consignment"], line["goods"], line["hs"]) == ("C1", "acetone", "291411")
    assert (line["net_mg"], line["origin"]) == (25_000_000, "CN")
    assert {party["name"] for party in line["parties"]} == {"ACME"}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("DEĞER / VALUE", "value"),
        ("运单号 (AWB Number)", "consignment"),
        ("件数 (Packages)", "packages"),
        ("Получатель / Consignee", "consignee.name"),
    ],
)
def test_a_name_in_two_languages_is_that_name(header: str, field: str) -> None:
    """Both languages agree, or one matches and the other is in another script."""
    assert [found.field for found in find_columns(header)][:1] == [field]


@pytest.mark.parametrize(
    "header", ["Origin/Destination", "Consignee/Notify", "Origen/Destino", "Weight (Volume)"]
)
def test_two_things_in_one_name_are_neither(header: str) -> None:
    """A column of the one or the other is not read as one of them."""
    assert find_columns(header) == ()


def places(*header: str) -> Mapping[str, tuple[int, ...]]:
    """Map a header; nothing in it is a question."""
    found, questions = survey_columns(header, (), "a.csv", ReadOptions())
    assert questions == ()
    return found.places


def test_who_an_order_is_shipped_to_is_its_consignee() -> None:
    """Beside a shipping address, "Ship Name" is not a vessel, and the country not of dispatch."""
    order = ("Item Name", "Ship Name", "Ship Address1", "Ship Country", "Billing Name")
    read = places(*order, "Billing Address 1")
    assert (read["consignee.name"], read["consignee.address"]) == ((1,), (2,))
    assert (read["consignee.country"], read["buyer.name"]) == ((3,), (4,))
    assert read["buyer.address"] == (5,)
    elsewhere = places("Goods", "Ship Name", "Shipping Country")
    assert not {field for field in elsewhere if field.startswith(("consignee", "buyer"))}


def test_the_day_that_came_true_goes_before_the_expected_one() -> None:
    """A bill of lading names both, and neither is a question."""
    read = places("estimated_arrival_date", "actual_arrival_date", "goods", "ETD", "ATD")
    assert (read["arrival"], read["departure"]) == ((1,), (4,))


def test_a_number_of_an_order_is_the_last_resort() -> None:
    """It is the consignment where no bill and no declaration is."""
    assert places("Order ID", "goods")["consignment"] == (0,)
    assert places("Order ID", "BL No", "goods")["consignment"][0] == 1


@pytest.mark.parametrize(
    "header", ["单价", "관세율", "消費税", "อัตราอากร", "مالیات", "Uwagi", "Nolo"]
)
def test_prices_rates_and_taxes_are_nothing(header: str) -> None:
    """In no language are they a value of the goods."""
    assert find_columns(header) == ()


def test_no_language_says_two_things_by_one_word() -> None:
    """The words of all languages are one vocabulary."""
    words = load_words()
    for spoken in load_languages().values():
        for says, names in spoken.items():
            assert {words[squeeze(name)].says for name in names} == {says}


@given(st.text(alphabet="수입신고번호중량原産国名品目番号กขABC()/ 12", max_size=40))
def test_any_run_of_letters_without_spaces_is_read_or_left(header: str) -> None:
    """Cutting words that are written together ends, and gives fields of ours."""
    assert all(found.field for found in find_columns(header))


@pytest.mark.parametrize(
    "header",
    [
        ("선박명", "IMO번호", "항차"),  # ko
        ("船名", "IMO番号", "航海番号"),  # ja
        ("ชื่อเรือ", "หมายเลข IMO", "เลขที่เที่ยวเรือ"),  # th
        ("نام کشتی", "شماره IMO", "شماره سفر"),  # fa
        ("Nome della nave", "Numero IMO", "Numero viaggio"),  # it
        ("Nazwa statku", "Numer IMO", "Numer rejsu"),  # pl
        ("Naam van het schip", "IMO nummer", "Reisnummer"),  # nl
        ("Numele navei", "Numar IMO", "Numar voiaj"),  # ro
        ("Název lodi", "Číslo IMO", "Číslo plavby"),  # cs
        ("Hajó neve", "IMO szám", "Járatszám"),  # hu
        ("Fartygets namn", "IMO-nummer", "Resenummer"),  # sv
        ("Όνομα πλοίου", "Αριθμός IMO", "Αριθμός ταξιδιού"),  # el
    ],
)
def test_a_ship_is_known_in_each_language(header: tuple[str, str, str]) -> None:
    """Its name, its number and its voyage."""
    found = [[each.field for each in find_columns(name)] for name in header]
    assert found == [["vessel"], ["imo"], ["voyage"]]
