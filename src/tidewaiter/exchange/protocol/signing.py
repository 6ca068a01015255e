"""Signing and encryption: the only module that signs, verifies, encrypts and decrypts messages.

A signed text is a compact JWS with Ed25519 over bytes that are stored as signed. A box is a compact
JWE to one X25519 key. Non-canonical encodings of both are rejected: no two texts are the same
message.

joserfc is loaded by the functions that sign, verify or encrypt: most commands do none of it.

Sources: RFC 7515 (JWS), RFC 9864 (Ed25519 by its own name), RFC 7516 (JWE), RFC 8037 (keys),
RFC 7638 (thumbprints).
"""

import base64
import binascii
import hashlib
from functools import cache, lru_cache
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.strict_json import read_json

Use = Literal["sign", "open"]
"""Use of a key pair: signing or decryption."""

KEY = 32  # bytes of every key
_CURVES = {"sign": "Ed25519", "open": "X25519"}
_SIGNED_BY = ["Ed25519"]
_SEALED_BY = ["ECDH-ES", "A256GCM"]
_NONCE = 12  # bytes
_LARGEST = 256 * 1024  # maximum characters of a box, as of its line
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
    """JWS header: exactly these three."""

    alg: Literal["Ed25519"]
    typ: str
    kid: str


class _Boxed(Record, frozen=True, kw_only=True):
    """JWE header."""

    alg: Literal["ECDH-ES"]
    enc: Literal["A256GCM"]
    epk: dict[str, str]


class Signed(Record, frozen=True, kw_only=True):
    """A decoded signed text; its signature is not verified."""

    text: str  # as received
    typ: str
    kid: str
    payload: bytes
    digest: str  # SHA-256 of the signed bytes, in hexadecimal


def wrapped(held: bytes) -> str:
    """Encode bytes as base64url without padding."""
    return base64.urlsafe_b64encode(held).rstrip(b"=").decode()


def unwrapped(text: str) -> bytes:
    """Decode output of `wrapped`.

    Raises:
        InputError: Not canonical base64url.
    """
    try:
        held = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("exchange/not-base64") from error
    if wrapped(held) != text:
        raise InputError("exchange/base64-not-canonical")
    return held


def thumbprint(use: Use, public: bytes) -> str:
    """Return a key's thumbprint.

    Args:
        use: Use of the key.
        public: shape (32,).
    """
    told = f'{{"crv":"{_CURVES[use]}","kty":"OKP","x":"{wrapped(public)}"}}'
    return wrapped(hashlib.sha256(told.encode()).digest())


@lru_cache(maxsize=4096)
def is_key(use: Use, public: bytes) -> bool:
    """Return whether bytes are a safe public key for signing or encryption.

    Points of small order are unsafe: signatures by them verify for anything, and encryption to them
    is not confidential.

    Args:
        use: Use of the key.
        public: Any length.

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
    """Return whether bytes are a canonically encoded point of Ed25519."""
    told = int.from_bytes(public, "little")
    y, sign = told & ((1 << 255) - 1), told >> 255
    if y >= _PRIME:
        return False
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    if square == 0:
        return sign == 0
    return pow(square, (_PRIME - 1) // 2, _PRIME) == 1


def public_of(use: Use, secret: bytes) -> bytes:
    """Return the public key of a pair, shape (32,)."""
    return unwrapped(str(_pair(use, secret).as_dict(private=False)["x"]))


def sign(payload: bytes, *, typ: str, kid: str, secret: bytes) -> str:
    """Sign bytes.

    Args:
        payload: Bytes to sign.
        typ: Type, to prevent confusion with other signed texts.
        kid: Node and key name.
        secret: The key, shape (32,).
    """
    from joserfc import jws  # noqa: PLC0415

    head = {"alg": "Ed25519", "typ": typ, "kid": kid}
    return jws.serialize_compact(head, payload, _pair("sign", secret), algorithms=_SIGNED_BY)


def take_apart(text: str) -> Signed:
    """Decode a signed text without verifying its signature.

    Raises:
        InputError: Malformed or not in canonical form.
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
    """Verify a signature.

    Args:
        signed: The decoded text.
        public: Expected signing key, shape (32,).
    """
    from joserfc import jws  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415

    try:
        found = jws.deserialize_compact(signed.text, _public("sign", public), algorithms=_SIGNED_BY)
    except (JoseError, ValueError):
        return False
    return found.payload == signed.payload


def seal(held: bytes, public: bytes) -> str:
    """Encrypt bytes to a key.

    Args:
        held: Plaintext.
        public: The key, shape (32,).
    """
    from joserfc import jwe  # noqa: PLC0415

    head = {"alg": "ECDH-ES", "enc": "A256GCM"}
    return jwe.encrypt_compact(head, held, _public("open", public), algorithms=_SEALED_BY)


def unseal(box: str, secret: bytes) -> bytes:
    """Decrypt a box.

    Args:
        box: Result of `seal`.
        secret: The key, shape (32,).

    Raises:
        InputError: Malformed, or wrong key.
    """
    from joserfc import jwe  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415

    head, _, _ = box.partition(".")
    read_json(unwrapped(head), _Boxed, "head of a box")
    try:
        found = jwe.decrypt_compact(box, _pair("open", secret), registry=_boxes())
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise InputError("exchange/box-does-not-open") from error
    return bytes(found.plaintext or b"")


@cache
def _boxes() -> Any:
    """Accept boxes of our size: the library's default limit is 49,000 bytes."""
    from joserfc.jwe import JWERegistry  # noqa: PLC0415

    registry = JWERegistry(algorithms=_SEALED_BY)
    registry.max_ciphertext_length = _LARGEST
    return registry


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def lock(held: bytes, secret: bytes, nonce: bytes) -> bytes:
    """Encrypt data for the node's own database.

    Args:
        held: Plaintext.
        secret: Database key, shape (32,).
        nonce: Fresh, shape (12,).
    """
    return nonce + AESGCM(secret).encrypt(nonce, held, None)


def unlock(kept: bytes, secret: bytes) -> bytes:
    """Decrypt the output of `lock`.

    Raises:
        InputError: Altered, or encrypted with another key.
    """
    try:
        return AESGCM(secret).decrypt(kept[:_NONCE], kept[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise InputError("exchange/kept-does-not-open") from error


@lru_cache(maxsize=256)
def _pair(use: Use, secret: bytes) -> Any:
    """Return both halves of a pair as library objects."""
    from joserfc.jwk import OKPKey  # noqa: PLC0415

    if use == "sign":
        return OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(secret))
    return OKPKey.import_key(X25519PrivateKey.from_private_bytes(secret))


@lru_cache(maxsize=1024)
def _public(use: Use, public: bytes) -> Any:
    from joserfc.jwk import OKPKey  # noqa: PLC0415

    if use == "sign":
        return OKPKey.import_key(Ed25519PublicKey.from_public_bytes(public))
    return OKPKey.import_key(X25519PublicKey.from_public_bytes(public))
