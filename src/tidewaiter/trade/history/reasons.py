"""What history says of each line as reasons, and the alerts that history alone raises."""

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
    """Which lines concern what was asked for; of the others, the days alone count."""

    traders: Collection[str] | None  # folded; None: all
    headings: Collection[str]  # six digits of the HS
    ways: Collection[tuple[str, str]]  # countries at the ends of their routes
    containers: Collection[str] = ()  # as `container_number` tells them; all lines in any count


class Asking(NamedTuple):
    """What lines ask about."""

    traders: tuple[str, ...]  # folded
    headings: tuple[str, ...]
    ways: tuple[tuple[str, str], ...]
    containers: tuple[str, ...]


class Gathered(NamedTuple):
    """What a past has taken up, for another process to mark by; a register has no part in it."""

    book: Book
    values: Values
    ways: Ways
    loads: Loads
    small: Small


class Past:
    """Adds to an alert what the past says of its line.

    Every alert is asked for first, then lines and alerts are looked through, and marked after.
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
        """Take what the past is judged by.

        Args:
            registry: Of substances.
            rules: Of alerts, with the switches in them.
            together: What tells amounts that count for a limit.
            day: Of the screening.
            everyone: All traders are kept, as where the lines of all are asked about.
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
        """Ask for the past of a line, in which substances were found."""
        self._found.update(substances)
        self._book.want(line)
        self._values.want(line)
        self._ways.want(line)
        self._loads.want(line)

    @property
    def wanted(self) -> Wanted:
        """Return which lines concern what was asked for."""
        ways, loads = self._ways.wanted, self._loads.wanted
        return Wanted(self._book.wanted, self._values.wanted, ways, loads)

    @property
    def asking(self) -> Asking:
        """Return what the lines that were asked for ask about."""
        headings, containers = tuple(self._values.wanted), tuple(self._loads.wanted)
        traders = tuple(self._book.wanted or ())
        return Asking(traders, headings, tuple(self._ways.wanted), containers)

    def ask(self, asking: Asking) -> None:
        """Ask for what lines ask about, in whatever process they were looked at."""
        self._book.ask(asking.traders)
        self._values.ask(asking.headings)
        self._ways.ask(asking.ways)
        self._loads.ask(asking.containers)

    def settle(self) -> Gathered:
        """Return what was taken up, once all is; what is needed no longer is let go."""
        self._values.settle()
        self._loads.settle(self._book.wanted)
        small = self._splits.small
        return Gathered(self._book, self._values, self._ways, self._loads, small)

    def take(self, gathered: Gathered) -> None:
        """Take up what another process gathered, in place of what this one did."""
        self._book, self._values, self._ways, self._loads, self._splits.small = gathered

    @property
    def substances(self) -> tuple[str, ...] | None:
        """Return of which substances earlier alerts are asked for; None: of all."""
        machines = {each.slug for each in self._registry.substances if each.kind == "equipment"}
        return None if machines & self._found else tuple(sorted(self._found | machines))

    def look(self, batch: pa.RecordBatch, *, earlier: bool, whole: bool = False) -> None:
        """Take up lines, of the file or of an earlier one.

        Args:
            batch: Of the schema LINES.
            earlier: They are of an earlier file.
            whole: All lines in containers are taken up, so that it shows who shared one.
        """
        self._book.look(batch, earlier=earlier)
        self._values.look(batch)
        self._ways.look(batch, earlier=earlier)
        if whole:
            self._loads.look(batch, earlier=earlier)

    def look_in(self, boxes: Boxes) -> None:
        """Take up the containers of lines that were looked at without `whole`."""
        self._loads.add(boxes)

    def allow(self, allowed: Iterable[Allowed]) -> None:
        """Take up what papers, notices and declared needs allow, before any alert is added."""
        self._sums.allow(allowed)

    def add(self, alert: Alert, *, earlier: bool = False) -> None:
        """Take up an alert, of the file or of an earlier one."""
        slugs = tuple(slug for slug in alert.substances if slug in self._known)
        known = structs.replace(alert, substances=slugs)
        self._book.add_alert(known, earlier=earlier)
        self._splits.add(known)
        self._sums.add(known)

    def add_inspected(self, results: Iterable[Inspected]) -> None:
        """Take up results of inspections and laboratories."""
        self._book.add_inspected(results)

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with what the past says of its line."""
        found = [*self.of(alert.line, alert.substances)]
        if not any(each.rule == "together" and each.points for each in alert.reasons):
            found += self._splits.of(alert)
        told = any(each.rule == "register-exceeded" and each.points for each in alert.reasons)
        for said, source in self._sums.of(alert):
            found.append((said._replace(weighs=not told), source))
        made = self._weighed(found)
        return with_reasons(alert, (*alert.reasons, *made), self._rules) if made else alert

    def of(self, line: Line, substances: tuple[str, ...] = ()) -> Iterator[tuple[Said, str]]:
        """Yield what the past says of a line, each with its source; "": that of the rule.

        Args:
            line: That was asked for.
            substances: Slugs of what was found in it.
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
        """Return what the past says of a line, as reasons."""
        return self._weighed(self.of(line, substances))

    def _weighed(self, found: Iterable[tuple[Said, str]]) -> list[Reason]:
        """Make reasons; all together weigh no more than the rules allow, each rule counts once."""
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
    """What alerts are made for."""

    day: date
    file: str
    source: str  # SHA-256 of the file's bytes


def selected(
    batch: pa.RecordBatch,
    past: Past,
    rules: AlertRules,
    screening: Screening,
    known: Container[int],
) -> Iterator[Alert]:
    """Yield an alert for each line that a rule selects, of the least severity at first.

    Args:
        batch: Of the schema LINES; its lines were asked for.
        past: Of the screening.
        rules: With those that select.
        screening: Of the file.
        known: Rows that are alerts already.
    """
    for place, row in enumerate(only_lines(batch).to_pylist()):
        if row["row"] in known:
            continue
        line = line_of(row)
        reasons = past.reasons(line)
        if any(each.rule in rules.past.selects for each in reasons):
            yield _alert(line_at(batch, place), reasons, rules, screening)


def is_selected(alert: Alert) -> bool:
    """Tell whether an alert rests on the past alone."""
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
