"""Files, folders and archives: what comes out, and what an archive cannot do."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.archives import read_paths
from tidewaiter.base.errors import InputError


def zipped(path: Path, **members: bytes) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_files_folders_and_archives_give_the_same_files(tmp_path: Path) -> None:
    """A list is what is in it, however it was packed."""
    folder = tmp_path / "list"
    folder.mkdir()
    (folder / "sdn.csv").write_bytes(b"1")
    (folder / "alt.csv").write_bytes(b"2")
    (folder / ".hidden").write_bytes(b"3")
    packed = zipped(tmp_path / "list.zip", **{"data__alt.csv": b"2", "data__sdn.csv": b"1"})
    single = tmp_path / "sdn.csv.gz"
    single.write_bytes(gzip.compress(b"1"))
    expected = [("alt.csv", b"2"), ("sdn.csv", b"1")]
    assert [(f.name, f.content) for f in read_paths([folder])] == expected
    assert [(f.name, f.content) for f in read_paths([packed])] == expected
    assert [(f.name, f.content) for f in read_paths([single])] == [("sdn.csv", b"1")]


@pytest.mark.parametrize(
    "name", ["../sdn.csv", "/etc/sdn.csv", "..\\sdn.csv", "C:\\sdn.csv", "a/../../b"]
)
def test_an_archive_that_names_places_outside_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing would be written there; but such an archive is not from an authority."""
    path = tmp_path / "list.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"1")
    with raises("base/archive-member-outside"):
        read_paths([path])
    assert [place.name for place in tmp_path.iterdir()] == ["list.zip"]


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    """300 MB of zeros in 300 KB: reading ends long before the end."""
    bomb = zipped(tmp_path / "bomb.zip", **{"sdn.csv": bytes(300 << 20)})
    with raises("base/archive-grows-too-large"):
        read_paths([bomb])


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """What counts is what comes out, not what the archive says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sdn.csv", bytes(50 << 20))
    content = bytearray(buffer.getvalue())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + place
        content[at : at + 4] = (1000).to_bytes(4, "little")
    path = tmp_path / "list.zip"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_paths([path])


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    """The same bound holds for gzip."""
    path = tmp_path / "sdn.csv.gz"
    path.write_bytes(gzip.compress(bytes(300 << 20)))
    with raises("base/archive-grows-too-large"):
        read_paths([path])


@pytest.mark.parametrize("cut", [10, 60])
def test_a_damaged_archive_is_refused(tmp_path: Path, cut: int) -> None:
    """Cut short, or with a byte changed, it is an error with a hint."""
    packed = zipped(tmp_path / "list.zip", **{"sdn.csv": b"1,2,3\n" * 1000})
    packed.write_bytes(packed.read_bytes()[:-cut])
    with raises("base/archive-damaged"):
        read_paths([packed])
    single = tmp_path / "sdn.csv.gz"
    single.write_bytes(gzip.compress(bytes(range(256)) * 10)[:-cut])
    with raises("base/archive-damaged"):
        read_paths([single])


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    """A list has a few files; a folder of hundreds is another thing."""
    packed = zipped(tmp_path / "list.zip", **{f"{n}.csv": b"1" for n in range(60)})
    with raises("base/archive-of-too-many-files", files=50):
        read_paths([packed])


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """There is nothing to read, and the message says where."""
    with pytest.raises(InputError) as caught:
        read_paths([tmp_path])
    assert caught.value.at == str(tmp_path)
