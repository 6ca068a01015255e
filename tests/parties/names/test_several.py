"""Several names in one field: parted where the words tell it, left alone and reported where not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.names.multiple_names import (
    may_be_several,
    part_at_semicolons,
    part_names,
)
from tidewaiter.parties.types import PartyKind

BODIES = (
    ("Htaa Trading Group, Htaa Trading Company Limited", 2),
    ("Vakumkaran, Vakum Karan, VKC", 3),
    ("Example Co., Ltd.", 1),
    ("Example Co., Ltd., Beispiel Co.,Ltd", 2),
    ("Foo, S.A. de C.V., Bar, S.L.", 2),
    ("Example Trading Co., Ltd. (ETC, Yangon), ETC", 2),
    ("Ministry of Industry, Trade and Supply", 1),
    ("Institute for Science, Technology and Research", 1),
    ("Bank Example, Hamburg Branch", 1),
    ("Example Industries, Iran", 1),
    ("Bar and Sons, Ltd., Foo", 2),
    ('Alliance, Ассоциация "Пример В Сфере", Пример', 3),
    ("1,000 Example Ltd", 1),
    ("Import / Export House", 1),
    ("Example House / Дом Пример", 2),
    ("", 0),
)
PERSONS = (
    ("Prikladov, Ivan", ["Prikladov, Ivan"]),
    ("Vanya, Prikladov", ["Vanya", "Prikladov"]),
    ("Vanya, Ivan Prykladau", ["Vanya", "Ivan Prykladau"]),
    ("Ivan Prikladov, Vanya", ["Ivan Prikladov", "Vanya"]),
    ("PRIKLADOV, Ivan, PRYKLADOW, Iwan", ["PRIKLADOV, Ivan", "PRYKLADOW, Iwan"]),
    ("Ivan Prikladov, Иван Прикладов", ["Ivan Prikladov", "Иван Прикладов"]),
    ("Abu Omar, Abu Hafs, Jr.", ["Abu Omar", "Abu Hafs, Jr."]),
    ("Hamza, Omar, Khalid", ["Hamza", "Omar", "Khalid"]),
)


@pytest.mark.parametrize(("text", "count"), BODIES)
def test_commas_part_names_of_firms_but_not_their_legal_forms(text: str, count: int) -> None:
    """A legal form, a country, a branch and an enumeration go on with the name before them."""
    parts = part_names(text, "organisation").parts
    assert len(parts) == count, parts


@pytest.mark.parametrize(("text", "names"), PERSONS)
def test_a_surname_before_a_comma_is_no_name(text: str, names: list[str]) -> None:
    """The party's own name tells a turned name from two."""
    parted = part_names(text, "person", ["Ivan Prykladau"])
    assert [each.text for each in parted.parts] == names
    assert not parted.doubt


@pytest.mark.parametrize("text", ["Smirnov, Pavel", "Hamza, Abu Omar"])
def test_what_the_words_do_not_tell_is_left_alone_and_in_doubt(text: str) -> None:
    """Neither word is one of the party's: it may be one name or two."""
    parted = part_names(text, "person", ["Ivan Prykladau"])
    assert ([each.text for each in parted.parts], parted.doubt) == ([text], True)


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Russian: Иван Прикладов, Belarusian: Іван Прыкладаў", ["ru", "be"]),
        ("russe : Иван Прикладов; anglais : Ivan Prikladov", ["ru", "en"]),
        ("Иван Прикладов (Russian), Іван Прыкладаў (Belarusian)", ["ru", "be"]),
        ("Ivan Prikladov (Russian: Иван Прикладов)", ["", "ru"]),
        ("Persian name: نام نمونه", ["fa"]),
    ],
)
def test_a_name_has_the_language_that_the_field_says(text: str, languages: list[str]) -> None:
    """The word for the language is not part of the name."""
    parts = part_names(text, "person").parts
    assert [each.language for each in parts] == languages
    assert not any(":" in each.text or "ussian" in each.text for each in parts)


def test_what_stands_in_brackets_behind_a_name_is_parted_too() -> None:
    """The United Nations write spellings so, and say which one is in the original script."""
    text = "Jabha Namuna (JN) (جبهة نمونة (original script); Example Front; Jabhat Namuna)"
    names = [each.text for each in part_at_semicolons(text).parts]
    assert names == ["Jabha Namuna (JN)", "جبهة نمونة", "Example Front", "Jabhat Namuna"]


@pytest.mark.parametrize(
    "text",
    [
        "Example Trading (Russia; Belarus) Ltd",
        "Example Trading Ltd (Russia; Belarus)",
        "Mohamed (Muhammad; Mohammed) Namuna",
    ],
)
def test_brackets_within_a_name_part_nothing(text: str) -> None:
    """A country, a legal form or a given name alone would be a name that half of a file bears."""
    assert [each.text for each in part_at_semicolons(text).parts] == [text]


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("SALMAN, Ameer", False),
        ("GARCIA LOPEZ, JUAN CARLOS", False),
        ("EXAMPLE PRODUCE, S.P.R. DE R.I.", False),
        ("AIRCRAFT, AVIONICS, PARTS & SUPPORT LTD.", False),
        ("Azim Namuna; Azim Agha-Namuna", True),
        ("Wilayat Namuna, Province of Example", True),
        ("Russian: Пример", True),
        ("a) Example Trading b) Example Shipping", True),
    ],
)
def test_a_name_that_looks_like_several_is_told(text: str, *, several: bool) -> None:
    """Surnames before commas and legal forms are on thousands of entries, and are none."""
    persons = {"SALMAN, Ameer", "GARCIA LOPEZ, JUAN CARLOS"}
    kind: PartyKind = "person" if text in persons else "organisation"
    assert may_be_several(text, kind) is several


@given(st.text(max_size=60), st.sampled_from(["person", "organisation", "vessel", "unknown"]))
def test_any_text_is_parted_without_an_error(text: str, kind: str) -> None:
    """Parts are pieces of the text; no letter is made up."""
    letters = set(text)
    for parted in (part_names(text, kind, [text]), part_at_semicolons(text)):  # type: ignore[arg-type]
        assert all(set(each.text) <= letters | {",", " "} for each in parted.parts)
