"""What each directive of facts is made of: Markdown that is parsed where it stands, and tables."""

from collections.abc import Iterable, Iterator, Sequence

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

Row = Sequence[str]


class Facts(SphinxDirective):
    """A directive that prints Markdown made from facts."""

    required_arguments = 1
    final_argument_whitespace = False

    def run(self) -> list[nodes.Node]:
        """Parse what `lines` gives as if it stood in the page."""
        source, _ = self.get_source_info()
        room = nodes.Element()
        self.state.nested_parse(StringList(list(self.lines()), source), 0, room)
        return list(room.children)

    def lines(self) -> Iterator[str]:
        """Give the lines of Markdown."""
        raise NotImplementedError


def table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(_cell(text) for text in row) + " |"


def _cell(text: str) -> str:
    """Return text that stays in its cell and is taken as it stands, but for code."""
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if flat.startswith("`") else flat.replace("<", "&lt;").replace("*", "\\*")
