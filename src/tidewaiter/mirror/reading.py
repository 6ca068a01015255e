"""Files of trade statistics to flows: what is double is counted once, what conflicts is said."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.mirror.layouts import BACI, baci_revision
from tidewaiter.mirror.places import one_code
from tidewaiter.mirror.rows import Read, read_reconciled, read_row
from tidewaiter.mirror.streaming import Rows
from tidewaiter.mirror.types import Amount, Conflict, Count, FileRead, Key, Refused, Side

_SHOWN = 100  # conflicts kept

Flows = dict[tuple[Side, Key], Amount]


class Reading:
    """What several files say together. A later file of the same flow counts before an earlier."""

    def __init__(self) -> None:
        self.flows: Flows = {}
        self.reconciled: dict[Key, Amount] = {}
        self.unspecified: dict[tuple[int, Side, str, int], float] = defaultdict(float)
        """Kilograms without a partner, by reporter, side, code and period."""
        self.reporting: set[tuple[int, Side, int]] = set()
        """Who reports anything, on which side, in which period."""
        self.files: list[FileRead] = []
        self.refused: list[Refused] = []
        self.conflicts: list[Conflict] = []
        self.conflicting = 0
        self.gaps: list[tuple[int, Side, Key, float, float]] = []
        """Totals that their parts miss: reporter, side, key, kilograms of the total, of parts."""

    @property
    def refused_rows(self) -> int:
        """How many rows could not be read."""
        return sum(each.refused for each in self.files)

    def add(self, path: Path, codes: Iterable[str], told: Callable[[str], None]) -> None:
        """Read a file.

        Args:
            path: CSV, tab-separated, or either as .gz.
            codes: Six digits each.
            told: Called with the name of the file and its layout, once this is known.

        Raises:
            InputError: It is no such file.
        """
        rows = Rows(path, sorted(set(codes)))
        told(f"{rows.name}: {rows.found.layout.title}")
        one = _OneFile(rows)
        one.read()
        self._join(one)

    def _join(self, one: "_OneFile") -> None:
        for slot, amount in one.flows.items():
            self._put(one, slot, amount)
        for slot in one.conflicting:
            self.flows.pop(slot, None)
        self.reconciled |= one.reconciled
        for reporter, amounts in one.unspecified.items():
            self.unspecified[reporter] = amounts
        self.reporting |= one.reporting
        self.refused += one.rows.shown
        self.conflicts = (self.conflicts + one.conflicts)[:_SHOWN]
        self.conflicting += len(one.conflicting)
        self.gaps += one.gaps()
        self.files.append(one.told())

    def _put(self, one: "_OneFile", slot: tuple[Side, Key], amount: Amount) -> None:
        before = self.flows.get(slot)
        self.flows[slot] = amount
        if before is not None and _differ(before, amount):
            self.conflicting += 1
            if len(self.conflicts) < _SHOWN:
                self.conflicts.append(_conflict(one.rows.name, slot, (before, amount), kept=True))


class _OneFile:
    """One file as it is read."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.flows: Flows = {}
        self.reconciled: dict[Key, Amount] = {}
        self.unspecified: dict[tuple[int, Side, str, int], float] = defaultdict(float)
        self.conflicts: list[Conflict] = []
        self.conflicting: set[tuple[Side, Key]] = set()
        self.reporting: set[tuple[int, Side, int]] = set()
        self._again: dict[tuple[Side, Key], float] = defaultdict(float)
        self._world: dict[tuple[Side, Key], float] = {}
        self._left: Counter[str] = Counter()
        self._used = 0

    def read(self) -> None:
        """Read the rows of watched codes."""
        baci = self.rows.found.layout.name == BACI
        revision = baci_revision(self.rows.name)
        for number, row in self.rows.watched():
            try:
                said = read_reconciled(row, revision) if baci else read_row(row)
            except InputError as error:
                self.rows.refuse(number, error.message)
                continue
            if isinstance(said, str):
                self._left[said] += 1
            else:
                self._take(said, number, self.reconciled if baci else None)
        for slot in self.conflicting:
            self.flows.pop(slot, None)
        for slot, kg in self._again.items():
            if slot in self.flows:
                self.flows[slot] = msgspec.structs.replace(self.flows[slot], again_kg=kg)
        self._report()

    def told(self) -> FileRead:
        """Return what of the file was used."""
        return FileRead(
            name=self.rows.name,
            layout=self.rows.found.layout.title,
            rows=self.rows.rows,
            used=self._used,
            counts=tuple(Count(what=what, rows=n) for what, n in sorted(self._left.items())),
            refused=self.rows.refused,
        )

    def gaps(self) -> list[tuple[int, Side, Key, float, float]]:
        """Return the totals that differ from the sum of their parts by more than a hundredth."""
        parts: dict[tuple[Side, Key], list[float]] = defaultdict(list)
        for (side, key), amount in self.flows.items():
            parts[side, _without_partner(side, key)].append(amount.kg or 0.0)
        found = []
        for (side, key), total in sorted(self._world.items()):
            reporter = key.exporter if side == "X" else key.importer
            rest = self.unspecified.get((reporter, side, key.code, key.period), 0.0)
            held = sum(sorted(parts[side, key])) + rest
            if abs(total - held) > max(total, held) / 100:
                found.append((reporter, side, key, total, held))
        return found

    def _take(self, said: Read, row: int, reconciled: dict[Key, Amount] | None) -> None:
        slot = said.side, said.key
        reporter = said.key.exporter if said.side == "X" else said.key.importer
        kg = said.amount.kg or 0.0
        self._used += 1
        if reconciled is not None:
            reconciled[said.key] = said.amount
        elif said.what == "world":
            self._world[slot] = kg
            self._left["totals over all partners, compared with their parts"] += 1
        elif said.what == "unspecified":
            self.unspecified[reporter, said.side, said.key.code, said.key.period] += kg
            self._left["without a country: unspecified or confidential"] += 1
        elif said.what == "again":
            self._again[slot] += kg
            self._left["re-exports or re-imports, shown beside the flow they are in"] += 1
        elif slot not in self.flows:
            self.flows[slot] = said.amount
        elif _differ(self.flows[slot], said.amount):
            self.conflicting.add(slot)
            at = f"{self.rows.name}, row {row}"
            if len(self.conflicts) < _SHOWN:
                both = self.flows[slot], said.amount
                self.conflicts.append(_conflict(at, slot, both, kept=False))
        else:
            self._left["given twice, alike"] += 1

    def _report(self) -> None:
        sides: dict[str, Side] = {"X": "X", "2": "X", "M": "M", "1": "M"}
        for reporter, flow, period in self.rows.reporters:
            if flow in sides and reporter.isdecimal() and period.isdecimal():
                self.reporting.add((one_code(int(reporter)), sides[flow], int(period)))


def read_files(
    paths: Sequence[Path], codes: Iterable[str], told: Callable[[str], None] = lambda _: None
) -> Reading:
    """Read files in the order given.

    Args:
        paths: Of UN Comtrade or BACI.
        codes: HS6 codes, six digits.
        told: Called with what is read.

    Raises:
        InputError: One is no such file.
    """
    reading, wanted = Reading(), tuple(codes)
    for path in paths:
        reading.add(path, wanted, told)
    return reading


def _without_partner(side: Side, key: Key) -> Key:
    if side == "X":
        return msgspec.structs.replace(key, importer=0)
    return msgspec.structs.replace(key, exporter=0)


def _differ(one: Amount, other: Amount) -> bool:
    return (one.kg, one.usd) != (other.kg, other.usd)


def _conflict(
    at: str, slot: tuple[Side, Key], both: tuple[Amount, Amount], *, kept: bool
) -> Conflict:
    first, second = both
    return Conflict(
        at=at, side=slot[0], key=slot[1], kg=(first.kg, second.kg), usd=(first.usd, second.usd),
        kept=kept,
    )  # fmt: skip
