"""A JSON document as its texts by path: what a format takes out is used, the rest is kept."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tidewaiter.consignments.messages.jsontexts import Number, text_of

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
        plain = {key: inner for key, inner in value.items() if key != without}
        self._texts = dict(_leaves(plain, ""))
        self._lists: dict[str, list[str]] = {}
        for name in self._texts:
            for bare in {_NUMBER.sub("", name), _LAST.sub("", name)} - {name}:
                self._lists.setdefault(bare, []).append(name)
        self._used: set[str] = set()

    def take(self, *names: str) -> str | None:
        """Return the first of these texts that is there, and count it as used."""
        for name in names:
            if name in self._texts:
                self._used.add(name)
                return str(self._texts[name])
        return None

    def text(self, name: str) -> str | None:
        """Return a text without counting it as used."""
        return str(self._texts[name]) if name in self._texts else None

    def peek(self, name: str) -> list[str]:
        """Return every text under a path, as `all` does, without counting it as used."""
        places = [name] if name in self._texts else self._lists.get(name, [])
        return [str(self._texts[place]) for place in places]

    def all(self, *names: str) -> list[str]:
        """Return every text that stands under these paths; numbers in lists may be left out."""
        found: list[str] = []
        for name in names:
            places = [name] if name in self._texts else self._lists.get(name, [])
            self._used.update(places)
            found.extend(str(self._texts[place]) for place in places)
        return found

    def joined(self, *names: str, mark: str = ", ") -> str | None:
        """Return all texts that stand under these paths as one."""
        return mark.join(self.all(*names)) or None

    def pointed(self, name: str) -> bool:
        """Tell whether a text is a number of JSON, so that its point is a decimal mark."""
        return isinstance(self._texts.get(name), Number)

    def rest(self) -> Iterator[tuple[str, str]]:
        """Yield the path and text of all that was not used."""
        for name, text in self._texts.items():
            if name not in self._used:
                yield f"{self._path}.{name}" if self._path else name, str(text)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{place}]")
    else:
        text = text_of(value)
        if text is not None:
            yield path, value if isinstance(value, Number) and text == value else text
