"""Write the declarations of C functions from their signatures in Python.

Run ``python -m tools.native_headers`` after a change of a function marked `native`, of a named
tuple that it takes, or of a constant that its module names in `CONSTANTS`; then ``python -m
tidewaiter.native.library``.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from tidewaiter.native.calls import marked
from tidewaiter.native.layout import header
from tidewaiter.native.library import ROOT

HEADER = ROOT / "native" / "records.h"
_FIRST = "/* Made by `python -m tools.native_headers` from Python signatures: do not edit. */\n"


def text() -> str:
    """Return what the header holds."""
    constants: list[tuple[str, float | np.uint64]] = []
    for path in sorted(ROOT.rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        if "import native\n" in code or "\nCONSTANTS" in code:
            constants += _constants(importlib.import_module(_module(path)))
    ours = (each for each in marked() if each.function.__module__.startswith("tidewaiter."))
    return _FIRST + header(((each.name, each.function) for each in ours), constants)


def _constants(module: ModuleType) -> Iterator[tuple[str, float | np.uint64]]:
    """Yield the constants that a module shares with C, as ``MODULE_NAME``."""
    place = module.__name__.rpartition(".")[2].upper()
    for name in getattr(module, "CONSTANTS", ()):
        yield f"{place}_{name.lstrip('_')}", getattr(module, name)


def _module(path: Path) -> str:
    return ".".join(("tidewaiter", *path.relative_to(ROOT).with_suffix("").parts))


if __name__ == "__main__":
    HEADER.write_text(text(), encoding="utf-8")
