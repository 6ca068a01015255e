"""Write the field tables of the reference into its pages, so they can be read without building it.

A page marks each table: ``<!-- begin record MODULE.NAME -->`` for the fields of a record, or
``<!-- begin linefields GROUP ... -->`` for the fields of a consignment line that a column may fill.
The text up to the end mark is replaced.

Run after a change of a record: python -m tools.reference_tables
"""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Shape, declarations
from tidewaiter.trade.line_fields import About, Group, Kind, key_of
from tidewaiter.trade.readers.columns.vocabulary import load_aliases
from tidewaiter.trade.types import FIELDS, Line, fields_in

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
ACCEPTED: Mapping[Kind, str] = {
    "own": "see below",
    "code": "see below",
    "text": "text, as written",
    "mass": "a number with or without a unit; negative numbers are refused",
    "volume": "a number with a unit",
    "count": "a whole number",
    "day": "a date: see dates",
}
"""Valid cell contents for each kind."""

_BLOCK = re.compile(r"<!-- begin (record|linefields) ([^>]+) -->\n.*?<!-- end \1 -->", re.DOTALL)


def page(text: str) -> str:
    """Return a page with its field tables regenerated.

    Args:
        text: The current page; an unknown record or group raises the error of its look-up.
    """
    return _BLOCK.sub(lambda found: "\n".join(_block(found[1], found[2])), text)


def main() -> None:
    """Write the pages."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        if (made := page(text)) != text:
            path.write_text(made, encoding="utf-8")


def _block(kind: str, named: str) -> Iterator[str]:
    lines = _record(named) if kind == "record" else _line_fields(named.split())
    yield from (f"<!-- begin {kind} {named} -->", "", *lines, "", f"<!-- end {kind} -->")


def _record(named: str) -> Iterator[str]:
    """Yield the docstring of a record and the table of its fields."""
    module, _, name = named.rpartition(".")
    record = getattr(importlib.import_module(module), name)
    if about := inspect.getdoc(record):
        yield from (about, "")
    if declared := [each for each in declarations(record) if each.meaning]:
        rows = ((f"`{e.name}`", _type(e.shape), e.about.weight, e.meaning) for e in declared)
        yield from _table(("Field", "Type", "Requirement", "Meaning"), rows)
    else:
        yield from _table(("Field", "Type", "Content"), _fields(record))


def _line_fields(groups: Iterable[str]) -> Iterator[str]:
    """Yield the table of the line fields of some groups, in the order of these."""
    known = load_aliases().known
    names = [name for name in fields_in(*cast("Iterable[Group]", groups)) if key_of(name) in known]
    rows = ((f"`{key_of(n)}`", _meaning(FIELDS[n]), ACCEPTED[FIELDS[n].kind]) for n in names)
    yield from _table(("Field", "Meaning", "Accepted values"), rows)


def _type(shape: Shape) -> str:
    """Describe the type of a declared field: "day", "several Party", "one of: treaty, national"."""
    one = shape.record.__name__ if shape.record else shape.kind
    if shape.words:
        one = f"one of: {', '.join(shape.words)}"
    return f"several {one}" if shape.many else one


def _fields(record: type[msgspec.Struct]) -> Iterator[Sequence[str]]:
    """Yield name, type and comment of each field, its own before inherited ones."""
    for kind in record.__mro__:
        if issubclass(kind, msgspec.Struct) and kind not in {msgspec.Struct, Record}:
            yield from _own_fields(kind)


def _own_fields(record: type[msgspec.Struct]) -> Iterator[Sequence[str]]:
    """Yield the fields of a class itself, from its source."""
    source = textwrap.dedent(inspect.getsource(record))
    (body,) = ast.parse(source).body
    lines = source.splitlines()
    for node in body.body if isinstance(body, ast.ClassDef) else ():
        if isinstance(node, ast.AnnAssign):
            last = lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset or 0 :]
            remark = last.partition("#")[2].strip()
            name, kind = ast.unparse(node.target), node.annotation
            if record is Line and isinstance(kind, ast.Subscript):
                kind = cast("ast.expr", next(ast.iter_child_nodes(kind.slice)))
                remark = _meaning(FIELDS[name])
            yield f"`{name}`", f"`{ast.unparse(kind)}`", remark


def _meaning(about: About) -> str:
    """Describe a line field by its label and further details."""
    if about.label and about.about:
        return f"{about.label} ({about.about})"
    return about.label or about.about


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(_cell(text) for text in row) + " |"


def _cell(text: str) -> str:
    """Escape text for a table cell; Markdown outside code is escaped."""
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if flat.startswith("`") else flat.replace("<", "&lt;").replace("*", "\\*")


if __name__ == "__main__":
    main()
