"""Affixes: what languages join to names is part of the hit, and only where they do."""

import pyarrow as pa
import pytest

from tidewaiter.identify import identify, load_lexicon
from tidewaiter.identify.engine.trie import AFFIX

LEXICON = load_lexicon()


def found(text: str) -> list[tuple[str, str]]:
    """Return the text and substance of each name in a line."""
    rows = identify(pa.array([text]), LEXICON).to_pylist()
    return [(row["text"], row["substance"]) for row in rows]


@pytest.mark.parametrize(
    ("text", "written", "substance"),
    [
        ("아세톤을 200 kg", "아세톤을", "acetone"),
        ("공업용아세톤을 보냄", "공업용아세톤을", "acetone"),
        ("والأسيتون 200", "والأسيتون", "acetone"),
        ("asetonun 200 kg", "asetonun", "acetone"),
        ("10 t potasyum permanganatın", "potasyum permanganatın", "potassium-permanganate"),
        ("האצטון", "האצטון", "acetone"),
    ],
)
def test_a_name_with_an_affix(text: str, written: str, substance: str) -> None:
    """It is found with its affix, as a form of the name."""
    assert found(text) == [(written, substance)]


@pytest.mark.parametrize(
    "text",
    [
        "asetonxyz",  # no suffix of any language
        "toluen을",  # a Korean particle at a Turkish name
        "acetoneni",  # a Turkish suffix at an English name
        "والصابون",  # a prefix, and another thing
        "아세톤" + "을" * AFFIX,
    ],
)
def test_what_no_language_joins(text: str) -> None:
    """It is no name."""
    assert all(written != text for written, _ in found(text))


def test_words_of_a_name_with_an_affix_stand_close_together() -> None:
    """As those of other forms: far apart, or in one word, they are not that name with a suffix."""
    exact = [("potasyum permanganatın", "potassium-permanganate")]
    assert found("potasyum permanganatın") == exact
    assert found("potasyum;    permanganatın") != exact


def test_the_longest_name_wins() -> None:
    """A suffix does not hide a longer name that begins the same."""
    assert found("asetonun") == [("asetonun", "acetone")]
    assert [substance for _, substance in found("asetik anhidritin 25 kg")] == ["acetic-anhydride"]
