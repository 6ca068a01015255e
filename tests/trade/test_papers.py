"""Papers of a firm: the rows of its catalogue and of its history."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.law.answers import Dealing
from tidewaiter.trade.company_records import Papers, Product
from tidewaiter.trade.substance_lookup import Namer
from tidewaiter.trade.types import ReadOptions, Refusal

Products = Callable[..., tuple[list[Product], list[Refusal]]]
Dealings = Callable[..., tuple[list[Dealing], list[Refusal]]]


@pytest.fixture(scope="module")
def namer(lexicon: Lexicon) -> Namer:
    """Name by the registry that travels with the package."""
    return Namer(lexicon.registry, lambda: Identifier(lexicon))


@pytest.fixture
def products(namer: Namer) -> Products:
    """Read a catalogue, and part its products from its refusals."""

    def read(text: str, name: str = "c.csv", **said: str) -> tuple[list[Product], list[Refusal]]:
        options = ReadOptions(columns=said)
        items = list(Papers(options, namer).products(io.BytesIO(text.encode()), name))
        return (
            [each for each in items if isinstance(each, Product)],
            [each for each in items if isinstance(each, Refusal)],
        )

    return read


@pytest.fixture
def dealings(namer: Namer) -> Dealings:
    """Read a history, and separate its transactions from its refusals."""

    def read(text: str, name: str = "h.csv") -> tuple[list[Dealing], list[Refusal]]:
        items = list(Papers(ReadOptions(), namer).dealings(io.BytesIO(text.encode()), name))
        return (
            [each for each in items if isinstance(each, Dealing)],
            [each for each in items if isinstance(each, Refusal)],
        )

    return read


def test_a_catalogue_tells_contents_and_amounts(products: Products) -> None:
    """A row is a product with what it names, its content, and its mass or volume."""
    rows, refused = products(
        "product,cas,purity,quantity\nAcetone,,95 %,200 l\nCleaner,67-64-1,>= 40,5 kg\nchairs,,,2\n"
    )
    assert refused == []
    told = [(p.row, p.percent, p.percent_at_least, p.mass_mg, p.volume_ul) for p in rows]
    assert told == [
        (1, Decimal(95), False, None, 200_000_000),
        (2, Decimal(40), True, 5_000_000, None),
        (3, None, False, None, None),
    ]
    slugs = [[each.substance.slug for each in p.found if each.substance] for p in rows]
    assert slugs == [["acetone"], ["acetone"], []]


def test_a_bad_content_leaves_the_row(products: Products) -> None:
    """The cell is refused with its place, and the product goes on without it."""
    rows, (refused,) = products("product,purity\nAcetone,much\nToluene,99\n")
    assert [(row.row, row.percent) for row in rows] == [(1, None), (2, Decimal(99))]
    assert (refused.row, refused.column, refused.value, refused.screened) == (
        1,
        "purity",
        "much",
        True,
    )


def test_json_lines_and_other_columns_have_contents_too(products: Products) -> None:
    """The content is read in every format, and in a column that the user names."""
    rows, _ = products('{"goods": "acetone", "percent": 95.5}\n', "c.jsonl")
    assert rows[0].percent == Decimal("95.5")
    rows, _ = products("product,Content\nAcetone,95\n")
    assert rows[0].percent is None
    rows, _ = products("product,Content\nAcetone,95\n", percent="Content")
    assert rows[0].percent == Decimal(95)


def test_a_history_tells_day_amount_form_and_party(dealings: Dealings) -> None:
    """Each substance of a row is a transaction with the importer, or else the exporter."""
    found, refused = dealings(
        "departure,product,net kg,percent,importer,exporter\n"
        "2026-11-03,ephedrine hydrochloride,25,99,Ejemplo  SA,Hafen AG\n"
        '2026-11-04,"acetone, toluene",5,>=50,,HAFEN ag\n'
    )
    assert refused == []
    assert found[0] == Dealing(
        day=date(2026, 11, 3),
        substance="ephedrine",
        mass_mg=25_000_000,
        percent=Decimal(99),
        form="50-98-6",
        party="ejemplo sa",
    )
    assert sorted((each.substance, each.party) for each in found[1:]) == [
        ("acetone", "hafen ag"),
        ("toluene", "hafen ag"),
    ]
    assert {each.percent for each in found[1:]} == {None}  # at least half: all of it counts


def test_a_dealing_without_a_day_is_refused(dealings: Dealings) -> None:
    """It cannot be added up, and says so; the day of arrival does where no other stands."""
    found, (refused,) = dealings(
        "arrival,product,net kg\n,acetone,1\n2026-11-04,acetone,2\n2026-11-05,chairs,3\n"
    )
    assert [(each.day, each.mass_mg) for each in found] == [(date(2026, 11, 4), 2_000_000)]
    assert (refused.row, refused.screened) == (1, False)
    assert refused.code == "trade/record-without-day"
