"""Reading all members: what many of them share is held once."""

import sys
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import structs

from tidewaiter.parties.resolution.addresses import AddressParts, read_address
from tidewaiter.parties.resolution.reading import Read, read_written
from tidewaiter.parties.resolution.types import Member

_TELL: Final = 1 << 14  # members between two words about how far it is


def read_members(
    members: Sequence[Member], tell: Callable[[str, int, int], None]
) -> tuple[Read, ...]:
    """Read members, and return what was read in their order.

    Args:
        members: Ways in which parties are written.
        tell: Takes what is under way, how much of it is done, and how much there is.
    """
    found: list[Read | None] = [None] * len(members)
    shared = _Shared()
    # Those of one name come one after the other, as readings of names are kept for a while.
    order = sorted(range(len(members)), key=lambda place: members[place].written.name)
    for done, place in enumerate(order):
        if done % _TELL == 0:
            tell("reading parties", done, len(members))
        found[place] = shared.read(members[place])
    read_address.cache_clear()  # its parts are held twice else
    return tuple(filter(None, found))


class _Shared:
    """Gives one object for all that are equal."""

    def __init__(self) -> None:
        self._addresses: dict[AddressParts, AddressParts] = {}
        self._numbers: dict[frozenset[str], frozenset[str]] = {}

    def read(self, member: Member) -> Read:
        read = read_written(member.written)
        return read._replace(
            country=sys.intern(read.country),
            address=self._addresses.get(read.address) or self._address(read.address),
        )

    def _address(self, address: AddressParts) -> AddressParts:
        houses, units = address.houses, address.units
        one = structs.replace(
            address,
            words=frozenset(map(sys.intern, address.words)),
            houses=self._numbers.setdefault(houses, houses),
            units=self._numbers.setdefault(units, units),
        )
        self._addresses[one] = one
        return one
