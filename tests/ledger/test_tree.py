"""The tree of the log, against the definition in RFC 6962 and against another implementation."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.ledger.tree import EMPTY, grown, includes, inclusion, leaf_hash, root

# The eight inputs and their roots that implementations of Certificate Transparency are tried with.
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 70)


class Tree:
    """A tree in memory."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        for size, leaf in enumerate(leaves):
            for level, place, found in grown(size, leaf_hash(leaf), self.node):
                assert (level, place) not in self.nodes
                self.nodes[level, place] = found

    def node(self, level: int, place: int) -> bytes:
        """Return a kept node."""
        return self.nodes[level, place]


def _defined(leaves: list[bytes]) -> bytes:
    """Hash as section 2.1 of RFC 6962 defines it, by halves."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + _defined(leaves[:split]) + _defined(leaves[split:])).digest()


def _leaves(size: int) -> list[bytes]:
    return [f"entry {at}".encode() for at in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots_are_met(size: int) -> None:
    """The roots are those that other implementations publish."""
    tree = Tree([bytes.fromhex(text) for text in INPUTS[:size]])
    assert root(size, tree.node).hex() == ROOTS[size - 1]


def test_the_root_of_nothing() -> None:
    """It is the hash of no bytes."""
    assert root(0, Tree([]).node) == EMPTY


@given(SIZES)
def test_a_root_is_as_defined(size: int) -> None:
    """A tree grown leaf by leaf has the root of its definition."""
    leaves = _leaves(size)
    assert root(size, Tree(leaves).node) == _defined(leaves)


@given(SIZES, st.data())
def test_each_leaf_is_proved(size: int, data: st.DataObject) -> None:
    """The proof holds for the leaf, and for no other leaf, place, size or root."""
    place = data.draw(st.integers(0, size - 1))
    tree = Tree(_leaves(size))
    top = root(size, tree.node)
    path = inclusion(place, size, tree.node)
    leaf = leaf_hash(f"entry {place}".encode())
    assert includes(leaf, place, size, path, top)
    assert not includes(leaf_hash(b"other"), place, size, path, top)
    assert not includes(leaf, place, size, path, EMPTY)
    assert not includes(leaf, place, size, [*path, EMPTY], top)
    assert not includes(leaf, size, size, path, top)
    if path:
        assert not includes(leaf, place ^ 1, size, path, top)
        assert not includes(leaf, place, size, path[:-1], top)


def test_another_hand_agrees() -> None:
    """Roots and proofs are those of pymerkle, where it is installed."""
    pymerkle = pytest.importorskip("pymerkle")
    other = pymerkle.InmemoryTree(algorithm="sha256")
    leaves = _leaves(37)
    tree = Tree(leaves)
    for size, leaf in enumerate(leaves, 1):
        other.append_entry(leaf)
        assert other.get_root(size) == root(size, tree.node)
    proof = other.prove_inclusion(12, 37)  # counts from 1
    pymerkle.verify_inclusion(leaf_hash(leaves[11]), root(37, tree.node), proof)
    assert proof.path[1:] == inclusion(11, 37, tree.node)
