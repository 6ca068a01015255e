"""RDKit's log: kept from the user's terminal, and read where it alone says what is wrong."""

import logging
import re
import threading
from collections.abc import Callable

from rdkit import rdBase

_LOCK = threading.Lock()
_CLOCK = re.compile(r"^\[[0-9:]+\] ")
_NOISE = ("check for mistakes", "Failed parsing", "for input:")


class _Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(_CLOCK.sub("", record.getMessage().strip()))


def quiet() -> rdBase.BlockLogs:
    """Return a context in which RDKit writes nothing to standard error."""
    return rdBase.BlockLogs()


def said(work: Callable[[], object]) -> list[str]:
    """Do some work of RDKit, and return the lines that it logs.

    Only for what fails: it is slow, and afterwards RDKit logs to standard error once more, as it
    does unless told otherwise.
    """
    logger, handler = logging.getLogger("rdkit"), _Lines()
    with _LOCK:
        kept = logger.handlers, logger.propagate
        logger.handlers, logger.propagate = [handler], False
        rdBase.LogToPythonLogger()
        try:
            work()
        finally:
            rdBase.LogToCppStreams()
            logger.handlers, logger.propagate = kept
    return handler.lines


def reason(lines: list[str]) -> str:
    """Choose from logged lines the one that says why.

    Args:
        lines: As logged, like "SMILES Parse Error: unclosed ring for input: 'C1CC'".
    """
    for line in lines:
        text = line.partition("Error: ")[2] or line
        text = text.partition(" for input:")[0].partition(" while parsing:")[0].strip()
        if text and not text.startswith(_NOISE):
            return text
    return ""
