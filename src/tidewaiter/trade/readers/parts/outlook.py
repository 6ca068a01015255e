"""E-mails as Outlook saves them (.msg): the same parts as of other e-mails.

A compound file, which olefile opens, of one stream per property. Few properties are needed, so they
are read here: libraries for the whole format bring ten packages, or read no attachments in
attachments. Source: [MS-OXMSG] and [MS-OXPROPS], Microsoft Open Specifications.
"""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

import msgspec
import olefile

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import OLE
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.parts import mails, rtf
from tidewaiter.trade.readers.parts.types import DEEPEST, Part, Room
from tidewaiter.trade.readers.unknown.whole import MOST
from tidewaiter.trade.types import Refusal

MARK = "__properties_version1.0".encode("utf-16-le")
"""Name of a stream that each such file has."""

_HEADS = {"subject": "0037", "from": "0C1A", "address": "0C1F", "to": "0E04", "cc": "0E03"}
_BODY, _PAGE, _RICH = "1000", "1013", "1009"
_NAMES = ("3707", "3704", "3001")  # long name, short name, title
_DATA, _MAIL = "3701", "3701000D"
_CODEPAGES = (0x3FDE, 0x3FFD)  # of the internet, of the message
_ATTACHED = "__attach_version1.0_"
_TO_PROPERTIES = (32, 24, 8)  # bytes before the properties: of a file, a mail inside, another
_PROPERTY = struct.Struct("<HHIII")
_DEFAULT = "cp1252"
# Entries that are referred to twice would be read again and again.
_STRICT = olefile.DEFECT_INCORRECT
_FAULTS = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    struct.error,
)

_Path = tuple[str, ...]


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file is a message of Outlook; the mark is far behind in some."""
    return head.startswith(OLE) and (suffix == "msg" or MARK in head)


def split(file: BinaryIO, name: str, room: Room) -> Iterator[Found | Refusal | Part]:
    """Yield the text of an e-mail, and its attachments.

    Raises:
        InputError: Damaged.
    """
    try:
        with olefile.OleFileIO(file, raise_defects=_STRICT) as opened:
            message = _Message(opened)
            if not message.paths:
                raise InputError("trade/outlook-damaged", at=name)
            yield from message.split((), name, room)
    except _FAULTS as error:
        raise InputError("trade/outlook-damaged", at=name) from error


def _within(item: Part | Refusal | Found, title: str) -> Part | Refusal | Found:
    """Return a part of an e-mail inside another, with the name of the former."""
    if isinstance(item, Part):
        return msgspec.structs.replace(item, name=f"{title}/{item.name}")
    if isinstance(item, Refusal):
        return msgspec.structs.replace(item, column=f"{title}/{item.column}")
    kept = tuple((f"{title}, {path}", text) for path, text in item.kept)
    return msgspec.structs.replace(item, kept=kept)


class _Message:
    """An open file."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        every = [tuple(path) for path in opened.listdir(streams=True, storages=False)]
        self.paths = {tuple(part.casefold() for part in path): path for path in every}

    def split(self, at: _Path, name: str, room: Room) -> Iterator[Found | Refusal | Part]:
        """Yield the parts of the message at a path; empty: the outer one."""
        codec = self._codec(at)
        heads = {key: self._text(at, number, codec) for key, number in _HEADS.items()}
        address = heads.pop("address")
        if address and address not in heads["from"]:
            heads["from"] = f"{heads['from']} <{address}>".strip()
        kept = tuple((key, text) for key, text in heads.items() if text)
        if kept:
            yield Found(row=1, fields={}, kept=kept)
        yield from self._bodies(at, codec, name, room)
        inside = {
            path[len(at)]: None
            for path in self.paths.values()
            if len(path) > len(at) + 1
            and path[: len(at)] == at
            and path[len(at)].casefold().startswith(_ATTACHED)
        }
        for storage in inside:
            yield from self._attached((*at, storage), codec, name, room)

    def _bodies(self, at: _Path, codec: str, name: str, room: Room) -> Iterator[Part]:
        plain = self._text(at, _BODY, codec)
        raw = self._read((*at, f"__substg1.0_{_PAGE}0102"))
        page = raw.decode(codec, "replace") if raw else self._text(at, _PAGE, codec)
        if page.strip():
            yield mails.body(page, name, room, is_page=True)
        if plain.strip() and (not page.strip() or mails.adds_words(plain, page)):
            yield mails.body(plain, name, room, is_page=False)
        packed = self._read((*at, f"__substg1.0_{_RICH}0102"))
        if packed and not plain.strip() and not page.strip():
            rich = room.hold(BytesIO(rtf.unpacked(packed)), name)
            yield Part(name="text", file=rich, form="rtf")

    def _attached(
        self, at: _Path, codec: str, name: str, room: Room
    ) -> Iterator[Part | Refusal | Found]:
        titles = (self._text(at, number, codec) for number in _NAMES)
        title = next(filter(None, titles), "attachment")
        data = self._read((*at, f"__substg1.0_{_DATA}0102"))
        if data:
            yield Part(name=title, file=room.hold(BytesIO(data), f"{name}/{title}"))
            return
        inner = (*at, f"__substg1.0_{_MAIL}")
        if any(path[: len(inner)] == inner for path in self.paths.values()):
            # Its streams are here, so it is read here; it cannot be passed on as a file.
            if len(inner) < 2 * DEEPEST:
                for item in self.split(inner, f"{name}/{title}", room):
                    yield _within(item, title)
                return
            error = InputError("trade/parts-too-deep", most=DEEPEST)
            yield Refusal.of(error, row=0, column=title, screened=False)
            return
        error = InputError("trade/attachment-not-read", title=title)
        yield Refusal.of(error, row=0, column=title, screened=False)

    def _read(self, path: _Path) -> bytes:
        known = self.paths.get(tuple(part.casefold() for part in path))
        if known is None:
            return b""
        if self._opened.get_size(list(known)) > MOST:
            return b""
        with self._opened.openstream(list(known)) as stream:
            return bytes(stream.read(MOST))

    def _text(self, at: _Path, number: str, codec: str) -> str:
        wide = self._read((*at, f"__substg1.0_{number}001F"))
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return self._read((*at, f"__substg1.0_{number}001E")).decode(codec, "replace").rstrip("\0")

    def _codec(self, at: _Path) -> str:
        """Return the encoding of the texts that are no UTF-16."""
        raw = self._read((*at, "__properties_version1.0"))
        start = _TO_PROPERTIES[0] if not at else _TO_PROPERTIES[1]
        found: dict[int, int] = {}
        for place in range(start, len(raw) - _PROPERTY.size + 1, _PROPERTY.size):
            kind, number, _, value, _ = _PROPERTY.unpack_from(raw, place)
            if kind == 3:  # noqa: PLR2004 - an integer
                found[number] = value
        return next(
            (codec for each in _CODEPAGES if (codec := rtf.codec_of(found.get(each)))), _DEFAULT
        )
