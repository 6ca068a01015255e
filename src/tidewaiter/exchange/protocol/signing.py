"""Signing and encryption: the only module that signs, verifies, encrypts and decrypts messages.

A signed text is a JWS in its compact form with Ed25519, over bytes that are kept as they were
signed. A box is a JWE in its compact form, to one key of X25519. Both are refused where they are
written in any other way than ours: two texts are never the same message.

Sources: RFC 7515 (JWS), RFC 9864 (Ed25519 by its own name), RFC 7516 (JWE), RFC 8037 (keys),
RFC 7638 (thumbprints).
"""

import base64
import binascii
import hashlib
from functools import lru_cache
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.strict_json import read_json

Use = Literal["sign", "open"]
"""What a pair of keys is for: to sign, or to open boxes."""

KEY = 32  # bytes of every key here
_CURVES = {"sign": "Ed25519", "open": "X25519"}
_SIGNED_BY = ["Ed25519"]
_SEALED_BY = ["ECDH-ES", "A256GCM"]
_NONCE = 12  # bytes
_LARGEST = 256 * 1024  # characters of a box, as of the line that it stands in
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_SMALL = frozenset(
    bytes.fromhex(each)
    for each in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)  # the eight points of Ed25519 whose order divides 8


class _Protected(Record, frozen=True, kw_only=True):
    """The head of a signed text: these three and no other."""

    alg: Literal["Ed25519"]
    typ: str
    kid: str


class _Boxed(Record, frozen=True, kw_only=True):
    """The head of a box."""

    alg: Literal["ECDH-ES"]
    enc: Literal["A256GCM"]
    epk: dict[str, str]


class _Boxes(jwe.JWERegistry):
    """What is taken for a box: the library opens none of more than 49,000 bytes by itself."""

    max_ciphertext_length = _LARGEST


_BOXES = _Boxes(algorithms=_SEALED_BY)


class Signed(Record, frozen=True, kw_only=True):
    """A signed text taken apart; that its signature is right has not been checked."""

    text: str  # as it came
    typ: str
    kid: str
    payload: bytes
    digest: str  # of what is signed, SHA-256 in hexadecimal


def wrapped(held: bytes) -> str:
    """Write bytes as Base64 for addresses, without the signs that fill it up."""
    return base64.urlsafe_b64encode(held).rstrip(b"=").decode()


def unwrapped(text: str) -> bytes:
    """Read what `wrapped` wrote.

    Raises:
        InputError: It did not write this of anything.
    """
    try:
        held = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("exchange/not-base64") from error
    if wrapped(held) != text:
        raise InputError("exchange/base64-not-canonical")
    return held


def thumbprint(use: Use, public: bytes) -> str:
    """Name a key by the hash of itself.

    Args:
        use: What it is for.
        public: shape (32,).
    """
    told = f'{{"crv":"{_CURVES[use]}","kty":"OKP","x":"{wrapped(public)}"}}'
    return wrapped(hashlib.sha256(told.encode()).digest())


@lru_cache(maxsize=4096)
def is_key(use: Use, public: bytes) -> bool:
    """Say whether bytes are a public key by which one can be held to what one signs, or written to.

    There are points of small order: what is signed by them passes for signed by anyone, and a box
    for them does not close.

    Args:
        use: What it is for.
        public: Of any length.

    Source:
        RFC 7748, section 6.1; RFC 8032, section 5.1.3.
    """
    if len(public) != KEY:
        return False
    if use == "sign":
        return _on_the_curve(public) and public not in _SMALL
    try:
        X25519PrivateKey.from_private_bytes(b"\1" * KEY).exchange(
            X25519PublicKey.from_public_bytes(public)
        )
    except ValueError:
        return False
    return True


def _on_the_curve(public: bytes) -> bool:
    """Say whether bytes are a point of Ed25519, written as it must be."""
    told = int.from_bytes(public, "little")
    y, sign = told & ((1 << 255) - 1), told >> 255
    if y >= _PRIME:
        return False
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    if square == 0:
        return sign == 0
    return pow(square, (_PRIME - 1) // 2, _PRIME) == 1


def public_of(use: Use, secret: bytes) -> bytes:
    """Return the public half of a pair, shape (32,)."""
    return unwrapped(str(_pair(use, secret).as_dict(private=False)["x"]))


def sign(payload: bytes, *, typ: str, kid: str, secret: bytes) -> str:
    """Sign bytes.

    Args:
        payload: What is signed, as it is.
        typ: What it is, so that it passes for nothing else.
        kid: Whose key, and which.
        secret: The key, shape (32,).
    """
    head = {"alg": "Ed25519", "typ": typ, "kid": kid}
    return jws.serialize_compact(head, payload, _pair("sign", secret), algorithms=_SIGNED_BY)


def take_apart(text: str) -> Signed:
    """Take a signed text apart, without a look at its signature.

    Raises:
        InputError: It is none, or is not written as we write it.
    """
    parts = text.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - head, payload, signature
        raise InputError("exchange/signed-text-malformed")
    head, payload, _ = map(unwrapped, parts)
    told = read_json(head, _Protected, "head of a signed text")
    told_by = f"{parts[0]}.{parts[1]}".encode()
    return Signed(
        text=text,
        typ=told.typ,
        kid=told.kid,
        payload=payload,
        digest=hashlib.sha256(told_by).hexdigest(),
    )


def is_signed_by(signed: Signed, public: bytes) -> bool:
    """Check a signature.

    Args:
        signed: What was taken apart.
        public: The key that must have signed, shape (32,).
    """
    try:
        found = jws.deserialize_compact(signed.text, _public("sign", public), algorithms=_SIGNED_BY)
    except (JoseError, ValueError):
        return False
    return found.payload == signed.payload


def seal(held: bytes, public: bytes) -> str:
    """Put bytes into a box that one key opens.

    Args:
        held: What is sealed.
        public: The key, shape (32,).
    """
    head = {"alg": "ECDH-ES", "enc": "A256GCM"}
    return jwe.encrypt_compact(head, held, _public("open", public), algorithms=_SEALED_BY)


def unseal(box: str, secret: bytes) -> bytes:
    """Open a box.

    Args:
        box: What `seal` made.
        secret: The key, shape (32,).

    Raises:
        InputError: It is none, or is for another key.
    """
    head, _, _ = box.partition(".")
    read_json(unwrapped(head), _Boxed, "head of a box")
    try:
        found = jwe.decrypt_compact(box, _pair("open", secret), registry=_BOXES)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise InputError("exchange/box-does-not-open") from error
    return bytes(found.plaintext or b"")


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def lock(held: bytes, secret: bytes, nonce: bytes) -> bytes:
    """Encrypt what is kept in the database of the node itself.

    Args:
        held: What is kept.
        secret: Of the node, shape (32,).
        nonce: Fresh, shape (12,).
    """
    return nonce + AESGCM(secret).encrypt(nonce, held, None)


def unlock(kept: bytes, secret: bytes) -> bytes:
    """Read what `lock` wrote.

    Raises:
        InputError: It was changed, or written with another key.
    """
    try:
        return AESGCM(secret).decrypt(kept[:_NONCE], kept[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise InputError("exchange/kept-does-not-open") from error


@lru_cache(maxsize=256)
def _pair(use: Use, secret: bytes) -> OKPKey:
    """Return both halves of a pair, as the library takes them."""
    if use == "sign":
        return OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(secret))
    return OKPKey.import_key(X25519PrivateKey.from_private_bytes(secret))


@lru_cache(maxsize=1024)
def _public(use: Use, public: bytes) -> OKPKey:
    if use == "sign":
        return OKPKey.import_key(Ed25519PublicKey.from_public_bytes(public))
    return OKPKey.import_key(X25519PublicKey.from_public_bytes(public))
