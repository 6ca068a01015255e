"""What readers of lists take and give: files in, entries and refusals out."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.lists.unpack import ListFile
from tidewaiter.parties.types import ListedParty

SHOWN = 200
"""Characters of a value that are shown in a refusal."""


class ListHeader(Record, frozen=True, kw_only=True):
    """What a list says of itself; "" and None: nothing."""

    dated: date | None = None  # the day that the list gives itself
    entries: int | None = None  # how many entries it says that it has
    slug: str = ""
    name: str = ""
    authority: str = ""
    source: str = ""
    licence: str = ""
    notice: str = ""  # to be told beside its data
    confidential: bool = False


class EntryRefusal(Record, frozen=True, kw_only=True):
    """What could not be read: an entry or row, or one field of an entry that is kept without it."""

    file: str
    place: str  # "row 17", "entry 9639, birth date"; "": the file as a whole
    value: str  # as written, at most 200 characters
    problem: str
    hint: str
    kept: bool = False  # the rest of the entry is there


ListReader = Callable[[Sequence[ListFile]], Iterator[ListHeader | ListedParty | EntryRefusal]]
"""Reads the files of one list. Raises InputError where a file as a whole cannot be read."""


def refused(file: str, place: str, value: str, problem: str, hint: str) -> EntryRefusal:
    """Return the refusal of an entry or a row."""
    return EntryRefusal(
        file=file, place=place, value=value[:SHOWN], problem=problem, hint=hint, kept=False
    )
