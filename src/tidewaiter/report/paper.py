"""Paper: a page of ours as PDF."""

from tidewaiter.base.errors import InputError
from tidewaiter.base.extras import install_command


def pdf_of(page: str) -> bytes:
    """Write a page of ours as PDF; nothing is loaded for it.

    Raises:
        InputError: What writes PDF is not installed, or not what it needs of the system.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an extra, and slow to load
    except (ImportError, OSError) as error:  # an OSError: Pango is missing
        hint = f"{install_command('pdf')}, and install Pango; or name a file ending in .html"
        raise InputError("nothing here writes PDF", hint=hint) from error
    return bytes(HTML(string=page, url_fetcher=_nothing).write_pdf())


def _nothing(url: str, **_: object) -> dict[str, object]:
    """Load nothing, whatever a page names."""
    raise ValueError(f"nothing is loaded for a page: {url[:60]}")
