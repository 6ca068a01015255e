"""A JSON document as its texts by path: what a format takes out is used, the rest is kept."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from tidewaiter.consignments.messages.jsontexts import Number, text_of

_NUMBER = re.compile(r"\[\d+\]")
_LAST = re.compile(r"\[\d+\]$")
_MOST_PATHS = 20_000  # that are remembered; documents may invent any number
_LONGEST = 400  # characters of such


class Leaves:
    """The texts of an object by their paths, like "shipper.address.city" and "HSCodes[0]"."""

    def __init__(self, value: Mapping[str, Any], path: str = "", *, without: str = "") -> None:
        """Take the texts.

        Args:
            value: The object, as JSON has it.
            path: Where it stands in its document.
            without: A key that is read apart.
        """
        self._path = path
        self._texts: dict[str, str] = {}
        self._listed: dict[str, list[str]] | None = None
        if without in value:
            value = {key: inner for key, inner in value.items() if key != without}
        _gather(value.items(), _ROOT, self._texts)

    def take(self, *names: str) -> str | None:
        """Return the first of these texts that is there, and keep it no longer."""
        for name in names:
            text = self._texts.pop(name, None)
            if text is not None:
                return text
        return None

    def text(self, name: str) -> str | None:
        """Return a text that is not taken yet, without taking it."""
        return self._texts.get(name)

    def peek(self, name: str) -> list[str]:
        """Return every text under a path, as `all` does, without taking it."""
        if name in self._texts:
            return [self._texts[name]]
        return [self._texts[place] for place in self._places(name)]

    def all(self, *names: str) -> list[str]:
        """Take every text that stands under these paths; numbers in lists may be left out."""
        texts, found = self._texts, []
        for name in names:
            if name in texts:
                found.append(texts.pop(name))
            elif self._listed is None or name in self._listed:
                found.extend([texts.pop(place) for place in self._places(name)])
        return found

    def joined(self, *names: str, mark: str = ", ") -> str | None:
        """Take all texts that stand under these paths, as one."""
        return mark.join(self.all(*names)) or None

    def rest(self) -> Iterator[tuple[str, str]]:
        """Return the path and text of all that was not taken."""
        if not self._path:
            return iter(self._texts.items())
        before = f"{self._path}."
        return iter([(before + name, text) for name, text in self._texts.items()])

    def _places(self, name: str) -> list[str]:
        if self._listed is None:
            self._listed = {}
            for place in self._texts:
                if "[" in place:
                    for bare in (_bare if len(place) <= _LONGEST else _stripped)(place):
                        self._listed.setdefault(bare, []).append(place)
        return [place for place in self._listed.get(name, ()) if place in self._texts]


@lru_cache(maxsize=1024)
def under(path: str, *parts: str) -> tuple[str, ...]:
    """Return the paths of parts below another path."""
    return tuple(f"{path}.{part}" for part in parts)


def _stripped(path: str) -> tuple[str, ...]:
    """Return a path without numbers of places in lists, and without the last of them."""
    return tuple({_NUMBER.sub("", path), _LAST.sub("", path)} - {path})


_bare = lru_cache(maxsize=_MOST_PATHS)(_stripped)  # of paths that are not long


class _Path(dict[str | int, "_Path"]):
    """A path; those below it by key and by place in a list, as soon as they were asked for."""

    __slots__ = ("path",)
    room = _MOST_PATHS

    def __init__(self, path: str) -> None:
        self.path = path

    def __missing__(self, key: str | int) -> "_Path":
        if isinstance(key, int):
            path = f"{self.path}[{key}]"
        else:
            path = key if self is _ROOT else f"{self.path}.{key}"
        kid = _Path(text_of(path) or "")  # keys may hold what no text does
        if len(path) <= _LONGEST:
            if _Path.room <= 0:  # all of them are forgotten, so that new ones have room
                _ROOT.clear()
                _Path.room = _MOST_PATHS
            _Path.room -= 1
            self[key] = kid
        return kid


_ROOT = _Path("")


def _gather(
    pairs: Iterable[tuple[str, Any]] | Iterable[tuple[int, Any]], at: _Path, texts: dict[str, str]
) -> None:
    """Add the texts of an object or of a list by their paths."""
    for key, inner in pairs:
        kind = type(inner)
        if kind is str:
            if inner and inner.isascii() and "\0" not in inner:
                texts[at[key].path] = inner
                continue
        elif kind is dict:
            _gather(inner.items(), at[key], texts)
            continue
        elif kind is list:
            _gather(enumerate(inner), at[key], texts)
            continue
        elif kind is int or (kind is Number and inner != "NaN"):
            texts[at[key].path] = str(inner)
            continue
        text = text_of(inner)
        if text is not None:
            texts[at[key].path] = text
