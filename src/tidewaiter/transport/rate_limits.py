"""Rate and memory limits for peers.

State per address is small and the number of addresses is capped, so that requests from many
addresses cannot exhaust memory.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REQUESTS = 6_000  # per address and minute
_HELD = 24 * 1024 * 1024  # bytes of requests in memory, total
_HELD_OF_ONE = 4 * 1024 * 1024  # per address
_ADDRESSES = 10_000  # addresses remembered; least recently used ones are dropped
_MINUTE = 60.0  # seconds
_WORTH = 2048  # bytes that count as one request


class Gate:
    """Counts requests and bytes by address; for one thread."""

    def __init__(
        self, requests: int = REQUESTS, *, held: int = _HELD, held_of_one: int = _HELD_OF_ONE
    ) -> None:
        """Set the limits.

        Args:
            requests: Per address and minute.
            held: Bytes of concurrent requests.
            held_of_one: Likewise, per address.
        """
        self._most = float(requests)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # requests, time
        self._free, self._free_of_one = held, held_of_one
        self._taken: dict[str, int] = {}

    def admits(self, address: str, now: float) -> bool:
        """Count a request; return whether it is within the limit.

        Args:
            address: Client address.
            now: Monotonic time in seconds.
        """
        left = self._left_of(address, now)
        may = left >= 1
        self._left[network_key(address)] = (left - 1 if may else left, now)
        return may

    def charge(self, address: str, size: int, now: float) -> None:
        """Count bytes of rejected work as an equivalent number of requests.

        Args:
            address: Client address.
            size: Number of bytes.
            now: As for `admits`.
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
        """Reserve memory for the duration of a request.

        Args:
            address: Client address.

        Returns:
            Takes the number of bytes received; returns whether they fit.
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
    """Return the key that an address counts under; an IPv6 client controls 2**64 addresses."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(told, ipaddress.IPv6Address):
        mapped = told.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((int(told), 64), strict=False))
    return str(told)


def asker(client: str, forwarded: str, behind: tuple[str, ...]) -> str:
    """Return the client address.

    Args:
        client: The address at the other end of the connection.
        forwarded: The header x-forwarded-for; "": none.
        behind: Networks of reverse proxies that terminate TLS; the proxy appends the last address
            of the header, all others may be forged by the client.
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
