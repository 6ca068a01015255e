"""Proofs of entries, as they are handed to someone who trusts a key and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.ledger.proofs import Checkpoint, Proof, check_proof, read_proof
from tidewaiter.ledger.signed_notes import SecretKey
from tidewaiter.ledger.tree import grown, inclusion, leaf_hash, root

KEY = SecretKey(name="node/test", seed=bytes(range(32)))
OTHER = SecretKey(name="node/other", seed=bytes(32))


def _proof(size: int, place: int, key: SecretKey = KEY) -> Proof:
    nodes: dict[tuple[int, int], bytes] = {}

    def node(level: int, at: int) -> bytes:
        return nodes[level, at]

    for count in range(size):
        leaf = leaf_hash(f"entry {count}".encode())
        nodes |= {(level, at): found for level, at, found in grown(count, leaf, node)}
    state = Checkpoint(origin=key.name, size=size, root=root(size, node))
    path = tuple(inclusion(place, size, node))
    return Proof(entry=f"entry {place}".encode(), place=place, path=path, note=key.sign(str(state)))


@given(st.integers(1, 40), st.data())
def test_a_proof_goes_there_and_back_and_holds(size: int, data: st.DataObject) -> None:
    """The text is the proof, and the key decides."""
    proof = _proof(size, data.draw(st.integers(0, size - 1)))
    read = read_proof(str(proof))
    assert read == proof
    checkpoint, names = check_proof(read, (KEY.public(),))
    assert (checkpoint.size, names) == (size, ("node/test",))
    with raises("ledger/not-signed-by-a-known-key"):
        check_proof(read, (OTHER.public(),))


@given(st.data())
def test_no_change_of_a_proof_holds(data: st.DataObject) -> None:
    """Whatever byte is changed, the proof is refused."""
    text = str(_proof(11, 6)).encode()
    place = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = text[:place] + bytes([byte]) + text[place + 1 :]
    if changed == text:
        return
    with pytest.raises((InputError, UnicodeDecodeError)):
        check_proof(read_proof(changed.decode()), (KEY.public(),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\nextra AA==\n\n",
        "c2sp.org/tlog-proof@v1\nextra AB==\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra AA==\nindex 00\n\n",
        "c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\nAA==\n\n",
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    """Each is reported, with a hint."""
    with pytest.raises(InputError) as told:
        read_proof(text)
    assert told.value.hint
