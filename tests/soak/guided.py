"""What atheris runs: the first byte of what it makes chooses the reader, the others are the file.

It is started by tests.soak.readers, with the flags of libFuzzer.

It looks in a child of its own: libFuzzer asks for the most memory a process ever had, which in
Linux begins with that of the process that started it. A child's begins anew.
"""

import os
import sys

if __name__ == "__main__" and (child := os.fork()):
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

import atheris

with atheris.instrument_imports(include=["tidewaiter.trade"]):
    from tests.soak.readers import TARGETS, check


def read(raw: bytes) -> None:
    """Read a file by the reader that its first byte chooses."""
    if raw:
        check(TARGETS[raw[0] % len(TARGETS)], raw[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()
