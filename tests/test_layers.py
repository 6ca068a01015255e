"""Data flows one way: a package imports those below it, and each library has one home."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tidewaiter"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HOMES: Mapping[str, Sequence[str]] = PROJECT["tool"]["tidewaiter"]["homes"]
MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(SOURCE.rglob("*.py"))
}
_RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"
_PLAIN = sys.stdlib_module_names | {"tidewaiter"}


def _imported(source: str) -> Iterator[str]:
    """Yield the dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def breaches(module: str, source: str) -> list[str]:
    """List what a module imports without being in its home; "" is home to every module."""
    found = []
    for name in dict.fromkeys(_imported(source)):
        library = next((each for each in HOMES if f"{name}.".startswith(f"{each}.")), None)
        if library is None:
            if name.partition(".")[0] not in _PLAIN:
                found.append(f"{name} has no home")
        elif not any(f"{module}.".startswith(f"{home}.") or not home for home in HOMES[library]):
            found.append(f"{library} lives in {', '.join(HOMES[library])}")
    return found


def _lint(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a folder that holds pyproject.toml and src."""
    command = [sys.executable, "-c", _RUN, "--cache-dir", str(cache)]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_kept(tmp_path: Path) -> None:
    """No import of the package breaks a contract of pyproject.toml."""
    done = _lint(ROOT, tmp_path)
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert kept is not None
    assert int(kept[1]) > 0


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("base.records", "from tidewaiter.law.registry import Registry"),
        ("law.registry", "from tidewaiter.parties.addresses import *"),
        ("trade.types", "from tidewaiter.casework.decisions import *"),
        ("store.audit", "from tidewaiter.bulk.processes import *"),
        ("report.pages", "from tidewaiter.web.core.app import make_app"),
        ("web.core.app", "from tidewaiter.cli.core.main import main"),
    ],
)
def test_an_import_upwards_breaks_the_contract(module: str, line: str, tmp_path: Path) -> None:
    """A copy of the package with one import to a floor above, or beside, is refused."""
    shutil.copytree(SOURCE, tmp_path / "src" / "tidewaiter", ignore=_no_data)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / MODULES[module].relative_to(ROOT)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = _lint(tmp_path, tmp_path / "cache")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 broken" in done.stdout


def _no_data(folder: str, names: list[str]) -> list[str]:
    del folder
    return [each for each in names if "." in each and not each.endswith(".py")]


def test_a_new_package_must_have_a_floor(tmp_path: Path) -> None:
    """A package that no layer names is refused on the day that it is made."""
    shutil.copytree(SOURCE, tmp_path / "src" / "tidewaiter", ignore=_no_data)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    new = tmp_path / "src" / "tidewaiter" / "newcomer"
    new.mkdir()
    (new / "__init__.py").write_text('"""New."""\n', encoding="utf-8")
    done = _lint(tmp_path, tmp_path / "cache")
    assert done.returncode == 1
    assert "newcomer" in done.stdout


def test_each_library_stays_in_its_home() -> None:
    """A module imports only libraries with their home there, by the table in pyproject.toml."""
    found = {
        module: breaches(module, path.read_text(encoding="utf-8"))
        for module, path in MODULES.items()
    }
    assert {module: those for module, those in found.items() if those} == {}


def test_a_forbidden_import_is_seen() -> None:
    """A copy of any module that imports what lives elsewhere, in a function too, is refused."""
    for module, path in MODULES.items():
        foreign = [
            library
            for library, homes in HOMES.items()
            if not any(f"{module}.".startswith(f"{home}.") or not home for home in homes)
        ]
        assert len(foreign) > 40
        lines = [f"    import {each}.part" for each in foreign]
        source = path.read_text(encoding="utf-8")
        copy = "\n".join([source, "def late():", *lines, "import nobody_knows_it", ""])
        assert sorted(breaches(module, copy)) == sorted(
            [
                *(f"{each} lives in {', '.join(HOMES[each])}" for each in foreign),
                "nobody_knows_it has no home",
            ]
        ), module


def test_every_home_is_a_place() -> None:
    """Each home is a package or module that there is, and each library is used in it."""
    used = {
        module: set(_imported(path.read_text(encoding="utf-8"))) for module, path in MODULES.items()
    }
    for library, homes in HOMES.items():
        for home in homes:
            inside = [each for each in MODULES if not home or f"{each}.".startswith(f"{home}.")]
            assert any(
                f"{name}.".startswith(f"{library}.") for each in inside for name in used[each]
            ), (library, home)
