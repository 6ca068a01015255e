"""Errors in the language that is spoken."""

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import InputError
from tidewaiter.explain.errors import defect_in_words, hint_in_words, message_in_words
from tidewaiter.explain.languages import speaking, words


def test_an_entry_that_is_translated_is_said_in_the_language() -> None:
    """In English it is the message itself."""
    error = InputError("web/passwords-differ")
    assert message_in_words(error) == error.message
    with speaking("es"):
        assert message_in_words(error) == words(error.message) != error.message


def test_an_entry_that_is_not_translated_stays_english_and_keeps_its_values() -> None:
    """Braces of a stranger are text in any language."""
    error = InputError("web/not-a-country", text="{0}")
    with speaking("fr"):
        assert message_in_words(error) == error.message
    assert "{0}" in error.message


def test_a_defect_says_its_problem_and_its_hint_in_the_language() -> None:
    """In English they are those of the record."""
    error = InputError("trade/nul-bytes")
    defect = Defect(code=error.code, values=error.values)
    assert defect_in_words(defect) == (defect.problem, defect.hint)
    with speaking("es"):
        assert defect_in_words(defect) == (words(error.message), words(error.hint))
        assert hint_in_words(error) == words(error.hint)


def test_a_defect_without_a_code_stays_as_it_was_reported() -> None:
    """A plug-in's words are in no catalogue, and braces in them are text."""
    defect = Defect(problem="bad {0}", hint="see {name}")
    with speaking("fr"):
        assert defect_in_words(defect) == ("bad {0}", "see {name}")


def test_no_hint_is_no_text() -> None:
    """The head of a catalogue, which gettext gives for an empty text, is not shown."""
    with speaking("fr"):
        assert hint_in_words(InputError("web/passwords-differ")) == ""
