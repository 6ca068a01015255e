"""What is installed: locked versions for developers, types for users, and nothing by our name."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tidewaiter import __version__
from tidewaiter.web.core.guides import GUIDES

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"dev": "dev", "psi": "psi", "bench": "bench"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
_INSTALL_BY_NAME = re.compile(
    r"pip3? +(?:install|download)(?![^`\n]*--no-index)[^`\n]*\btidewaiter\b"
)
_TEXTS = (
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "src").rglob("*.py"),
    *(ROOT / "src").rglob("*.html"),
    *ROOT.glob("*.md"),
)


def _project() -> dict[str, list[str]]:
    """Return the requirements of pyproject.toml by extra; those of every user under ""."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def _wanted(extra: str) -> list[Requirement]:
    """Return what an extra needs, with the extras of ours that it names."""
    wanted = []
    for requirement in map(Requirement, _project()[extra]):
        if requirement.name == "tidewaiter":
            wanted += [each for name in requirement.extras for each in _wanted(name)]
        else:
            wanted.append(requirement)
    return wanted


def _locked(lock: str) -> dict[str, list[str]]:
    """Return the versions that a lock holds for each package; systems may need different ones."""
    versions: dict[str, list[str]] = {}
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    for name, version in _PIN.findall(text):
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


@pytest.mark.parametrize(("lock", "extra"), LOCKS.items())
def test_a_lock_fits_what_the_project_requires(lock: str, extra: str) -> None:
    """Every requirement has a locked version inside its range: else `make lock` was forgotten."""
    locked = _locked(lock)
    for requirement in [*_wanted(""), *_wanted(extra)]:
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is not locked: run `make lock`"
        for version in versions:
            assert requirement.specifier.contains(version, prereleases=True), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_a_hash(lock: str) -> None:
    """Pip refuses a lock of which one version has no hash, so each has one or more."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert len(entries) > 50
    assert [each.split()[0] for each in entries if "--hash=sha256:" not in each] == []


def test_locks_agree_with_one_another() -> None:
    """A package in two lock files has the same versions in both."""
    dev = _locked("dev")
    for lock in ("psi", "bench"):
        other = _locked(lock)
        assert {name: other[name] for name in other.keys() & dev.keys()} == {
            name: dev[name] for name in other.keys() & dev.keys()
        }


def test_no_text_installs_us_by_name_from_an_index() -> None:
    """No text says to install "tidewaiter" from an index: the name there is not ours."""
    assert _INSTALL_BY_NAME.search('pip install "tidewaiter[chem]"')
    assert not _INSTALL_BY_NAME.search("pip install --no-index --find-links wheels tidewaiter")
    found = [
        str(path.relative_to(ROOT))
        for path in _TEXTS
        if _INSTALL_BY_NAME.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_wheel_is_typed_and_bears_the_version(tmp_path: Path) -> None:
    """It holds py.typed, without which a type checker ignores our annotations, and the help."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob(f"tidewaiter-{__version__}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "tidewaiter/py.typed" in names
    assert {f"tidewaiter/docs/{GUIDES['/queue']}.md", "tidewaiter/docs/images/queue.png"} <= names
    assert not any(name.startswith("tidewaiter/docs/contributing/") for name in names)


def test_a_users_type_checker_sees_our_types(tmp_path: Path) -> None:
    """Mypy, run outside of this project, knows what functions of ours take and return."""
    use = tmp_path / "use.py"
    use.write_text(
        "import tidewaiter\n"
        "from tidewaiter.api import identify, law, open_database, screen\n"
        "from tidewaiter.base.errors import install_command\n"
        'reveal_type(install_command("chem"))\n'
        "reveal_type(tidewaiter.__version__)\n"
        'reveal_type(identify(["acetone"]))\n'
        'reveal_type(screen("acetone", day="2026-03-01").columns)\n'
        'reveal_type(open_database("tide.db").alerts())\n'
        'law("acetone", day=7)\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(use)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    shown = done.stdout.replace("builtins.", "")
    told = re.findall(r'Revealed type is "(.+)"', shown)
    frame = "tidewaiter.api.frames.Frame"
    assert told == ["str", "str", frame, "tuple[str, ...]", frame]
    assert re.findall(r"error: .+ \[(.+)\]", shown) == ["arg-type"], shown  # of the day alone
