"""Which words of a tariff are other goods', and which may be a listed name in some language."""

import pytest
from tools.nomenclature import Text
from tools.tariff_words import Chooser, other_names, other_words, words_by_code

from tidewaiter.identify import Lexicon
from tidewaiter.identify.lexicon.entries import build_entries

TEXTS = [
    Text("es", "29336100", "Melamina", ("Melamine",)),
    Text("lt", "29394100", "Efedrinas ir jo druskos", ("Ephedrine and its salts",)),
    Text("sl", "28416100", "kalijev permanganat", ("Potassium permanganate",)),
    Text("sl", "28352400", "kalijevi fosfati", ("Potassium phosphates",)),
    Text("es", "29173500", "Anhídrido ftálico", ("Phthalic anhydride",)),
    Text("de", "29031990", "Trichlorethan", ("1,1,1-Trichloroethane (methyl chloroform)",)),
    Text("cs", "73051100", "podélně svařované", ("Longitudinally welded",)),
    Text("cs", "73051100", "obloukem pod tavidlem", ("by submerged arc",)),
]


@pytest.fixture(scope="module")
def chooser(lexicon: Lexicon) -> Chooser:
    """Choose by the registry that travels with the package."""
    entries = build_entries(lexicon.registry, lexicon.rules, lexicon.tables.fold)
    return Chooser(lexicon.registry, entries, lexicon.tables.fold, ["methyl chloroform"])


def test_the_english_text_tells_a_listed_name_from_another_chemical(chooser: Chooser) -> None:
    """A word near to a name is that name where its text names the substance, else another."""
    others, listed = other_words(TEXTS, chooser)
    assert {"melamina", "ftálico", "trichlorethan", "fosfati", "podélně"} <= set(others)
    assert {"efedrinas", "permanganat", "kalijev"} <= set(listed)
    assert set(others).isdisjoint(listed)


def test_words_of_other_goods_that_are_near_to_nothing_are_left_out(chooser: Chooser) -> None:
    """Outside chemistry a word that is taken for no name needs not be known."""
    others, listed = other_words(TEXTS, chooser)
    assert {"obloukem", "tavidlem"}.isdisjoint({*others, *listed})


def test_a_short_text_that_names_nothing_listed_is_a_name(chooser: Chooser) -> None:
    """Names are what a listed name may stand inside of."""
    assert other_names(TEXTS, chooser) == ["Anhídrido ftálico", "kalijevi fosfati"]


def test_the_words_of_a_subheading_are_its_own() -> None:
    """A word that many subheadings hold tells none of them."""
    common = [Text("es", f"2933{at:02}00", f"derivados nombre{at:02}", ()) for at in range(20)]
    found = words_by_code([*common, *TEXTS])
    assert found["293361"] == ["melamina"]
    assert "derivados" not in {word for words in found.values() for word in words}
