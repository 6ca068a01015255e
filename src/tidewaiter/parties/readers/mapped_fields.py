"""Fields of an entry from one record of a mapped table."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from tidewaiter.base.countries import find_country_in_any_language
from tidewaiter.parties.names.multiple_names import (
    labelled,
    language_code,
    part_at_slashes,
    part_at_words,
    part_names,
)
from tidewaiter.parties.names.scripts import is_latin
from tidewaiter.parties.readers.columns import Columns, parts_at_commas
from tidewaiter.parties.readers.entries import Draft
from tidewaiter.parties.readers.file_formats import Flat
from tidewaiter.parties.types import NameKind

_MARKS = re.compile(r"(?:^|\s)\(?(?:[a-z]|\d{1,2})\)\s+")
_TIGHT_MARKS = re.compile(r"\s*[、,;；]?\s*(?:[（(][a-zａ-ｚ][）)]|[①-⑳])\s*")  # "(a)...、(b)..."
_CONTACTS = frozenset({"phone", "fax", "email", "website"})
_OPENED = re.compile(r"^[\s(（]*a\.k\.a\.?\s*:?\s*|\s*[(（]\s*a\.k\.a\.?\s*:?\s*$", re.IGNORECASE)
_NATIVE = re.compile(r"(.+?)\s*[(（]([^()（）]+)[)）]", re.DOTALL)
_IN_BRACKETS = re.compile(r"([^(]+)\(([^,()]+),([^,()]+)\)")


def first_value(cells: Flat, title: str) -> str:
    """Return the first non-empty value of a column; an empty text: none."""
    return next((each for each in cells.get(title, ()) if each), "")


def _all(cells: Flat, titles: Sequence[str], columns: Columns) -> Iterator[str]:
    """Yield the values of columns: each cell is split, also "(1) A (2) B"."""
    for title in titles:
        for cell in cells.get(title, ()):
            yield from _parts(cell, columns)


def _parts(cell: str, columns: Columns) -> Iterator[str]:
    """Yield the values of a cell."""
    if columns.split == ";":
        cell = cell.replace("；", ";")
    # Where a mark begins each value, a line may also break within one.
    marked = columns.split not in {"", ";"} and columns.split in cell
    lines = cell.splitlines() if columns.lines and not marked else [cell]
    pieces = (each.split(columns.split) if columns.split else [each] for each in lines)
    marks = _TIGHT_MARKS if columns.lines else _MARKS
    for part in chain.from_iterable(pieces):
        for each in marks.split(part):
            if text := (_closed(each) if columns.lines else each.strip()):
                yield text


def _closed(text: str) -> str:
    """Return a value without the words and brackets that surround several: "(a.k.a.: A, B)"."""
    plain = _OPENED.sub("", text).strip(" ,、")
    while sum(map(plain.count, ")）")) > sum(map(plain.count, "(（")) and plain[-1] in ")）":
        plain = plain[:-1].strip(" ,、")
    return plain


def fill(draft: Draft, cells: Flat, columns: Columns) -> None:
    """Add the data of one record to an entry."""
    _names(draft, cells, columns)
    for text in _all(cells, columns.born, columns):
        draft.born(text)
    draft.birthplace(", ".join(part for t in columns.birthplace if (part := first_value(cells, t))))
    for text in _all(cells, columns.birthplaces, columns):
        draft.birthplace(text)
    _countries(draft, cells, columns)
    _addresses(draft, cells, columns)
    _numbers(draft, cells, columns)
    for kind, text in _typed(cells, columns.ties, columns):
        draft.tie(kind, text)
    for text in _all(cells, columns.programmes, columns):
        draft.programme(text)
    _about(draft, cells, columns)


def _countries(draft: Draft, cells: Flat, columns: Columns) -> None:
    """Add countries; in any language, a name beside one that is known is its translation."""
    texts = list(_all(cells, columns.countries, columns))
    if columns.any_language:
        codes = [code for each in texts if (code := find_country_in_any_language(each))]
        texts = codes or texts
    for text in texts:
        draft.country(text)


def _numbers(draft: Draft, cells: Flat, columns: Columns) -> None:
    issuer = first_value(cells, columns.number_country) if columns.number_country else ""
    for kind, text in _typed(cells, columns.numbers, columns):
        patterned = columns.number_pattern and kind not in _CONTACTS
        found = re.findall(columns.number_pattern, text) if patterned else []
        for value in found or [text]:
            draft.number(kind, value, issuer)
        if found and found != [text]:
            draft.note(f"{kind}: {text}")
    for title in columns.typed_numbers:
        for text in filter(None, cells.get(title, ())):
            _typed_number(draft, text, issuer)
    for kind, values, country in _objects(cells, columns.pairs):
        for value in values.split(";"):
            draft.number(_usual(kind, columns), value, country)


def _about(draft: Draft, cells: Flat, columns: Columns) -> None:
    """Add why and when it was listed."""
    draft.action = columns.action
    draft.basis = draft.basis or first_value(cells, columns.basis)
    draft.source = draft.source or first_value(cells, columns.cited)
    draft.listed = draft.listed or _listed(draft, first_value(cells, columns.listed), columns)
    draft.delisted = draft.delisted or draft.day("delisted", first_value(cells, columns.delisted))
    _notes(draft, cells, columns)


def _listed(draft: Draft, text: str, columns: Columns) -> date | None:
    """Return the day of listing; in a cell with lines, later ones are those of amendments."""
    if columns.lines and len(lines := text.split()) > 1:
        draft.note(f"{columns.listed}: {text}")
        text = lines[0]
    return draft.day("listed", text)


def _objects(cells: Flat, pairs: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Yield type, value and country of objects: {"id": "tax:inn", "code": "77", "iso2": "RU"}."""
    for title, (kind, value) in pairs.items():
        for text in cells.get(title, ()):
            try:
                held = json.loads(text) if text.startswith("{") else {value: text}
            except ValueError:
                held = {value: text}
            parts = (str(held.get(key) or "").strip() for key in (kind, value, "iso2"))
            first, second, third = parts
            yield first, second, third


def _usual(kind: str, columns: Columns) -> str:
    """Return the usual name of a type of number."""
    types = columns.number_types
    return types.get(kind) or types.get(kind.partition(":")[0]) or kind


def _typed(cells: Flat, titles: Mapping[str, str], columns: Columns) -> Iterator[tuple[str, str]]:
    """Yield the values of columns with the type that each column has."""
    for kind, title in titles.items():
        for text in _all(cells, (title,), columns):
            yield kind, text


def _notes(draft: Draft, cells: Flat, columns: Columns) -> None:
    for title in columns.notes:
        for text in cells.get(title, ()):
            draft.note(text)
    for title in columns.labelled:
        for text in filter(None, cells.get(title, ())):
            draft.note(f"{title}: {text}")
    for kind, value, _ in _objects(cells, columns.noted_pairs):
        draft.note(f"{kind}: {value}" if value else "")


def _names(draft: Draft, cells: Flat, columns: Columns) -> None:
    word = first_value(cells, columns.name_kind).casefold()
    kind: NameKind = columns.name_kinds.get(word, "primary")
    if first_value(cells, columns.weak).casefold() in columns.weak_words:
        kind = "weak alias"
    language = language_code(first_value(cells, columns.language)) if columns.language else ""
    for parts in columns.names:
        if len(parts) == 1:
            for text in cells.get(parts[0], ()):
                native = kind == "primary" and columns.language and not is_latin(text)
                _name(draft, text, columns, "native" if native and text else kind, language)
        else:
            draft.name(" ".join(first_value(cells, part) for part in parts), kind)
    for title in columns.aliases:
        _further(draft, cells.get(title, ()), columns, "alias")
    for title in columns.weak_aliases:
        _further(draft, cells.get(title, ()), columns, "weak alias")
    for title in columns.former:
        _further(draft, cells.get(title, ()), columns, "former")
    for title in columns.natives:
        _further(draft, cells.get(title, ()), columns, "native")


def _typed_number(draft: Draft, text: str, country: str) -> None:
    """Add a number with its type in brackets: "A123 (passport-National passport)"."""
    value, mark, kind = text.removesuffix(")").rpartition(" (")
    draft.number(kind.partition("-")[0].strip(), value if mark else text, country)


def _name(draft: Draft, text: str, columns: Columns, kind: NameKind, language: str = "") -> None:
    if columns.name_cut and (bare := re.sub(columns.name_cut, "", text)) != text:
        draft.note(text)
        text = bare
    native = _NATIVE.fullmatch(text.strip()) if columns.native_brackets else None
    if native and is_latin(native[1]) and not is_latin(native[2]):
        draft.name(native[2], "native")
        text = native[1]
    for each in part_at_slashes(text) if columns.name_slashes else (text,):
        for one in _in_words(each, columns):
            draft.name(one, kind, language)


def _in_words(text: str, columns: Columns) -> Sequence[str]:
    """Split a name at words like "a.k.a.", or before spellings in brackets."""
    if columns.name_brackets and (match := _IN_BRACKETS.fullmatch(text.strip())):
        return [each.strip() for each in match.groups()]
    return part_at_words(text) if columns.name_words else (text,)


def _further(draft: Draft, cells: Sequence[str], columns: Columns, kind: NameKind) -> None:
    """Add the further names in a column, with the language if the cell gives it."""
    own = draft.written_names()
    for cell in cells:
        if parts_at_commas(columns):
            found = part_names(cell, draft.kind, own).parts
        else:
            found = tuple(each for part in _parts(cell, columns) for each in labelled(part).parts)
        for each in found:
            native = each.language and not is_latin(each.text)
            _name(draft, each.text, columns, "native" if native else kind, each.language)


def _addresses(draft: Draft, cells: Flat, columns: Columns) -> None:
    titles = {
        "city": columns.city,
        "region": columns.region,
        "postcode": columns.postcode,
        "country": columns.country,
    }
    fields = {name: first_value(cells, title) for name, title in titles.items()}
    if columns.any_language:
        country = fields["country"]
        fields["country"] = find_country_in_any_language(country) or country
    draft.address([first_value(cells, title) for title in columns.address], **fields)
    for text in _all(cells, columns.addresses, columns):
        draft.address([text])
