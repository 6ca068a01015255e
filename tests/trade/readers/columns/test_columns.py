"""Which column means which field."""

import csv
import os
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.columns.detection import is_cas, is_container, sniff
from tidewaiter.trade.readers.columns.header_meaning import find_columns, words_before
from tidewaiter.trade.readers.columns.mapping import Mapping, map_columns
from tidewaiter.trade.readers.columns.vocabulary import load_aliases
from tidewaiter.trade.readers.table import unique_names
from tidewaiter.trade.types import LINES, ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]

ROOT = Path(__file__).parents[4]
SAMPLES = Path(os.environ.get("TIDEWAITER_SHARED", ROOT.parent / "shared")) / "data/trade/samples"
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="TIDEWAITER_SHARED names no folder with trade samples"
)


def mapped(*header: str, **options: Any) -> Mapping:
    """Map a header without any rows."""
    return map_columns(unique_names(header), (), "a.csv", ReadOptions(**options))


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("HS_CODE", "hs"),
        ("hs code", "hs"),
        ("HSCode", "hs"),
        ("Código arancelario", "hs"),
        ("Код ТН ВЭД", "hs"),
        ("海关编码", "hs"),
        ("Descripción de la mercancía", "goods"),
        ("Désignation des marchandises", "goods"),
        ("商品名称", "goods"),
        ("Наименование товара", "goods"),
        ("وصف البضاعة", "goods"),
        ("Warenbezeichnung", "goods"),
        ("Descrição da mercadoria", "goods"),
        ("Peso bruto", "gross"),
        ("Вес нетто", "net"),
        ("净重", "net"),
        ("Numéro CAS", "cas"),
        ("UN No.", "un"),
        ("IMPORTER_NAME", "importer.name"),
        ("Nombre del exportador", "exporter.name"),
        ("País del importador", "importer.country"),
        ("收货人地址", "consignee.address"),
        ("shipper_party_country_code", "consignor.country"),
        ("Port of Lading", "loading.name"),
        ("POD code", "unlading.locode"),
        ("Pays de destination", "destination.country"),
        ("Дата прибытия", "arrival"),
        ("Container No.", "containers"),
        ("Import permit", "licences"),
    ],
)
def test_a_header_is_known_in_eight_languages(header: str, field: str) -> None:
    """Case, accents, underscores and word order do not matter."""
    assert find_columns(header)[0].field == field


@pytest.mark.parametrize(
    "header", ["import_date", "HS_CODE_DESCRIPTION", "exchange rate", "foo", "", "importer phone"]
)
def test_a_header_is_not_stretched_to_a_field(header: str) -> None:
    """An import date is not an importer, and a tariff's text is not the goods."""
    assert not [f for f in find_columns(header) if f.field != "lodged"]


@given(st.text(max_size=20))
def test_any_header_is_looked_up(header: str) -> None:
    """Any header is accepted, and the result is a field, or a second party of one."""
    for found in find_columns(header):
        role, dot, attribute = found.field.partition(".")
        assert f"{role.rstrip('23')}{dot}{attribute}" in load_aliases().known


ALIASES = load_aliases()
pieces = st.sampled_from([*ALIASES.roles, *ALIASES.attributes, *ALIASES.connectors, "en", "2", "x"])


@given(st.lists(pieces, max_size=4))
def test_a_party_is_that_of_the_longest_role_it_is_named_by(words: list[str]) -> None:
    """A header of a party is read as it is where each role is tried in turn, the longest first."""
    name = "".join(words)
    want = None
    for alias, role in ALIASES.roles.items():
        rests = [name.removeprefix(alias)] if name.startswith(alias) else []
        if name.endswith(alias):
            before = words_before(tuple(words), alias)
            rests += ["".join(before), "".join(w for w in before if w not in ALIASES.connectors)]
        known = [rest for rest in rests if rest in ALIASES.attributes]
        if known and want is None:
            want = f"{role}.{ALIASES.attributes[known[0]][0]}"
    if name not in ALIASES.fields and want is not None:
        assert find_columns(" ".join(words))[0].field == want


def test_units_and_currencies_are_read_from_headers() -> None:
    """A unit or a currency in a header belongs to the field before it."""
    found = mapped("goods", "Gross Weight (lb)", "NET_WEIGHT_IN_KG", "Total FOB USD")
    assert found.units == {"gross": "lb", "net": "kg"}
    assert found.currency == "USD"
    assert found.assumed == ()
    assert mapped("goods", "gross weight").assumed == ("gross",)


def test_two_columns_for_one_field_are_a_question() -> None:
    """Both are named, with the spelling of the answer."""
    with pytest.raises(InputError) as caught:
        mapped("Goods", "Net", "Net weight")
    assert '"Net", "Net weight"' in caught.value.message
    assert '--map "net=Net"' in caught.value.hint
    assert mapped("Goods", "Net", "Net weight", columns={"net": "Net"}).columns["net"] == ("Net",)


def test_every_column_that_may_hold_the_goods_is_screened() -> None:
    """The first as the goods, the others as further descriptions, unless one is said."""
    names = ("Description", "hs", "Goods", "Commercial description", "Item description")
    found = mapped(*names).columns
    assert found["goods"] == ("Description",)
    assert set(found["commercial"]) == {"Commercial description", "Goods", "Item description"}
    parts = mapped("Goods 1", "Goods 2").columns
    assert (parts["goods"], parts.get("commercial")) == (("Goods 1", "Goods 2"), None)
    said = mapped("Description", "Goods", columns={"goods": "Goods"})
    assert (said.columns["goods"], said.unmapped) == (("Goods",), ("Description",))


def test_two_columns_of_one_name_are_a_question() -> None:
    """The second carries a number, by which it can be chosen."""
    with pytest.raises(InputError) as caught:
        mapped("goods", "weight", "weight")
    assert '--map "gross=weight#2"' in caught.value.hint
    chosen = mapped("goods", "weight", "weight", columns={"gross": "weight#2"})
    assert chosen.places["gross"] == (2,)
    assert chosen.unmapped == ("weight",)


def test_a_better_column_wins_without_a_question() -> None:
    """A gross weight beats a bare weight, and dollars a currency of the country."""
    found = mapped("goods", "weight", "gross weight", "CIF", "CIF USD")
    assert found.columns["gross"] == ("gross weight",)
    assert found.columns["value"] == ("CIF USD",)
    assert set(found.unmapped) == {"weight", "CIF"}


def test_numbered_columns_make_one_field(read: Read) -> None:
    """Descriptions and addresses in several columns are read as one, in order."""
    lines, _ = read(
        "Description 2,Description 1,Importer,Importer address 1,Importer address 2\nb,a,X,c,d\n"
    )
    assert lines[0]["goods"] == "a b"
    assert lines[0]["parties"][0]["address"] == "c d"


def test_further_descriptions_are_screened_too(read: Read) -> None:
    """No description is ignored because of another one."""
    lines, _ = read("goods,commercial description,product description en\na,b,c\n")
    assert (lines[0]["goods"], lines[0]["commercial"]) == ("a", "b c")


def test_a_file_without_goods_or_codes_is_refused() -> None:
    """The columns that are there are listed."""
    with pytest.raises(InputError) as caught:
        mapped("foo", "importer")
    assert '"foo", "importer"' in caught.value.hint


def test_an_answer_must_name_a_field_and_a_column() -> None:
    """A slip in --map is an error that lists what there is."""
    with raises("trade/not-a-field"):
        mapped("goods", columns={"thing": "goods"})
    with raises("trade/no-column-for-field", column="foo"):
        mapped("goods", columns={"hs": "foo"})
    assert mapped("goods", "x", columns={"importer": "x"}).columns["importer.name"] == ("x",)
    assert mapped("goods", "x (lb)", columns={"net": "x (lb)"}).places["net"] == (1,)


def test_values_speak_only_where_names_leave_room(read: Read) -> None:
    """CAS and container numbers with valid check digits, under a name that may mean them."""
    lines, _ = read("a,code,container c\nx,108-24-7,CSQU3054383\ny,67-64-1,CSQU3054383\n")
    assert (lines[0]["cas"], lines[0]["containers"]) == (["108-24-7"], ["CSQU3054383"])
    assert read("cas,code\n64-19-7,108-24-7\n")[0][0]["cas"] == ["64-19-7"]
    with raises("trade/several-columns-may-hold", count=2, field="cas"):
        read("code,number\n64-19-7,108-24-7\n")


def test_values_alone_say_nothing(read: Read) -> None:
    """Their possible meaning is reported; nothing is read from them."""
    with pytest.raises(InputError) as caught:
        read("a,b,c\nx,108-24-7,CSQU3054383\ny,67-64-1,CSQU3054383\n", format="csv")
    assert "cas=b" in caught.value.hint


def test_values_are_checked_by_their_digits() -> None:
    """A wrong check digit is another thing, and plain digits are left alone."""
    assert is_cas("108-24-7")
    assert not is_cas("108-24-8")
    assert is_container("CSQU3054383")
    assert not is_container("CSQU3054384")
    assert sniff(["2915.24", "2939.41.00"]) == "hs"
    assert sniff(["291524", "293941"]) is None
    assert sniff(["", None]) is None


def test_lines_of_a_consignment_are_numbered_while_adjacent(read: Read) -> None:
    """Numbers go on across batches; a column of numbers is taken as it is."""
    text = "mrn,goods\nA,x\nA,y\nA,z\nB,x\n,x\nA,w\n"
    for rows in (1, 2, 100):
        lines, _ = read(text, batch_rows=rows)
        assert [(line["consignment"], line["seq"]) for line in lines] == [
            ("A", 1),
            ("A", 2),
            ("A", 3),
            ("B", 1),
            ("row 5", 1),
            ("A", 1),
        ]
    assert read("mrn,goods,item number\nA,x,7\nA,y,\n")[0][0]["seq"] == 7


def test_every_alias_belongs_to_a_field_of_the_schema() -> None:
    """The table names nothing that a line does not have."""
    names = {name.removesuffix("_mg").removesuffix("_ul") for name in LINES.names}
    roles = [
        "exporter",
        "importer",
        "consignor",
        "consignee",
        "notify",
        "buyer",
        "seller",
        "declarant",
    ]
    heads = {*roles, "loading", "unlading", "transit", "destination", "weight"}
    assert {field.split(".")[0] for field in load_aliases().known} <= names | heads


@pytest.mark.shared
@needs_samples
def test_most_exports_of_customs_are_mapped_without_a_question() -> None:
    """Of the column lists of some 175 national exports, nine in ten need no answer."""
    headers: dict[tuple[str, ...], list[str]] = defaultdict(list)
    with (SAMPLES / "trade-csv-columns/columns.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            headers[row["country"], row["direction"], row["format"]].append(row["column"])
    asked = 0
    for header in headers.values():
        asked += 1
        with suppress(InputError):
            assert "hs" in mapped(*header).columns
            asked -= 1
    assert asked <= len(headers) / 10


@pytest.mark.shared
@needs_samples
@pytest.mark.parametrize("name", ["ams_house_bill.csv", "panjiva_like.csv"])
def test_bills_of_lading_are_read(read: Read, name: str) -> None:
    """The layouts of US manifests and of a trade data seller give the same line."""
    lines, refusals = read((SAMPLES / "made-by-us" / name).read_bytes(), name)
    assert refusals == []
    assert lines[0]["un"] == "1715"
    assert lines[0]["gross_mg"] == 18_400_000_000
    assert lines[0]["quantity"] == "80 DRM"
    assert lines[0]["hs"].startswith("291524")
    assert {party["role"] for party in lines[0]["parties"]} >= {"consignor", "consignee"}
    assert [stop["function"] for stop in lines[0]["route"]][-2:] == ["loading", "unlading"]
    assert lines[0]["containers"] == ["CSQU3054383"]
