"""Write the declarations of C functions from their signatures in Python.

Run ``python -m tools.native_headers`` after a change of a function marked `native`, or of a named
tuple that it takes; then ``python -m tidewaiter.native.library``.
"""

import importlib
from pathlib import Path

from tidewaiter.native.calls import marked
from tidewaiter.native.layout import header
from tidewaiter.native.library import ROOT

HEADER = ROOT / "native" / "records.h"
_FIRST = "/* Made by `python -m tools.native_headers` from Python signatures: do not edit. */\n"


def text() -> str:
    """Return what the header holds."""
    for path in sorted(ROOT.rglob("*.py")):
        if "import native" in path.read_text(encoding="utf-8"):
            importlib.import_module(_module(path))
    return _FIRST + header((each.name, each.function) for each in marked())


def _module(path: Path) -> str:
    return ".".join(("tidewaiter", *path.relative_to(ROOT).with_suffix("").parts))


if __name__ == "__main__":
    HEADER.write_text(text(), encoding="utf-8")
