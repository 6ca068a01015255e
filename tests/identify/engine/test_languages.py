"""Languages: forms of names by the rules of data/rules/languages."""

import pytest

from tidewaiter.identify.engine.languages import (
    Forms,
    Language,
    has_affixes,
    joining_languages,
    load_languages,
)

POLISH = Language(
    language="pl",
    inverted=True,
    endings=(("owy", "owego", "owemu"), ("k", "ku"), ("nik", "nika", "nikowi")),
)


def forms(text: str, language: Language, *, invertible: bool = True) -> list[str]:
    """Return the forms of a name."""
    return list(Forms(language).of(text, invertible=invertible))


def test_words_are_declined_together() -> None:
    """The longest ending wins, each word takes the same column, and a missing one is the last."""
    assert forms("bezwodnik octowy", POLISH, invertible=False) == [
        "bezwodnika octowego",
        "bezwodnikowi octowemu",
    ]
    assert forms("kwasek octowy", POLISH, invertible=False) == [
        "kwaseku octowego",
        "kwaseku octowemu",
    ]


def test_a_name_of_two_words_is_inverted() -> None:
    """In its basic form and the others; a name of one word, of three, or with digits is not."""
    assert forms("kwas octowy", POLISH) == [
        "octowy kwas",
        "kwas octowego",
        "kwas octowemu",
        "octowego kwas",
        "octowemu kwas",
    ]
    assert forms("kwas bez tlenu", POLISH) == []
    assert forms("kwas 2", POLISH) == []


def test_affixes_are_for_long_names() -> None:
    """Of four letters or three syllables: "eter" and "아세톤", but not "iod" or "요오"."""
    assert [has_affixes(each) for each in ("eter", "아세톤")] == [True, True]
    assert [has_affixes(each) for each in ("iod", "요오")] == [False, False]


def test_a_script_without_spaces_joins_nothing() -> None:
    """What stands beside a Japanese name is judged by other rules."""
    joining = {each.language for each in joining_languages()}
    assert {"ar", "he", "ko", "tr"} <= joining
    assert not joining & {"ja", "th", "en"}


@pytest.mark.parametrize("language", sorted(load_languages()))
def test_a_file_of_the_package(language: str) -> None:
    """Rows of endings say what an ending becomes, and orders of salts have their slots."""
    rules = load_languages()[language]
    assert all(len(row) > 1 and all(row) for row in rules.endings)
    assert all("{salt}" in order and "{name}" in order for order in rules.salt_names)
    assert bool(rules.salt_names) >= bool(rules.salts)
    assert not set(rules.suffixes) & {""}
    assert not set(rules.prefixes) & {""}
