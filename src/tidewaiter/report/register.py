"""Annual figures of a register as CSV."""

from collections.abc import Sequence
from typing import BinaryIO

from tidewaiter.base.safe_text import neutralise
from tidewaiter.exchange.register.annual import Figures, form_rows, sheet_rows
from tidewaiter.report.alerts.exports import CsvTable


def write_annual(file: BinaryIO, figures: Sequence[Figures], *, form: bool) -> None:
    """Write a year as CSV.

    Args:
        file: Binary file.
        figures: Figures of the year.
        form: Only the columns of UN Form D that are confirmed.
    """
    titles, *rows = form_rows(figures) if form else sheet_rows(figures)
    CsvTable(file, titles).rows([[neutralise(cell) for cell in row] for row in rows])


def unsure(figures: Sequence[Figures]) -> int:
    """Count the shipments and incidents outside the totals because their content is not known."""
    return sum(
        len(total.open)
        for each in figures
        for total in (each.seized, each.stopped, each.imports, each.exports)
    )
