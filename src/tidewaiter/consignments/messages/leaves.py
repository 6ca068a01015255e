"""A JSON document as its texts by path: what a format takes out is used, the rest is kept."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tidewaiter.consignments.messages.jsontexts import text_of

_NUMBER = re.compile(r"\[\d+\]")
_LAST = re.compile(r"\[\d+\]$")


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
        for key, inner in value.items():
            if key != without:
                _gather(inner, key, self._texts)

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
        return [self._texts[place] for place in self._places(name)]

    def all(self, *names: str) -> list[str]:
        """Take every text that stands under these paths; numbers in lists may be left out."""
        return [self._texts.pop(place) for name in names for place in self._places(name)]

    def joined(self, *names: str, mark: str = ", ") -> str | None:
        """Take all texts that stand under these paths, as one."""
        return mark.join(self.all(*names)) or None

    def rest(self) -> Iterator[tuple[str, str]]:
        """Yield the path and text of all that was not taken."""
        before = f"{self._path}." if self._path else ""
        for name, text in self._texts.items():
            yield before + name, text

    def _places(self, name: str) -> list[str]:
        if name in self._texts:
            return [name]
        if self._listed is None:
            self._listed = {}
            for place in self._texts:
                if "[" in place:
                    for bare in {_NUMBER.sub("", place), _LAST.sub("", place)} - {place}:
                        self._listed.setdefault(bare, []).append(place)
        return [place for place in self._listed.get(name, ()) if place in self._texts]


def _gather(value: Any, path: str, texts: dict[str, str]) -> None:
    """Add the texts of a value by their paths."""
    kind = type(value)
    if kind is str and value and value.isascii() and "\0" not in value:
        texts[path] = value
    elif kind is dict:
        for key, inner in value.items():
            _gather(inner, f"{path}.{key}", texts)
    elif kind is list:
        for place, inner in enumerate(value):
            _gather(inner, f"{path}[{place}]", texts)
    else:
        text = text_of(value)
        if text is not None:
            texts[path] = text
