"""The Merkle tree of RFC 6962 over the entries of a log, built one leaf at a time.

Node ``(level, place)`` is the hash over the ``2 ** level`` leaves from ``place * 2 ** level`` on.
Only nodes whose leaves are all there are kept; they never change. All else is made of them.

Source: RFC 6962, section 2.1; RFC 9162, section 2.1.3.2, for the check.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

Node = Callable[[int, int], bytes]
"""Returns a kept node by its level and place."""

EMPTY = hashlib.sha256().digest()  # the root of no leaves
_LEAF, _INNER = b"\0", b"\1"  # so that no leaf can pass for a node


def leaf_hash(data: bytes) -> bytes:
    """Hash the bytes of an entry."""
    return hashlib.sha256(_LEAF + data).digest()


def grown(size: int, leaf: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """Yield the nodes that one more leaf completes, the leaf itself first.

    Args:
        size: Leaves before it.
        leaf: Its hash.
        node: Of the tree before it.
    """
    level, place, found = 0, size, leaf
    yield level, place, found
    while place % 2:
        found = _inner(node(level, place - 1), found)
        level, place = level + 1, place // 2
        yield level, place, found


def root(size: int, node: Node) -> bytes:
    """Return the hash over the first leaves of a tree.

    Args:
        size: How many leaves.
        node: Of the tree.
    """
    return _over(0, size, node) if size else EMPTY


def inclusion(place: int, size: int, node: Node) -> list[bytes]:
    """Prove that a leaf stands in a tree.

    Args:
        place: Of the leaf, from 0.
        size: Of the tree; more than `place`.
        node: Of the tree.

    Returns:
        The hashes beside the way from the leaf to the root, the lowest first.
    """
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if place < middle:
            path.append(_over(middle, end, node))
            end = middle
        else:
            path.append(_over(begin, middle, node))
            begin = middle
    return path[::-1]


def includes(leaf: bytes, place: int, size: int, path: Sequence[bytes], top: bytes) -> bool:
    """Check the proof that a leaf stands in the tree with a root.

    Args:
        leaf: Its hash.
        place: Where it stands, from 0.
        size: Of the tree.
        path: From `inclusion`.
        top: The root.
    """
    if not 0 <= place < size:
        return False
    at, last, found = place, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = _inner(beside, found)
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            found = _inner(found, beside)
        at, last = at // 2, last // 2
    return last == 0 and found == top


def _inner(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_INNER + left + right).digest()


def _split(count: int) -> int:
    """Return the largest power of two below a count of leaves, which is above one."""
    return 1 << (count - 1).bit_length() - 1


def _over(begin: int, end: int, node: Node) -> bytes:
    """Hash over leaves; `begin` is a multiple of the least power of two that holds them."""
    count = end - begin
    level = count.bit_length() - 1
    if count == 1 << level:
        return node(level, begin >> level)
    middle = begin + _split(count)
    return _inner(_over(begin, middle, node), _over(middle, end, node))
