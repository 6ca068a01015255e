"""Reads the list of parties of a made-up board.

BOARD LIST 2026-11-01
B-1; Quayside Trading Ltd; NL
"""

from collections.abc import Iterator, Sequence
from datetime import date

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.entries import EntryRefusal, ListFormat, ListHeader
from tidewaiter.parties.types import ListedParty, PartyName

_MARK = b"BOARD LIST "


def claims(files: Sequence[ListFile]) -> bool:
    """Tell by their first words whether files are such a list. Be sure: others are asked after."""
    return all(file.content.startswith(_MARK) for file in files)


def read(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Yield what the list says of itself, its entries, and what could not be read."""
    for file in files:
        head, *rows = file.content.decode("utf-8").splitlines()
        try:
            dated = date.fromisoformat(head.removeprefix(_MARK.decode()))
        except ValueError as error:
            raise InputError.from_words("its first row gives no day", at=file.name) from error
        yield ListHeader(dated=dated, slug="board", name="Board list", authority="The board")
        for number, row in enumerate(rows, start=2):
            cells = [cell.strip() for cell in row.split(";")]
            if len(cells) == 3:  # noqa: PLR2004 - id, name, country
                yield ListedParty(
                    id=cells[0],
                    kind="organisation",
                    names=(PartyName(text=cells[1]),),
                    countries=(cells[2],),
                    action="restricted",
                )
            else:
                problem, hint = "is not id; name; country", "ask the board for the list again"
                place = f"row {number}"
                yield EntryRefusal(
                    file=file.name, place=place, value=row[:200], problem=problem, hint=hint
                )


BOARD_LIST = ListFormat(claims=claims, read=read)
