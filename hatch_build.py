"""Build the C functions with the wheel: by a C compiler of the machine, or else that of ziglang."""

import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PLACE = Path("src", "tidewaiter", "native")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the library to a wheel, which then fits one system and any Python 3."""

    def dependencies(self) -> list[str]:
        """Return what the build needs: a compiler from the package index where there is none."""
        return [] if self._library().compiler() else ["ziglang>=0.13"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the library, for an editable installation where it is looked for."""
        del version
        if self.target_name != "wheel":
            return
        built = self._library().build()
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"
        build_data["force_include"][str(built)] = f"tidewaiter/native/{built.name}"

    def _library(self) -> ModuleType:
        """Load the module that compiles, without the package, which is not installed yet."""
        spec = spec_from_file_location("library", Path(self.root, _PLACE, "library.py"))
        assert spec is not None and spec.loader is not None  # noqa: PT018, S101
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


def _platform() -> str:
    """Return the tag of this system, as pip names it."""
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
