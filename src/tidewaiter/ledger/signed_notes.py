"""Signed notes: texts with signatures, keys as one line of text, and strict Base64.

Sources: C2SP signed-note (c2sp.org/signed-note) for the format and the key ids; RFC 8032 for
Ed25519.
"""

import base64
import binascii
import hashlib
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record


def wrapped(held: bytes) -> str:
    """Encode bytes as Base64 (RFC 4648, section 4)."""
    return base64.b64encode(held).decode()


def unwrapped(text: str) -> bytes | None:
    """Decode canonical Base64; None: not canonical.

    Python's own decoder accepts sixteen different last characters for the same bytes.
    """
    try:
        held = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return held if wrapped(held) == text else None


SEED = 32  # bytes
_ED25519 = b"\1"
_ID = 4  # bytes of the key id
_SIGN = "\u2014 "  # before each signature
_MOST = 100  # signatures per note
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the mark before a key, not one
_KEY_HINT = "write it as it was given: NAME+12345678+..., in one line"
_NOTE_HINT = "a note is its text, an empty line, and a line for each signature"


class PublicKey(Record, frozen=True, kw_only=True):
    """Public key for verifying signatures."""

    name: str
    key: bytes  # shape (32,)

    def number(self) -> bytes:
        """Return the key id in signatures, shape ``(4,)``."""
        told = self.name.encode() + b"\n" + _ED25519 + self.key
        return hashlib.sha256(told).digest()[:_ID]

    def __str__(self) -> str:
        """Serialise the key as one line."""
        return f"{self.name}+{self.number().hex()}+{wrapped(_ED25519 + self.key)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Parse a key line.

        Raises:
            InputError: Not a key, or the key id does not match.
        """
        name, number, key = _parts(line)
        found = cls(name=name, key=key)
        if found.number().hex() != number.lower():
            raise InputError(f'the key "{line}" is damaged: its number is another', hint=_KEY_HINT)
        return found


class SecretKey(Record, frozen=True, kw_only=True):
    """Secret signing key; anyone who has it can sign in its name."""

    name: str
    seed: bytes  # shape (32,), from a cryptographic random source

    def public(self) -> PublicKey:
        """Return the matching public key."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return PublicKey(name=self.name, key=key.public_bytes_raw())

    def __repr__(self) -> str:
        """Show the name only, never the secret."""
        return f"SecretKey(name={self.name!r})"

    def line(self) -> str:
        """Serialise the secret key as one line, for storage that others cannot read."""
        number = self.public().number().hex()
        return f"{_SECRET}{self.name}+{number}+{wrapped(_ED25519 + self.seed)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Parse a secret key line.

        Raises:
            InputError: Not a key, or the key id does not match; the key is not quoted.
        """
        name, number, seed = _parts(line.strip().removeprefix(_SECRET), secret=True)
        found = cls(name=name, seed=seed)
        if not line.startswith(_SECRET) or found.public().number().hex() != number.lower():
            raise InputError("this is no secret key, or a damaged one", hint=_KEY_HINT)
        return found

    def sign(self, text: str) -> str:
        """Return a text as a note signed with this key.

        Args:
            text: Lines with line ends; no empty lines and no control characters.

        Raises:
            InputError: The text has another form.
        """
        lines = text.split("\n")
        if lines.pop() or not lines or not all(line.isprintable() and line for line in lines):
            raise InputError("the text of a note holds an empty or odd line", hint=_NOTE_HINT)
        told = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n{_SIGN}{self.name} {wrapped(self.public().number() + told)}\n"


def signed_text(note: str, keys: tuple[PublicKey, ...]) -> tuple[str, tuple[str, ...]]:
    """Verify a note; return its text and the names of the keys that signed it.

    Signatures by other keys are ignored; others may verify them.

    Args:
        note: Text with signatures.
        keys: Trusted keys.

    Raises:
        InputError: Not a note, no trusted key signed it, or one of their signatures is invalid.
    """
    text, gap, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not gap or lines.pop() or not 0 < len(lines) <= _MOST:
        raise InputError("this is no signed note", hint=_NOTE_HINT)
    text += "\n"
    names = []
    for line in lines:
        name, told = _signature(line)
        for key in keys:
            if key.name == name and key.number() == told[:_ID]:
                _check(key, text, told[_ID:])
                names.append(name)
    if not names:
        signers = ", ".join(_signature(line)[0] for line in lines)
        hint = "give the key of the node that signed it"
        raise InputError(
            f"the note bears no signature of a key that you gave: {signers}", hint=hint
        )
    return text, tuple(names)


def _check(key: PublicKey, text: str, told: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(told, text.encode())
    except InvalidSignature as error:
        hint = "its text or its signature was changed: ask for the note again"
        raise InputError(f"the signature of {key.name} is wrong", hint=hint) from error


def _signature(line: str) -> tuple[str, bytes]:
    name, gap, rest = line.removeprefix(_SIGN).partition(" ")
    told = unwrapped(rest)
    if not line.startswith(_SIGN) or not gap or not _is_name(name) or not told:
        raise InputError(f'"{line}" is no signature', hint=_NOTE_HINT)
    return name, told


def _parts(line: str, *, secret: bool = False) -> tuple[str, str, bytes]:
    """Split a key line into name, key id, and the bytes of the key."""
    name, _, rest = line.strip().partition("+")
    number, _, told = rest.partition("+")
    held = unwrapped(told)
    if not _is_name(name) or held is None or len(held) != 1 + SEED or held[:1] != _ED25519:
        shown = "this" if secret or _SECRET.startswith(f"{name}+") else f'"{line}"'
        raise InputError(f"{shown} is no key", hint=_KEY_HINT)
    return name, number, held[1:]


def _is_name(text: str) -> bool:
    return bool(text) and text.isprintable() and not {" ", "+"} & set(text)
