"""Notices at the command line: read from a file, and told in a line."""

from pathlib import Path

import click

from tidewaiter.cli.table import as_line
from tidewaiter.exchange.notices.shapes import NoticeFile
from tidewaiter.exchange.notices.xml import read_xml
from tidewaiter.store.noticerows import Kept


def tell(kept: Kept) -> None:
    """Say how a notice stands."""
    state = kept.state
    due = f", answer by {state.reply_by}" if state.reply_by else ""
    waits = f", waits for the {state.waits_for}" if state.waits_for else ""
    line = f"notice {kept.row.number} ({kept.row.reference}), version {state.version}"
    click.echo(as_line(f"{line}: {state.name}{due}{waits}"))


def read_notice(path: Path) -> NoticeFile:
    """Read a notice from a file.

    Raises:
        InputError: It is none.
    """
    return read_xml(path.read_bytes(), path.name)
