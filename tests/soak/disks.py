"""Disks that lose power: what is there of what was written since the last sync."""

import random
import struct
from pathlib import Path

_WRITE, _CUT, _SYNC, _GONE = range(4)  # as power.c numbers them
_HEAD = struct.Struct("iiqq")
_SECTOR = 512  # bytes that a disk writes at once


class Disk:
    """What would be on a disk: the files of a folder, as far as they were synced."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._files: dict[str, bytearray] = {}
        self.operations = 0

    def read(self, folder: Path) -> None:
        """Take files as they are."""
        self._files = {str(each): bytearray(each.read_bytes()) for each in folder.iterdir()}

    def write(self, folder: Path) -> None:
        """Write files as they would be after the power returned."""
        for each in folder.iterdir():
            each.unlink()
        for path, held in self._files.items():
            Path(path).write_bytes(held)

    def lose_power(self, log: bytes) -> None:
        """Do what a log says, but of what was not synced only some."""
        open_: dict[str, list[tuple[int, int, bytes]]] = {}
        place = 0
        while place + _HEAD.size <= len(log):
            kind, length, offset, size = _HEAD.unpack_from(log, place)
            place += _HEAD.size
            path, place = log[place : place + length].decode(), place + length
            data, place = log[place : place + size], place + size
            self.operations += 1
            if kind in {_WRITE, _CUT}:
                open_.setdefault(path, []).append((kind, offset, data))
                self._files.setdefault(path, bytearray())
            elif kind == _SYNC:
                for each in open_.pop(path, []):
                    self._do(path, *each)
            else:
                open_.pop(path, None)
                self._files.pop(path, None)
        for path, waiting in open_.items():
            for kind, offset, data in waiting:
                self._perhaps(path, kind, offset, data)

    def _perhaps(self, path: str, kind: int, offset: int, data: bytes) -> None:
        what = self._chance.random()
        if what < 0.4:
            self._do(path, kind, offset, data)
        elif what < 0.6 and kind == _WRITE:
            sectors = self._chance.randrange(len(data) // _SECTOR + 1)
            self._do(path, kind, offset, data[: sectors * _SECTOR])

    def _do(self, path: str, kind: int, offset: int, data: bytes) -> None:
        held = self._files[path]
        if kind == _CUT:
            del held[offset:]
        size = offset if kind == _CUT else offset + len(data)
        held.extend(bytes(max(0, size - len(held))))
        if kind == _WRITE:
            held[offset : offset + len(data)] = data
