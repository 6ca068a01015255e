"""The Merkle tree of RFC 6962 over the entries of a log, built one leaf at a time.

Node ``(level, place)`` is the hash of the ``2 ** level`` leaves starting at ``place * 2 ** level``.
Only complete nodes are stored; they never change. All other hashes are computed from them.

Source: RFC 6962, section 2.1; RFC 9162, section 2.1.3.2, for the verification.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

Node = Callable[[int, int], bytes]
"""Returns a stored node by level and index."""

EMPTY = hashlib.sha256().digest()  # the root of an empty tree
_LEAF, _INNER = b"\0", b"\1"  # domain separation between leaves and nodes


def leaf_hash(data: bytes) -> bytes:
    """Return the leaf hash of an entry."""
    return hashlib.sha256(_LEAF + data).digest()


def grown(size: int, leaf: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """Yield the nodes completed by a new leaf, the leaf itself first.

    Args:
        size: Number of leaves before it.
        leaf: Leaf hash.
        node: Returns nodes of the tree before it.
    """
    level, place, found = 0, size, leaf
    yield level, place, found
    while place % 2:
        found = _inner(node(level, place - 1), found)
        level, place = level + 1, place // 2
        yield level, place, found


def root(size: int, node: Node) -> bytes:
    """Return the root hash of the first leaves.

    Args:
        size: Number of leaves.
        node: Returns nodes of the tree.
    """
    return _over(0, size, node) if size else EMPTY


def inclusion(place: int, size: int, node: Node) -> list[bytes]:
    """Return the inclusion proof of a leaf.

    Args:
        place: Index of the leaf, from 0.
        size: Size of the tree; more than `place`.
        node: Returns nodes of the tree.

    Returns:
        The sibling hashes from the leaf to the root, lowest first.
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
    """Verify the inclusion proof of a leaf.

    Args:
        leaf: Leaf hash.
        place: Index of the leaf, from 0.
        size: Size of the tree.
        path: Result of `inclusion`.
        top: Root hash.
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
    """Return the largest power of two smaller than a count of leaves above one."""
    return 1 << (count - 1).bit_length() - 1


def _over(begin: int, end: int, node: Node) -> bytes:
    """Hash a range of leaves; `begin` is a multiple of the least power of two that holds them."""
    count = end - begin
    level = count.bit_length() - 1
    if count == 1 << level:
        return node(level, begin >> level)
    middle = begin + _split(count)
    return _inner(_over(begin, middle, node), _over(middle, end, node))
