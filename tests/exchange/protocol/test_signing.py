"""Signed and sealed texts: one spelling, one algorithm, and a key that is none passes for none."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol.envelopes import MOST_BODY, SALT
from tidewaiter.exchange.protocol.signing import (
    is_key,
    is_signed_by,
    lock,
    public_of,
    seal,
    sign,
    take_apart,
    thumbprint,
    unlock,
    unseal,
    unwrapped,
    wrapped,
)

SECRET, OTHER = b"\1" * 32, b"\2" * 32
PUBLIC = public_of("sign", SECRET)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
PRIME = 2**255 - 19


def signed(payload: bytes = b"{}") -> str:
    """Sign something."""
    return sign(payload, typ="t+jws", kid="node#key", secret=SECRET)


def headed(head: object) -> str:
    """Sign with another header, as the holder of the key can."""
    told = head if isinstance(head, bytes) else json.dumps(head).encode()
    text = f"{wrapped(told)}.{wrapped(b'{}')}"
    return f"{text}.{wrapped(Ed25519PrivateKey.from_private_bytes(SECRET).sign(text.encode()))}"


@given(st.binary(max_size=300))
def test_base64_has_one_spelling(held: bytes) -> None:
    """Encoding round-trips, and no other spelling is accepted."""
    text = wrapped(held)
    assert unwrapped(text) == held
    others = {f"{text}=", f"{text}\n", f" {text}", f"{text[:2]} {text[2:]}"}
    if len(text) % 4:  # the last character has bits to spare: many decode alike
        last = {2: 16, 3: 4}[len(text) % 4]
        others |= {text[:-1] + ALPHABET[ALPHABET.index(text[-1]) + n] for n in range(1, last)}
    for other in others:
        with pytest.raises(InputError):
            unwrapped(other)


@pytest.mark.parametrize(
    "text", ["A", "AB=", "AB==", "+/8", "AB\n", "é", "AAAAA", "AR", "A A", "="]
)
def test_what_is_no_base64_for_addresses_is_refused(text: str) -> None:
    """Signs that fill up, other alphabets, breaks, and bits that mean nothing."""
    with pytest.raises(InputError):
        unwrapped(text)


@pytest.mark.parametrize(
    "head",
    [
        {"alg": "none", "typ": "t", "kid": "k"},
        {"alg": "HS256", "typ": "t", "kid": "k"},
        {"alg": "EdDSA", "typ": "t", "kid": "k"},
        {"alg": "ed25519", "typ": "t", "kid": "k"},
        {"alg": "ES256", "typ": "t", "kid": "k"},
        {"typ": "t", "kid": "k"},
        {"alg": "Ed25519", "kid": "k"},
        {"alg": "Ed25519", "typ": "t"},
        {"alg": "Ed25519", "typ": "t", "kid": "k", "jwk": {"kty": "OKP"}},
        {"alg": "Ed25519", "typ": "t", "kid": "k", "jku": "https://a.example"},
        {"alg": "Ed25519", "typ": "t", "kid": "k", "b64": False, "crit": ["b64"]},
        {"alg": "Ed25519", "typ": "t", "kid": "k", "crit": []},
        {"alg": "Ed25519", "typ": "t", "kid": "k", "x5c": []},
        {"alg": ["Ed25519"], "typ": "t", "kid": "k"},
        {"alg": "Ed25519", "typ": 1, "kid": "k"},
        b'{"alg":"none","alg":"Ed25519","typ":"t","kid":"k"}',
        b"[]",
        b"",
        b"{",
        b"null",
    ],
)
def test_a_head_holds_three_things_and_no_other(head: object) -> None:
    """A signed text carries no other algorithm, key or rule."""
    with pytest.raises(InputError):
        take_apart(headed(head))


def test_a_right_head_is_read() -> None:
    """In any order: the signature covers the bytes as written."""
    found = take_apart(headed({"kid": "k", "typ": "t", "alg": "Ed25519"}))
    assert (found.kid, found.typ, found.payload) == ("k", "t", b"{}")
    assert is_signed_by(found, PUBLIC)
    assert not is_signed_by(found, public_of("sign", OTHER))


def test_a_public_key_is_no_secret_of_another_algorithm() -> None:
    """A text under HS256 with the public key as its secret is refused, whatever its head says."""
    key = OctKey.import_key(PUBLIC)
    text = jws.serialize_compact({"alg": "HS256", "typ": "t"}, b"{}", key, algorithms=["HS256"])
    with pytest.raises(InputError):
        take_apart(text)
    head, payload, _ = signed().split(".")
    mac = jws.serialize_compact({"alg": "HS256"}, b"{}", key, algorithms=["HS256"]).split(".")[2]
    assert not is_signed_by(take_apart(f"{head}.{payload}.{mac}"), PUBLIC)


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "a.b.c.d", "é.b.c", "...", "A.A.A"])
def test_what_has_not_three_parts_is_refused(text: str) -> None:
    """Anything else is not a signed text."""
    with pytest.raises(InputError):
        take_apart(text)


def test_a_signature_has_one_spelling() -> None:
    """A signature with the order of the curve added to it is another text, and none."""
    head, payload, told = signed().split(".")
    held = unwrapped(told)
    order = 2**252 + 27742317777372353535851937790883648493
    more = (int.from_bytes(held[32:], "little") + order).to_bytes(32, "little")
    assert is_signed_by(take_apart(f"{head}.{payload}.{told}"), PUBLIC)
    assert not is_signed_by(take_apart(f"{head}.{payload}.{wrapped(held[:32] + more)}"), PUBLIC)


@given(st.integers(0, 10_000), st.integers(0, 63))
def test_no_character_can_be_another(place: int, other: int) -> None:
    """Whatever character of a signed text is changed, it is none or it is not signed."""
    text = signed(b'{"a":1}')
    at = place % len(text)
    changed = text[:at] + ALPHABET[other] + text[at + 1 :]
    try:
        assert changed == text or not is_signed_by(take_apart(changed), PUBLIC)
    except InputError:
        assert changed != text


def test_what_is_signed_by_anybody_is_by_no_key() -> None:
    """Points of small order, odd spellings of points, and bytes that are none."""
    assert is_key("sign", PUBLIC)
    assert is_key("open", public_of("open", SECRET))
    assert not is_key("sign", PUBLIC[:31])
    assert not is_key("open", bytes(32))
    assert not is_key("open", (1).to_bytes(32, "little"))
    small = [0, 1, PRIME - 1, PRIME, PRIME + 1, 2**255 - 1, 2**255, 2**255 + 1, 2**255 + PRIME - 1]
    for told in small:
        assert not is_key("sign", told.to_bytes(32, "little")), told
    assert not is_key("sign", (2).to_bytes(32, "little"))  # on no curve


@given(st.binary(min_size=32, max_size=32))
def test_every_secret_has_a_key(secret: bytes) -> None:
    """No pair that is made here would be refused there."""
    assert is_key("sign", public_of("sign", secret))
    assert is_key("open", public_of("open", secret))


@given(st.binary(max_size=500))
def test_a_box_opens_for_one_key(held: bytes) -> None:
    """With another it does not."""
    box = seal(held, public_of("open", SECRET))
    assert unseal(box, SECRET) == held
    with pytest.raises(InputError):
        unseal(box, OTHER)


def test_the_largest_content_opens() -> None:
    """What a message may hold, its recipient can read."""
    held = bytes(SALT + MOST_BODY)
    assert unseal(seal(held, public_of("open", SECRET)), SECRET) == held


@pytest.mark.parametrize(
    "head",
    [
        {"alg": "dir", "enc": "A256GCM"},
        {"alg": "ECDH-ES", "enc": "A128GCM"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "ECDH-ES", "enc": "A256GCM", "kid": "k"},
        {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"},
        {"alg": "PBES2-HS256+A128KW", "p2c": 10**9},
        {"alg": "RSA1_5", "enc": "A256GCM"},
    ],
)
def test_a_box_is_sealed_in_one_way(head: dict[str, object]) -> None:
    """Nothing else is tried, above all nothing that costs: no packing, no other algorithm."""
    box = seal(b"x", public_of("open", SECRET))
    epk = json.loads(unwrapped(box.split(".")[0]))["epk"]
    changed = wrapped(json.dumps({**head, "epk": epk}).encode())
    with pytest.raises(InputError):
        unseal(".".join([changed, *box.split(".")[1:]]), SECRET)


EPK = st.dictionaries(
    st.sampled_from(["crv", "kty", "x", "d", "y"]),
    st.sampled_from(["X25519", "OKP", "", "AA", "Ed25519", "P-256", "EC", wrapped(bytes(32))]),
)


@given(st.text(alphabet=ALPHABET + ".", max_size=300), st.none() | EPK)
def test_no_box_leads_to_another_error(text: str, epk: dict[str, str] | None) -> None:
    """Boxes from outside fail to decrypt, without another error."""
    head = wrapped(json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", "epk": epk}).encode())
    with pytest.raises(InputError):
        unseal(text if epk is None else f"{head}.{text}", SECRET)


def test_a_thumbprint_is_that_of_the_standard() -> None:
    """As RFC 8037, appendix A.3, has it for its key."""
    public = unwrapped("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert thumbprint("sign", public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert thumbprint("open", public) != thumbprint("sign", public)


def test_what_is_kept_opens_as_it_was_or_not() -> None:
    """Another key, another byte, or too few of them."""
    kept = lock(b"kept", SECRET, b"\0" * 12)
    assert unlock(kept, SECRET) == b"kept"
    for changed in (kept[:-1], b"\1" + kept[1:], kept[:12], b""):
        with pytest.raises(InputError):
            unlock(changed, SECRET)
    with pytest.raises(InputError):
        unlock(kept, OTHER)
