"""Spelling: the differences between a name and the text, in checkable words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.identify.engine.rules import build_fold_tables
from tidewaiter.identify.spelling import Speller, edits_between

SPELLER = Speller(build_fold_tables())


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("EPHEDRINE", "Ephedrine"),
        ("éphédrine", "Ephedrine"),
        ("acetic  anhydride", "acetic anhydride"),
        ("acetic\u00a0anhydride", "acetic anhydride"),
        ("acetic\nanhydride", "acetic anhydride"),
        ("ｅｐｈｅｄｒｉｎｅ", "ephedrine"),
        ("α-PVP", "alpha-PVP"),
        ("麻黄碱", "麻黄碱"),
        ("أَسيتون", "اسيتون"),
    ],
)
def test_case_accents_and_width_are_exact(written: str, name: str) -> None:
    """Case, accents, width, Greek names and kinds of space make no other spelling."""
    assert SPELLER.compare(written, name).exact


@pytest.mark.parametrize(
    ("written", "name", "code"),
    [
        ("ephe drine", "Ephedrine", "found/spacing"),
        ("acetic-anhydride", "acetic anhydride", "found/spacing"),
        ("ephedr1ne", "Ephedrine", "found/scan"),
        ("arnmonia", "ammonia", "found/scan"),
        ("8oc", "boc", "found/scan"),
    ],
)
def test_other_spellings_say_what_differs(written: str, name: str, code: str) -> None:
    """Separators and scan errors are distinguished, and the name is quoted."""
    spelling = SPELLER.compare(written, name)
    assert not spelling.exact
    assert Phrase(code, name=name) in spelling.reasons


def test_look_alikes_and_hidden_signs_are_told() -> None:
    """Letters of another script and invisible characters are reasons if all else is exact."""
    cyrillic = SPELLER.compare("аcetone", "acetone")
    hidden = SPELLER.compare("ace\u200btone", "acetone")
    assert cyrillic.exact
    assert hidden.exact
    assert any("script" in english(reason) for reason in cyrillic.reasons)
    assert any("U+200B" in english(reason) for reason in hidden.reasons)
    assert SPELLER.compare("ацетон", "ацетон").reasons == ()


@pytest.mark.parametrize(
    ("written", "name", "edits", "says"),
    [
        ("acetome", "acetone", 1, '"m" instead of "n" at character 6'),
        ("acetoone", "acetone", 1, 'extra "o"'),
        ("aceone", "acetone", 1, '"t" missing at character 4'),
        ("ACETOME", "Acetone", 1, "(1 edit)"),
        ("pseudxephedrxne", "pseudoephedrine", 2, "(2 edits)"),
    ],
)
def test_edits_are_listed(written: str, name: str, edits: int, says: str) -> None:
    """Each edit is named with its place, counted from 1."""
    assert says in english(edits_between(written, name, edits))


@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12), st.integers(1, 3))
def test_any_two_texts_can_be_compared(written: str, name: str, edits: int) -> None:
    """For any text, the comparison ends, and states the name."""
    assert name in english(edits_between(written, name, edits))
    assert isinstance(SPELLER.compare(written, name).exact, bool)


@given(st.text(max_size=20))
def test_a_text_is_spelt_as_itself(text: str) -> None:
    """A text compared with itself is exact."""
    assert SPELLER.compare(text, text).exact
