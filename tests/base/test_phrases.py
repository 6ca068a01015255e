"""Phrases: codes with parameters, and their English."""

from string import Formatter

import msgspec
import pytest

from tidewaiter.base.phrases import (
    Phrase,
    as_written,
    decoder_of,
    english,
    english_json,
    figure,
    load_phrases,
    stored_json,
)

SUM = Phrase("quantity/kg", figure="1250.5")
SAID = Phrase(
    "check/all",
    checks=(Phrase("reckoned/counts", quantity=SUM), Phrase("check/verdict", verdict="not free")),
)


def test_a_phrase_is_said_with_all_that_is_filled_in() -> None:
    """Figures have commas, lists are joined, and phrases contain phrases."""
    assert english(SAID) == "1,250.5 kg counted; not exempt"
    assert english(Phrase("cas-digit", cas="64-17-6")).startswith(
        "The CAS number 64-17-6 is invalid"
    )


def test_what_is_stored_is_read_as_it_was() -> None:
    """Codes and parameters, at any depth; other programs are given the English."""
    stored = stored_json([SAID, as_written("x")])
    assert decoder_of(list[Phrase]).decode(stored) == [SAID, as_written("x")]
    assert msgspec.json.decode(english_json([SAID])) == [english(SAID)]


def test_a_text_is_read_as_it_is_written() -> None:
    """As files from before phrases hold texts, and nothing of them is lost."""
    read = decoder_of(Phrase).decode(b'"an older sentence"')
    assert read == as_written("an older sentence")
    assert english(read) == "an older sentence"


@pytest.mark.parametrize(
    "stored", [b"7", b'{"code":"cas"}', b'{"code":"cas","parameters":{},"x":1}']
)
def test_what_is_no_phrase_is_refused(stored: bytes) -> None:
    """A number, or a record with other fields."""
    with pytest.raises(msgspec.ValidationError):
        decoder_of(Phrase).decode(stored)


def test_a_phrase_is_no_text() -> None:
    """So that none is printed without a language."""
    with pytest.raises(TypeError):
        f"{SAID}"


def test_a_sentence_of_an_authority_is_said_as_it_is() -> None:
    """Its own template is filled in with the same parameters."""
    assert english(Phrase("cas-digit", wording="Look at {cas}", cas="1")) == "Look at 1"


def test_a_code_that_is_not_known_says_its_text() -> None:
    """A code from a later version is still displayed."""
    assert english(Phrase("of-tomorrow", text="New")) == "New"


@pytest.mark.parametrize(("code", "slot"), load_phrases().counted.items())
def test_what_is_counted_is_a_slot(code: str, slot: str) -> None:
    """A template that lost its number has no plural either."""
    template = dict(load_phrases().templates())[code]
    assert slot in {name for _, name, _, _ in Formatter().parse(template)}


def test_slots_name_templates_that_there_are() -> None:
    """A kind that is given to a slot of a template that is gone says nothing."""
    codes = dict(load_phrases().templates())
    named = [each.rpartition(".") for each in load_phrases().slots if "." in each]
    assert [code for code, _, slot in named if f"{{{slot}" not in codes.get(code, "")] == []


def test_equal_phrases_hash_alike() -> None:
    """In whatever order their parameters were given."""
    one, other = Phrase("cas", name="A", field="B"), Phrase("cas", field="B", name="A")
    assert one == other
    assert hash(one) == hash(other)


def test_a_number_with_an_exponent_is_not_written_out() -> None:
    """A file of alerts may hold any text, and this one would have a hundred million digits."""
    assert figure("1e99999999") == "1e99999999"
    assert [figure(text) for text in ("-1250.50", "7", "NaN")] == ["-1,250.50", "7", "NaN"]
