"""Invalid output and input paths: pipes, devices, links, and files to preserve."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tidewaiter.base.resources import data

Screen = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[bytes]]
OPTIONS = {"--out": "x.jsonl", "--report": "x.html", "--refused": "x.csv"}

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")


def _refused(result: Result, *words: str) -> None:
    assert result.exit_code == 2, result.output
    assert "hint: " in result.stderr
    assert all(word in result.stderr for word in words), result.stderr


@pytest.mark.parametrize(("option", "name"), OPTIONS.items())
def test_a_pipe_is_not_replaced(
    option: str, name: str, screen: Screen, manifest: Path, here: Path
) -> None:
    """A reader waiting at it would block; it is preserved, and nothing hangs."""
    os.mkfifo(here / name)
    _refused(screen(str(manifest), option, name), name, "a pipe or a device")
    assert (here / name).is_fifo()


@pytest.mark.parametrize("option", ["--report", "--refused"])
@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/fd/1", "/dev/null", "/proc/self/fd/1"])
def test_a_device_is_not_replaced(
    option: str, place: str, process: Process, manifest: Path
) -> None:
    """Root itself must not turn /dev/null or /dev/stdout into a file."""
    before = os.lstat(place).st_mode
    done = process("screen", str(manifest), option, place)
    assert done.returncode == 2
    assert b"a pipe or a device" in done.stderr
    assert os.lstat(place).st_mode == before


@pytest.mark.parametrize(("option", "name"), OPTIONS.items())
def test_a_link_is_replaced_and_its_target_stays(
    option: str, name: str, screen: Screen, manifest: Path, here: Path
) -> None:
    """The target of a link is never overwritten."""
    (here / "precious").write_text("precious")
    (here / name).symlink_to("precious")
    manifest.write_text("goods,net weight (kg)\nacetic anhydride,much\n")
    assert screen(str(manifest), option, name).exit_code == 1
    assert (here / "precious").read_text() == "precious"
    assert not (here / name).is_symlink()


def test_a_link_in_the_name_of_a_half_written_file_is_not_followed(
    screen: Screen, manifest: Path, here: Path
) -> None:
    """Guessing or finding the name gives no advantage."""
    (here / "precious").write_text("precious")
    found: list[str] = []
    link = Path.replace

    def note(self: Path, target: Path) -> Path:
        found.append(self.name)
        return link(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", note)
        screen(str(manifest), "--out", "x.jsonl")
    (here / found[0]).symlink_to("precious")
    assert screen(str(manifest), "--out", "x.jsonl").exit_code == 0
    assert (here / "precious").read_text() == "precious"
    assert not (here / "x.jsonl").is_symlink()


def test_a_link_to_the_input_is_the_input(screen: Screen, manifest: Path, here: Path) -> None:
    """Neither a link nor a detour hides that an output is the file that is screened."""
    (here / "x.csv").symlink_to(manifest)
    (here / "sub").mkdir()
    for name in ("x.csv", f"sub/../{manifest.name}", str(manifest.absolute())):
        _refused(screen(str(manifest), "--out", name), "would overwrite the file")


@pytest.mark.parametrize("place", ["c.csv", "sqlite:///{here}/c.csv"])
@pytest.mark.parametrize("option", ["--out", "--report", "--refused"])
def test_the_database_is_not_replaced(
    option: str, place: str, screen: Screen, manifest: Path, here: Path
) -> None:
    """By path or by URL, the database is refused as an output."""
    url = place.format(here=here)
    _refused(screen(str(manifest), "--db", url, option, "c.csv"), "would overwrite the database")
    screen(str(manifest), "--db", url)
    again = screen("--again", "--db", url, "--out", "c.csv")
    _refused(again, "would overwrite the database")


def test_the_rules_are_not_replaced(screen: Screen, manifest: Path, here: Path) -> None:
    """An authority's own rules are refused as an output."""
    rules = data("rules", "alerts.toml").read_bytes()
    (here / "own.toml").write_bytes(rules)
    result = screen(str(manifest), "--rules", "own.toml", "--report", "own.toml")
    _refused(result, "would overwrite the rules")
    assert (here / "own.toml").read_bytes() == rules


def test_the_journal_replaces_nothing(screen: Screen, manifest: Path, here: Path) -> None:
    """Neither the input nor an output may have the name that the journal takes."""
    path = manifest.rename(here / "a.csv.journal")
    before = path.read_bytes()
    _refused(screen(path.name, "--out", "a.csv"), "the journal of this screening")
    assert path.read_bytes() == before
    copy = here / "m.csv"
    copy.write_bytes(before)
    result = screen("m.csv", "--out", "b.csv", "--refused", "b.csv.journal")
    _refused(result, "would overwrite the journal")


def test_a_pipe_is_not_screened(
    screen: Screen, manifest: Path, here: Path, process: Process
) -> None:
    """A file is read several times, so a pipe is refused at once and nothing hangs."""
    os.mkfifo(here / "in.csv")
    _refused(screen("in.csv"), "a pipe or a device cannot be screened")
    for more in (("--out", "a.jsonl"), ("--engine", "spark", "--out", "folder")):
        told = screen(str(manifest), "--history", "in.csv", *more)
        _refused(told, "in.csv: a pipe or a device cannot be screened")
    done = process("screen", "/dev/stdin", stdin=b"goods\nacetone\n")
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)


@pytest.mark.parametrize("url", ["postgresql://[::1/x", "postgresql://h:port/x", "://", "a://"])
def test_an_address_that_is_none_is_refused(url: str, screen: Screen, manifest: Path) -> None:
    """It is an error of the user's, without a traceback."""
    _refused(screen(str(manifest), "--db", url))


def test_no_password_is_shown(screen: Screen, manifest: Path) -> None:
    """Neither before the host nor among what follows the name."""
    for url in (
        "postgresql://u:sekret@127.0.0.1:1/x",
        "postgresql://127.0.0.1:1/x?password=sekret",
    ):
        result = screen(str(manifest), "--db", url)
        _refused(result, "does not answer")
        assert "sekret" not in result.output


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="no folder where root cannot write")
@pytest.mark.parametrize("option", ["--out", "--report"])
def test_a_folder_that_takes_no_files_is_told(option: str, screen: Screen, manifest: Path) -> None:
    """The place and a hint, before anything is screened."""
    _refused(screen(str(manifest), option, f"/sys/kernel/{OPTIONS[option]}"), "/sys/kernel/x.")


def test_a_database_that_takes_no_changes_is_told(
    screen: Screen, manifest: Path, here: Path
) -> None:
    """A database that is read-only says so, and what was there stays."""
    assert screen(str(manifest), "--db", "c.db").exit_code == 0
    read_only = f"sqlite:///file:{here}/c.db?mode=ro&uri=true"
    result = screen(str(manifest), "--db", read_only)
    _refused(result, "read-only")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
@pytest.mark.parametrize("arguments", [("identify", "acetone"), ("substances",)])
def test_a_full_standard_output_is_told(arguments: tuple[str, ...], here: Path) -> None:
    """Each command says so, and exits with 2."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tidewaiter", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            cwd=here,
        )
    assert done.returncode == 2, done.stderr
    assert b"standard output: No space left" in done.stderr
    assert b"Traceback" not in done.stderr
