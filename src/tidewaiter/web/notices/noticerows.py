"""Rows of a notice that is being written: added and taken out by the buttons of its form."""

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.notices.sense import MOST_LINES
from tidewaiter.exchange.notices.types import Party
from tidewaiter.exchange.notices.written import (
    WrittenContained,
    WrittenLine,
    WrittenNotice,
    WrittenPermit,
)

_MOST = 50  # rows of any other list
_PARTIES = ("intermediate_consignees", "others")


def with_row(written: WrittenNotice, name: str) -> WrittenNotice:
    """Add an empty row to a list.

    Args:
        written: The notice.
        name: "lines", "permits", "others", "intermediate_consignees", or "contains.2": of the
            third line.

    Raises:
        InputError: There is no such list, or it is full.
    """
    head, _, place = name.partition(".")
    if head == "lines":
        _check_room(len(written.lines), MOST_LINES)
        return structs.replace(written, lines=(*written.lines, WrittenLine()))
    if head == "permits":
        _check_room(len(written.permits), _MOST)
        return structs.replace(written, permits=(*written.permits, WrittenPermit()))
    if head in _PARTIES:
        held: tuple[Party, ...] = getattr(written.parties, head)
        _check_room(len(held), _MOST)
        parties = structs.replace(written.parties, **{head: (*held, Party())})
        return structs.replace(written, parties=parties)
    if head == "contains" and place.isdecimal() and int(place) < len(written.lines):
        line = written.lines[int(place)]
        _check_room(len(line.contains), _MOST)
        line = structs.replace(line, contains=(*line.contains, WrittenContained()))
        lines = (*written.lines[: int(place)], line, *written.lines[int(place) + 1 :])
        return structs.replace(written, lines=lines)
    raise InputError(f'there is no list "{name[:40]}"', hint="lines, permits, others")


def without_row(written: WrittenNotice, name: str) -> WrittenNotice:
    """Take a row out of a list.

    Args:
        written: The notice.
        name: "lines.1": the second line; or of permits, others or intermediate_consignees.

    Raises:
        InputError: There is no such row.
    """
    head, _, place = name.partition(".")
    held = written.parties if head in _PARTIES else written
    rows = getattr(held, head, None)
    if head not in {"lines", "permits", *_PARTIES} or not place.isdecimal() or rows is None:
        raise InputError(f'there is no row "{name[:40]}"', hint='write it like "lines.1"')
    if int(place) >= len(rows):
        raise InputError(f'there is no row "{name[:40]}"', hint="it was taken out already")
    left = {head: (*rows[: int(place)], *rows[int(place) + 1 :])}
    if head in _PARTIES:
        return structs.replace(written, parties=structs.replace(written.parties, **left))
    return structs.replace(written, **left)


def _check_room(held: int, most: int) -> None:
    if held >= most:
        raise InputError(f"there are {held} rows", hint=f"at most {most}")
