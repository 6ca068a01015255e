"""Asking: from what a person writes to the substances that it names or is, as the law is asked."""

import re
from collections.abc import Callable
from datetime import date

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_quantity, whole
from tidewaiter.consignments.naming import Namer
from tidewaiter.substances.members import Members
from tidewaiter.substances.questions import Found

Structures = Callable[[str, date], tuple[Found, ...]]
"""Finds what lists and classes know of a structure on a day, or raises an `InputError`."""

# A locant between hyphens or brackets: what it names is the whole, not the name inside it.
_SYSTEMATIC = re.compile(r"[\w)\]]-\d+(,\d+)*-|[(\[]\d+(,\d+)*-|^\d+(,\d+)*-\w")


def amount_of(text: str) -> tuple[int | None, int | None]:
    """Read an amount as milligrams or as microlitres; the other one is None; "": neither.

    Raises:
        InputError: It is no mass and no volume.
    """
    if not text.strip():
        return None, None
    quantity = parse_quantity(text)
    if quantity.unit is not None and quantity.unit.kind == "volume":
        return None, whole(quantity, "volume", text)
    return whole(quantity, "mass", text), None


class Asker:
    """Finds what a text is: a name, a number, a structure or goods as papers describe them."""

    def __init__(self, namer: Namer, members: Members, structures: Structures) -> None:
        """Take who knows names, and who knows structures, all of the same registry.

        Args:
            namer: Of the registry.
            members: What the class rules say of its structures.
            structures: Called only where a text is no name, as RDKit takes long to load.
        """
        self._namer = namer
        self._members = members
        self._structures = structures

    def find(self, text: str, day: date) -> tuple[Found, ...]:
        """Find what a text names, or else the structure that it writes; ask the class rules.

        Args:
            text: A slug, a name, a CAS number, a SMILES, an InChI, a systematic name, or goods.
            day: The day whose lists decide what a class leaves to them.

        Raises:
            InputError: It is none of them, or a structure that cannot be assessed.
        """
        return tuple(self.judged(each, day) for each in self._named(text, day))

    def judged(self, found: Found, day: date) -> Found:
        """Ask the class rules about what was found by its name: lists do not hold them."""
        if found.match != "name":
            return found
        return self._members.judge(found, day)

    def _named(self, text: str, day: date) -> tuple[Found, ...]:
        named = self._namer.whole(text)
        if named:
            return named
        # RDKit takes longer to load than a name to look up.
        from tidewaiter.substances.structure import is_written  # noqa: PLC0415

        if is_written(text):
            return self._structures(text, day)
        named = () if _SYSTEMATIC.search(text) else self._namer.find(text)
        if named:
            return named
        try:
            return self._structures(text, day)
        except InputError:
            named = self._namer.find(text)
            if named:
                return named
            raise
