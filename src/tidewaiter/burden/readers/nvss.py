"""Death records of the United States (multiple cause of death), as NCHS publishes them by year."""

from io import BytesIO

from tidewaiter.base.errors import InputError
from tidewaiter.burden.deaths.counting import Cells, count_deaths
from tidewaiter.burden.deaths.figures import figures_of
from tidewaiter.burden.deaths.layouts import find_year
from tidewaiter.burden.deaths.streams import pieces
from tidewaiter.burden.deaths.tables import KEEP
from tidewaiter.burden.types import Reading

SOURCE = "nchs-deaths"
_START = 4096


def is_nvss(content: bytes) -> bool:
    """Tell whether this is a file of death records, plain or packed, by its first line."""
    try:
        start = next(pieces(BytesIO(content), "", _START), b"")
    except InputError:
        return False
    line = start.split(b"\n", 1)[0].removesuffix(b"\r")
    return find_year(line) is not None


def read_nvss(content: bytes, name: str) -> Reading:
    """Code and count a year of death records.

    Args:
        content: The file, plain, .gz or .zip.
        name: Its name, for messages.

    Returns:
        Its figures: `figures.figures_of`.

    Raises:
        InputError: It is no such file, or it holds no death that could be read.
    """
    cells: Cells | None = None
    for found in count_deaths(pieces(BytesIO(content), name), name, KEEP):
        cells = found if isinstance(found, Cells) else None
    if cells is None or not len(cells.deaths):
        raise InputError("no record could be read", at=name, hint="download the file again")
    figures = figures_of(cells)
    return Reading(source=SOURCE, figures=figures, notes=cells.notes, released=None, told=False)
