"""Plug-ins for tests: in this process, or the example packages as if pip had installed them."""

import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from tidewaiter.base import plugins

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "plugins"


def plug_in(patch: pytest.MonkeyPatch, group: str, things: Mapping[str, object]) -> None:
    """Let a package "guest 1.0" bring things, by name, for one test.

    Args:
        patch: Of the test.
        group: Of entry points.
        things: Records; an error is raised where its plug-in is imported.
    """
    patch.setitem(
        sys.modules, "guest", _Module(**{f"it_{i}": x for i, x in enumerate(things.values())})
    )
    made = tuple(
        plugins.Plugin(group, name, "guest", "1.0", EntryPoint(name, f"guest:it_{i}", group))
        for i, name in enumerate(things)
    )
    usual = plugins.installed
    for module in [m for name, m in sys.modules.items() if name.startswith("tidewaiter.")]:
        if getattr(module, "installed", None) is usual:  # wherever it was imported by name
            patch.setattr(module, "installed", lambda: made)
    plugins._imported.cache_clear()


class _Module(SimpleNamespace):
    def __getattribute__(self, name: str) -> object:
        found = super().__getattribute__(name)
        if isinstance(found, Exception):
            raise found
        return found


def install_examples(site: Path, *names: str) -> str:
    """Make example packages importable from a folder, with the metadata that pip would write.

    Args:
        site: A folder to put on PYTHONPATH.
        names: Of folders in examples/plugins; none: all.

    Returns:
        What PYTHONPATH must be: the folder, and the sources of each package.
    """
    paths = [str(site)]
    for folder in sorted(EXAMPLES.iterdir()) if not names else [EXAMPLES / each for each in names]:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir(parents=True)
        head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (info / "METADATA").write_text(head, encoding="utf-8")
        lines = [
            f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in found.items())
            for group, found in project["entry-points"].items()
        ]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        paths.append(str(folder / "src"))
    return ":".join(paths)
