"""Errors in the language that is spoken."""

from tidewaiter.base.errors import InputError
from tidewaiter.explain.errors import message_in_words
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
