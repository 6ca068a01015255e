"""Documents: only a valid chain proves how a node obtained its keys."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs
from tests.support.keyrings import MADE, founded
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol.documents import (
    Document,
    SignedDocument,
    Signer,
    check_chain,
    check_next,
    is_recovery,
    read_chain,
    root_hash,
    root_signer,
    sign_document,
    write_chain,
)
from tidewaiter.exchange.protocol.keyring import About, Founded, Ring, recovered, renewed, rotated
from tidewaiter.exchange.protocol.signing import public_of, wrapped

Random = Callable[[int], bytes]


def following(made: Founded, signer: Signer | None = None, **changes: Any) -> SignedDocument:
    """Make a second document by hand."""
    first = made.document.read()
    told: dict[str, Any] = {"number": 2, "previous": made.document.digest(), **changes}
    return sign_document(structs.replace(first, **told), [signer or made.ring.signer()])


def grown(made: Founded, chance: Random, times: int) -> tuple[Ring, list[SignedDocument]]:
    """Change keys so many times."""
    ring, chain = made.ring, [made.document]
    for _ in range(times):
        ring, signed = rotated(ring, chain[-1], chance, MADE)
        chain.append(signed)
    return ring, chain


def test_a_chain_ends_in_its_newest_keys(chance: Random) -> None:
    """The old ones are retired, and none is forgotten."""
    ring, chain = grown(founded(), chance, 5)
    last = check_chain(chain)
    assert last.number == 6
    sign = last.active("sign")
    assert sign is not None
    assert sign.name == ring.newest("sign").name
    assert [key.state for key in last.keys].count("retired") == 10
    assert read_chain(write_chain(chain)) == chain


def test_no_document_is_left_out_changed_or_put_elsewhere(chance: Random) -> None:
    """A chain holds as a whole, from its first."""
    _, chain = grown(founded(), chance, 4)
    other = grown(founded(seed=2), random.Random(3).randbytes, 4)[1]
    broken = [
        chain[1:],
        chain[:2] + chain[3:],
        [*chain[:2], chain[3], chain[2]],
        [],
        [*chain, chain[-1]],
        [*chain[:3], *other[3:]],
        [chain[0], chain[0]],
    ]
    for each in broken:
        with pytest.raises(InputError):
            check_chain(each)


def test_a_first_document_is_signed_by_its_root() -> None:
    """A key that the document names is not enough: it has come from nowhere."""
    made = founded()
    by_key = sign_document(made.document.read(), [made.ring.signer()])
    stranger = sign_document(made.document.read(), [root_signer("x", b"\5" * 32)])
    for each in (by_key, stranger):
        with raises("exchange/first-document-not-by-root"):
            check_chain([each])
    numbered = sign_document(
        structs.replace(made.document.read(), number=2),
        [root_signer("tidewaiter/aland", made.root)],
    )
    with raises("exchange/chain-without-first-document"):
        check_chain([numbered])


def test_only_a_key_that_speaks_now_signs_what_follows(chance: Random) -> None:
    """Not one that was retired or revoked, nor one that the new document brings along."""
    made = founded()
    ring, second = rotated(made.ring, made.document, chance, MADE)
    ours = second.read()
    third = structs.replace(ours, number=3, previous=second.digest())
    pair = ring.newest("sign")
    for signer in (made.ring.signer(), Signer(kid="tidewaiter/aland#x", secret=b"\4" * 32)):
        with raises("exchange/not-signed-by-the-node"):
            check_next(second, ours, sign_document(third, [signer]))
    check_next(second, ours, sign_document(third, [Signer(kid="any", secret=pair.held)]))


@pytest.mark.parametrize("state", ["active", "retired"])
def test_a_key_does_not_come_back(chance: Random, state: str) -> None:
    """Neither revoked nor retired keys; none is forgotten, even by the root."""
    made = founded()
    name = made.ring.newest("sign").name
    revoked = (name,) if state == "retired" else ()
    ring, second = rotated(made.ring, made.document, chance, MADE, revoked=revoked)
    before = second.read()
    revived = tuple(
        structs.replace(key, state=state) if key.name == name else key for key in before.keys
    )
    if state == "active":
        revived = tuple(
            structs.replace(key, state="retired") if key.name == ring.newest("sign").name else key
            for key in revived
        )
    forgotten = tuple(key for key in before.keys if key.name != name)
    root = root_signer(before.node, made.root)
    for keys in (revived, forgotten):
        third = structs.replace(before, number=3, previous=second.digest(), keys=keys)
        for signer in (ring.signer(), root):
            with raises("exchange/key-forgotten-or-revived"):
                check_next(second, before, sign_document(third, [signer]))
        changed = structs.replace(
            third, root=wrapped(public_of("sign", made.next_root)), next_root="0" * 64
        )
        with raises("exchange/key-forgotten-or-revived"):
            check_next(second, before, sign_document(changed, [root_signer("n", made.next_root)]))


def test_another_root_is_the_one_that_was_announced() -> None:
    """Neither the root of today nor a key can name another."""
    made = founded()
    first = made.document.read()
    new = b"\6" * 32
    for signer in (made.ring.signer(), root_signer("n", made.root), root_signer("n", new)):
        signed = following(made, signer, root=wrapped(public_of("sign", new)))
        with raises("exchange/root-not-as-announced"):
            check_next(made.document, first, signed)
    announced = wrapped(public_of("sign", made.next_root))
    unsigned = following(made, root=announced)
    with raises("exchange/root-not-as-announced"):
        check_next(made.document, first, unsigned)
    right = following(made, root_signer("n", made.next_root), root=announced)
    assert check_next(made.document, first, right).root == announced
    assert is_recovery(first, right)


def test_a_root_recovers_what_was_lost(chance: Random) -> None:
    """The previous keys are revoked, and are not introduced to others."""
    made = founded()
    ring, signed = recovered(made.ring, made.document, made.root, chance, MADE)
    first, last = made.document.read(), check_chain([made.document, signed])
    old = last.key(made.ring.newest("sign").name)
    assert old is not None
    assert old.state == "revoked"
    assert is_recovery(first, signed)
    assert not is_recovery(first, rotated(made.ring, made.document, chance, MADE)[1])
    thief = rotated(made.ring, signed, chance, MADE)[1]
    with raises("exchange/not-signed-by-the-node"):
        check_next(signed, last, thief)
    later = b"\7" * 32
    _, third = recovered(ring, signed, made.next_root, chance, MADE, later=later)
    assert check_chain([made.document, signed, third]).next_root == root_hash(
        public_of("sign", later)
    )


def test_what_was_is_not_taken_for_what_is(chance: Random) -> None:
    """A document of before does not follow, and neither does the same number with another word."""
    made = founded()
    _, chain = grown(made, chance, 3)
    last = chain[-1].read()
    for old in chain:
        with raises("exchange/document-does-not-follow"):
            check_next(chain[-1], last, old)
    about = About(node=last.node, name="Other", country="", role="observer")
    fork = renewed(made.ring, chain[0], about, MADE)
    check_next(chain[0], chain[0].read(), fork)
    with raises("exchange/document-does-not-follow"):
        check_next(chain[1], chain[1].read(), fork)


def test_a_document_of_another_does_not_follow() -> None:
    """Neither its number nor its keys make it that of this node."""
    made, other = founded(), founded("bergen", 2)
    with raises("exchange/document-of-another-node"):
        check_next(made.document, made.document.read(), other.document)


def test_a_signature_of_a_kind_to_come_is_passed_over() -> None:
    """It is ignored next to ours; alone, it does not count."""
    made = founded()
    odd = (wrapped(b'{"alg":"ML-DSA-65","kid":"x"}'), wrapped(b"odd"))
    with_odd = structs.replace(made.document, signatures=(odd, *made.document.signatures))
    assert check_chain([with_odd]).number == 1
    with pytest.raises(InputError):
        check_chain([structs.replace(made.document, signatures=(odd,))])


@pytest.mark.parametrize(
    "change",
    [
        {"keys": ()},
        {"node": "a b"},
        {"node": "a#b"},
        {"node": ""},
        {"node": "a\n"},
        {"node": "é"},
        {"node": "a" * 81},
        {"root": "AAAA"},
        {"root": wrapped(bytes(32))},
        {"endpoints": tuple(f"https://{n}.example" for n in range(5))},
        {"endpoints": ("https://a.example/" + "a" * 300,)},
        {"name": "a" * 201},
        {"number": 1001},
        {"number": 0},
    ],
)
def test_what_no_node_says_of_itself(change: dict[str, Any]) -> None:
    """Names with odd characters, keys that are none, and more than anyone asks for."""
    told = structs.replace(founded().document.read(), **change)
    with pytest.raises(InputError):
        sign_document(told, []).read()


def test_a_node_has_one_key_of_each_use(chance: Random) -> None:
    """Two to sign, the same twice, or one of small order make no document."""
    made = founded()
    told = made.document.read()
    more = rotated(made.ring, made.document, chance, MADE)[1].read().keys[-2:]
    small = structs.replace(told.keys[1], key=wrapped(bytes(32)))
    for keys in (
        (*told.keys, *more),
        (*told.keys, told.keys[0]),
        (told.keys[0], small),
        told.keys[:1],
        told.keys[1:],
    ):
        with pytest.raises(InputError):
            sign_document(structs.replace(told, keys=keys), []).read()


def test_a_document_is_not_without_end() -> None:
    """Neither in its words nor in its signatures, each of which would have to be checked."""
    made = founded()
    many = structs.replace(made.document, signatures=made.document.signatures * 9)
    long = structs.replace(made.document, payload="A" * 200_000)
    for each in (many, long):
        with raises("exchange/document-too-large"):
            each.read()
    with pytest.raises(InputError):
        read_chain(b"[" * 100_000)


def test_a_later_version_may_say_more() -> None:
    """Unknown content is kept, because it is signed."""
    made = founded()
    told = msgspec.json.decode(msgspec.json.encode(made.document.read()))
    payload = msgspec.json.encode({**told, "motto": "per mare"})
    signed = SignedDocument(payload=wrapped(payload), signatures=())
    assert signed.read() == made.document.read()
    assert isinstance(signed.read(), Document)
