"""Screen: a pure step from a batch of lines to its alerts."""

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.consignments.finds import Flaw, find_all
from tidewaiter.consignments.identity import apart
from tidewaiter.consignments.lines import line_of
from tidewaiter.consignments.listed import PartyFinder, match_parties, uncompared_names
from tidewaiter.consignments.readers.unread import only_lines, with_kept
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert
from tidewaiter.consignments.vague import vague_lines
from tidewaiter.consignments.weighing import Weigher
from tidewaiter.identify import Identifier


class Screened(Record, frozen=True, kw_only=True):
    """What a batch holds."""

    alerts: tuple[Alert, ...]  # in the order of lines
    lines: int
    noted: int  # lines with something found that is below the least score of an alert
    unread: int = 0  # lines with a systematic name that nothing here could read
    unknown: int = 0  # lines with what looks like one, and is none that OPSIN knows
    scripts: Mapping[str, int] = {}  # names of parties that are not compared with other scripts


class Screener:
    """Screens batches of one file."""

    def __init__(
        self, identifier: Identifier, rules: AlertRules, finder: PartyFinder | None = None
    ) -> None:
        """Take what batches are screened by.

        Args:
            identifier: Finds substances.
            rules: The points.
            finder: Finds parties in the lists of the day; None: they are not looked up.
        """
        self._identifier = identifier
        self._rules = rules
        self._finder = finder
        self._last: Weigher | None = None

    def _weigher(self, day: date, file: str, source: str) -> Weigher:
        """Return the weigher of the batch before where it is of the same file and day."""
        last = self._last
        if last is None or (last.day, last.file, last.source) != (day, file, source):
            registry = self._identifier.lexicon.registry
            last = self._last = Weigher(registry, self._rules, day, file=file, source=source)
        return last

    def screen(self, batch: pa.RecordBatch, day: date, file: str, source: str) -> Screened:
        """Screen a batch.

        Args:
            batch: Of the schema LINES.
            day: Whose law applies.
            file: The name of the file, shown in alerts.
            source: SHA-256 of its bytes; part of an alert's identity.
        """
        weigher = self._weigher(day, file, source)
        finds, flaws = find_all(batch, self._identifier)
        vague = set(vague_lines(batch, self._rules.vague))
        wrong = {
            line
            for line, found in flaws.items()
            if any(f.defect.kind == "cas-digit" for f in found)
        }
        parties = match_parties(batch, self._finder) if self._finder else {}
        places = sorted(finds.keys() | vague | wrong | parties.keys())
        rows = only_lines(batch).take(pa.array(places, pa.int64())).to_pylist()
        alerts: dict[int, Alert] = {}
        for place, row in zip(places, rows, strict=True):
            found, wrongs = finds.get(place, []), flaws.get(place, [])
            alert = weigher.weigh(
                line_of(row), found, wrongs, vague=place in vague, parties=parties.get(place, ())
            )
            if alert is not None:
                alerts[place] = alert
        return Screened(
            alerts=with_kept(batch, apart(alerts)),
            lines=len(batch),
            noted=len(places) - len(alerts),
            unread=_lines_with(flaws, "name-unread"),
            unknown=_lines_with(flaws, "name-unknown"),
            scripts=uncompared_names(batch) if self._finder else {},
        )


def _lines_with(flaws: Mapping[int, Sequence[Flaw]], kind: str) -> int:
    return sum(any(flaw.defect.kind == kind for flaw in found) for found in flaws.values())
