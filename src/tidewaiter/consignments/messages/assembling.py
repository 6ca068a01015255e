"""Lines and heads of a document, put together: what a line says itself wins over its heads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tidewaiter.consignments.messages.layouts import Layout
from tidewaiter.consignments.messages.trees import NUMBERS, Got, Tree
from tidewaiter.consignments.messages.types import Found
from tidewaiter.consignments.types import Refusal

MOST_LINES = 20_000
"""Of one consignment that wait for what follows them in its head."""

MOST_PATH = 200
"""Characters of a path that is shown."""

_NOT_KNOWN = Got()


class _Head:
    """A head that is open, or was when its lines were read."""

    __slots__ = ("element", "got", "lines", "tree")

    def __init__(self, element: Any, tree: Tree) -> None:
        self.element = element
        self.tree = tree
        self.got = _NOT_KNOWN
        self.lines = 0


class Assembly:
    """Puts the lines of documents together.

    Heads may name importers, routes and days after their lines, so that the lines of a
    consignment wait for its end.
    """

    def __init__(self, layout: Layout) -> None:
        parts = (*layout.heads, layout.line)
        self.names = tuple(name for part in parts for name in part.elements)
        apart = frozenset(name.lower() for name in self.names)
        self._heads = {
            name.lower(): Tree(head, layout, name, apart)
            for head in layout.heads
            for name in head.elements
        }
        self._line = Tree(layout.line, layout, layout.line.elements[0])
        self._lines = {name.lower() for name in layout.line.elements}
        self._open: list[_Head] = []
        self._inside: Any = None  # the line that is open
        self._waiting: list[tuple[int, Got, tuple[_Head, ...]]] = []
        self._before: Any = None
        self.row = 0  # of the last line

    def open(self, element: Any) -> None:
        """Take note of the start of an element."""
        name = _local(element)
        if name in self._lines:
            self._inside = element
        elif self._inside is None:
            self._open.append(_Head(element, self._heads[name]))

    def close(self, element: Any) -> Iterable[Found | Refusal]:
        """Take the end of an element: a line is read, and a consignment that ends is given out."""
        if self._inside is not None:
            if element is not self._inside:
                return ()
            self._inside = None
            self.row += 1
            for head in self._open:
                head.lines += 1
            self._waiting.append((self.row, self._line.gather(element), tuple(self._open)))
            self._free(element)
            if len(self._waiting) >= MOST_LINES:
                return self._too_many()
        elif self._open and element is self._open[-1].element:
            head = self._open.pop()
            head.got = head.tree.gather(element)
            head.element = None
            self._free(element)
        return () if self._open else self._give()

    def flush(self) -> Iterator[Found | Refusal]:
        """Give out what was read of a document that goes no further."""
        for head in self._open:
            head.got = head.tree.gather(head.element)
        self._open.clear()
        self._inside = self._before = None
        yield from self._give()

    def where(self) -> str:
        """Return the path of the last element that was begun; "": none was."""
        element = self._inside
        if element is None and self._open:
            element = self._open[-1].element
        if element is None:
            return ""
        while len(element):
            element = element[-1]
        names = [tag.rpartition("}")[2] for tag in _tags_up(element)]
        path = "/".join(reversed(names))
        return path if len(path) <= MOST_PATH else f"...{path[-MOST_PATH:]}"

    def _too_many(self) -> Iterator[Found | Refusal]:
        for head in self._open:
            head.got = head.tree.gather(head.element)
        first = self._waiting[0][0]
        yield from self._give()
        yield Refusal(
            row=first, column="", value="", screened=True,
            problem=f"a consignment of {MOST_LINES} lines and more: of its head these lines have "
            "what stands before them",
            hint="look at the head yourself: parties, route and days may follow the lines",
        )  # fmt: skip

    def _free(self, element: Any) -> None:
        """Take the element that was read before this one out of the tree.

        The parser may be writing what follows this one, so that it stays until the next.
        """
        before, self._before = self._before, element
        if before is not None and (parent := before.getparent()) is not None:
            parent.remove(before)

    def _give(self) -> Iterator[Found | Refusal]:
        waiting, self._waiting = self._waiting, []
        for row, got, heads in waiting:
            for path, text in got.doubled:
                yield Refusal(
                    row=row, column=path, value=text[:200], screened=True,
                    problem="a second UN number; the line is read with the first",
                    hint="look at the document: a line may hold several dangerous goods",
                )  # fmt: skip
            yield from _commas(row, got)
            yield _joined(row, got, heads[::-1])


def _commas(row: int, got: Got) -> Iterator[Refusal]:
    """Refuse numbers with a comma: the format has points, so it may be a mark of either kind."""
    for field in NUMBERS & got.fields.keys():
        if "," in (text := got.fields[field]):
            del got.fields[field]
            yield Refusal(
                row=row, column=field, value=text[:200], screened=True,
                problem=f'"{text[:40]}" has a comma, and numbers of this format have points',
                hint="say what the number is: the document has to be mended",
            )  # fmt: skip


def _joined(row: int, line: Got, heads: Sequence[_Head]) -> Found:
    """Join a line with its heads, the innermost first."""
    fields = line.fields
    parties, stops, kept = line.parties, line.stops, line.kept
    for head in heads:
        got = head.got
        if got.fields:
            fields = got.fields | fields
        if got.whole:
            totals = _totals(got, fields) if head.lines == 1 else {}
            fields = totals | fields
            kept = kept + [(path, got.totals[f]) for f, path in got.whole if f not in totals]
        if got.parties:
            roles = [party["role"] for party in parties]
            parties = parties + [party for party in got.parties if party["role"] not in roles]
        if got.stops:
            functions = [stop["function"] for stop in stops]
            stops = stops + [stop for stop in got.stops if stop["function"] not in functions]
        if got.kept:
            kept = kept + got.kept
    return Found(
        row=row, fields=fields, parties=tuple(parties), route=_in_order(stops), kept=tuple(kept),
        pointed=NUMBERS,
    )  # fmt: skip


def _totals(got: Got, fields: Mapping[str, str]) -> dict[str, str]:
    """Choose the totals that the one line of a head lacks; a value goes with its currency."""
    lacks = {field for field in got.totals if field not in fields}
    if "value" in fields:
        lacks.discard("currency")
    if "gross" in fields:
        lacks.discard("gross.unit")
    return {field: got.totals[field] for field in lacks}


_ORDER = {"origin": 0, "loading": 1, "transit": 2, "unlading": 3, "destination": 4}


def _in_order(stops: list[dict[str, str | None]]) -> tuple[dict[str, str | None], ...]:
    """Sort stops by the order of travel; a transit where the route begins or ends is none."""
    if any(stop["function"] == "transit" for stop in stops):
        ends = [_place(stop) for stop in stops if stop["function"] != "transit"]
        stops = [s for s in stops if s["function"] != "transit" or _place(s) not in ends]
    return tuple(sorted(stops, key=_order))


def _order(stop: dict[str, str | None]) -> int:
    return _ORDER[stop["function"] or "origin"]


def _place(stop: dict[str, str | None]) -> tuple[str | None, ...]:
    return stop["locode"], stop["name"], stop["country"]


def _local(element: Any) -> str:
    name: str = element.tag.rpartition("}")[2]
    return name.lower()


def _tags_up(element: Any) -> Iterator[str]:
    while element is not None:
        yield element.tag
        element = element.getparent()
