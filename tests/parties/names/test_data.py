"""The facts about names: each can be reached, and none contradicts another."""

from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from tidewaiter.base.resources import data, toml_files
from tidewaiter.parties.names import read_name
from tidewaiter.parties.names.chinese_readings import pinyin_of
from tidewaiter.parties.names.dictionary import Table, dictionary, pinyin_phrases, pinyin_words
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.names.word_lists import facts, spellings

TABLES: tuple[Table, ...] = ("han", "hangul", "arabic", "cyrillic")


OURS = {"identifiers.toml", "asked.toml"}  # our own words for numbers and for columns
FILES = [file for file in toml_files(data("parties")) if file.name not in OURS]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_file_names_its_source(file: Traversable | Path) -> None:
    """A fact needs a source."""
    text = file.read_text(encoding="utf-8")
    assert "\nsource = " in text
    assert text.startswith("# ")


@pytest.mark.parametrize("table", ["arabic_names", "chinese_surnames", "korean_surnames"])
def test_spellings_are_folded(table: str) -> None:
    """Compared text is folded, so the tables are."""
    for name, spelled in spellings(table).items():
        assert spelled, name
        assert all(each == fold(each) for each in spelled), name


@pytest.mark.parametrize("table", TABLES)
def test_a_word_has_one_meaning(table: Table) -> None:
    """No word is checked and unverified at once, and meanings are folded words."""
    found = dictionary(table)
    assert not set(found.words) & set(found.unverified)
    assert not set(found.places) & set(found.unverified_places)
    for meaning in (*found.words.values(), *found.unverified.values()):
        assert all(word == fold(word) for word in meaning.split())


def test_chinese_company_words_are_many() -> None:
    """The dictionary is large enough for the names of chemical companies."""
    found = dictionary("han")
    assert len(found.words) + len(found.unverified) >= 600
    assert len(spellings("arabic_names")) >= 400


def test_each_long_legal_form_is_read() -> None:
    """A phrase of several words at the end of a name becomes its token."""
    phrases = [
        (keys, form)
        for those in facts().legal.values()
        for keys, form in those.forms.items()
        if len(keys) > 1
    ]
    assert len(phrases) > 500
    for keys, form in phrases:
        if all(key.isascii() for key in keys):
            tokens = read_name(f"Quuxberg {' '.join(keys)}", "organisation").forms[0].tokens
            assert [token.key for token in tokens if token.kind == "legal form"][-1] == form


def test_kept_pinyin_is_that_of_the_words() -> None:
    """What the cache keeps of Chinese words and places is their reading today."""
    words = {pinyin_of(word) for word in dictionary("han").words}
    places = {pinyin_of(place) for place in dictionary("han").places}
    assert {each for each in words if len(each) > 1} <= pinyin_words().keys()
    assert {each for each in words | places if len(each) > 1} <= pinyin_phrases().keys()
