"""Where the answers of `tidewaiter law` go: a file in the format of its suffix, or a pipe."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, replacing, writing
from tidewaiter.report.answers import AnswerWriter, JsonAnswers, answer_writer, check_format

_PAGES = (".html", ".htm")


def check_out(out: Path | None, kept: Mapping[str, Path | None]) -> None:
    """Check, before a long run, that answers can go where they are to.

    Args:
        out: Where they are to go; None: standard output.
        kept: What must stay as it is, by its name in an error.

    Raises:
        InputError: Its suffix names no format, or it is one of these.
        OutputError: A pipe or a device stands there.
    """
    if out is not None:
        check_format(out)
        check_apart({"--out": out}, {name: path for name, path in kept.items() if path})


def check_page(path: Path, kept: Mapping[str, Path | None]) -> None:
    """Check that a page can be written; `kept` must stay as it is.

    Raises:
        InputError: Its suffix is not that of a page, or it is one of `kept`.
        OutputError: A pipe or a device stands there.
    """
    if path.suffix.lower() not in _PAGES:
        raise InputError(
            f'"{path.suffix}" is not the suffix of a page',
            at=str(path),
            hint=f"end the name in {' or '.join(_PAGES)}; a browser prints it, to PDF too",
        )
    check_apart({"--sheet": path}, {name: each for name, each in kept.items() if each})


@contextmanager
def answers_to(out: Path | None) -> Iterator[AnswerWriter]:
    """Open what takes the answers: a file that appears when it is whole, or standard output.

    Raises:
        OutputError: It cannot be written.
    """
    if out is None:
        with writing("standard output"):
            yield JsonAnswers(sys.stdout.buffer)
        return
    with replacing(out, str(os.getpid())) as part, answer_writer(part) as writer:
        yield writer
