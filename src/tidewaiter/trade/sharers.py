"""Pre-filter, in columns: parties that may share an attribute with those of alerts.

A file has many parties, and few of them share a telephone, an e-mail or an address with a party of
an alert. Here the bytes of whole columns are compared, without an object for each party; what is
left is parsed by `Sought.shared`. In doubt a party is left.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.parties.resolution.shared_attributes import Sought, SoughtPlace

Places = NDArray[np.int64]
_SIX: Final = 6  # last digits of a telephone
_ZERO, _NINE = b"09"


def _table(kept: bytes) -> bytes:
    """Return a translation of bytes: kept ones in lower case, all others to spaces."""
    return bytes(each if each in kept else 32 for each in bytes(range(256)).lower())


_LETTERS: Final = _table(b"abcdefghijklmnopqrstuvwxyz")
_DIGITS: Final = _table(b"0123456789")
_EMAIL: Final = _table(b"abcdefghijklmnopqrstuvwxyz0123456789_.+-@")
_CUT: Final = "[0-9][A-Za-z]{2}"  # such a run of digits may be read as two numbers


class Near(NamedTuple):
    """Parties that may share an attribute, and which."""

    parties: pa.Table
    calls: list[bool]  # whether a telephone or an e-mail may be shared
    places: list[bool]  # whether an address may be


class Sharers:
    """Keeps the rows that `Sought` should look at."""

    def __init__(self, sought: Sought) -> None:
        """Convert the searched attributes to columns, and a bit for each ending of a telephone."""
        self._emails = pa.array(sorted(sought.emails), pa.string())
        self._ends = np.zeros(10**_SIX if sought.ends else 0, np.bool_)
        if sought.ends:
            self._ends[[int(end) for end in sought.ends if len(end) == _SIX]] = True
        self._places = _Places(sought.places)

    def among(self, parties: pa.Table) -> Near:
        """Return the rows that may share an attribute.

        Args:
            parties: Strings without nulls, including the columns name, address and id.
        """
        name, address, number = (
            parties.column(each).combine_chunks() for each in ("name", "address", "id")
        )
        text = pc.binary_join_element_wise(name, address, number, " ")
        calls = ~_flags(pc.string_is_ascii(text))
        if len(self._ends):
            calls |= self._calls(text)
        if len(self._emails):
            calls |= self._mails(text)
        places = self._places.near(address)
        near = calls | places
        return Near(parties.filter(pa.array(near)), calls[near].tolist(), places[near].tolist())

    def _calls(self, texts: pa.StringArray) -> NDArray[np.bool_]:
        """Return which texts have the last digits of a telephone, whatever stands between them."""
        _, starts, data = _buffers(texts)
        at = np.flatnonzero((data >= _ZERO) & (data <= _NINE))
        rows = np.searchsorted(starts, at, side="right") - 1
        digits = data[at].astype(np.int32) - _ZERO
        size = max(0, len(digits) - _SIX + 1)
        ends = np.zeros(size, np.int32)
        for place in range(_SIX):
            ends = ends * 10 + digits[place : place + size]
        found = np.flatnonzero(self._ends[ends] & (rows[:size] == rows[_SIX - 1 :][:size]))
        near = np.zeros(len(texts), np.bool_)
        near[rows[found]] = True
        return near

    def _mails(self, texts: pa.StringArray) -> NDArray[np.bool_]:
        """Return which texts have an e-mail; words that a search would cut short may be one."""
        places, words = _words_of(texts, _EMAIL)
        with_at = _flags(pc.match_substring(words, "@"))
        places, words = places[with_at], words.filter(pa.array(with_at))
        found = pc.is_in(pc.ascii_trim(words, "."), self._emails)
        odd = pc.match_substring_regex(words, r"\.\.|@.*[@+]")
        near = np.zeros(len(texts), np.bool_)
        near[places[_flags(pc.or_(found, odd))]] = True
        return near


class _Places:
    """Searched addresses: each by its rarest word and its longest number."""

    def __init__(self, places: Mapping[str, Sequence[SoughtPlace]]) -> None:
        longest = {
            (word, max(place.numbers, key=len, default=""))
            for word, some in places.items()
            for place in some
        }
        self._words = pa.array(sorted({word for word, _ in longest}), pa.string())
        self._numbers = pa.array(sorted({number for _, number in longest}), pa.string())
        word, number = (
            pc.index_in(pa.array([each[at] for each in sorted(longest)], pa.string()), held)
            for at, held in enumerate((self._words, self._numbers))
        )
        codes = word.to_numpy().astype(np.int64) * len(self._numbers) + number.to_numpy()
        self._codes = np.sort(codes)

    def near(self, addresses: pa.StringArray) -> NDArray[np.bool_]:
        """Return which addresses may be a searched one; all that are not ASCII may."""
        near = ~_flags(pc.string_is_ascii(addresses))
        if not len(self._codes):
            near[:] = False
            return near
        at, words = _known(_words_of(addresses, _LETTERS), self._words, len(addresses))
        rows, numbers = _known(_numbers_of(addresses), self._numbers, len(addresses))
        cut = _flags(pc.match_substring_regex(addresses, _CUT))
        near[at[cut[at]]] = True
        first, last = np.searchsorted(rows, at), np.searchsorted(rows, at, side="right")
        many = last - first  # each word with each number of its address
        pair = np.repeat(np.arange(len(at)), many)
        which = np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many) + first[pair]
        codes = words[pair] * len(self._numbers) + numbers[which]
        near[at[pair[np.isin(codes, self._codes)]]] = True
        return near


class _Words(NamedTuple):
    """Words of texts, and the place of each word's text."""

    places: NDArray[np.int32]
    words: pa.StringArray


def _known(found: _Words, held: pa.StringArray, count: int) -> tuple[Places, Places]:
    """Return the text of each word that is searched, and its place among those searched.

    Args:
        found: Words of texts.
        held: Searched words; "" is in every text.
        count: Number of texts.
    """
    which = pc.index_in(found.words, held)
    known = _flags(pc.is_valid(which))
    places = found.places[known].astype(np.int64)
    words = which.filter(pa.array(known)).to_numpy().astype(np.int64)
    blank = pc.index_in(pa.array([""]), held)[0].as_py()
    if blank is None:
        return places, words
    places = np.concatenate([places, np.arange(count)])
    order = np.argsort(places, kind="stable")
    return places[order], np.concatenate([words, np.full(count, blank)])[order]


def _numbers_of(texts: pa.StringArray) -> _Words:
    """Return the runs of digits of texts, without leading zeros."""
    found = _words_of(texts, _DIGITS)
    return _Words(found.places, pc.ascii_ltrim(found.words, "0"))


def _words_of(texts: pa.StringArray, table: bytes) -> _Words:
    """Return the words of texts, in order."""
    count, starts, data = _buffers(texts)
    plain = data.tobytes().translate(table)
    spaced = pa.StringArray.from_buffers(count, pa.py_buffer(starts), pa.py_buffer(plain))
    words = pc.ascii_split_whitespace(spaced)
    return _Words(pc.list_parent_indices(words).to_numpy(), pc.list_flatten(words))


def _buffers(texts: pa.StringArray) -> tuple[int, NDArray[np.int32], NDArray[np.uint8]]:
    """Return the number of texts, their starts and the end of the last, and their bytes."""
    _, ends, data = texts.buffers()
    starts = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    held = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return len(texts), starts - starts[0], held[starts[0] : starts[-1]]


def _flags(column: pa.BooleanArray) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = column.to_numpy(zero_copy_only=False)
    return flags
