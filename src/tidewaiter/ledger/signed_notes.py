"""Signed notes: texts with signatures, keys as one line of text, and strict Base64.

Sources: C2SP signed-note (c2sp.org/signed-note) for the layout and the numbers of keys; RFC 8032
for Ed25519.
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
    """Write bytes as Base64 (RFC 4648, section 4)."""
    return base64.b64encode(held).decode()


def unwrapped(text: str) -> bytes | None:
    """Read Base64; None: the text is not what `wrapped` writes of anything.

    Python's own reader takes sixteen last characters for one and the same.
    """
    try:
        held = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return held if wrapped(held) == text else None


SEED = 32  # bytes
_ED25519 = b"\1"
_ID = 4  # bytes of the number that tells which key signed
_SIGN = "\u2014 "  # before each signature
_MOST = 100  # signatures of a note
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the mark before a key, not one


class PublicKey(Record, frozen=True, kw_only=True):
    """What signatures are checked with."""

    name: str
    key: bytes  # shape (32,)

    def number(self) -> bytes:
        """Return the number that signatures carry, shape ``(4,)``."""
        told = self.name.encode() + b"\n" + _ED25519 + self.key
        return hashlib.sha256(told).digest()[:_ID]

    def __str__(self) -> str:
        """Write the key as one line."""
        return f"{self.name}+{self.number().hex()}+{wrapped(_ED25519 + self.key)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a key from its line.

        Raises:
            InputError: It is none, or its number is not its own.
        """
        name, number, key = _parts(line)
        found = cls(name=name, key=key)
        if found.number().hex() != number.lower():
            raise InputError("ledger/key-damaged", line=line)
        return found


class SecretKey(Record, frozen=True, kw_only=True):
    """What signs; whoever has it can sign in the name."""

    name: str
    seed: bytes  # shape (32,), from a source of true randomness

    def public(self) -> PublicKey:
        """Return what signatures of this key are checked with."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return PublicKey(name=self.name, key=key.public_bytes_raw())

    def __repr__(self) -> str:
        """Say whose it is, and nothing of what it is."""
        return f"SecretKey(name={self.name!r})"

    def line(self) -> str:
        """Write the key as one line, to be kept where nobody else can read it."""
        number = self.public().number().hex()
        return f"{_SECRET}{self.name}+{number}+{wrapped(_ED25519 + self.seed)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a key from its line.

        Raises:
            InputError: It is none, or its number is not its own; the key is not quoted.
        """
        name, number, seed = _parts(line.strip().removeprefix(_SECRET), secret=True)
        found = cls(name=name, seed=seed)
        if not line.startswith(_SECRET) or found.public().number().hex() != number.lower():
            raise InputError("ledger/not-a-secret-key")
        return found

    def sign(self, text: str) -> str:
        """Return a text as a note that bears the signature of this key.

        Args:
            text: Lines, each with its end; none is empty, and none holds a control character.

        Raises:
            InputError: The text is not of that shape.
        """
        lines = text.split("\n")
        if lines.pop() or not lines or not all(line.isprintable() and line for line in lines):
            raise InputError("ledger/note-with-odd-line")
        told = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n{_SIGN}{self.name} {wrapped(self.public().number() + told)}\n"


def signed_text(note: str, keys: tuple[PublicKey, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the text of a note, and the names of the keys that signed it.

    Signatures of keys that are not given are left alone, as others may check these.

    Args:
        note: The whole.
        keys: Those that are trusted.

    Raises:
        InputError: It is no note, no given key signed it, or a signature of one is wrong.
    """
    text, gap, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not gap or lines.pop() or not 0 < len(lines) <= _MOST:
        raise InputError("ledger/not-a-signed-note")
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
        raise InputError("ledger/not-signed-by-a-known-key", signers=signers)
    return text, tuple(names)


def _check(key: PublicKey, text: str, told: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(told, text.encode())
    except InvalidSignature as error:
        raise InputError("ledger/signature-wrong", name=key.name) from error


def _signature(line: str) -> tuple[str, bytes]:
    name, gap, rest = line.removeprefix(_SIGN).partition(" ")
    told = unwrapped(rest)
    if not line.startswith(_SIGN) or not gap or not _is_name(name) or not told:
        raise InputError("ledger/not-a-signature", line=line)
    return name, told


def _parts(line: str, *, secret: bool = False) -> tuple[str, str, bytes]:
    """Take a key's line apart: name, number, and the bytes of the key."""
    name, _, rest = line.strip().partition("+")
    number, _, told = rest.partition("+")
    held = unwrapped(told)
    if not _is_name(name) or held is None or len(held) != 1 + SEED or held[:1] != _ED25519:
        shown = "this" if secret or _SECRET.startswith(f"{name}+") else f'"{line}"'
        raise InputError("ledger/not-a-key", shown=shown)
    return name, number, held[1:]


def _is_name(text: str) -> bool:
    return bool(text) and text.isprintable() and not {" ", "+"} & set(text)
