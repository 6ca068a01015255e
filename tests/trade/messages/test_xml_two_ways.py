"""XML is cut into tags by us once expat has accepted it; expat's own calls must agree."""

import io
from collections.abc import Sequence
from xml.parsers import expat

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.types import Refusal

# An item of ASYCUDA with elements that no layout knows: all of them are kept.
PIECES = st.sampled_from(
    [
        "<a>",
        "</a>",
        "<b>",
        "</b>",
        "<b x='1'>",
        "<a y = \"2>'3\" z='&lt;\"&#10;\t'\n>",
        "<a/>",
        "<n:b/>",
        "<b x='7'/>",
        "<n:b>",
        "</n:b >",
        "</a>t<b>",
        " ",
        "\n  ",
        "\r\n",
        "t",
        "é",
        "> ",
        "]]&gt;",
        "&amp;",
        "&#60;/a>",
        "&#x3c;b>",
        "<!-- <b> > -->",
        "<?do <a> ?>",
        "<!---->",
        "<![CDATA[</a> & <b>\r\n]]>",
        "<![CDATA[]]>",
        "<?xml ?>",
        "<!x>",
        "&no;",
        "&",
        "<a",
        "'",
    ]
)
NAMES = st.sampled_from(["a", "b", "n:b"])


def balanced(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put what there is into an element."""
    body = st.lists(inner, max_size=4).map("".join)
    return st.tuples(NAMES, st.sampled_from(["", " x='1'"]), body).map(
        lambda told: f"<{told[0]}{told[1]}>{told[2]}</{told[0]}>"
    )


BODIES = st.lists(st.recursive(PIECES, balanced, max_leaves=12), max_size=5).map("".join)


def by_calls(raw: bytes) -> list[tuple[str, str]]:
    """Read by what expat calls: texts and attributes with their paths, up to an error."""
    kept: list[tuple[str, str]] = []
    path: list[str] = []
    texts: list[str] = []
    waiting: list[tuple[str, str]] = []

    def start(name: str, found: Sequence[str]) -> None:
        kept.extend(waiting)
        texts.clear()
        path.append(name.rpartition(":")[2])
        pairs = zip(found[::2], found[1::2], strict=True)
        waiting[:] = [("/".join(path[1:]) + "@" + key, value) for key, value in pairs]

    def end(_: str) -> None:
        if (text := "".join(texts).strip()) and len(path) > 1:
            kept.append(("/".join(path[1:]), text))
        kept.extend(waiting)
        texts.clear()
        waiting.clear()
        path.pop()

    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = texts.append
    parser.Parse(raw, True)
    return kept


class Slow(io.BytesIO):
    """A file that gives few bytes at a time."""

    def __init__(self, raw: bytes, size: int) -> None:
        super().__init__(raw)
        self.size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """Give the next bytes."""
        return super().read(self.size if size else 0)


@settings(max_examples=150)
@example("<![CDATA[ab\r\n</a>]]>", 3)
@example("<a>1</a>2<b>3</b>4<a x='>'>5>6</a>", 4)
@given(BODIES, st.integers(1, 40))
def test_cutting_and_calling_find_the_same(body: str, size: int) -> None:
    """All texts and attributes of an item, in their order, however the file is cut."""
    raw = f"<ASYCUDA><Item>{body}</Item></ASYCUDA>".encode()
    items = list(FORMATS["asycuda-xml"].read(Slow(raw, size), "a.xml"))
    try:
        kept = by_calls(raw)
    except expat.ExpatError:
        assert any(isinstance(item, Refusal) for item in items)
        return
    (line,) = items
    assert isinstance(line, Found)
    assert list(line.kept) == kept


def test_names_and_tags_without_end_are_read() -> None:
    """The cache of a document is bounded; names beyond the bound are still read."""
    body = "".join(f"<a{n} x='{n}'>{n}</a{n}>" for n in range(30_000))
    raw = f"<ASYCUDA><Item>{body}</Item></ASYCUDA>".encode()
    (line,) = FORMATS["asycuda-xml"].read(io.BytesIO(raw), "a.xml")
    assert isinstance(line, Found)
    assert line.kept[-2:] == (("Item/a29999", "29999"), ("Item/a29999@x", "29999"))
    assert len(line.kept) == 60_000
