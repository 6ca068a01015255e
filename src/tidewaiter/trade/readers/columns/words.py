"""Names of columns that a program or a customs service made up: what they are short for."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import msgspec

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.consignments.readers.aliases import LONGEST, words_of
from tidewaiter.consignments.readers.vocabulary import UNKNOWN
from tidewaiter.consignments.readers.words import say

_TWICE = re.compile(r"#\d+$")
_NUMBERED = 3  # different numbers of boxes, with which columns of a form begin
_SHARED = 3  # columns that begin with one word that says nothing
_BOX = 2  # digits of the number of a box
_REMARK = 100  # letters of a header: a longer text is a remark


class Layout(Record, frozen=True, kw_only=True):
    """The names of one program, service or form, and what they are short for."""

    what: str
    source: str
    before: tuple[str, ...] = ()  # words that may stand before a name, like that of its table
    least: int = 2  # names that a file of it has at least
    names: dict[str, str]


@cache
def load_layouts() -> Mapping[str, Layout]:
    """Load the layouts; `names` has what each name is short for, by `_as_written`.

    Raises:
        RegistryError: The file is not as it must be, or a name is short for two things.
    """
    found: dict[str, Layout] = {}
    for slug, layout in read_toml(data("rules", "column_layouts.toml"), dict[str, Layout]).items():
        names: dict[str, str] = {}
        for says, written in layout.names.items():
            for name in written.split(","):
                if names.setdefault(_as_written(name), says) != says:
                    raise RegistryError(
                        f'"{name}" is short for two things', at=f"column_layouts.toml, {slug}"
                    )
        apart = {f"{each}-{name}": says for each in layout.before for name, says in names.items()}
        found[slug] = msgspec.structs.replace(layout, names={**apart, **names})
    return found


def _as_written(name: str) -> str:
    return name.strip().casefold()


def plain_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns without what their file adds to them.

    A name of a layout is spelled out, if the file has enough of it. Left out are the mark of a
    second column of one name ("#2"), the number of the box of a form, where several have one
    ("33. Commodity code"), and a word that says nothing and stands before half of the names or
    more ("ZEXP_").

    Args:
        header: The names of the columns.

    Returns:
        One name for each.
    """
    short = tuple(name if len(name) <= LONGEST else "" for name in header)  # long ones are not kept
    return tuple(plain or name for plain, name in zip(_plain_names(short), header, strict=True))


@lru_cache(maxsize=64)
def _plain_names(header: tuple[str, ...]) -> tuple[str, ...]:
    names = _spelled([_TWICE.sub("", name) for name in header])
    boxes = [_words(name)[0] if _has_box(name) else "" for name in names]
    if len({*boxes} - {""}) >= _NUMBERED:
        names = _bared(names, [bool(box) for box in boxes])
    first = Counter(words[0] for name in names if len(words := _words(name)) > 1)
    word, count = first.most_common(1)[0] if first else ("", 0)
    if count >= max(_SHARED, len(names) / 2) and _is_mute(word):
        names = _bared(names, [_words(name)[:1] == (word,) != _words(name) for name in names])
    return tuple(names)


def may_be_spelled(header: Sequence[str]) -> frozenset[str]:
    """Return the names that `plain_names` may give otherwise, for these or for some of them."""
    written = {name: _as_written(name) for name in header}
    of_layouts = {
        name
        for layout in load_layouts().values()
        if len(layout.names.keys() & written.values()) >= layout.least
        for name, said in written.items()
        if said in layout.names
    }
    first = {name: words[0] for name in header if len(words := _words(name)) > 1}
    counted = Counter(first.values())
    shared = {name for name, word in first.items() if counted[word] >= _SHARED and _is_mute(word)}
    boxes = {name for name in header if _has_box(name)}
    return frozenset(of_layouts | shared | boxes)


def _spelled(names: Sequence[str]) -> list[str]:
    """Spell out the names of the layout of which the file has the most, then those of the next."""
    written = [_as_written(name) for name in names]
    hits = {slug: len(each.names.keys() & set(written)) for slug, each in load_layouts().items()}
    spelled = list(names)
    for slug in sorted(hits, key=lambda slug: hits[slug]):
        layout = load_layouts()[slug]
        if hits[slug] >= layout.least:
            known = layout.names
            spelled = [known.get(name, said) for name, said in zip(written, spelled, strict=True)]
    return spelled


def _words(name: str) -> tuple[str, ...]:
    return words_of(name) if len(name) <= _REMARK else ()


def _is_mute(word: str) -> bool:
    return all(each.says == UNKNOWN for each in say((word,)))


def _has_box(name: str) -> bool:
    number, *rest = _words(name) or ("",)
    return len(number) <= _BOX and number.isdecimal() and bool(rest) and not rest[0].isdecimal()


def _bared(names: Sequence[str], marked: Sequence[bool]) -> list[str]:
    return [
        " ".join(words_of(name)[1:]) if mark else name
        for name, mark in zip(names, marked, strict=True)
    ]
