"""Archives of law packs, and the folder in which they are kept: packing, unpacking, switching."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.base.records import Record
from tidewaiter.law.packs import (
    FORMAT,
    KINDS,
    MANIFEST,
    Manifest,
    check_version,
    pack_root,
    packs_folder,
)

_MEMBER = re.compile(
    rf"(?:{'|'.join(KINDS)})/(?:[a-z0-9][a-z0-9._,-]*/){{0,2}}[a-z0-9][a-z0-9._,-]*\.toml"
)
_FILES = 50_000
_LARGEST = 64 << 20  # bytes of a file, unpacked
_MOST = 512 << 20  # bytes of all files
_DAY = (1980, 1, 1, 0, 0, 0)  # of each file in an archive: the same facts give the same bytes


def pack_of(root: Traversable | Path, manifest: Manifest) -> bytes:
    """Pack the facts below a folder; the same facts give the same bytes.

    Args:
        root: With the folders of `KINDS`.
        manifest: Description of the pack.
    """
    total = BytesIO()
    with zipfile.ZipFile(total, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST, _DAY), msgspec.json.encode(manifest))
        for kind in KINDS:
            for name, file in _facts(root.joinpath(kind), kind):
                about = zipfile.ZipInfo(name, _DAY)
                archive.writestr(about, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return total.getvalue()


def _facts(folder: Traversable | Path, path: str) -> Iterator[tuple[str, Traversable | Path]]:
    if not folder.is_dir():
        return
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{path}/{each.name}"
        if each.is_dir():
            yield from _facts(each, name)
        elif _MEMBER.fullmatch(name):
            yield name, each


def keep_pack(content: bytes, at: str, signed: Manifest | None = None) -> Manifest:
    """Unpack a verified archive into the folder of packs, whole or not at all.

    Args:
        content: The archive.
        at: Its name, for errors.
        signed: Its description in the publisher's list; None: not known.

    Returns:
        Its description.

    Raises:
        InputError: Damaged, too large, not a law pack, or made for a newer program.
        OutputError: The folder is not writable.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            manifest = _manifest(archive, at)
            if signed is not None and signed != manifest:
                raise InputError("transport/pack-damaged", at=at)
            place = packs_folder() / "packs" / manifest.version
            with writing(str(place)):
                place.parent.mkdir(parents=True, exist_ok=True)
                work = Path(tempfile.mkdtemp(prefix=".pack-", dir=place.parent))
                try:
                    _extract(archive, work, at)
                    work.chmod(0o755)
                    shutil.rmtree(place, ignore_errors=True)  # cut short by a crash, or the same
                    work.rename(place)
                finally:
                    shutil.rmtree(work, ignore_errors=True)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError("transport/pack-damaged", at=at) from error
    return manifest


def _manifest(archive: zipfile.ZipFile, at: str) -> Manifest:
    try:
        content = _content(archive, archive.getinfo(MANIFEST), at)
        manifest = msgspec.json.decode(content, type=Manifest)
    except (KeyError, msgspec.MsgspecError) as error:
        raise InputError("transport/not-a-pack", at=at) from error
    check_version(manifest.version)
    if manifest.format > FORMAT:
        raise InputError("transport/pack-too-new", format=manifest.format, known=FORMAT, at=at)
    return manifest


def _extract(archive: zipfile.ZipFile, folder: Path, at: str) -> None:
    members = [each for each in archive.infolist() if not each.is_dir()]
    if len(members) > _FILES or sum(each.file_size for each in members) > _MOST:
        raise InputError("transport/pack-too-large", at=at)
    for member in members:
        if member.filename != MANIFEST and not _MEMBER.fullmatch(member.filename):
            raise InputError("transport/pack-of-other-files", name=member.filename, at=at)
        file = folder / member.filename
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_content(archive, member, at))


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, at: str) -> bytes:
    with archive.open(member) as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise InputError("transport/pack-too-large", at=at)
    return content


def switch_to(version: str) -> None:
    """Use a version from now on, in this process and in those that start later.

    Raises:
        RegistryError: It is not there.
        OutputError: The folder is not writable.
    """
    pack_root(version)
    with replacing(packs_folder() / "active", "law") as part:
        part.write_text(f"{version}\n", "utf-8")


class Switch(Record, frozen=True, kw_only=True):
    """A line of history.jsonl: when another version was switched to."""

    when: datetime  # UTC
    before: str
    after: str
    source: str


def record_switch(before: str, after: str, source: str, now: datetime) -> None:
    """Add a line to the history of the folder.

    Raises:
        OutputError: The folder is not writable.
    """
    line = msgspec.json.encode(Switch(when=now, before=before, after=after, source=source))
    file = packs_folder() / "history.jsonl"
    with writing(str(file)), file.open("ab") as history:
        history.write(line + b"\n")
