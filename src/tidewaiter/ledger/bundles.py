"""Bundles read again: what of them holds, part by part. Nothing that a bundle says is trusted.

A bundle is read by the one layout that its manifest fixes, from its first byte to its last. Only
to say what is wrong with one that has another layout it is read as any ZIP, within bounds.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.ledger.bundles import (
    MANIFEST,
    PART,
    Manifest,
    Member,
    directory,
    head,
    read_manifest,
)
from tidewaiter.ledger.notes import PublicKey, signed_text

_NOTE = 16 * 1024 * 1024  # bytes of a manifest
_HEAD = 30  # bytes before a name
_END = 22  # bytes of the end of a ZIP without a comment
_FEW = 5  # names told
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
)


class Part(Record, frozen=True, kw_only=True):
    """What was checked, and whether it holds."""

    name: str
    holds: bool
    says: str


class Opened(Record, frozen=True, kw_only=True):
    """A bundle whose manifest could be read."""

    manifest: Manifest
    note: str
    parts: tuple[Part, ...]  # signature, files, container
    named: bool  # a key that was given signed it
    places: Mapping[str, tuple[int, int]]  # where each file begins, and its bytes


def open_bundle(file: BinaryIO, keys: Sequence[PublicKey]) -> Opened:
    """Check the signature, the files and the layout of a bundle.

    Args:
        file: It; it can be sought in.
        keys: Those that are trusted; without one that signed, the key in the bundle is used, which
            tells only that the bundle agrees with itself.

    Raises:
        InputError: It is no bundle.
    """
    note = _note(file)
    text = note.rpartition("\n\n")[0] + "\n"
    manifest = read_manifest(text)
    signature, named = _signature(note, manifest, keys)
    files, container = _contents(file, note, manifest)
    return Opened(
        manifest=manifest,
        note=note,
        parts=(signature, files, container),
        named=named,
        places=_places(note, manifest),
    )


def member_bytes(file: BinaryIO, opened: Opened, name: str, *, most: int) -> bytes:
    """Read a file of a bundle whose parts hold.

    Args:
        file: The bundle.
        opened: From `open_bundle`.
        name: Of the file.
        most: Bytes that it may have.

    Raises:
        InputError: There is no such file, or it is larger.
    """
    place, size = opened.places.get(name, (0, -1))
    if size < 0:
        raise InputError(f'the bundle has no "{name}"', hint="ask for the bundle again")
    if size > most:
        raise InputError(f'"{name}" has {size:,} bytes', hint="it is not ours")
    file.seek(place)
    return file.read(size)


def _note(file: BinaryIO) -> str:
    """Read the manifest with its signatures from the beginning of a bundle.

    Raises:
        InputError: It does not stand there.
    """
    file.seek(0)
    start = file.read(_HEAD + len(MANIFEST))
    hint = "name a bundle that `tidewaiter cases export` wrote, as it was written"
    if start[:4] != b"PK\3\4" or start[_HEAD:] != MANIFEST.encode():
        raise InputError("this is no evidence bundle", hint=hint)
    (size,) = struct.unpack("<I", start[18:22])
    told = file.read(min(size, _NOTE + 1))
    if len(told) != size or size > _NOTE:
        raise InputError("the manifest is cut off, or too large", hint=hint)
    try:
        return told.decode()
    except UnicodeDecodeError as error:
        raise InputError("the manifest is no text", hint=hint) from error


def _signature(note: str, manifest: Manifest, keys: Sequence[PublicKey]) -> tuple[Part, bool]:
    """Say who signed, and whether a key that was given did."""
    own = manifest.key
    lines = note.rpartition("\n\n")[2].count("\n")
    try:
        signed_text(note, (own,))
    except InputError as error:
        return Part(name="signature", holds=False, says=error.message), False
    if lines != 1:
        says = f"the manifest bears {lines} signatures in place of one"
        return Part(name="signature", holds=False, says=says), False
    if own in keys:
        return Part(name="signature", holds=True, says=f"signed by {own.name}, as named"), True
    says = (
        f"signed by a key that you did not name: {own}; anyone can make such a key, so ask "
        f"{own.name} for theirs by another way"
    )
    return Part(name="signature", holds=True, says=says), False


def _contents(file: BinaryIO, note: str, manifest: Manifest) -> tuple[Part, Part]:
    """Check the files, and every byte beside them."""
    changed, beside = _straight(file, note, manifest)
    if changed or beside:
        told = _looked(file, manifest)
        straight = [_named("changed", changed)] if changed else []
        changed = straight if told is None else told
    count = f"files: {len(manifest.members):,}, each as the manifest tells it"
    return (
        Part(
            name="files",
            holds=not changed,
            says="; ".join(changed) or f"{count}; none missing or added",
        ),
        Part(
            name="container",
            holds=not beside,
            says=beside or "every byte beside the files is as it was written",
        ),
    )


def _straight(file: BinaryIO, note: str, manifest: Manifest) -> tuple[list[str], str]:
    """Read a bundle once by the layout that its manifest fixes.

    Returns:
        The files that are not as they are told, and what is wrong beside them; "": nothing.
    """
    body = note.encode()
    first = Member(name=MANIFEST, size=len(body), sha256=hashlib.sha256(body).hexdigest())
    entries, changed, beside = [], [], ""
    file.seek(0)
    for member in (first, *manifest.members):
        before = file.read(_HEAD + len(member.name))
        crc, same = _hashed(file, member)
        entries.append((member, crc))
        changed += [] if same else [member.name]
        if before != head(member, crc) and not beside:
            beside = f"changed before {member.name}"
    end = directory(entries)
    if file.read(len(end) + 1) != end and not beside:
        beside = "changed behind the last file"
    return changed, beside


def _hashed(file: IO[bytes], member: Member) -> tuple[int, bool]:
    """Read as much as a file should have; return its CRC-32, and whether it is as it is told.

    Not more is read than the manifest tells, so nothing that unpacks to more can fill a disk.
    """
    found, crc, rest = hashlib.sha256(), 0, member.size
    while rest and (part := file.read(min(PART, rest))):
        rest -= len(part)
        found.update(part)
        crc = zlib.crc32(part, crc)
    return crc, rest == 0 and found.hexdigest() == member.sha256


def _looked(file: BinaryIO, manifest: Manifest) -> list[str] | None:
    """Say what is wrong with the files of a ZIP of another layout; None: it cannot be read."""
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _END))
    end = file.read(_END)
    if end[:4] != b"PK\5\6" or struct.unpack("<I", end[12:16])[0] > _NOTE:
        return None
    try:
        with zipfile.ZipFile(file) as opened:
            return list(_wrong(opened, manifest))
    except _UNREADABLE:
        return None


def _wrong(opened: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    members = {each.name: each for each in manifest.members}
    there = [info for info in opened.infolist() if info.filename != MANIFEST]
    counts = Counter(info.filename for info in there)
    changed = [info.filename for info in there if _differs(opened, info, members)]
    found = {
        "missing": sorted(set(members) - set(counts)),
        "added": sorted(set(counts) - set(members)),
        "twice": sorted(name for name, count in counts.items() if count > 1),
        "changed": sorted(set(changed)),
    }
    return (_named(word, names) for word, names in found.items() if names)


def _differs(opened: zipfile.ZipFile, info: zipfile.ZipInfo, members: Mapping[str, Member]) -> bool:
    member = members.get(info.filename)
    if member is None:
        return False
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != member.size:
        return True
    try:
        with opened.open(info) as part:
            return not _hashed(part, member)[1]
    except _UNREADABLE:
        return True


def _named(word: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return f"{word}: {', '.join(name[:200] for name in names[:_FEW])}{more}"


def _places(note: str, manifest: Manifest) -> dict[str, tuple[int, int]]:
    """Return where the bytes of each file begin, and how many they are."""
    place, found = _HEAD + len(MANIFEST) + len(note.encode()), {}
    for member in manifest.members:
        place += _HEAD + len(member.name)
        found[member.name] = (place, member.size)
        place += member.size
    return found
