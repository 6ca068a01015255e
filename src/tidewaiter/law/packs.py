"""Law packs: versions of the data on substances and law, used instead of those of the package.

    active              version in use; missing or "included": the data of the package
    history.jsonl       when another version was switched to
    trust/              the publisher's root, and what was seen of its signatures
    packs/VERSION/      one version: pack.json, and folders of facts as in the package

A version is written once and never changed, so that an old answer can be given again: see
`transport.law_packs`.
"""

import os
import re
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec
from platformdirs import user_data_path

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data

INCLUDED = "included"
"""Version of the data that comes with the package."""

FORMAT = 1
"""Format of packs that this program reads; it grows when older programs would misread one."""

KINDS = ("aliases", "names", "regimes", "sources", "substances", "unions")
"""Folders of facts in a pack."""

MANIFEST = "pack.json"
SETTING = "TIDEWAITER_LAW_PACK"
"""Environment variable that names the version for a process and those that it starts."""

_VERSION = re.compile(r"\d{4}\.\d{2}\.\d{2}(\.\d{1,3})?")


class Manifest(Record, frozen=True, kw_only=True):
    """Description of a pack."""

    version: str  # day of its release, "2026.12.02", with a number if there are several on a day
    made: date
    format: int = FORMAT
    note: str = ""


def packs_folder() -> Path:
    """Return the folder: TIDEWAITER_LAW, or else the system's folder for user data."""
    named = os.environ.get("TIDEWAITER_LAW")
    return Path(named) if named else user_data_path("tidewaiter") / "law"


def active_version() -> str:
    """Return the version in use: that of the environment, or else the one that was switched to."""
    named = os.environ.get(SETTING)
    if named:
        return named
    try:
        return (packs_folder() / "active").read_text("utf-8").strip() or INCLUDED
    except FileNotFoundError:
        return INCLUDED


def pin_active() -> str:
    """Keep the version of now for this process and those that it starts; return it."""
    return os.environ.setdefault(SETTING, active_version())


def pack_root(version: str | None = None) -> Traversable | Path:
    """Return the folder with the facts of a version.

    Args:
        version: None: the one in use.

    Raises:
        RegistryError: It is not there.
    """
    wanted = active_version() if version is None else version
    if wanted == INCLUDED:
        return data()
    folder = packs_folder() / "packs" / wanted
    if not _VERSION.fullmatch(wanted) or not (folder / MANIFEST).is_file():
        raise RegistryError("law/no-such-pack", version=wanted, at=str(packs_folder()))
    return folder


def manifests() -> tuple[Manifest, ...]:
    """Return the packs that are kept, newest first; those that cannot be read are left out."""
    found = []
    for file in (packs_folder() / "packs").glob(f"*/{MANIFEST}"):
        try:
            manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
        except (OSError, msgspec.MsgspecError):
            continue
        if manifest.version == file.parent.name:
            found.append(manifest)
    return tuple(sorted(found, key=lambda each: sort_key(each.version), reverse=True))


def sort_key(version: str) -> tuple[int, ...]:
    """Return the sort key of a version; the data of the package come before all."""
    return tuple(map(int, version.split("."))) if _VERSION.fullmatch(version) else ()


def check_version(version: str) -> str:
    """Check how a version is written.

    Raises:
        InputError: Not like "2026.12.02" or "2026.12.02.1".
    """
    if not _VERSION.fullmatch(version):
        raise InputError("law/not-a-pack-version", version=version)
    return version
