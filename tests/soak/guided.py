"""Target of atheris: the first byte of its input selects the reader, the others are the file.

It is started by tests.soak.readers, with the flags of libFuzzer.

It runs in a child process: libFuzzer checks the peak memory of the process, which in Linux starts
with that of the parent process. A child's starts from zero.
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
