"""Text documents as a web page: their paragraphs and tables, which the reader of pages opens."""

from html import escape

from tidewaiter.base.errors import InputError

LONGEST = 64 << 20
"""Maximum letters of a document."""


class Page:
    """A page under way."""

    def __init__(self, name: str) -> None:
        self._parts: list[str] = ["<html><body>"]
        self._letters = 0
        self._name = name
        self._cells: list[int] = []  # place of the last cell of each open table

    def text(self, text: str) -> None:
        """Add a piece of text.

        Raises:
            InputError: The document is too long.
        """
        self._letters += len(text)
        if self._letters > LONGEST:
            raise InputError("trade/unknown-document-too-long", most=LONGEST >> 20, at=self._name)
        self._parts.append(escape(text, quote=False))

    def space(self) -> None:
        """Set apart what follows."""
        self._parts.append(" ")

    def paragraph(self) -> None:
        """End a paragraph."""
        self._parts.append("<p>")

    def start_table(self) -> None:
        """Start a table, or one in a cell."""
        self._cells.append(0)
        self._parts.append("<table>")

    def start_row(self) -> None:
        """Start a row."""
        self._parts.append("<tr>")

    def start_cell(self, columns: int = 1) -> None:
        """Start a cell.

        Args:
            columns: Number of columns it spans.
        """
        if self._cells:
            self._cells[-1] = len(self._parts)
        self._parts.append(_cell(columns))

    def widen_cell(self, columns: int) -> None:
        """State how many columns the last cell spans, if its start did not."""
        if self._cells and self._cells[-1]:
            self._parts[self._cells[-1]] = _cell(columns)

    def end_table(self) -> None:
        """End a table."""
        if self._cells:
            self._cells.pop()
            self._parts.append("</table>")

    def data(self) -> bytes:
        """Return the page."""
        return "".join(self._parts).encode("utf-8", "replace")

    @property
    def is_empty(self) -> bool:
        """Return whether it has no text."""
        return not self._letters


def _cell(columns: int) -> str:
    return f'<td colspan="{columns}">' if columns > 1 else "<td>"
