"""Glued names: a name in one word with ordinary words is found, and no word is cut up for one."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from wordfreq import top_n_list

from tidewaiter.base.phrases import english
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.findings import Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]

WORDS = 60_000


@pytest.mark.parametrize(
    ("text", "substance", "beside"),
    [
        ("ofaceticanhydride", "acetic-anhydride", ["of"]),
        ("20drumsofaceticanhydride", "acetic-anhydride", ["20drumsof"]),
        ("20kgaceticanhydride", "acetic-anhydride", ["20kg"]),
        ("drumsacetone", "acetone", ["drums"]),
        ("ACETONEDRUMS", "acetone", ["DRUMS"]),
        ("pureephedrine", "ephedrine", ["pure"]),
        ("pureephedrinepowder", "ephedrine", ["pure", "powder"]),
        ("pseudoephedrinetablets 60 mg", "pseudoephedrine", ["tablets"]),
        ("25kgpseudoephedrine", "pseudoephedrine", ["25kg"]),
        ("potassiumpermanganatecrystals", "potassium-permanganate", ["crystals"]),
        ("technicalgradetoluene", "toluene", ["technicalgrade"]),
        ("cargoofsaferpiperonalsafrole piperonalpowder", "piperonal", ["powder"]),
    ],
)
def test_a_name_glued_to_ordinary_words_is_found(
    findings: Find, slug: Slug, text: str, substance: str, beside: list[str]
) -> None:
    """It is squeezed, its span is the name alone, and the reason quotes the attached word."""
    (found,) = findings(text)
    assert (slug(found), found.how, found.tier) == (substance, "squeezed", "strong")
    assert text[found.start : found.end] == found.text
    quoted = " and ".join(f'"{word}"' for word in beside)
    assert f"joined to {quoted} without a space" in map(english, found.reasons)
    assert found.downgraded == ()


def test_a_glued_name_goes_before_a_near_one(findings: Find, slug: Slug) -> None:
    """Text glued to a name is not taken for letters of a longer name."""
    assert [slug(found) for found in findings("pureephedrinehcl")] == ["ephedrine"]


def test_a_glued_negation_counts(findings: Find) -> None:
    """A name with "free" behind it in the same word is downgraded, and kept."""
    (found,) = findings("piperonalfree 25 kg")
    assert found.downgraded


@pytest.mark.parametrize(
    "text",
    [
        "whether leather together",
        "toluenesulfonate",
        "hydroxysafrole",
        "methylpiperonalamine",
        "bromofentanyl",
        "antiephedrine",
        "monoephedrine",
        "ephedrineamide",
        "xqzephedrinexqz",
        "drumsether",
        "noacetone",
        "tetramethylammoniumhydroxide",
    ],
)
def test_chemical_and_unknown_rests_are_no_words_beside_a_name(findings: Find, text: str) -> None:
    """Chemical prefixes and endings make another name; unknown text is not trade text."""
    assert [r for found in findings(text) for r in found.reasons if "glued" in english(r)] == []


@pytest.mark.parametrize("language", ["en", "es", "fr", "it", "pt"])
def test_no_word_of_a_language_holds_a_glued_name(lexicon: Lexicon, language: str) -> None:
    """Of the frequent words of a language none is cut up for a name."""
    words = top_n_list(language, WORDS)
    found, _ = Identifier(lexicon).find(pa.array(words))
    assert [
        words[each.line] for each in found if any("glued" in english(r) for r in each.reasons)
    ] == []
