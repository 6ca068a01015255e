"""Lines and heads of a document, put together: what a line says itself wins over its heads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from tidewaiter.consignments.messages.putting import NUMBERS, Got
from tidewaiter.consignments.messages.types import Found
from tidewaiter.consignments.types import Refusal

MOST_LINES = 20_000
"""Of one consignment that wait for what follows them in its head."""

MOST_SHARED = 200
"""Parties, stops and texts of a head that each of its lines has; the rest stand with one line."""

_T = TypeVar("_T")


class Head:
    """A head, and how many lines stand below it."""

    __slots__ = ("first", "given", "got", "lines")

    def __init__(self) -> None:
        self.got = Got()
        self.lines = 0
        self.first = 0  # the row of the first of them
        self.given = [0, 0, 0]  # parties, stops and texts that a line has had

    def rest(self, kind: int, every: list[_T]) -> list[_T]:
        """Return what of a kind is more than all lines have, and no line has had."""
        if len(every) <= MOST_SHARED:
            return []
        since = max(MOST_SHARED, self.given[kind])
        self.given[kind] = len(every)
        return every[since:]


class Assembly:
    """Puts the lines of documents together.

    Heads may name importers, routes and days after their lines, so that the lines of a
    consignment wait for its end.
    """

    def __init__(self) -> None:
        self.row = 0  # of the last line
        self.out: list[Found | Refusal] = []
        self._heads: list[Head] = []
        self._waiting: list[tuple[int, Got, tuple[Head, ...]]] = []

    def open_head(self) -> Got:
        """Begin a head; return what it is to be put into."""
        head = Head()
        self._heads.append(head)
        return head.got

    def close_head(self) -> Got:
        """End a head; return what the one around it is put into."""
        self._heads.pop()
        if self._heads:
            return self._heads[-1].got
        self._give()
        return Got()

    def add_line(self, got: Got) -> Got:
        """Take a line; return what the head around it is put into."""
        self.row += 1
        for head in self._heads:
            head.lines += 1
            head.first = head.first or self.row
        self._waiting.append((self.row, got, tuple(self._heads)))
        if not self._heads:
            self._give()
            return Got()
        if len(self._waiting) >= MOST_LINES:
            self._too_many()
        return self._heads[-1].got

    def flush(self) -> None:
        """Give out what was read of a document that goes no further."""
        self._heads.clear()
        self._give()

    def report_foreign(self, title: str) -> None:
        """Report a document of another format that stands among those that are read."""
        self.out.append(
            Refusal(
                row=self.row,
                column="",
                value="",
                screened=False,
                problem=f"a document of another format stands in it, and is not read: {title}",
                hint="put it into a file of its own",
            )
        )

    def _too_many(self) -> None:
        first = self._waiting[0][0]
        self._give()
        self.out.append(
            Refusal(
                row=first,
                column="",
                value="",
                screened=True,
                problem=f"a consignment of {MOST_LINES} lines and more: of its head these lines "
                "have what stands before them",
                hint="look at the head yourself: parties, route and days may follow the lines",
            )
        )

    def _give(self) -> None:
        waiting, self._waiting = self._waiting, []
        for row, got, heads in waiting:
            got.join()
            for path, text in got.doubled:
                self.out.append(_second_code(row, path, text))
            for field in NUMBERS:
                if field in got.fields and "," in got.fields[field]:
                    self.out.extend(_commas(row, got))
                    break
            self.out.append(_joined(row, got, heads[::-1]))


def _second_code(row: int, path: str, text: str) -> Refusal:
    return Refusal(
        row=row,
        column=path,
        value=text[:200],
        screened=True,
        problem="a second code where a line has room for one; it is read with the first",
        hint="look at the document: the line may hold several goods",
    )


def _commas(row: int, got: Got) -> Iterator[Refusal]:
    """Refuse numbers with a comma: the format has points, so it may be a mark of either kind."""
    for field in sorted(NUMBERS & got.fields.keys()):
        if "," in (text := got.fields[field]):
            del got.fields[field]
            yield Refusal(
                row=row,
                column=field,
                value=text[:200],
                screened=True,
                problem=f'"{text[:40]}" has a comma, and numbers of this format have points',
                hint="ask what the number is; the line is screened without it",
            )


def _joined(row: int, line: Got, heads: Sequence[Head]) -> Found:
    """Join a line with its heads, the innermost first."""
    fields = line.fields
    parties, stops, kept = line.parties, line.stops, line.kept
    for head in heads:
        got = head.got
        got.join()
        if got.fields:
            fields = got.fields | fields
        if got.whole:
            totals = _totals(got, fields) if head.lines == 1 else {}
            fields = totals | fields
            kept = kept + [(path, got.totals[f]) for f, path in got.whole if f not in totals]
        if got.parties:
            roles = {party["role"] for party in parties}
            shared = [party for party in got.parties[:MOST_SHARED] if party["role"] not in roles]
            parties = parties + shared + head.rest(0, got.parties)
        if got.stops:
            functions = {stop["function"] for stop in stops}
            others = [s for s in got.stops[:MOST_SHARED] if s["function"] not in functions]
            stops = stops + others + head.rest(1, got.stops)
        if got.kept:
            kept = kept + got.kept[:MOST_SHARED] + head.rest(2, got.kept)
    if heads and heads[0].lines > 1 and "consignment" not in fields:  # its lines belong together
        fields = {"consignment": f"row {heads[0].first}"} | fields
    return Found(
        row=row,
        fields=fields,
        parties=tuple(parties),
        route=_in_order(stops),
        kept=tuple(kept),
        pointed=NUMBERS,
    )


def _totals(got: Got, fields: Mapping[str, str]) -> dict[str, str]:
    """Choose the totals that the one line of a head lacks; a value goes with its currency."""
    lacks = {field for field in got.totals if field not in fields}
    if "value" in fields:
        lacks.discard("currency")
    if "gross" in fields:
        lacks.discard("gross.unit")
    return {field: got.totals[field] for field in lacks if "," not in got.totals[field]}


_ORDER = {"origin": 0, "loading": 1, "transit": 2, "unlading": 3, "destination": 4}


def _in_order(stops: list[dict[str, str | None]]) -> tuple[dict[str, str | None], ...]:
    """Sort stops by the order of travel; a transit where the route begins or ends is none."""
    if len(stops) < 2:  # noqa: PLR2004
        return tuple(stops)
    if any(stop["function"] == "transit" for stop in stops):
        ends = {_place(stop) for stop in stops if stop["function"] != "transit"}
        stops = [s for s in stops if s["function"] != "transit" or _place(s) not in ends]
    return tuple(sorted(stops, key=_order))


def _order(stop: dict[str, str | None]) -> int:
    return _ORDER[stop["function"] or "origin"]


def _place(stop: dict[str, str | None]) -> tuple[str | None, ...]:
    return stop["locode"], stop["name"], stop["country"]
