"""ZIP archives on the command line: their files are read one by one, within bounds."""

import io
import json
import os
import signal
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import message_of, raises, says

from tidewaiter.base.errors import InputError
from tidewaiter.cli.screening import input_files as archives
from tidewaiter.cli.screening.input_files import members_of, unpacked

Call = Callable[..., Result]
TABLE = "goods,net weight kg\nephedrine,5\nsteel bolts,7\n"


def pack(path: Path, *members: tuple[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write an archive."""
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return path


def pack_tar(path: Path, *members: tuple[str, str], mode: str = "w", link: str = "") -> Path:
    """Write a tar archive, with a link to a file outside."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
        if link:
            entry = tarfile.TarInfo(link)
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(entry)
    return path


def alerts(path: Path) -> list[dict[str, object]]:
    """Read alerts."""
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    "how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_the_only_file_is_screened_as_if_it_were_unpacked(
    screen: Call, here: Path, how: int
) -> None:
    """The alerts are those of the file, under its name; system files are ignored."""
    (here / "bl.csv").write_text(TABLE)
    aside = (("__MACOSX/._bl.csv", "x"), (".DS_Store", "x"), ("folder/", ""))
    pack(here / "a.zip", ("folder/bl.csv", TABLE), *aside, how=how)
    assert screen("bl.csv", "--out", "one.jsonl").exit_code == 0
    assert screen("a.zip", "--out", "two.jsonl").exit_code == 0
    assert (here / "one.jsonl").read_bytes() == (here / "two.jsonl").read_bytes()
    assert [each["file"] for each in alerts(here / "two.jsonl")] == ["bl.csv"]


def test_files_are_screened_one_by_one_and_bad_ones_are_counted(screen: Call, here: Path) -> None:
    """Each has its alerts and refusals beside those of the others; two of one name have two."""
    path = pack(
        here / "a.zip",
        ("jan/bl.csv", TABLE),
        ("feb/bl.csv", TABLE.replace("5", "kgs")),
        ("picture.png", b"\x89PNG\r"),
        ("c.jsonl", '{"goods": "ephedrine"}\n'),
        ("inner.zip", b""),
        ("../../etc/up.csv", TABLE),
        ("C:\\bl.csv", TABLE.replace("5", "6")),
        ("empty.csv", ""),
    )
    pack(here / "inner.zip", ("x.csv", TABLE))
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(here / "inner.zip", "more/inner2.zip")
    result = screen("a.zip", "--out", "alerts")
    assert result.exit_code == 1
    assert "5 of 9 files of a.zip were read" in result.output
    assert sorted(each.name for each in (here / "alerts").iterdir()) == [
        "C_bl.csv.jsonl",
        "c.jsonl.jsonl",
        "feb_bl.csv.jsonl",
        "feb_bl.csv.refused.csv",
        "jan_bl.csv.jsonl",
        "up.csv.jsonl",
    ]
    assert [each["file"] for each in alerts(here / "alerts" / "up.csv.jsonl")] == ["up.csv"]
    assert not (here.parent / "etc").exists()
    assert says(result.output, "cli/archive-in-an-archive")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_file_takes_the_place_of_another(here: Path) -> None:
    """Nor does a number before a name make it that of another file."""
    names = ("3-x.csv", "x.csv", "x.csv", "3-3-X.csv", "5-.csv", "...")
    path = pack(here / "a.zip", *((name, TABLE) for name in names))
    made = [member.name for member in members_of(path) or ()]
    assert made[:3] == ["3-x.csv", "x.csv", "3-3-x.csv"]
    assert len({name.casefold() for name in made}) == len(names)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("sent", ["SIGTERM", "SIGHUP"])
def test_nothing_stays_where_the_process_is_ended(here: Path, sent: str) -> None:
    """What was unpacked are papers of others: they go, and the status is that of the signal."""
    path, number = pack(here / "a.zip", ("a.csv", TABLE)), getattr(signal, sent)
    (member,) = members_of(path) or ()
    before = signal.signal(number, signal.SIG_DFL)  # who started the tests may have it ignored
    try:
        with pytest.raises(SystemExit) as left, unpacked(path, member) as place:
            os.kill(os.getpid(), number)
        assert left.value.code == 128 + number
        assert not place.parent.exists()
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_several_files_need_a_folder(screen: Call, here: Path) -> None:
    """One file of alerts would hide which they are of."""
    pack(here / "a.zip", ("a.csv", TABLE), ("b.csv", TABLE))
    for more in (
        ["--report", "r.html"],
        ["--out", "x.jsonl"],
        ["--out", "x", "--report", "r.html"],
    ):
        result = screen("a.zip", *more)
        assert result.exit_code == 2
        assert "a.zip contains 2 files: give a folder for their alerts" in result.output


def test_without_outputs_the_alerts_of_each_file_are_printed(screen: Call, here: Path) -> None:
    """To look at an archive needs no folder."""
    pack(here / "a.zip", ("a.csv", TABLE), ("b.csv", TABLE))
    result = screen("a.zip")
    assert result.exit_code == 0
    assert result.output.count("2 lines screened") == 2


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_archive_is_read_like_a_zip(screen: Call, here: Path, mode: str) -> None:
    """Also a compressed one; links are ignored, and a name does not lead out of the folder."""
    pack_tar(here / "a.tar.gz", ("../a.csv", TABLE), ("b/a.csv", TABLE), mode=mode, link="l.csv")
    result = screen("a.tar.gz", "--out", "alerts")
    assert result.exit_code == 0
    assert len(list((here / "alerts").glob("*.jsonl"))) == 2
    assert not (here.parent / "a.csv").exists()


def test_bounds_of_a_tar_archive(here: Path, monkeypatch: pytest.MonkeyPatch, screen: Call) -> None:
    """Of number, of size and of ratio, found while it is listed; a truncated one is damaged."""
    pack_tar(here / "zeros.tar.gz", ("a.csv", "0" * (70 << 20)), mode="w:gz")
    with raises("cli/archive-bomb"):
        members_of(here / "zeros.tar.gz")
    pack_tar(here / "a.tar", ("a.csv", TABLE), ("b.csv", TABLE))
    raw = (here / "a.tar").read_bytes()
    (here / "cut.tar").write_bytes(raw[:600])
    assert screen("cut.tar").exit_code == 2
    monkeypatch.setattr(archives, "MOST", 1)
    with raises("cli/archive-of-too-many-files"):
        members_of(here / "a.tar")
    monkeypatch.setattr(archives, "LARGEST", 10)
    with raises("cli/archive-too-large"):
        members_of(pack_tar(here / "b.tar", ("a.csv", TABLE)))


def test_a_database_keeps_each_file(screen: Call, here: Path) -> None:
    """Each is a separate source."""
    pack(here / "a.zip", ("a.csv", TABLE), ("b.csv", TABLE.replace("5", "6")))
    result = screen("a.zip", "--out", "alerts", "--db", "x.db")
    assert (result.exit_code, result.output.count("1 new alert in")) == (0, 2)


def test_inspect_shows_each_file(call: Call, here: Path) -> None:
    """As it shows a file; as JSON, one object each."""
    pack(here / "a.zip", ("a.csv", TABLE), ("b.csv", "x,y\n1,2\n"))
    result = call("inspect", "a.zip")
    assert result.exit_code == 1
    assert "a.csv: Delimited text" in result.output
    assert "b.csv: Delimited text" in result.output
    pack(here / "one.zip", ("a.csv", TABLE))
    assert json.loads(call("inspect", "one.zip", "--json").output)["form"] == "csv"


def test_office_files_are_no_archives(here: Path) -> None:
    """Nor is what only begins as one, or nothing at all."""
    office = pack(here / "a.xlsx", ("[Content_Types].xml", "<x/>"), ("_rels/.rels", "<x/>"))
    (here / "b.zip").write_bytes(b"PK\x03\x04 and no more")
    (here / "c.csv").write_text(TABLE)
    assert [members_of(here / name) for name in (office.name, "b.zip", "c.csv")] == [None] * 3


def test_bounds(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of number and of size, before anything is unpacked."""
    with raises("cli/archive-empty"):
        members_of(pack(here / "empty.zip"))
    path = pack(here / "a.zip", *((f"{n}.csv", TABLE) for n in range(archives.MOST + 1)))
    with raises("cli/archive-of-too-many-files", count=501, most=500):
        members_of(path)
    monkeypatch.setattr(archives, "LARGEST", 50)
    with raises("cli/archive-too-large", largest=0):
        members_of(pack(here / "b.zip", ("a.csv", TABLE), ("b.csv", TABLE)))


def test_a_bomb_is_not_unpacked(here: Path, screen: Call) -> None:
    """A hundred megabytes of zeros, packed a thousand times."""
    pack(here / "a.zip", ("a.csv", b"\0" * (100 << 20)))
    assert (here / "a.zip").stat().st_size < 200_000
    result = screen("a.zip")
    assert result.exit_code == 2
    assert "a.zip, a.csv: " in result.output
    assert says(result.output, "cli/archive-bomb")


def test_a_file_that_lies_of_its_size_is_damaged(here: Path, screen: Call) -> None:
    """No more is unpacked than the archive says, and that is noticed."""
    raw = pack(here / "a.zip", ("a.csv", TABLE * 1_000)).read_bytes()
    size = struct.pack("<I", len(TABLE) * 1_000)
    assert raw.count(size) == 2
    (here / "a.zip").write_bytes(raw.replace(size, struct.pack("<I", 10)))
    result = screen("a.zip", "--out", "x.jsonl")
    assert result.exit_code == 2
    assert f"a.zip, a.csv: {message_of('cli/archive-damaged')}" in result.output


def test_what_is_locked_or_damaged_is_told(here: Path) -> None:
    """A password, a flipped bit, an unknown compression method, a link."""
    raw = bytearray(pack(here / "a.zip", ("a.csv", TABLE)).read_bytes())

    def why(change: Callable[[bytearray], None]) -> str:
        some = raw.copy()
        change(some)
        path = here / "b.zip"
        path.write_bytes(some)
        (member,) = members_of(path) or ()
        with pytest.raises(InputError) as told, unpacked(path, member):
            pass
        assert told.value.at == "b.zip, a.csv"
        return told.value.code

    folder = raw.index(b"PK\x01\x02")

    def locked(some: bytearray) -> None:
        some[6] |= 1
        some[folder + 8] |= 1

    def damaged(some: bytearray) -> None:
        some[45] ^= 255

    def packed(some: bytearray) -> None:
        some[8] = some[folder + 10] = 9  # Deflate64

    def link(some: bytearray) -> None:
        some[folder + 38 : folder + 42] = struct.pack("<I", 0o120777 << 16)

    assert [why(change) for change in (locked, damaged, packed, link)] == [
        "cli/archive-locked",
        "cli/archive-damaged",
        "cli/packed-in-an-unknown-way",
        "cli/archive-member-is-a-link",
    ]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("/etc/passwd", "passwd"),
        ("..", "1-"),
        ("a/../b.csv", "b.csv"),
        ("\x1b[31m.csv", "_[31m.csv"),
        ("CON:.csv", "CON_.csv"),
        (".hidden.csv", "hidden.csv"),
        ("é中.csv", "é中.csv"),
        ("x" * 300 + ".csv", "x" * 146 + ".csv"),
        ("a\\b\\c.csv", "a_b_c.csv"),
        ("文" * 140 + ".csv", "文" * 48 + ".csv"),
    ],
)
def test_names_lead_nowhere(here: Path, name: str, plain: str) -> None:
    """A file is unpacked under its own last name, without what a system would read in it."""
    path = pack(here / "a.zip", (name, TABLE))
    (member,) = members_of(path) or ()
    assert member.name == plain
    with unpacked(path, member) as place:
        assert (place.name, place.read_text()) == (plain, TABLE)
    assert not place.parent.exists()
