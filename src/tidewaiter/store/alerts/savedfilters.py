"""Filters of the queue that someone keeps under a name, for themselves or for all."""

import msgspec
from sqlalchemy import delete, insert, or_, select

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.audit import record_change
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode, encode, plain
from tidewaiter.store.queuefilter import AlertFilter, Sort

LONGEST = 60  # characters of a name
MOST = 50  # filters of one account


class NewFilter(Record, frozen=True, kw_only=True):
    """A filter to be kept."""

    name: str
    wanted: AlertFilter
    sort: Sort = "rank"
    shared: bool = False


class SavedFilter(NewFilter, frozen=True, kw_only=True):
    """A filter that is kept."""

    id: int
    owner: int  # account


def save_filter(work: Work, owner: int, new: NewFilter) -> int:
    """Keep a filter; one of the same name and owner is replaced.

    Args:
        work: Begun with a stamp.
        owner: Account that keeps it.
        new: The filter.

    Returns:
        The id.

    Raises:
        InputError: The name is empty or too long, or there are too many.
    """
    name = plain(new.name.strip())
    if not 0 < len(name) <= LONGEST:
        raise InputError(f'"{name[:80]}" is no name', hint=f"write 1 to {LONGEST} characters")
    c = tables.saved_filter.c
    work.connection.execute(delete(tables.saved_filter).where(c.owner == owner, c.name == name))
    mine = [each for each in saved_filters(work, owner) if each.owner == owner]
    if len(mine) >= MOST:
        raise InputError(f"there are {MOST} filters already", hint="remove one first")
    row = {
        "owner": owner,
        "name": name,
        "filter": encode(new.wanted),
        "sort": new.sort,
        "shared": int(new.shared),
    }
    made = work.connection.execute(insert(tables.saved_filter).values(**row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    record_change(work, "filter saved", {"filter": number, "shared": int(new.shared)})
    return number


def saved_filters(work: Work, account: int) -> list[SavedFilter]:
    """Read the filters of an account, and those that others share, by name."""
    c = tables.saved_filter.c
    query = select(tables.saved_filter).where(or_(c.owner == account, c.shared == 1))
    return [
        SavedFilter(
            id=row["id"],
            owner=row["owner"],
            name=row["name"],
            wanted=decode(row["filter"], AlertFilter, f"filter {row['id']}"),
            sort=msgspec.convert(row["sort"], Sort),
            shared=bool(row["shared"]),
        )
        for row in work.connection.execute(query.order_by(c.name, c.id)).mappings()
    ]


def drop_filter(work: Work, account: int, number: int) -> None:
    """Keep a filter no longer.

    Raises:
        InputError: The account keeps none of this id.
    """
    c = tables.saved_filter.c
    which = (c.id == number, c.owner == account)
    if not work.connection.execute(delete(tables.saved_filter).where(*which)).rowcount:
        raise InputError(f"you keep no filter {number}", hint="look at the list of yours")
    record_change(work, "filter removed", {"filter": number})
