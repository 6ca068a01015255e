"""Sharers: a quick look, column by column, for parties that may share what is looked for.

Most parties of a file share nothing with those of its alerts; a look at each of them would take
longer than the screening.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.parties.resolution.sharing import Sought

_MOST = 20_000  # letters of a pattern; a longer one is not looked for, and all parties are read


class Sharers:
    """Keeps the rows of parties that `Sought.shared` may say something of."""

    def __init__(self, sought: Sought) -> None:
        """Write down what is looked for as patterns."""
        self._emails = bool(sought.emails)
        self._digits = "|".join(sorted(sought.ends))
        words = "|".join(sorted(map(re.escape, sought.places)))
        # Letters alone part words there, so digits and "_" do not join them here.
        self._words = f"(?i)(?:^|[^a-z])(?:{words})(?:[^a-z]|$)" if words else ""
        self._all = sought.any_place or max(len(words), len(self._digits)) > _MOST

    def among(self, parties: pa.Table) -> pa.Table:
        """Return the rows that may share something.

        Args:
            parties: Strings without nulls, in columns name, address and id among others.
        """
        if self._all:
            return parties
        name, address, number = (parties.column(each) for each in ("name", "address", "id"))
        text = pc.binary_join_element_wise(name, address, number, " ")
        near = pc.invert(pc.string_is_ascii(text))
        if self._emails:
            near = pc.or_(near, pc.match_substring(text, "@"))
        if self._digits:
            digits = pc.replace_substring_regex(text, "[^0-9]+", "")
            near = pc.or_(near, pc.match_substring_regex(digits, self._digits))
        if self._words:
            near = pc.or_(near, pc.match_substring_regex(address, self._words))
        return parties.filter(near)
