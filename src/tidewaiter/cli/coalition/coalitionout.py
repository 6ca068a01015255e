"""Showing the coalition: boards, members and packs, for the commands that end in them."""

from datetime import date
from pathlib import Path

import click

from tidewaiter.cli.coalitiontables import board_tables, console, group_table, member_table
from tidewaiter.cli.papers import write_page
from tidewaiter.cli.table import as_line
from tidewaiter.coalition.board import Period
from tidewaiter.coalition.members import PATIENCE
from tidewaiter.report.boards import board_view
from tidewaiter.report.library import words_of
from tidewaiter.report.memberviews import group_view, member_view
from tidewaiter.report.pack import render_pack
from tidewaiter.store.coalition import Reader, known_nodes
from tidewaiter.store.packs import names_of, read_board, read_members, read_pack
from tidewaiter.substances.changes import Change, changes_of
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.registry import Registry, load_registry


def show_members(reader: Reader, day: date, *, patience: int = PATIENCE) -> None:
    """Print who takes part on a day, and the working groups."""
    found = read_members(reader, day, patience=patience)
    out = console()
    out.print(member_table(map(member_view, found.members)))
    if found.groups:
        out.print()
        out.print(group_table(map(group_view, found.groups)))


def show_board(reader: Reader, period: Period, day: date) -> None:
    """Print the board of a period, as it stood on a day."""
    found = read_board(reader, period, day)
    view = board_view(found, names_of(known_nodes(reader)))
    out = console()
    out.print(f"Notices first sent from {period.since} until before {period.until}, on {day}\n")
    for table in board_tables(view):
        out.print(table)
        out.print()
    out.print("* some have no answer yet: those that wait count for as long as they have waited")
    if view.no_calendar:
        out.print(f"Holidays are not known of: {view.no_calendar}", markup=False)


def write_pack(
    reader: Reader, period: Period, day: date, place: Path, *, language: str = "en"
) -> None:
    """Write the meeting pack of a day into a file, .html or .pdf."""
    registry = load_registry()
    found = read_pack(reader, period, day, laws_of(registry))
    page = render_pack(found, words_of(registry), spoken=language)
    write_page(page, place, "pack")
    click.echo(as_line(f"{place}: {len(found.board.pairs)} pairs, {len(found.members)} members"))


def laws_of(registry: Registry) -> list[Change]:
    """Return the changes of the law that a timeline shows."""
    return changes_of(registry, load_lawbook(registry))
