"""Assessment sheets of `tidewaiter law`: one page, or a folder of them. Loads RDKit."""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import making, replacing
from tidewaiter.bulk.sheets import Page, Printing, press_sheet, printing_of, sheet_of
from tidewaiter.report.sheets import INDEX, Listed, file_of, render_index
from tidewaiter.substances.questions import Found, Question
from tidewaiter.substances.rulings import Compound


def printing_today(question: Question, own: tuple[Path, ...], file: str = "") -> Printing:
    """Return what is printed today on each sheet of a run, as `printing_of` does."""
    today = date.today()  # noqa: DTZ011 - the user's own calendar
    return printing_of(question, own, today, file)


def write_sheet(
    path: Path, text: str, found: tuple[Found, ...] | InputError, printing: Printing
) -> None:
    """Write the page on one text, or on why it is not assessable.

    Args:
        path: Of the page.
        text: What was asked about.
        found: What it was found to be, or why it was not.
        printing: What is printed.

    Raises:
        OutputError: The page cannot be written.
    """
    page = press_sheet(sheet_of(text, found, printing), printing)
    with replacing(path, str(os.getpid())) as part:
        part.write_text(page.html, encoding="utf-8", newline="\n")


def write_sheets(
    folder: Path, pages: Iterable[Page], printing: Printing, take: Callable[[Compound], None]
) -> None:
    """Write a folder of sheets and their index, whole or not at all, as the sheets come.

    Args:
        folder: New, or empty.
        pages: The sheets, in the file's order.
        printing: What is printed.
        take: Gets each compound.

    Raises:
        OutputError: The folder cannot be written.
    """

    def entries(part: Path) -> Iterator[Listed]:
        for number, page in enumerate(pages, 1):
            file = file_of(number)
            (part / file).write_text(page.html, encoding="utf-8", newline="\n")
            take(page.compound)
            yield Listed(number=number, file=file, compound=page.compound)

    with making(folder, str(os.getpid())) as part:  # noqa: SIM117 - the index closes first
        with (part / INDEX).open("w", encoding="utf-8", newline="\n") as index:
            index.writelines(render_index(entries(part), printing.imprint))
