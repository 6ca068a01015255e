"""English that is left on a page in another script, where nothing says that it is English."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

_EMPTY = frozenset({"meta", "link", "input", "br", "img", "hr", "wbr"})
_KEPT = frozenset({"head", "script", "style", "code", "bdi", "textarea"})
_SAID = ("aria-label", "alt", "title", "data-label")
_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        "an and are as at be been but by can does for from had has have if in is it its no not of "
        "on only or our so than that the their there they this to was were what when where which "
        "who will with you your",
    )
)
"""Words without which hardly an English sentence is made."""


class _Reader(HTMLParser):
    """Collects the texts of a page that stand where nothing is marked as kept or as English."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a part begins that is kept as it is, and what a tag says in attributes."""
        told = dict(attrs)
        kept = tag in _KEPT or told.get("lang") == "en" or told.get("dir") == "auto"
        # The address of a source is named by the source.
        if not (kept or self._is_kept()) and told.get("class") != "cite":
            self.texts += [each for name in _SAID if (each := told.get(name))]
        if tag not in _EMPTY:
            self._open.append((tag, kept))

    def handle_endtag(self, tag: str) -> None:
        """Close a part, and what was left open in it."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if data.strip() and not self._is_kept():
            self.texts.append(" ".join(data.split()))

    def _is_kept(self) -> bool:
        return any(kept for _, kept in self._open)


def english_left(page: str, names: Iterable[str] = ()) -> Iterator[str]:
    """Yield the texts of a page that read as English.

    Args:
        page: HTML in a language of another script.
        names: Of substances, laws and people, which stay as they are.
    """
    reader = _Reader()
    reader.feed(page)
    known = sorted(filter(None, names), key=len, reverse=True)
    for text in reader.texts:
        rest = text
        for name in known:
            rest = rest.replace(name, " ")
        words = re.findall(r"(?<![A-Za-z0-9])[a-z]{2,}(?![A-Za-z0-9])", rest)
        if len(words) > 1 and not _WORDS.isdisjoint(words):
            yield text
