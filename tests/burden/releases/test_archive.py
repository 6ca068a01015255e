"""The archive of releases: every file is stored once, with the user's settings, and re-read."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import InputError, StoreError
from tidewaiter.burden.releases import archive as archive_module
from tidewaiter.burden.releases.archive import ReleaseArchive, ReleaseFile
from tidewaiter.burden.releases.folder import load_releases
from tidewaiter.burden.types import month_of

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEAD = "State,Year,Month,Period,Indicator,Data Value,Footnote Symbol,Predicted Value"
MAY = month_of(2026, 5)


def release(value: int = 81_000, month: str = "January", more: str = "") -> bytes:
    """Write a release of one figure."""
    row = f"US,2026,{month},12 month-ending,Number of Drug Overdose Deaths,{value},*,{value + 500}"
    return f"{HEAD}\n{row}\n{more}".encode()


@pytest.fixture
def archive(tmp_path: Path) -> ReleaseArchive:
    """Name a folder that is not there yet."""
    return ReleaseArchive(tmp_path / "releases")


def files(folder: Path) -> dict[Path, bytes]:
    """Return every file below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_release_is_kept_and_loaded_as_it_was_read(archive: ReleaseArchive) -> None:
    """Its bytes, its month, which is inferred, its periods and its notes."""
    content = release(more="ZZ,2026,January,12 month-ending,Number of Deaths,5,*,\n")
    added, new = archive.add(
        ReleaseFile(name="vsrr.csv", content=content, origin="https://data.cdc.gov/x"), NOON
    )
    [kept] = archive.kept()
    assert new
    assert archive.content(kept) == content
    assert archive.load(kept) == added
    assert (kept.source, kept.name, kept.origin) == (
        "cdc-vsrr",
        "vsrr.csv",
        "https://data.cdc.gov/x",
    )
    assert (kept.released, kept.told) == (month_of(2026, 6), False)
    assert (kept.first, kept.last, kept.figures) == (month_of(2026, 1), month_of(2026, 1), 1)
    assert (kept.refused, kept.added) == (1, NOON)
    assert archive.load(kept).reading.notes[0].place == "row 2"


def test_the_same_bytes_are_kept_once(archive: ReleaseArchive) -> None:
    """Adding them again says so, and changes no file."""
    first, _ = archive.add(ReleaseFile(name="a.csv", content=release()), NOON)
    before = files(archive.folder)
    again, new = archive.add(ReleaseFile(name="b.csv", content=release()), NOON + timedelta(1))
    assert not new
    assert again == first
    assert files(archive.folder) == before


def test_a_second_file_of_the_same_month_stands_beside_the_first(archive: ReleaseArchive) -> None:
    """Neither is taken for the other, and both are shown."""
    archive.add(ReleaseFile(name="a.csv", content=release(81_000)), NOON)
    archive.add(ReleaseFile(name="b.csv", content=release(81_500)), NOON + timedelta(1))
    assert [kept.name for kept in archive.kept()] == ["a.csv", "b.csv"]
    assert [kept.released for kept in archive.kept()] == [month_of(2026, 6)] * 2


def test_a_month_that_is_told_later_counts_and_overwrites_nothing(archive: ReleaseArchive) -> None:
    """The first word stays as a file; the same one again is nothing new."""
    archive.add(ReleaseFile(name="a.csv", content=release()), NOON)
    before = files(archive.folder)
    told, new = archive.add(
        ReleaseFile(name="a.csv", content=release()), NOON + timedelta(1), released=MAY
    )
    assert new
    assert (told.reading.released, told.reading.told) == (MAY, True)
    [kept] = archive.kept()
    assert (kept.released, kept.told, kept.said) == (MAY, True, True)
    assert archive.load(kept) == told
    assert before.items() <= files(archive.folder).items()
    inferred = month_of(2026, 6)
    other = ReleaseArchive(archive.folder.with_name("other"))
    other.add(ReleaseFile(name="a.csv", content=release()), NOON)
    assert other.add(
        ReleaseFile(name="a.csv", content=release()), NOON + timedelta(1), released=inferred
    )[0].reading.told
    assert not archive.add(ReleaseFile(name="a.csv", content=release()), NOON + timedelta(2))[1]
    assert not archive.add(
        ReleaseFile(name="a.csv", content=release()), NOON + timedelta(2), released=MAY
    )[1]


def test_figures_are_made_again(archive: ReleaseArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are gone or damaged, and where the readers are of another edition."""
    added, _ = archive.add(ReleaseFile(name="a.csv", content=release()), NOON, released=MAY)
    [place] = (archive.folder / "figures").iterdir()
    for content in (b"", b"no arrow", place.read_bytes()[:100]):
        place.write_bytes(content)
        assert archive.load(archive.kept()[0]) == added
    monkeypatch.setattr(archive_module, "EDITION", 99)
    assert archive.load(archive.kept()[0]) == added
    assert len(list((archive.folder / "figures").iterdir())) == 2


def test_what_is_no_longer_what_it_was_is_told(archive: ReleaseArchive) -> None:
    """Other bytes under a hash are not read as the release, nor is a broken word of it."""
    archive.add(ReleaseFile(name="a.csv", content=release()), NOON)
    for folder in ("files", "figures"):
        [place] = (archive.folder / folder).iterdir()
        place.write_bytes(b"other")
    with raises("burden/changed-or-missing", StoreError):
        archive.load(archive.kept()[0])
    skipped = load_releases(archive.folder).skipped
    assert [note.place for note in skipped] == ["a.csv"]
    [word] = (archive.folder / "releases").iterdir()
    word.write_bytes(b"{}")
    with raises("burden/file-unreadable", StoreError):
        archive.kept()


def test_what_no_reader_knows_leaves_no_trace(archive: ReleaseArchive) -> None:
    """Nothing of it is kept."""
    with pytest.raises(InputError):
        archive.add(ReleaseFile(name="other.csv", content=b"a,b\n1,2\n"), NOON)
    assert not archive.folder.exists()


def test_two_processes_add_at_once(archive: ReleaseArchive, tmp_path: Path) -> None:
    """Each adds the same file and another one: all three are there, each once and complete."""
    code = (
        "import sys; from datetime import *; from pathlib import Path\n"
        "from tidewaiter.burden.releases.archive import ReleaseArchive, ReleaseFile\n"
        "for path in sys.argv[2:]:\n"
        "    p = Path(path)\n"
        "    file = ReleaseFile(name=p.name, content=p.read_bytes())\n"
        "    ReleaseArchive(Path(sys.argv[1])).add(file, datetime.now(UTC))\n"
    )
    for name, value in (("same", 81_000), ("one", 82_000), ("two", 83_000)):
        (tmp_path / f"{name}.csv").write_bytes(release(value))
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                code,
                archive.folder,
                tmp_path / "same.csv",
                tmp_path / f"{own}.csv",
            ],
        )
        for own in ("one", "two")
    ]
    assert [each.wait(60) for each in running] == [0, 0]
    kept = archive.kept()
    assert sorted(each.name for each in kept) == ["one.csv", "same.csv", "two.csv"]
    values = [archive.load(each).reading.figures["value"][0].as_py() for each in kept]
    assert sorted(values) == [81_000, 82_000, 83_000]


def test_a_folder_of_published_files_is_read_as_an_archive_is(
    archive: ReleaseArchive, tmp_path: Path
) -> None:
    """The same releases in the same order; each file that is none has a note."""
    folder = tmp_path / "published"
    folder.mkdir()
    for name, content in (
        ("b.csv", release()),
        ("a.csv", release(82_000, "February")),
        ("twice.csv", release()),
        ("README.txt", b"of these files"),
        ("broken.zip", b"PK\x03\x04broken"),
    ):
        (folder / name).write_bytes(content)
    for name in ("b.csv", "a.csv"):
        archive.add(ReleaseFile(name=name, content=(folder / name).read_bytes()), NOON)
    read = load_releases(folder)
    assert read.releases == load_releases(archive.folder).releases
    assert [each.name for each in read.releases] == ["b.csv", "a.csv"]
    assert [note.place for note in read.skipped] == ["README.txt", "broken.zip"]
    assert load_releases(folder, "other-source").releases == ()
    assert load_releases(tmp_path / "nowhere").releases == ()
