"""What tests of PDF need: the extra that writes it, and what that needs of the system."""

import shutil
import subprocess

import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.report.pages import pdf_of


def _writes_pdf() -> bool:
    try:
        return pdf_of("<p>x</p>").startswith(b"%PDF")
    except InputError:
        return False


needs_pdf = pytest.mark.skipif(not _writes_pdf(), reason="the extra pdf, or Pango, is missing")


def has_letters_of(language: str) -> bool:
    """Return whether a font on this machine has the letters of a language."""
    listing = shutil.which("fc-list")
    if listing is None:
        return False
    asked = [listing, f":lang={language}", "file"]
    return bool(subprocess.run(asked, check=False, capture_output=True).stdout.strip())
