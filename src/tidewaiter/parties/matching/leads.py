"""A quick look for what leads to entries of a list: their telephones, e-mails, domains and numbers.

Few parties bear anything that a list holds, and reading a telephone takes as long as looking a name
up; so a text is looked through for the ends of listed numbers before any of it is read.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from tidewaiter.parties.identifiers.contacts import find_web

_NO_DIGIT = re.compile(r"[^0-9]+")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_CODE: Final = 4  # digits that a country's code and a prefix left out in one town may be
_END: Final = 6  # digits of the end of a number that are looked for, at the most
_IMO: Final = 7  # digits of a ship's number


class Leads:
    """Looks through texts for identifiers of a list."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Take by what the entries of a list are found, from `bearers.keys_of`."""
        self._keys = frozenset(keys)
        phones = (key[1:][_CODE:] for key in self._keys if key[:1] == "+" and key[1:].isdigit())
        ships = (key for key in self._keys if len(key) == _IMO and key.isdigit())
        self._ends = frozenset(number[-_END:] for number in (*phones, *ships))
        self._sizes = sorted(set(map(len, self._ends)))

    def may_stand_in(self, text: str) -> bool:
        """Tell whether a telephone, e-mail, site or ship's number of the list may stand in a text.

        Args:
            text: As written.
        """
        if not self._keys:
            return False
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
            if _FOREIGN_DIGIT.search(text):
                return True
        return self._has_end(text) or self._has_site(text)

    def _has_end(self, text: str) -> bool:
        digits = _NO_DIGIT.sub("", text)
        return any(
            digits[start : start + size] in self._ends
            for size in self._sizes
            for start in range(len(digits) - size + 1)
        )

    def _has_site(self, text: str) -> bool:
        emails, domains = find_web(text)
        keys = self._keys
        return bool(emails & keys or domains & keys or any(f"@{each}" in keys for each in domains))
