"""Bundles: ZIP files with a signed manifest, written, read back and checked part by part.

Whatever the manifest says fixes every byte of the ZIP: the manifest comes first, then the files in
its order, stored and not compressed, with one fixed moment. So two bundles of the same files are
alike, no bundle unpacks to more than it is, and a byte that is changed, added or taken away
anywhere shows.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16, for the layout of a ZIP.

A bundle is read by the one layout that its manifest fixes, from its first byte to its last. Only
to say what is wrong with one that has another layout it is read as any ZIP, within bounds.
"""

import hashlib
import os
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.ledger.signed_notes import PublicKey, SecretKey, signed_text

MANIFEST = "MANIFEST"
FIRST = "tidewaiter evidence bundle v1"
LARGEST = 2**32 - 2**24  # bytes of a bundle; a ZIP without its 64-bit forms
MOST = 60_000  # files
PART = 1 << 20  # bytes read at a time
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LINE = re.compile(r"([0-9a-f]{64}) (0|[1-9][0-9]*) (\S+)")
_LONGEST = 200  # characters of a name
# Version 2.0; no flags; stored; 00:00 of 1 January 1980; a file that its owner may read and write.
_VERSION, _DOS, _UNIX, _MODE = 20, (0, 0x21), 3, 0o100644 << 16


class Member(Record, frozen=True, kw_only=True):
    """A file of a bundle, as the manifest tells it."""

    name: str
    size: int  # bytes
    sha256: str


class Manifest(Record, frozen=True, kw_only=True):
    """What a bundle holds."""

    of: str  # like "case 7"
    made: str  # ISO 8601, UTC
    key: PublicKey  # of whoever signs
    members: tuple[Member, ...]  # sorted by name

    def __str__(self) -> str:
        """Write it as the text of a note."""
        lines = [FIRST, f"of {self.of}", f"made {self.made}", f"key {self.key}"]
        lines += [f"{each.sha256} {each.size} {each.name}" for each in self.members]
        return "".join(f"{line}\n" for line in lines)


def read_manifest(text: str) -> Manifest:
    """Read the text of a note as a manifest.

    Raises:
        InputError: It is none, a name could lead out of the bundle, or stands twice.
    """
    lines = text.removesuffix("\n").split("\n")
    if lines.pop(0) != FIRST:
        raise InputError("ledger/not-a-manifest")
    of, made, key = (_told(lines, word) for word in ("of", "made", "key"))
    found = Manifest(of=of, made=made, key=PublicKey.parse(key), members=tuple(map(_member, lines)))
    names = [each.name for each in found.members]
    if names != sorted(set(names)) or MANIFEST in names or str(found) != text:
        raise InputError("ledger/manifest-not-canonical")
    return found


class Source(Record, frozen=True, kw_only=True):
    """Where the bytes of a member come from."""

    member: Member
    parts: Callable[[], Iterable[bytes]]


def source_of(name: str, body: bytes) -> Source:
    """Return a member that is held in memory."""
    member = Member(name=name, size=len(body), sha256=hashlib.sha256(body).hexdigest())
    return Source(member=member, parts=lambda: (body,))


def write_bundle(
    out: BinaryIO, sources: Sequence[Source], secret: SecretKey, *, of: str, made: str
) -> Manifest:
    """Write a bundle.

    Args:
        out: Where to; it can be sought in, and is empty.
        sources: The files, in any order.
        secret: What signs the manifest.
        of: What the bundle is of, like "case 7".
        made: The moment, ISO 8601 in UTC.

    Returns:
        The manifest.

    Raises:
        InputError: A name is none, stands twice, or the whole is too large; or the bytes of a file
            are not those that it tells.
    """
    ordered = sorted(sources, key=lambda source: source.member.name)
    members = tuple(source.member for source in ordered)
    manifest = Manifest(of=of, made=made, key=secret.public(), members=members)
    _check(manifest)
    note = secret.sign(str(manifest)).encode()
    first = source_of(MANIFEST, note)
    entries = [(source.member, _write(out, source)) for source in (first, *ordered)]
    out.write(directory(entries))
    return manifest


def head(member: Member, crc: int) -> bytes:
    """Return what stands before the bytes of a file."""
    name = member.name.encode()
    fixed = struct.pack(
        "<4s5HIIIHH", b"PK\3\4", _VERSION, 0, 0, *_DOS, crc, member.size, member.size, len(name), 0
    )
    return fixed + name


def directory(entries: Iterable[tuple[Member, int]]) -> bytes:
    """Return what stands behind all files: where each begins, in the order in which they stand.

    Args:
        entries: Each file, and the CRC-32 of its bytes.
    """
    rows, place = [], 0
    for member, crc in entries:
        name = member.name.encode()
        rows.append(
            struct.pack(
                "<4s6HIII5HII",
                b"PK\1\2",
                _UNIX << 8 | _VERSION,
                _VERSION,
                0,
                0,
                *_DOS,
                crc,
                member.size,
                member.size,
                len(name),
                0,
                0,
                0,
                0,
                _MODE,
                place,
            )
            + name
        )
        place += len(head(member, crc)) + member.size
    body, count = b"".join(rows), len(rows)
    return body + struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, count, count, len(body), place, 0)


def _write(out: BinaryIO, source: Source) -> int:
    """Write a file and what stands before it; return its CRC-32."""
    member, place = source.member, out.tell()
    out.write(head(member, 0))
    crc, size, found = 0, 0, hashlib.sha256()
    for part in source.parts():
        out.write(part)
        crc, size = zlib.crc32(part, crc), size + len(part)
        found.update(part)
    if (size, found.hexdigest()) != (member.size, member.sha256):
        raise InputError("ledger/bytes-changed", at=member.name)
    end = out.tell()
    out.seek(place)
    out.write(head(member, crc))
    out.seek(end)
    return crc


def _check(manifest: Manifest) -> None:
    """Check that a manifest can be read again, and that the bundle is none too large."""
    read_manifest(str(manifest))
    if len(manifest.members) > MOST or sum(_room(manifest.members)) > LARGEST:
        raise InputError("ledger/bundle-too-large", of=manifest.of, most=MOST, largest=LARGEST)


def _room(members: Iterable[Member]) -> Iterator[int]:
    return (each.size + 2 * (len(each.name) + 64) for each in members)


def _told(lines: list[str], word: str) -> str:
    line = lines.pop(0) if lines else ""
    if not line.startswith(f"{word} "):
        raise InputError("ledger/manifest-line-missing", word=word)
    return line.removeprefix(f"{word} ")


def _member(line: str) -> Member:
    found = _LINE.fullmatch(line)
    if found is None or not _NAME.fullmatch(found[3]) or len(found[3]) > _LONGEST:
        raise InputError("ledger/not-a-line-of-a-manifest", line=line[:_LONGEST])
    size = int(found[2]) if len(found[2]) <= len(str(LARGEST)) else LARGEST + 1
    if size > LARGEST:
        raise InputError("ledger/bundle-file-too-large", found=found[3])
    return Member(name=found[3], size=size, sha256=found[1])


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
        raise InputError("ledger/not-in-the-bundle", name=name)
    if size > most:
        raise InputError("ledger/file-too-large", name=name, size=size)
    file.seek(place)
    return file.read(size)


def _note(file: BinaryIO) -> str:
    """Read the manifest with its signatures from the beginning of a bundle.

    Raises:
        InputError: It does not stand there.
    """
    file.seek(0)
    start = file.read(_HEAD + len(MANIFEST))
    if start[:4] != b"PK\3\4" or start[_HEAD:] != MANIFEST.encode():
        raise InputError("ledger/not-a-bundle")
    (size,) = struct.unpack("<I", start[18:22])
    told = file.read(min(size, _NOTE + 1))
    if len(told) != size or size > _NOTE:
        raise InputError("ledger/manifest-cut-off")
    try:
        return told.decode()
    except UnicodeDecodeError as error:
        raise InputError("ledger/manifest-not-text") from error


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
