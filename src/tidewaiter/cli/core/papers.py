"""Writing a page into a file: as HTML, or as PDF where its name ends so."""

from pathlib import Path

from tidewaiter.base.files import replacing
from tidewaiter.report.paper import pdf_of


def write_page(page: str, place: Path, what: str) -> None:
    """Write a page of HTML into a file, .html or .pdf.

    Args:
        page: Of HTML that holds all that it shows.
        place: The file.
        what: What it is, for an error.

    Raises:
        InputError: What writes PDF is not installed.
        OutputError: The file cannot be written.
    """
    held = pdf_of(page) if place.suffix.lower() == ".pdf" else page.encode()
    with replacing(place, what) as part:
        part.write_bytes(held)
