"""Bundles: files in one ZIP, with a signed manifest that tells each of them by its hash.

Whatever the manifest says fixes every byte of the ZIP: the manifest comes first, then the files in
its order, stored and not compressed, with one fixed moment. So two bundles of the same files are
alike, no bundle unpacks to more than it is, and a byte that is changed, added or taken away
anywhere shows.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16, for the layout of a ZIP.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.ledger.notes import PublicKey, SecretKey

MANIFEST = "MANIFEST"
FIRST = "tidewaiter evidence bundle v1"
LARGEST = 2**32 - 2**24  # bytes of a bundle; a ZIP without its 64-bit forms
MOST = 60_000  # files
PART = 1 << 20  # bytes read at a time
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LINE = re.compile(r"([0-9a-f]{64}) (0|[1-9][0-9]*) (\S+)")
_LONGEST = 200  # characters of a name
_HINT = "ask for the bundle again"
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
        raise InputError(f'this is no manifest: it does not begin with "{FIRST}"', hint=_HINT)
    of, made, key = (_told(lines, word) for word in ("of", "made", "key"))
    found = Manifest(of=of, made=made, key=PublicKey.parse(key), members=tuple(map(_member, lines)))
    names = [each.name for each in found.members]
    if names != sorted(set(names)) or MANIFEST in names or str(found) != text:
        raise InputError("the manifest is not written as manifests are", hint=_HINT)
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
        hint = "the database was changed outside of Tidewaiter: restore it from a copy"
        raise InputError("its bytes are not those that were kept", at=member.name, hint=hint)
    end = out.tell()
    out.seek(place)
    out.write(head(member, crc))
    out.seek(end)
    return crc


def _check(manifest: Manifest) -> None:
    """Check that a manifest can be read again, and that the bundle is none too large."""
    read_manifest(str(manifest))
    if len(manifest.members) > MOST or sum(_room(manifest.members)) > LARGEST:
        hint = f"a bundle has at most {MOST:,} files and {LARGEST:,} bytes: divide the case"
        raise InputError(f"{manifest.of} is too large for a bundle", hint=hint)


def _room(members: Iterable[Member]) -> Iterator[int]:
    return (each.size + 2 * (len(each.name) + 64) for each in members)


def _told(lines: list[str], word: str) -> str:
    line = lines.pop(0) if lines else ""
    if not line.startswith(f"{word} "):
        raise InputError(f'the manifest has no line "{word}" where it belongs', hint=_HINT)
    return line.removeprefix(f"{word} ")


def _member(line: str) -> Member:
    found = _LINE.fullmatch(line)
    if found is None or not _NAME.fullmatch(found[3]) or len(found[3]) > _LONGEST:
        raise InputError(f'"{line[:_LONGEST]}" is no line of a manifest', hint=_HINT)
    size = int(found[2]) if len(found[2]) <= len(str(LARGEST)) else LARGEST + 1
    if size > LARGEST:
        raise InputError(f'"{found[3]}" is told to be too large', hint=_HINT)
    return Member(name=found[3], size=size, sha256=found[1])
