"""Referring: an evidence bundle as others are told of it, by the hashes that fix its bytes."""

import hashlib
from collections.abc import Iterable
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.requests.joint import Bundle
from tidewaiter.exchange.requests.redaction import Redacted, RedactedFile, redact
from tidewaiter.ledger.unbundling import Opened, member_bytes, open_bundle

_PART = 1 << 20  # bytes read at a time
_MOST = 1 << 26  # bytes of a file that is redacted


def refer(file: BinaryIO) -> Bundle:
    """Return the reference to a bundle, as `tidewaiter cases export` writes one.

    Args:
        file: It; it can be sought in.

    Raises:
        InputError: It is none, or its files are not those that were signed.
    """
    manifest = _opened(file).manifest
    found, size = hash_of(file)
    return Bundle(
        sha256=found,
        manifest=hashlib.sha256(str(manifest).encode()).hexdigest(),
        of=manifest.of,
        made=manifest.made,
        key=str(manifest.key),
        size=size,
    )


def redact_member(
    file: BinaryIO, name: str, fields: Iterable[Redacted]
) -> tuple[bytes, RedactedFile]:
    """Take fields out of a JSON file of a bundle.

    Args:
        file: The bundle.
        name: Of the file in it.
        fields: What is taken out.

    Returns:
        The file without them, and the map.

    Raises:
        InputError: It is no bundle, or has no such file, or a field is not there.
    """
    original = member_bytes(file, _opened(file), name, most=_MOST)
    return redact(name, original, fields)


def hash_of(file: BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 of a file, and its bytes."""
    found, size = hashlib.sha256(), 0
    file.seek(0)
    while part := file.read(_PART):
        found.update(part)
        size += len(part)
    return found.hexdigest(), size


def _opened(file: BinaryIO) -> Opened:
    opened = open_bundle(file, ())
    broken = [each.says for each in opened.parts if not each.holds]
    if broken:
        raise InputError(f"the bundle does not hold: {broken[0]}", hint="export the case again")
    return opened
