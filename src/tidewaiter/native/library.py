"""The shared library: built from the C files of this package when it is installed.

Run ``python -m tidewaiter.native.library`` after a change of C code. It needs a C compiler: $CC,
cc, or else the package ziglang, which holds one. This module imports the standard library only, so
that the build of a wheel can run it.
"""

import os
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = f"kernels{SUFFIX}"
ROOT = Path(__file__).resolve().parent.parent
# Sums of fractions must not depend on the processor: no fused operations, no reordering.
_OPTIONS = ("-std=c11", "-O3", "-shared", "-ffp-contract=off", "-fvisibility=hidden")
_ANY_CPU = "-mcpu=baseline"  # Zig would take all that the builder's own processor can do
STRICT = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-function")
"""For those who change C code: an installation must not fail by a warning of a new compiler."""


def sources() -> list[Path]:
    """Return the C files, in order."""
    return sorted(ROOT.rglob("*.c"))


def headers() -> list[Path]:
    """Return the header files, in order."""
    return sorted(ROOT.rglob("*.h"))


def compiler() -> list[str] | None:
    """Return the command of a C compiler; None if there is none."""
    if named := os.environ.get("CC"):
        return shlex.split(named)
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return [found]
    return [sys.executable, "-m", "ziglang", "cc", _ANY_CPU] if find_spec("ziglang") else None


def build(into: Path = Path(__file__).parent, *options: str) -> Path:
    """Compile the library.

    Args:
        into: Folder for the library, which is replaced atomically.
        options: More options of the compiler, such as ``-fsanitize=address``.

    Returns:
        Its path.

    Raises:
        RuntimeError: There is no compiler, or it failed.
    """
    command = compiler()
    if command is None:
        msg = "no C compiler: install one (Debian: apt install gcc), or pip install ziglang"
        raise RuntimeError(msg)
    target = into / LIBRARY
    work = into / f".{os.getpid()}-{LIBRARY}"
    position = () if sys.platform == "win32" else ("-fPIC",)
    run = subprocess.run(  # noqa: S603  # the compiler of whoever builds
        [
            *command,
            *_OPTIONS,
            *position,
            *options,
            f"-I{ROOT}",
            *map(str, sources()),
            "-o",
            str(work),
            *(() if sys.platform == "win32" else ("-lm",)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        work.unlink(missing_ok=True)
        raise RuntimeError(run.stderr[-4000:])
    work.replace(target)
    return target


def is_current() -> bool:
    """Return whether the library is newer than all that it is built from."""
    built = ROOT / "native" / LIBRARY
    if not built.is_file():
        return False
    made = built.stat().st_mtime_ns
    return all(each.stat().st_mtime_ns <= made for each in (*sources(), *headers()))


if __name__ == "__main__":
    build(Path(__file__).parent, *STRICT)
