"""Data flows one way: a package imports those below it, and each library has one home."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_every_contract_is_kept(tmp_path: Path) -> None:
    """No import of the package breaks a contract of pyproject.toml."""
    command = [sys.executable, "-c", _RUN, "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert kept is not None
    assert int(kept[1]) > 0


def test_every_package_has_a_layer() -> None:
    """A new package or module at the top must say where it stands among the layers."""
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = contracts[contracts.index("layers = [") :].partition("]")[0]
    for place in (ROOT / "src" / "tidewaiter").iterdir():
        package = place.is_dir() and (place / "__init__.py").is_file()
        module = place.suffix == ".py" and not place.name.startswith("__")
        if package or module:
            assert re.search(rf"\btidewaiter\.{place.stem}\b", layers), place.name
