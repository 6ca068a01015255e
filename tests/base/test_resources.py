"""Data files: found in the package, decoded strictly."""

from pathlib import Path

import pytest

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files


class _Fact(Record, frozen=True, kw_only=True):
    name: str
    count: int = 0


def _write(folder: Path, text: str) -> Path:
    path = folder / "fact.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def test_the_data_travels_with_the_package() -> None:
    """Each kind of fact has its folder, and the folders hold files."""
    for kind in ("substances", "regimes/un-1988", "sources", "rules", "hs"):
        assert any(toml_files(data(kind))), kind


def test_a_file_becomes_its_record(tmp_path: Path) -> None:
    """Keys are fields; omitted fields have the record's default."""
    assert read_toml(_write(tmp_path, 'name = "é"'), _Fact) == _Fact(name="é")


@pytest.mark.parametrize(
    "text",
    [
        'name = "a"\nother = 1',
        "name = 1",
        'name = "a"\ncount = "1"',
        'name = "a"\ncount = 1.5',
        "count = 1",
        'name = "a',
        'name = "a"\nname = "b"',
        'name = "\udcff"',
        "\0",
    ],
    ids=[
        "unknown key",
        "number for text",
        "text for number",
        "part for whole",
        "key missing",
        "not TOML",
        "key twice",
        "not UTF-8",
        "no text",
    ],
)
def test_a_wrong_file_stops_the_load(tmp_path: Path, text: str) -> None:
    """A file that is not its record is refused by name, with a hint, and never half read."""
    with pytest.raises(RegistryError) as caught:
        read_toml(_write(tmp_path, text), _Fact)
    assert caught.value.at == "fact.toml"
    assert caught.value.hint


def test_files_are_listed_by_name(tmp_path: Path) -> None:
    """Only TOML files are listed, in the order of their names."""
    for name in ("b.toml", "a.toml", "c.txt", "B.toml", ".d"):
        (tmp_path / name).touch()
    assert [file.name for file in toml_files(tmp_path)] == ["B.toml", "a.toml", "b.toml"]
