"""What tests of PDF need: the extra that writes it, and what that needs of the system."""

import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.report.paper import pdf_of


def _writes_pdf() -> bool:
    try:
        return pdf_of("<p>x</p>").startswith(b"%PDF")
    except InputError:
        return False


needs_pdf = pytest.mark.skipif(not _writes_pdf(), reason="the extra pdf, or Pango, is missing")
