"""Build with the wheel: the C functions, and what the first start would otherwise compile.

C is compiled by a compiler of the machine, or else that of ziglang.
"""

import os
import re
import subprocess
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SOURCES = Path("src")
_PLACE = _SOURCES / "tidewaiter" / "native"
_DOCS = Path("docs")
_SHIPPED = (
    "*.md",
    "background/*.md",
    "how-to/*.md",
    "images/*",
    "readers/*.md",
    "reference/*.md",
    "tutorial/*.md",
)
_PREBUILT = _SOURCES / "tidewaiter" / "prebuilt"
# What prebuilding imports, all of it a dependency of the package too.
_COMPILING = {
    "anyascii",
    "msgspec",
    "numpy",
    "platformdirs",
    "pyarrow",
    "pypinyin",
    "rapidfuzz",
    "rdkit",
}


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the library to a wheel, which then fits one system and any Python 3."""

    def dependencies(self) -> list[str]:
        """Return what the build needs: a compiler from the package index where there is none."""
        needed = [each for each in self.metadata.core.dependencies if _name(each) in _COMPILING]
        return needed if self._library().compiler() else [*needed, "ziglang>=0.13"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the library and the lexicon, for an editable installation where they are used."""
        if self.target_name != "wheel":
            return
        built = self._library().build()
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"
        build_data["force_include"][str(built)] = f"tidewaiter/native/{built.name}"
        if version != "editable":  # there the pages read the folder itself
            build_data["force_include"] |= self._documents()
        if self._prebuild():
            build_data["force_include"][str(Path(self.root, _PREBUILT))] = "tidewaiter/prebuilt"

    def _documents(self) -> dict[str, str]:
        """Return where the documents go that the pages show as help."""
        docs = Path(self.root, _DOCS)
        found = (file for some in _SHIPPED for file in sorted(docs.glob(some)))
        return {str(file): f"tidewaiter/docs/{file.relative_to(docs)}" for file in found}

    def _prebuild(self) -> bool:
        """Compile the lexicon; without it, the first start does, which is no reason to fail."""
        sources = os.pathsep.join([str(Path(self.root, _SOURCES)), *sys.path])
        made = subprocess.run(
            [sys.executable, "-m", "tidewaiter.identify.prebuilding"],
            env={**os.environ, "PYTHONPATH": sources},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            self.app.display_warning(f"the first start will compile the lexicon: {made.stderr}")
        return made.returncode == 0

    def _library(self) -> ModuleType:
        """Load the module that compiles, without the package, which is not installed yet."""
        spec = spec_from_file_location("library", Path(self.root, _PLACE, "library.py"))
        assert spec is not None and spec.loader is not None  # noqa: PT018, S101
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


def _name(requirement: str) -> str:
    """Return the name of a package in a requirement: "numpy>=1.26,<3"."""
    return re.split(r"[^\w-]", requirement, maxsplit=1)[0]


def _platform() -> str:
    """Return the tag of this system, as pip names it."""
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
