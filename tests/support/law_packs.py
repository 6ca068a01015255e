"""Law packs of tests: copies of the law of the program, to be changed."""

from datetime import date
from pathlib import Path

from tidewaiter.base.resources import data
from tidewaiter.law.packs import Manifest, packs_folder
from tidewaiter.transport.law_packs.archive import keep_pack, pack_of


def keep_copy(version: str) -> Path:
    """Keep the law of the program as a pack of a version; return its folder."""
    manifest = Manifest(version=version, made=date(2026, 12, 2))
    keep_pack(pack_of(data(), manifest), version)
    return packs_folder() / "packs" / version
