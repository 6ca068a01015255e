"""Versions of lists: each is kept, and a day asks for the one in force."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import OutputError, StoreError
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty, PartyName

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
Keep = Callable[..., KeptVersion]
MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def party(key: str, **days: date) -> ListedParty:
    """Make an entry."""
    return ListedParty(id=key, kind="person", names=(PartyName(text=f"Party {key}"),), **days)  # type: ignore[arg-type]


TEN = [party(str(number)) for number in range(10)]


def on(archive: Archive, day: date) -> set[str]:
    """Return the ids of the entries in force on a day."""
    return {each.id for _, parties in archive.in_force(day) for each in parties}


def test_a_day_asks_for_the_version_in_force(archive: Archive, keep: Keep) -> None:
    """What was delisted in May answers for April, and not for June."""
    keep(TEN, MARCH)
    keep(TEN[:9], MAY)
    assert on(archive, MARCH - timedelta(1)) == set()
    assert on(archive, date(2026, 4, 1)) == {each.id for each in TEN}
    assert on(archive, MAY) == {each.id for each in TEN[:9]}


def test_a_version_without_a_day_of_its_own_counts_from_its_load(
    archive: Archive, keep: Keep
) -> None:
    """Nothing says that it was in force before."""
    keep(TEN)
    assert on(archive, NOON.date() - timedelta(1)) == set()
    assert len(on(archive, NOON.date())) == 10


def test_an_entry_with_days_of_its_own_counts_between_them(archive: Archive, keep: Keep) -> None:
    """Its last day is the one before it is delisted."""
    keep([party("1", listed=MARCH, delisted=MAY), party("2")], date(2026, 1, 1))
    assert on(archive, MARCH - timedelta(1)) == {"2"}
    assert on(archive, MAY - timedelta(1)) == {"1", "2"}
    assert on(archive, MAY) == {"2"}


def test_an_earlier_version_that_comes_later_takes_its_own_place(
    archive: Archive, keep: Keep
) -> None:
    """Back numbers can be added; the newest by its own day stays in force."""
    keep(TEN, MAY)
    keep(TEN[:9], MARCH)
    assert len(on(archive, date(2026, 6, 1))) == 10
    assert len(on(archive, date(2026, 4, 1))) == 9


def test_the_same_bytes_are_one_version(archive: Archive, keep: Keep) -> None:
    """Adding a file again changes nothing."""
    first = keep(TEN, MARCH)
    assert keep(TEN, MARCH, now=NOON + timedelta(1)) == first
    assert archive.versions("board") == [first]


def test_an_unusual_loss_keeps_the_version_in_force(archive: Archive, keep: Keep) -> None:
    """A fifth may go, more may not, unless the user says so."""
    keep(TEN, MARCH)
    keep(TEN[:8], date(2026, 4, 1))
    with raises("lists/too-many-entries-gone", share=0.375) as caught:
        keep(TEN[:5], MAY)
    assert "--force" in caught.value.hint
    assert len(on(archive, MAY)) == 8
    keep(TEN[:5], MAY, force=True)
    assert len(on(archive, MAY)) == 5


def test_a_list_that_says_how_many_it_has_must_have_them(
    archive: Archive, made_up: Callable[[str], ListFile]
) -> None:
    """OFAC's XML counts its entries: one too few is a cut, however whole the XML."""
    content = made_up("ofac-legacy.xml").content.replace(b">2</Record_Count", b">3</Record_Count")
    files = [ListFile(name="sdn.xml", content=content)]
    read = read_list(files, load_definitions())
    with raises("lists/fewer-entries-than-said", said=3, held=2):
        archive.add(read, files, NOON)
    assert archive.slugs() == []


def test_a_list_of_which_much_cannot_be_read_is_refused(archive: Archive) -> None:
    """Twenty broken rows are borne, more than that and a twentieth are not."""
    rows = [f"{n},{'person' if n % 2 else 'robot'},Party {n},watched" for n in range(100)]
    content = "\n".join(["id,kind,name,action", *rows]).encode()
    files = [ListFile(name="own.csv", content=content)]
    read = read_list(files, load_definitions(), "board")
    assert len(read.refusals) == 50
    with raises("lists/too-many-entries-unreadable", lost=50, held=100):
        archive.add(read, files, NOON)


def test_entries_are_read_again_from_the_files(archive: Archive, keep: Keep) -> None:
    """The folder of parsed entries can be deleted, or be damaged."""
    kept = keep(TEN, MARCH)
    (place,) = (archive.folder / "parsed").iterdir()
    place.write_bytes(b"damaged")
    assert list(archive.load(kept).parties) == TEN
    place.unlink()
    assert list(archive.load(kept).parties) == TEN
    assert place.is_file()


def test_a_file_that_is_not_what_it_was_is_an_error(archive: Archive, keep: Keep) -> None:
    """Its SHA-256 says so; nothing else is read in its place."""
    kept = keep(TEN, MARCH)
    (place,) = (archive.folder / "files").iterdir()
    place.write_bytes(gzip.compress(b"something else"))
    for each in (archive.folder / "parsed").iterdir():
        each.unlink()
    with raises("lists/changed-or-missing", StoreError):
        archive.load(kept)


def test_versions_are_found_by_day_or_digest(archive: Archive, keep: Keep) -> None:
    """What names none, or more than one, is an error that lists them."""
    first, second = keep(TEN, MARCH), keep(TEN[:9], MAY)
    assert archive.find("board", "2026-03-01") == first
    assert archive.find("board", second.version.sha256[:10]) == second
    with raises("lists/no-such-version"):
        archive.find("board", "2020-01-01")
    with raises("lists/several-such-versions"):
        archive.find("board", "")


@pytest.mark.parametrize("slug", ["../outside", "a/b", ".", "", "C:x"])
def test_a_slug_never_leads_out_of_the_folder(archive: Archive, slug: str) -> None:
    """A list may call itself what it likes."""
    with raises("lists/not-a-list-name"):
        archive.versions(slug)


def test_two_processes_may_add_at_once(tmp_path: Path) -> None:
    """Each writes whole files; in the end every version is there and none is damaged."""
    code = """
import sys
from datetime import date, datetime, UTC
from pathlib import Path
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.readers.entries import ListFile, ListHeader
archive, known = Archive(Path(sys.argv[1])), load_definitions()
for day in range(1, 9):
    said = '{"list": {"slug": "board", "dated": "2026-01-%02d"}}' % day
    entry = '{"id": "1", "kind": "person", "names": [{"text": "Party %d"}]}' % day
    files = [ListFile(name="own.jsonl", content=f"{said}\\n{entry}\\n".encode())]
    archive.add(read_list(files, known), files, datetime.now(UTC))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for process in running:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error.decode()
    archive = Archive(tmp_path)
    versions = archive.versions("board")
    assert [kept.since.day for kept in versions] == list(range(1, 9))
    for kept in versions:
        (one,) = archive.load(kept).parties
        assert one.names[0].text == f"Party {kept.since.day}"
    assert not [place for place in tmp_path.rglob("*") if ".part" in place.name]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=5, unique=True), st.integers(0, 400))
def test_the_version_in_force_is_the_last_that_is_not_later(
    tmp_path_factory: pytest.TempPathFactory, days: list[int], asked: int
) -> None:
    """Whatever the order in which versions were added."""
    archive = Archive(tmp_path_factory.mktemp("lists"))
    begin = date(2025, 1, 1)
    for number in days:
        parties = [party(str(number))]
        header = ListHeader(slug="board", dated=begin + timedelta(number))
        files = [ListFile(name="own.jsonl", content=write_own_json(header, parties))]
        archive.add(read_list(files, load_definitions()), files, NOON)
    found = archive.at("board", begin + timedelta(asked))
    before = [number for number in days if number <= asked]
    assert (found.since - begin).days == max(before) if before and found else not found


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_others_may_not_look_into_a_new_folder(archive: Archive, keep: Keep) -> None:
    """A list may be confidential."""
    keep(TEN, MARCH)
    assert archive.folder.stat().st_mode & 0o077 == 0


def test_a_read_only_copy_is_read(
    archive: Archive, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be written, entries are read from the files each time."""
    kept = keep(TEN, MARCH)
    for each in (archive.folder / "parsed").iterdir():
        each.unlink()

    def refuse(*_: object) -> None:
        raise OutputError.from_words("takes no changes")

    monkeypatch.setattr(Archive, "_write", refuse)
    assert list(archive.load(kept).parties) == TEN
