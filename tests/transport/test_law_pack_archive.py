"""Law packs: the same facts give the same bytes and the same registry; damaged ones are refused."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import data
from tidewaiter.law.packs import (
    INCLUDED,
    MANIFEST,
    SETTING,
    Manifest,
    active_version,
    check_version,
    manifests,
    pack_root,
    packs_folder,
    pin_active,
    sort_key,
)
from tidewaiter.law.registry import Registry, load_pack, load_registry
from tidewaiter.transport.law_packs.archive import (
    keep_pack,
    pack_of,
    record_switch,
    switch_to,
)

NEW = Manifest(version="2026.12.02", made=date(2026, 12, 2), note="first")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep packs in a folder of the test."""
    monkeypatch.setenv("TIDEWAITER_LAW", str(tmp_path / "law"))
    monkeypatch.delenv(SETTING, raising=False)


def archive(**members: str) -> bytes:
    """Make an archive of a few members; `__` stands for a slash, `_` for a point."""
    total = io.BytesIO()
    with zipfile.ZipFile(total, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return total.getvalue()


def small(version: str, root: Path, names: str = "") -> bytes:
    """Pack a folder with one substance."""
    (root / "substances").mkdir(parents=True, exist_ok=True)
    (root / "substances" / "acetone.toml").write_text(names)
    return pack_of(root, Manifest(version=version, made=date(2026, 12, 2)))


def test_without_a_pack_the_law_of_the_program_is_used(registry: Registry) -> None:
    """Nothing needs to be set up."""
    assert active_version() == INCLUDED
    assert pack_root() == data()
    assert manifests() == ()
    assert load_pack(INCLUDED).digest == registry.digest


def test_a_pack_of_the_same_facts_is_the_same_registry(registry: Registry) -> None:
    """Packing twice gives the same bytes; unpacked, the digest is that of the program's law."""
    content = pack_of(data(), NEW)
    assert content == pack_of(data(), NEW)
    assert keep_pack(content, "law.zip") == NEW
    found = load_pack(NEW.version)
    assert found.digest == registry.digest
    assert found == registry


def test_a_switch_lasts_and_can_be_taken_back(registry: Registry) -> None:
    """Later calls use the pack; a version that is not there is refused before the switch."""
    keep_pack(pack_of(data(), NEW), "law.zip")
    switch_to(NEW.version)
    assert active_version() == NEW.version
    assert pack_root() == packs_folder() / "packs" / NEW.version
    assert load_registry().digest == registry.digest
    with raises("law/no-such-pack", RegistryError, version="2026.12.03"):
        switch_to("2026.12.03")
    switch_to(INCLUDED)
    assert active_version() == INCLUDED


def test_the_environment_pins_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server has pinned stays, whatever is switched to later."""
    keep_pack(pack_of(data(), NEW), "law.zip")
    monkeypatch.setenv(SETTING, INCLUDED)
    switch_to(NEW.version)
    assert active_version() == pin_active() == INCLUDED
    monkeypatch.setenv(SETTING, "2031.01.01")
    with raises("law/no-such-pack", RegistryError, version="2031.01.01"):
        load_registry()


def test_packs_are_listed_newest_first(tmp_path: Path) -> None:
    """A second one of a day comes after the first; what cannot be read is left out."""
    for version in ("2026.12.02", "2026.12.02.2", "2026.12.02.10", "2025.01.31"):
        keep_pack(small(version, tmp_path / "facts"), "law.zip")
    broken = packs_folder() / "packs" / "2027.01.01"
    broken.mkdir()
    (broken / MANIFEST).write_text("{")
    renamed = packs_folder() / "packs" / "2028.01.01"
    renamed.mkdir()
    (renamed / MANIFEST).write_bytes((broken.parent / "2026.12.02" / MANIFEST).read_bytes())
    assert [each.version for each in manifests()] == [
        "2026.12.02.10",
        "2026.12.02.2",
        "2026.12.02",
        "2025.01.31",
    ]
    assert sort_key(INCLUDED) < sort_key("2025.01.31")


@pytest.mark.parametrize(
    "version",
    ["", "2026", "2026.1.2", "2026.12.02.1234", "../2026.12.02", "included", "2026.12.02/x"],
)
def test_a_version_is_a_day(version: str) -> None:
    """Nothing else is taken, least of all a path."""
    with raises("law/not-a-pack-version", version=version):
        check_version(version)


MADE = '{"version": "2026.12.02", "made": "2026-12-02"}'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "transport/pack-damaged"),
        (b"PK\x03\x04 and nothing more", "transport/pack-damaged"),
        (archive(a_toml=""), "transport/not-a-pack"),
        (archive(pack_json="{}"), "transport/not-a-pack"),
        (archive(pack_json=MADE.replace("2026.12.02", "..")), "law/not-a-pack-version"),
        (archive(pack_json=MADE[:-1] + ', "format": 99}'), "transport/pack-too-new"),
        (archive(pack_json=MADE, names__run_py="1"), "transport/pack-of-other-files"),
        (archive(pack_json=MADE, rules__alerts_toml=""), "transport/pack-of-other-files"),
        (archive(pack_json=MADE, ____names__en_toml=""), "transport/pack-of-other-files"),
    ],
)
def test_what_is_no_pack_is_refused_and_leaves_nothing(content: bytes, code: str) -> None:
    """Neither a folder nor a part of one is left behind."""
    with raises(code):
        keep_pack(content, "law.zip")
    place = packs_folder() / "packs"
    assert not place.exists() or list(place.iterdir()) == []


def test_a_path_out_of_the_folder_is_refused() -> None:
    """A member cannot be written beside the pack."""
    total = io.BytesIO()
    with zipfile.ZipFile(total, "w") as file:
        file.writestr(MANIFEST, MADE)
        file.writestr("names/../../../evil.toml", "")
    with raises("transport/pack-of-other-files", name="names/../../../evil.toml"):
        keep_pack(total.getvalue(), "law.zip")


def test_a_pack_is_what_its_publisher_lists() -> None:
    """Another description than the signed one is refused."""
    other = Manifest(version=NEW.version, made=NEW.made, note="second")
    with raises("transport/pack-damaged"):
        keep_pack(pack_of(data(), NEW), "law.zip", other)
    assert manifests() == ()


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    """Wherever it was cut."""
    whole = small("2026.12.02", tmp_path / "facts", "x" * 3000)
    for size in range(0, len(whole), 37):
        with raises("transport/pack-damaged"):
            keep_pack(whole[:size], "law.zip")


def test_a_pack_replaces_what_a_crash_left(tmp_path: Path) -> None:
    """The same version is written whole again."""
    content = small("2026.12.02", tmp_path / "facts", "whole")
    place = packs_folder() / "packs" / "2026.12.02" / "substances"
    place.mkdir(parents=True)
    (place / "acetone.toml").write_text("cut")
    keep_pack(content, "law.zip")
    assert (place / "acetone.toml").read_text() == "whole"


def test_each_switch_is_recorded() -> None:
    """With its time and source."""
    packs_folder().mkdir(parents=True)
    now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    record_switch(INCLUDED, "2026.12.02", "/media/stick", now)
    record_switch("2026.12.02", INCLUDED, "kept here", now)
    lines = (packs_folder() / "history.jsonl").read_text().splitlines()
    assert lines[0] == (
        '{"when":"2026-12-02T09:00:00Z","before":"included","after":"2026.12.02",'
        '"source":"/media/stick"}'
    )
    assert len(lines) == 2
