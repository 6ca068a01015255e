"""Parsed structures on disk: what systematic names and SMILES in texts denote, for later runs.

A name takes OPSIN and RDKit about a millisecond, and Java a second to start; looking it up here
takes some microseconds and needs neither. Only a hash of each text is stored. The results depend on
the registry, the code and the versions of the parsers, and there is one file for each combination.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import msgspec

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.phrases import read_phrase, structured
from tidewaiter.base.resources import data, toml_files
from tidewaiter.identify.candidates import Shape
from tidewaiter.law.answers import Sighting
from tidewaiter.law.packs import pack_root

_KIND = "parsed-structures"
_FILE = "structures.sqlite"
_PARSERS = ("rdkit", "py2opsin")
_LARGEST = 256 << 20  # bytes of the file, some five million texts; then no more are added
_HASH = 16  # bytes
_ASKED = 500  # hashes in one query: SQLite's own limit was 999 for long
_PATIENCE_SECONDS = 2.0  # for another process that writes
_QUERY = f"SELECT hash, seen FROM parsed WHERE hash IN ({','.join('?' * _ASKED)})"  # noqa: S608
_TABLE = (
    "CREATE TABLE IF NOT EXISTS parsed (hash BLOB PRIMARY KEY, seen BLOB NOT NULL) WITHOUT ROWID"
)


class Seen(NamedTuple):
    """Result of parsing a text."""

    sightings: tuple[Sighting, ...] = ()
    read: bool = False  # parsed as a structure
    failed: str = ""  # reason why a possible structure could not be parsed


_UNREAD = Seen()
_ENCODER = msgspec.msgpack.Encoder(enc_hook=structured)
_DECODER = msgspec.msgpack.Decoder(tuple[Sighting, ...], dec_hook=read_phrase)


Text = tuple[str, Shape]
"""A text, and how it is to be parsed."""


class ParsedStructures:
    """The results of earlier runs. Without a usable file there are none."""

    def __init__(self, registry: str) -> None:
        """Set the digest of the registry; nothing is opened yet."""
        self._registry = registry

    @cached_property
    def _file(self) -> Path | None:
        """Return the file; None: a parser is not installed, or nothing can be stored."""
        try:
            parsers = [f"{each} {version(each)}" for each in _PARSERS]
            key = digest(_inputs(), self._registry, *parsers)
            return cached(_KIND, key, _create, grows=True) / _FILE
        except (PackageNotFoundError, OSError, sqlite3.Error):
            return None

    def find(self, texts: Iterable[Text]) -> dict[Text, Seen]:
        """Return the results of those texts that were parsed before."""
        if self._file is None:
            return {}
        hashes = {_hash(text): text for text in texts}
        keys = list(hashes)
        found: dict[Text, Seen] = {}
        try:
            with closing(_opened(self._file)) as file:
                for first in range(0, len(keys), _ASKED):
                    some = keys[first : first + _ASKED]
                    some += [b""] * (_ASKED - len(some))
                    found.update(
                        (hashes[key], _decoded(seen)) for key, seen in file.execute(_QUERY, some)
                    )
        except sqlite3.OperationalError:
            return {}  # it is locked, or removed: the texts are parsed again
        except (sqlite3.DatabaseError, msgspec.MsgspecError):
            shutil.rmtree(
                self._file.parent, ignore_errors=True
            )  # damaged; the next run has a new one
            return {}
        return found

    def add(self, texts: Mapping[Text, Seen]) -> None:
        """Store results, except of texts that could not be parsed for another reason."""
        rows = [(_hash(text), _encoded(seen)) for text, seen in texts.items() if not seen.failed]
        if self._file is None or not rows:
            return
        try:
            if self._file.stat().st_size < _LARGEST:
                with closing(_opened(self._file)) as file, file:
                    file.executemany("INSERT OR REPLACE INTO parsed VALUES (?, ?)", rows)
        except (OSError, sqlite3.Error):
            return  # another process writes, or the disk is full: they are parsed again


def _inputs() -> Iterable[Path]:
    """List the files besides the registry that determine what a text denotes."""
    package = Path(__file__).parents[1]
    yield from sorted((package / "law" / "structure").glob("*.py"))
    yield from (package / "law" / name for name in ("answers.py", "classes.py"))
    for folder in (data("structures"), pack_root().joinpath("aliases")):
        yield from (Path(str(file)) for file in toml_files(folder))


def _create(folder: Path) -> None:
    with closing(_opened(folder / _FILE)) as file, file:
        # Readers and one writer do not wait for each other, and no commit waits for the disk.
        file.execute("PRAGMA journal_mode = WAL")
        file.execute(_TABLE)


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file for one use: a connection must not cross a fork or a thread."""
    file = sqlite3.connect(path, timeout=_PATIENCE_SECONDS)
    file.execute("PRAGMA synchronous = NORMAL")
    return file


def _hash(text: Text) -> bytes:
    """Hash a text and its shape."""
    whole = "\0".join(text).encode("utf-8", "surrogatepass")
    return blake2b(whole, digest_size=_HASH).digest()


def _encoded(seen: Seen) -> bytes:
    """Encode a result; no bytes: it is not a structure."""
    return _ENCODER.encode(seen.sightings) if seen.read else b""


def _decoded(seen: bytes) -> Seen:
    return Seen(_DECODER.decode(seen), read=True) if seen else _UNREAD
