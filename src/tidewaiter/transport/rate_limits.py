"""Rate limits for peers, and how much of their data is held at a time.

Of each address little is remembered, and of the addresses only so many: those who ask from many
fill nothing.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REQUESTS = 6_000  # of one address in a minute
_HELD = 24 * 1024 * 1024  # bytes of requests of all
_HELD_OF_ONE = 4 * 1024 * 1024  # of one address
_ADDRESSES = 10_000  # that are remembered; the one that asked longest ago gives way
_MINUTE = 60.0  # seconds
_WORTH = 2048  # bytes that are worth a request


class Gate:
    """Counts requests and bytes by address; for one thread."""

    def __init__(
        self, requests: int = REQUESTS, *, held: int = _HELD, held_of_one: int = _HELD_OF_ONE
    ) -> None:
        """Say what is let in.

        Args:
            requests: Of one address in a minute.
            held: Bytes of requests that are answered at the same time.
            held_of_one: Such bytes of one address.
        """
        self._most = float(requests)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # requests, at
        self._free, self._free_of_one = held, held_of_one
        self._taken: dict[str, int] = {}

    def admits(self, address: str, now: float) -> bool:
        """Count a request; say whether it may go on.

        Args:
            address: Who asks.
            now: The moment in seconds, of a clock that only goes on.
        """
        left = self._left_of(address, now)
        may = left >= 1
        self._left[network_key(address)] = (left - 1 if may else left, now)
        return may

    def charge(self, address: str, size: int, now: float) -> None:
        """Count bytes that took work and proved nothing: they are worth as many requests.

        Args:
            address: Who sent them.
            size: How many.
            now: As in `admits`.
        """
        left = self._left_of(address, now)
        self._left[network_key(address)] = (max(0.0, left - size / _WORTH), now)

    def _left_of(self, address: str, now: float) -> float:
        key = network_key(address)
        left, then = self._left.pop(key, (self._most, now))
        while len(self._left) >= _ADDRESSES:
            self._left.popitem(last=False)
        return min(self._most, left + (now - then) * self._most / _MINUTE)

    @contextmanager
    def holding(self, address: str) -> Iterator[Callable[[int], bool]]:
        """Hold bytes for as long as a request lasts.

        Args:
            address: Whose.

        Returns:
            Takes the number of bytes that come; says whether there is room for them.
        """
        key, held = network_key(address), 0

        def more(size: int) -> bool:
            nonlocal held
            if size > self._free or self._taken.get(key, 0) + size > self._free_of_one:
                return False
            held += size
            self._free -= size
            self._taken[key] = self._taken.get(key, 0) + size
            return True

        try:
            yield more
        finally:
            self._free += held
            left = self._taken.get(key, 0) - held
            if left > 0:
                self._taken[key] = left
            else:
                self._taken.pop(key, None)


def network_key(address: str) -> str:
    """Return what requests of an address count for; who has one of IPv6 has 2**64 of them."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(told, ipaddress.IPv6Address):
        mapped = told.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((int(told), 64), strict=False))
    return str(told)


def asker(client: str, forwarded: str, behind: tuple[str, ...]) -> str:
    """Return the address of who asks.

    Args:
        client: The address at the other end of the connection.
        forwarded: The header x-forwarded-for; "": there is none.
        behind: Networks of what stands before this node and ends TLS; it adds the last address of
            the header, and who asks can have written all others.
    """
    last = forwarded.rpartition(",")[2].strip()
    if not last or not behind:
        return client
    try:
        told = ipaddress.ip_address(client)
        nets = [ipaddress.ip_network(each) for each in behind]
        return last if any(told in net for net in nets) else client
    except ValueError:
        return client
