"""Looking parties up: the words under which one is found, and the things that it may share.

A word begins with a letter that says what it is: "w" the sound of a word of a name, in any
script; "n" all words of a name; "t" the last digits of a telephone; "m" an e-mail; "i" a number.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.parties.resolution.naming import Names, Word, Words, compare_names, names_of
from tidewaiter.parties.resolution.reading import Read
from tidewaiter.parties.resolution.sharing import things_of
from tidewaiter.parties.resolution.types import Written

_TAIL: Final = 7  # last digits of a telephone, which no way of writing it changes
_LEAST: Final = 5  # characters of a number
_LONGEST: Final = 300  # characters of a question
_WORD: Final = 100  # characters of a word that is kept
_WORDS: Final = 40  # that one party is found under, of names that are whole texts
_NO_DIGIT = re.compile(r"\D+")
_KEPT = re.compile(r"[^0-9A-Za-z]+")

ThingKind = Literal["identifier", "phone", "email", "address"]


class Thing(NamedTuple):
    """What several parties may give."""

    kind: ThingKind
    value: str  # in one spelling
    label: str  # as it is shown


class Asked(Record, frozen=True, kw_only=True):
    """What somebody looks for, read."""

    text: str
    exact: tuple[str, ...]  # words of numbers, telephones and e-mails
    ways: tuple[tuple[tuple[str, float], ...], ...]  # words of a name and their weight, by each way


def words_of(read: Read) -> tuple[str, ...]:
    """Return the words under which a party is found."""
    names = (_word(word) for way in read.names.ways for word in way.words)
    others = (
        *map(name_key, read.names.ways),
        *(f"t{_NO_DIGIT.sub('', phone)[-_TAIL:]}" for phone in read.phones),
        *(f"m{email}" for email in read.emails),
        *(f"i{number}" for _, number in read.ids),
    )
    found = dict.fromkeys((*others, *names))
    return tuple(each[:_WORD] for each in list(found)[:_WORDS])


def name_key(way: Words) -> str:
    """Return the word for all of a name."""
    return f"n{way.joined}"[:_WORD]


def things_given(written: Written, read: Read) -> Iterator[Thing]:
    """Yield the numbers, telephones, e-mails and the address that a party gives as its own.

    Args:
        written: The party.
        read: The same, read.
    """
    for scheme, number in read.ids:
        yield Thing("identifier", f"{scheme} {number}", f"{scheme} {number}".strip())
    for kind, value in things_of(read):
        if kind == "phone-shared":
            yield Thing("phone", value, value)
        elif kind == "email-shared":
            yield Thing("email", value, value)
        else:
            yield Thing("address", value, " ".join(written.address.split())[:200])


def read_question(text: str) -> Asked:
    """Read what somebody looks for: a name, a number, a telephone, an e-mail."""
    said = " ".join(text.split())[:_LONGEST]
    number, digits = _KEPT.sub("", said).upper(), _NO_DIGIT.sub("", said)
    exact: list[str] = []
    if "@" in said:
        exact.append(f"m{said.lower()}")
    elif len(digits) >= _TAIL and len(digits) * 2 > len(number):
        exact.append(f"t{digits[-_TAIL:]}")
    if len(number) >= _LEAST and digits and " " not in said.strip():
        exact.append(f"i{number}")
    named = () if exact else names_of(said).ways
    ways = dict.fromkeys(
        tuple((_word(word), word.weight) for word in _heaviest(way)) for way in named
    )
    return Asked(text=said, exact=tuple(exact), ways=tuple(ways))


def likeness(asked: Names, name: str) -> float:
    """Say how far a name is the one that is asked for, 0 to 1."""
    found = compare_names(asked, names_of(name[:_LONGEST]))
    if found is None:
        return 0.0
    return 1.0 if found.exact else max(found.share, 0.9 * found.cover)


def _word(word: Word) -> str:
    return f"w{word.sound}"[:_WORD]


def _heaviest(way: Words) -> list[Word]:
    return sorted(way.words, key=lambda word: (-word.weight, word.key))
