"""Faults of ours: told in one line, with a status of their own and the trace in a file."""

import os
import tempfile
import traceback
from pathlib import Path

import click

from tidewaiter.report.characters import visible

FAULT = 70  # as sysexits.h has it: an error in the program itself
REPORT = "https://tidewaiter.readthedocs.io/en/latest/reference/commands.html#faults"
_LONGEST = 300  # characters of what an error says


def tell_fault(error: BaseException) -> None:
    """Say that Tidewaiter itself is at fault, and where its trace is.

    The trace goes to a file that nobody else may read; to standard error where none can be made.
    """
    trace = "".join(traceback.format_exception(error))
    try:
        place = f"the trace in {_kept(trace)}"
    except OSError:
        click.echo(visible(trace), err=True, nl=False)
        place = "the trace above"
    said = visible(" ".join(f"{type(error).__name__}: {error}".split()))[:_LONGEST]
    click.echo(
        f"fault: {said}: this is a fault of Tidewaiter, not of your files; "
        f"please report it with {place}: {REPORT}",
        err=True,
    )


def _kept(trace: str) -> Path:
    number, name = tempfile.mkstemp(prefix="tidewaiter-fault-", suffix=".txt")
    with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(trace)
    return Path(name)
