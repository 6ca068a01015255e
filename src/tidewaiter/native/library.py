"""The shared library: built from the C files of this package when it is installed.

Run ``python -m tidewaiter.native.library`` after a change of C code. It needs a C compiler: $CC,
cc, or else the package ziglang, which holds one. This module imports the standard library only, so
that the build of a wheel can run it.
"""

import hashlib
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
FOLDERS = ("native", "identify/engine", "parties/matching/kernels")  # where there is C code
# Sums of fractions must not depend on the processor: no fused operations, no reordering.
_OPTIONS = ("-std=c11", "-O3", "-shared", "-ffp-contract=off", "-fvisibility=hidden")
_ANY_CPU = "-mcpu=baseline"  # Zig would take all that the builder's own processor can do
STRICT = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-function")
"""For those who change C code: an installation must not fail by a warning of a new compiler."""


def sources() -> list[Path]:
    """Return the C files, in order."""
    return _files("*.c")


def headers() -> list[Path]:
    """Return the header files, in order."""
    return _files("*.h")


def _files(pattern: str) -> list[Path]:
    return sorted(each for folder in FOLDERS for each in (ROOT / folder).glob(pattern))


def digest() -> str:
    """Return a digest of all that the library is built from."""
    total = hashlib.sha256()
    for each in (*sources(), *headers()):
        total.update(each.name.encode() + b"\0" + each.read_bytes() + b"\0")
    return total.hexdigest()[:32]


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
            f'-DSOURCES="{digest()}"',
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
    """Return whether the library is built from the files that there are.

    Functions that lay out arrays in another way than their callers would read foreign memory.
    """
    built = ROOT / "native" / LIBRARY
    return built.is_file() and f"sources {digest()}".encode() in built.read_bytes()


if __name__ == "__main__":
    build(Path(__file__).parent, *STRICT)
