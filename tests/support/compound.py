"""Compound files ([MS-CFB], version 3) and e-mails of Outlook in them, for tests."""

import struct
from collections.abc import Mapping

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Write a compound file.

    Args:
        streams: Path ("storage/stream") and content.
    """
    entries: list[list[str]] = [[]]
    for path in sorted(streams):
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            if parts[:depth] not in entries:
                entries.append(parts[:depth])
    small = {path: data for path, data in streams.items() if len(data) < _CUTOFF}
    mini, mini_at = b"", dict[str, int]()
    minifat: list[int] = []
    for path, data in small.items():
        count = -(-len(data) // _MINI)
        mini_at[path] = len(minifat) if count else _END
        minifat += [*range(len(minifat) + 1, len(minifat) + count), _END] if count else []
        mini += data.ljust(count * _MINI, b"\0")
    sectors: list[bytes] = []
    fat: list[int] = []

    def stored(data: bytes) -> int:
        if not data:
            return _END
        start, count = len(sectors), -(-len(data) // _SECTOR)
        sectors.extend(
            data[i * _SECTOR : (i + 1) * _SECTOR].ljust(_SECTOR, b"\0") for i in range(count)
        )
        fat.extend([*range(start + 1, start + count), _END])
        return start

    large_at = {path: stored(data) for path, data in streams.items() if path not in small}
    table = struct.pack(f"<{len(minifat)}I", *minifat)
    table += struct.pack("<I", _FREE) * (-len(minifat) % 128)
    minifat_at, root_at = stored(table), stored(mini)
    directory = b"".join(
        _entry(number, entries, streams, large_at | mini_at, (root_at, len(mini)))
        for number in range(len(entries))
    )
    directory_at = stored(directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0"))
    count = 1
    while count * 128 < len(sectors) + count:
        count += 1
    fat += [_FAT] * count
    places = range(len(sectors), len(sectors) + count)
    raw = struct.pack(f"<{len(fat)}I", *fat) + struct.pack("<I", _FREE) * (-len(fat) % 128)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack(
        "<HHHHHHIIIIIIIIII",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        0,
        0,
        count,
        directory_at,
        0,
        _CUTOFF,
        minifat_at,
        len(table) // _SECTOR,
        _END,
        0,
    )
    head += struct.pack("<109I", *places, *[_FREE] * (109 - count))
    return head + b"".join(sectors) + raw


def _entry(
    number: int,
    entries: list[list[str]],
    streams: Mapping[str, bytes],
    places: Mapping[str, int],
    root: tuple[int, int],
) -> bytes:
    """Return an entry of the directory; siblings are a chain to the right."""
    own = entries[number]
    path = "/".join(own)
    name = (own[-1] if own else "Root Entry").encode("utf-16-le") + b"\0\0"
    kids = [i for i, each in enumerate(entries) if each and each[:-1] == own]
    beside = [i for i, each in enumerate(entries) if own and each and each[:-1] == own[:-1]]
    after = [i for i in beside if i > number]
    kind = 5 if not own else 2 if path in streams else 1
    start, size = root if not own else (places.get(path, 0), len(streams.get(path, b"")))
    return (
        name.ljust(64, b"\0")
        + struct.pack(
            "<HBBIII",
            len(name),
            kind,
            1,
            _FREE,
            after[0] if after else _FREE,
            kids[0] if kids else _FREE,
        )
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def outlook(
    subject: str, body: str = "", page: bytes = b"", attached: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return the streams of an e-mail of Outlook."""
    streams = {
        "__properties_version1.0": bytes(32),
        "__nameid_version1.0/__substg1.0_00020102": b"",
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
        "__substg1.0_0C1A001E": b"Agent",
        "__substg1.0_0C1F001F": "agent@a.example".encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
        "__substg1.0_10130102": page,
    }
    for number, (name, data) in enumerate((attached or {}).items()):
        storage = f"__attach_version1.0_#{number:08X}"
        streams[f"{storage}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{storage}/__substg1.0_37010102"] = data
    return streams
