"""What the other lines say of an alert: amounts that add up, and signs of shells."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa

from tidewaiter.bulk.journal import read_journal
from tidewaiter.bulk.looking import look_through
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.restricted import open_version
from tidewaiter.consignments.rules import AlertRules, load_alert_rules
from tidewaiter.consignments.signs import PartySigns, parties_of
from tidewaiter.consignments.switched import switched_rules
from tidewaiter.consignments.together import HOLDING, Together
from tidewaiter.consignments.types import Alert
from tidewaiter.substances.registry import load_registry

Lines = Callable[[], Iterable[pa.RecordBatch]]
"""Gives all lines again, of the file and of those before."""


class Marks:
    """Adds to an alert what the other lines say. Restricted entries have no part in it."""

    def __init__(self, together: Together | None, signs: PartySigns) -> None:
        """Take the sums, and the signs."""
        self._together = together
        self._signs = signs

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with what its line is together with others."""
        return self._signs.mark(self._together.mark(alert) if self._together else alert)

    def left_out(self) -> tuple[str, ...]:
        """Say what was left out."""
        told = []
        if self._together and self._together.left_out:
            count = self._together.left_out
            told.append(f"{count} amounts name no day or no party, so they are not added up")
        if self._signs.too_many:
            told.append("so many parties are in alerts that signs of shells were not looked for")
        return tuple(told)


def marks_of(
    journal: Path, settings: Settings, earlier: Iterable[Alert] = (), lines: Lines = tuple,
    *, workers: int = 1,
) -> Marks:  # fmt: skip
    """Add up the alerts of a screening, and look for the signs of their parties.

    Args:
        journal: Of the screening, which is done.
        settings: What it was done by.
        earlier: Alerts of earlier files, whose amounts add up with those of this one.
        lines: All lines, for the signs; asked only where an alert has parties.
        workers: Processes that look through them.
    """
    rules = switched_rules(load_alert_rules(settings.rules, settings.switches))
    together = _add_up(journal, settings, rules, earlier)
    signs = PartySigns(rules)
    if rules.sign.most:
        for alert in _open(read_journal(journal, holding=_PARTIES), rules):
            signs.want(parties_of(alert))
        if signs.begin():
            look_through(signs, lines(), workers=workers)
            signs.finish()
    return Marks(together, signs)


_PARTIES = b'"parties":[{'  # what the JSON of an alert holds whose line names a party


def _open(entries: Iterable[object], rules: AlertRules) -> Iterator[Alert]:
    """Yield alerts as all may see them: what rests on restricted ones alone adds to nothing."""
    for entry in entries:
        if isinstance(entry, Alert) and (alert := open_version(entry, rules)):
            yield alert


def _add_up(
    journal: Path, settings: Settings, rules: AlertRules, earlier: Iterable[Alert]
) -> Together | None:
    """Add up what the limits of the law count; None: no limit is about an alert, as mostly."""
    limited = _open(read_journal(journal, holding=HOLDING), rules)
    first = next(limited, None)
    if first is None:
        return None
    together = Together(load_registry(settings.own), rules, settings.day)
    for alert in _open(earlier, rules):
        together.add(alert, earlier=True)
    for alert in chain((first,), limited):
        together.add(alert)
    return together
