"""Reasons from trade history, and alerts raised by history alone."""

from collections.abc import Collection, Container, Iterable, Iterator
from datetime import date
from typing import NamedTuple

import pyarrow as pa
from msgspec import structs

from tidewaiter.law.registry import Registry
from tidewaiter.trade.aggregation import Together
from tidewaiter.trade.alerts import identity, score_of, with_reasons
from tidewaiter.trade.history.allowances import Allowed, Sums
from tidewaiter.trade.history.dealings import Book, Inspected
from tidewaiter.trade.history.outliers import Values
from tidewaiter.trade.history.routes import Ways, of_label
from tidewaiter.trade.history.shared_containers import Boxes, Loads
from tidewaiter.trade.history.splitting import Small, Splits
from tidewaiter.trade.history.trader_changes import Said, asked_of, of_traders
from tidewaiter.trade.readers.passthrough_columns import line_at, only_lines
from tidewaiter.trade.rules.alert_rules import WORDS, AlertRules
from tidewaiter.trade.types import Alert, Line, Reason, line_of


class Wanted(NamedTuple):
    """Lines relevant to a history; for others only the dates count."""

    traders: Collection[str] | None  # folded names; None: all
    headings: Collection[str]  # HS subheadings, six digits
    ways: Collection[tuple[str, str]]  # origin and destination country of routes
    containers: Collection[str] = ()  # normalised by `container_number`; all lines in any count


class Asking(NamedTuple):
    """History data requested by lines."""

    traders: tuple[str, ...]  # folded names
    headings: tuple[str, ...]
    ways: tuple[tuple[str, str], ...]
    containers: tuple[str, ...]


class Gathered(NamedTuple):
    """Collected history, for marking in another process; without registers."""

    book: Book
    values: Values
    ways: Ways
    loads: Loads
    small: Small


class Past:
    """Adds history reasons to alerts.

    First all alerts register their requests, then lines and alerts are read, then alerts are
    marked.
    """

    def __init__(
        self,
        registry: Registry,
        rules: AlertRules,
        together: Together,
        day: date,
        *,
        everyone: bool = False,
    ) -> None:
        """Set the rules and data.

        Args:
            registry: Substances.
            rules: Alert rules, with settings.
            together: Computes amounts that count for a limit.
            day: Day of the screening.
            everyone: Store all traders, if history is requested for all lines.
        """
        self._registry, self._rules = registry, rules
        self._found: set[str] = set()
        self._known = {each.slug for each in registry.substances}
        self._book = Book(day, everyone=everyone)
        self._values = Values()
        self._ways = Ways(self._book, rules.past)
        self._splits = Splits(together, registry, rules.past)
        self._loads = Loads(day, rules.past)
        self._sums = Sums(registry)

    def want(self, line: Line, substances: Iterable[str] = ()) -> None:
        """Request the history of a line and its substances."""
        self._found.update(substances)
        self._book.want(line)
        self._values.want(line)
        self._ways.want(line)
        self._loads.want(line)

    @property
    def wanted(self) -> Wanted:
        """Return which lines are relevant to the requests."""
        ways, loads = self._ways.wanted, self._loads.wanted
        return Wanted(self._book.wanted, self._values.wanted, ways, loads)

    @property
    def asking(self) -> Asking:
        """Return the requests of all lines so far."""
        headings, containers = tuple(self._values.wanted), tuple(self._loads.wanted)
        traders = tuple(self._book.wanted or ())
        return Asking(traders, headings, tuple(self._ways.wanted), containers)

    def ask(self, asking: Asking) -> None:
        """Add requests, possibly from another process."""
        self._book.ask(asking.traders)
        self._values.ask(asking.headings)
        self._ways.ask(asking.ways)
        self._loads.ask(asking.containers)

    def settle(self) -> Gathered:
        """Return the collected data at the end, and free what is no longer needed."""
        self._values.settle()
        self._loads.settle(self._book.wanted)
        small = self._splits.small
        return Gathered(self._book, self._values, self._ways, self._loads, small)

    def take(self, gathered: Gathered) -> None:
        """Replace the collected data by that of another process."""
        self._book, self._values, self._ways, self._loads, self._splits.small = gathered

    @property
    def substances(self) -> tuple[str, ...] | None:
        """Return the substances for which earlier alerts are requested; None: all."""
        machines = {each.slug for each in self._registry.substances if each.kind == "equipment"}
        return None if machines & self._found else tuple(sorted(self._found | machines))

    def look(self, batch: pa.RecordBatch, *, earlier: bool, whole: bool = False) -> None:
        """Add lines, of the file or of an earlier one.

        Args:
            batch: Batch with the schema LINES.
            earlier: From an earlier file.
            whole: Store all lines in containers, to detect shared ones.
        """
        self._book.look(batch, earlier=earlier)
        self._values.look(batch)
        self._ways.look(batch, earlier=earlier)
        if whole:
            self._loads.look(batch, earlier=earlier)

    def look_in(self, boxes: Boxes) -> None:
        """Add the containers of lines that were added without `whole`."""
        self._loads.add(boxes)

    def allow(self, allowed: Iterable[Allowed]) -> None:
        """Add authorised amounts of permits, notifications and requirements, before any alert."""
        self._sums.allow(allowed)

    def add(self, alert: Alert, *, earlier: bool = False) -> None:
        """Add an alert, of the file or of an earlier one."""
        slugs = tuple(slug for slug in alert.substances if slug in self._known)
        known = structs.replace(alert, substances=slugs)
        self._book.add_alert(known, earlier=earlier)
        self._splits.add(known)
        self._sums.add(known)

    def add_inspected(self, results: Iterable[Inspected]) -> None:
        """Add results of inspections and laboratories."""
        self._book.add_inspected(results)

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with its history reasons."""
        found = [*self.of(alert.line, alert.substances)]
        if not any(each.rule == "together" and each.points for each in alert.reasons):
            found += self._splits.of(alert)
        told = any(each.rule == "register-exceeded" and each.points for each in alert.reasons)
        for said, source in self._sums.of(alert):
            found.append((said._replace(weighs=not told), source))
        made = self._weighed(found)
        return with_reasons(alert, (*alert.reasons, *made), self._rules) if made else alert

    def of(self, line: Line, substances: tuple[str, ...] = ()) -> Iterator[tuple[Said, str]]:
        """Yield the history findings of a line, each with its source; "": source of the rule.

        Args:
            line: Requested line.
            substances: Slugs of substances found in it.
        """
        asked = asked_of(line, substances, self._book)
        rules = self._rules.past
        for said in of_traders(asked, self._book, self._registry, rules):
            yield said, ""
        for said in self._values.of(line, rules):
            yield said, ""
        for said in self._ways.of(line, asked.day):
            yield said, ""
        load = self._loads.of(line, asked.day)
        if load is not None:
            yield load, ""
        label = of_label(line)
        if label is not None:
            yield label, ""

    def reasons(self, line: Line, substances: tuple[str, ...] = ()) -> list[Reason]:
        """Return the history reasons of a line."""
        return self._weighed(self.of(line, substances))

    def _weighed(self, found: Iterable[tuple[Said, str]]) -> list[Reason]:
        """Create the reasons; each rule counts once, and their total is limited by the rules."""
        past, left, seen = self._rules.past, self._rules.past.most, set[str]()
        made = []
        for said, source in found:
            rule = past.rules[said.rule]
            points = min(left, rule.points) if said.weighs and said.rule not in seen else 0
            seen |= {said.rule} if said.weighs else set()
            left -= points
            says = rule.says(said.rule, **said.words)
            made.append(
                Reason(rule=said.rule, says=says, points=points, source=source or rule.source)
            )
        return made


class Screening(NamedTuple):
    """Context of the alerts."""

    day: date
    file: str
    source: str  # SHA-256 of the file


def selected(
    batch: pa.RecordBatch,
    past: Past,
    rules: AlertRules,
    screening: Screening,
    known: Container[int],
) -> Iterator[Alert]:
    """Yield an alert for each line selected by a history rule, at first with the lowest severity.

    Args:
        batch: Batch with the schema LINES; its lines were requested.
        past: History of the screening.
        rules: Alert rules, including selecting ones.
        screening: Context of the file.
        known: Rows that are already alerts.
    """
    for place, row in enumerate(only_lines(batch).to_pylist()):
        if row["row"] in known:
            continue
        line = line_of(row)
        reasons = past.reasons(line)
        if any(each.rule in rules.past.selects for each in reasons):
            yield _alert(line_at(batch, place), reasons, rules, screening)


def is_selected(alert: Alert) -> bool:
    """Return whether an alert is based on history only."""
    found = alert.substances or alert.mentions or alert.parties or not alert.reasons
    return not found and all(each.rule in WORDS for each in alert.reasons)


def _alert(line: Line, reasons: list[Reason], rules: AlertRules, screening: Screening) -> Alert:
    score, due = score_of(reasons), line.release or line.arrival
    days_left = (due - screening.day).days if due else None
    return Alert(
        id=identity(screening.source, line, (), reasons, ()),
        file=screening.file,
        row=line.row,
        consignment=line.consignment,
        seq=line.seq,
        day=screening.day,
        severity=rules.severity.of(score) or "low",
        score=score,
        rank=rules.rank_of(score, days_left, reasons),
        due=due,
        days_left=days_left,
        substances=(),
        title=next(each.says for each in reasons if each.rule in rules.past.selects),
        line=line,
        mentions=(),
        reasons=tuple(reasons),
        law=(),
    )
