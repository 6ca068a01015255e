"""Words of several senses: each is translated in the sense that is meant."""

import pytest
from tools.catalogues import LANGUAGES, catalogue_of

from tidewaiter.explain.languages import pgettext, pmarked, speaking, words
from tidewaiter.report.pages import environment


@pytest.mark.parametrize(
    ("context", "told"), [("message", "De"), ("period", "Desde"), ("route", "Origen")]
)
def test_a_word_is_translated_in_its_sense(context: str, told: str) -> None:
    """In Python at once, in Python when it is shown, and in a template."""
    template = environment().from_string(f'{{{{ pgettext("{context}", "From") }}}}')
    with speaking("es"):
        assert pgettext(context, "From") == words(pmarked(context, "From")) == told
        assert template.render() == told


def test_english_shows_no_context() -> None:
    """The context is for translators."""
    assert words(pmarked("message", "From")) == pgettext("message", "From") == "From"


def test_what_is_split_differs_somewhere() -> None:
    """A context is for words whose translations differ in a language: else one text would do."""
    senses: dict[str, dict[str, list[str]]] = {}
    for language in LANGUAGES:
        for each in filter(lambda each: each.id, catalogue_of(language)):
            told = senses.setdefault(str(each.id), {})
            told.setdefault(each.context or "", []).append(str(each.string))
    several = {name: list(told.values()) for name, told in senses.items() if len(told) > 1}
    assert several
    assert [name for name, told in several.items() if all(each == told[0] for each in told)] == []
