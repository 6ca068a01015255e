"""Trade statistics files to flows; duplicates are counted once, conflicts are reported."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.mirror.caveats import load_caveats
from tidewaiter.trade.mirror.hs_codes import Wanted
from tidewaiter.trade.mirror.places import load_areas, one_code
from tidewaiter.trade.mirror.streaming import BACI, Rows, baci_revision
from tidewaiter.trade.mirror.types import (
    Amount,
    Conflict,
    Count,
    FileRead,
    Key,
    Refused,
    Side,
)

_FLOWS: Mapping[str, str] = {
    "M": "M",
    "X": "X",
    "RM": "RM",
    "RX": "RX",
    "1": "M",
    "2": "X",
    "3": "RX",
    "4": "RM",
    "IMPORT": "M",
    "IMPORTS": "M",
    "EXPORT": "X",
    "EXPORTS": "X",
    "RE-EXPORT": "RX",
    "RE-EXPORTS": "RX",
    "RE-IMPORT": "RM",
    "RE-IMPORTS": "RM",
}
"""The first line is for UN Comtrade since 2022, the second for earlier files. Imports include
re-imports and exports re-exports: https://uncomtrade.org/docs/trade-flows-in-un-comtrade
"""

_WHOLE = {"", "0", "C00"}  # total over partner 2, procedure and transport
_PERIOD = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])?")
_HS = re.compile(r"H\d")
_TRUE = {"TRUE", "1"}
_ESTIMATED = {
    "4",
    "6",
}  # legacy flag: net weight estimated, or both; UNSD, Quantity and Weight, 2009
_MISSING = {"", "NA", "NULL", "NAN", "NONE"}

What = Literal["flow", "again", "world", "unspecified"]


class Read(Record, frozen=True, kw_only=True):
    """Data of a row."""

    what: What
    side: Side
    key: Key  # for "world" and "unspecified" the partner is 0
    amount: Amount


def read_row(row: Mapping[str, str]) -> Read | str:
    """Parse a row of UN Comtrade.

    Args:
        row: Texts by field, as `data/mirror/layouts.toml` names them.

    Returns:
        The data; a text: why the row is skipped, a key of `excluded` in the caveats.

    Raises:
        InputError: A value is invalid.
    """
    flow = _FLOWS.get(row["flow"].upper())
    if not row["flow"]:
        raise InputError("trade/no-flow")
    if flow is None:
        return "part-of-flow"
    if any(row.get(each, "") not in _WHOLE for each in ("partner2", "customs", "transport")):
        return "part"
    reporter, partner = _country(row["reporter"], "reporter"), _country(row["partner"], "partner")
    areas = load_areas()
    if reporter in areas.groups or partner in areas.groups:
        return "group"
    if reporter == partner:
        return "own"
    side: Side = "X" if flow in {"X", "RX"} else "M"
    what: What = "again" if flow in {"RX", "RM"} else "flow"
    if partner == areas.world or partner in areas.unspecified:
        if what == "again":
            return "again-unspecified"
        what, partner = ("world" if partner == areas.world else "unspecified"), 0
    return Read(
        what=what,
        side=side,
        key=Key(
            code=row["code"],
            revision=_revision(row.get("revision", "")),
            exporter=reporter if side == "X" else partner,
            importer=partner if side == "X" else reporter,
            period=_period(row["period"]),
        ),
        amount=_amount(row, _revision(row.get("revision", ""))),
    )


def read_reconciled(row: Mapping[str, str], revision: str) -> Read:
    """Parse a row of BACI: thousands of dollars and tons become dollars and kilograms.

    Args:
        row: Texts by field.
        revision: Revision of the HS, from the file name.

    Raises:
        InputError: A value is invalid.
    """
    kg, usd = _number(row.get("kg", ""), "q"), _number(row["value"], "v")
    return Read(
        what="flow",
        side="X",
        key=Key(
            code=row["code"],
            revision=revision,
            exporter=_country(row["reporter"], "i"),
            importer=_country(row["partner"], "j"),
            period=_period(row["period"]),
        ),
        amount=Amount(
            kg=None if kg is None else round(kg * 1000, 6),
            usd=None if usd is None else round(usd * 1000, 6),
            revision=revision,
        ),
    )


def _amount(row: Mapping[str, str], revision: str) -> Amount:
    kg = _number(row.get("kg", ""), "net weight")
    return Amount(
        kg=kg or None,  # Comtrade uses 0 for "not reported"
        usd=_number(row["value"], "value"),
        cif=_number(row.get("cif", ""), "CIF value") or None,
        fob=_number(row.get("fob", ""), "FOB value") or None,
        estimated=row.get("estimated", "").upper() in _TRUE or row.get("flag", "") in _ESTIMATED,
        revision=revision,
    )


def _country(text: str, what: str) -> int:
    if not text.isdecimal() or not text.isascii():
        raise InputError("trade/not-a-country-code", text=text, what=what)
    return one_code(int(text))


def _period(text: str) -> int:
    if not _PERIOD.fullmatch(text):
        raise InputError("trade/not-a-period", text=text)
    return int(text)


def _revision(text: str) -> str:
    return text.upper() if _HS.fullmatch(text.upper()) else ""


def _number(text: str, what: str) -> float | None:
    if text.upper() in _MISSING:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise InputError("trade/not-an-amount", text=text, what=what)
    return number


_SHOWN = 100  # stored conflicts

Flows = dict[tuple[Side, Key], Amount]


class Reading:
    """Combined data of several files. A later file takes precedence for the same flow."""

    def __init__(self) -> None:
        self.flows: Flows = {}
        self.reconciled: dict[Key, Amount] = {}
        self.unspecified: dict[tuple[int, Side, str, int], float] = defaultdict(float)
        """Kilograms without a partner, by reporter, side, code and period."""
        self.reporting: set[tuple[int, Side, int]] = set()
        """Reporters with any data, by side and period."""
        self.files: list[FileRead] = []
        self.refused: list[Refused] = []
        self.conflicts: list[Conflict] = []
        self.conflicting = 0
        self.gaps: list[tuple[int, Side, Key, float, float]] = []
        """Totals that differ from their parts: reporter, side, key, kilograms of the total, of the
        parts.
        """

    @property
    def refused_rows(self) -> int:
        """Number of unreadable rows."""
        return sum(each.refused for each in self.files)

    def add(self, path: Path, codes: Iterable[str], told: Callable[[str], None]) -> None:
        """Read a file.

        Args:
            path: CSV, tab-separated, or either as .gz.
            codes: Six digits each, of HS 2022; older revisions are matched automatically.
            told: Called with the name of the file and its layout, once it is known.

        Raises:
            InputError: Not such a file.
        """
        wanted = Wanted(codes)
        rows = Rows(path, wanted.digits)
        told(f"{rows.name}: {rows.found.layout.title}")
        one = _OneFile(rows, wanted)
        one.read()
        self._join(one)

    def _join(self, one: "_OneFile") -> None:
        for slot, amount in one.flows.items():
            self._put(one, slot, amount)
        for slot, revision in one.conflicting.items():
            held = self.flows.get(slot)
            if held is not None and held.revision <= revision:
                del self.flows[slot]
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
        if before is not None and before.revision != amount.revision:
            self.flows[slot] = _newer(before, amount)
            return
        self.flows[slot] = amount
        if before is not None and _differ(before, amount):
            self.conflicting += 1
            if len(self.conflicts) < _SHOWN:
                self.conflicts.append(_conflict(one.rows.name, slot, (before, amount), kept=True))


class _OneFile:
    """State of reading one file."""

    def __init__(self, rows: Rows, wanted: Wanted) -> None:
        self.rows = rows
        self._wanted = wanted
        self.flows: Flows = {}
        self.reconciled: dict[Key, Amount] = {}
        self.unspecified: dict[tuple[int, Side, str, int], float] = {}
        self.conflicts: list[Conflict] = []
        self.conflicting: dict[tuple[Side, Key], str] = {}
        """Flows with conflicting values, and the newest HS revision that has them."""
        self.reporting: set[tuple[int, Side, int]] = set()
        # Also by HS revision: a reporter with two revisions is counted once.
        self._again: dict[tuple[Side, Key, str], float] = defaultdict(float)
        self._world: dict[tuple[Side, Key, str], float] = {}
        self._unspecified: dict[tuple[int, Side, str, int, str], float] = defaultdict(float)
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
                continue
            key = self._wanted.key(said.key)
            if key is None:
                self._left["other-edition"] += 1
            else:
                said = msgspec.structs.replace(said, key=key)
                self._take(said, number, self.reconciled if baci else None)
        if self.rows.others:
            self._left["other-code"] = self.rows.others
        for slot in self.conflicting:
            self.flows.pop(slot, None)
        for (side, key, revision), kg in self._again.items():
            held = self.flows.get((side, key))
            if held and held.revision == revision:
                self.flows[side, key] = msgspec.structs.replace(held, again_kg=kg)
        for (reporter, side, code, period, _), kg in sorted(self._unspecified.items()):
            self.unspecified[reporter, side, code, period] = kg
        self._report()

    def told(self) -> FileRead:
        """Return the summary of the file."""
        return FileRead(
            name=self.rows.name,
            layout=self.rows.found.layout.title,
            rows=self.rows.rows,
            used=self._used,
            counts=tuple(
                Count(what=load_caveats().excluded[why].says, rows=rows)
                for why, rows in sorted(self._left.items())
            ),
            refused=self.rows.refused,
        )

    def gaps(self) -> list[tuple[int, Side, Key, float, float]]:
        """Return the totals that differ from the sum of their parts by more than 1 %."""
        parts: dict[tuple[Side, Key], list[float]] = defaultdict(list)
        for (side, key), amount in self.flows.items():
            parts[side, _without_partner(side, key)].append(amount.kg or 0.0)
        found = []
        newest = {(side, key): kg for (side, key, _), kg in sorted(self._world.items())}
        for (side, key), total in sorted(newest.items()):
            reporter = key.exporter if side == "X" else key.importer
            rest = self.unspecified.get((reporter, side, key.code, key.period), 0.0)
            held = sum(sorted(parts[side, key])) + rest
            if abs(total - held) > max(total, held) / 100:
                found.append((reporter, side, key, total, held))
        return found

    def _take(self, said: Read, row: int, reconciled: dict[Key, Amount] | None) -> None:
        slot = said.side, said.key
        reporter = said.key.exporter if said.side == "X" else said.key.importer
        kg, revision = said.amount.kg or 0.0, said.amount.revision
        self._used += 1
        if reconciled is not None:
            reconciled[said.key] = said.amount
        elif said.what == "world":
            self._world[*slot, revision] = kg
            self._left["world"] += 1
        elif said.what == "unspecified":
            at = reporter, said.side, said.key.code, said.key.period, revision
            self._unspecified[at] += kg
            self._left["unspecified"] += 1
        elif said.what == "again":
            self._again[*slot, revision] += kg
            self._left["again"] += 1
        elif slot not in self.flows:
            self.flows[slot] = said.amount
        elif self.flows[slot].revision != revision:
            self._left["newer"] += 1
            self._take_newer(slot, said.amount)
        elif _differ(self.flows[slot], said.amount):
            self.conflicting[slot] = revision
            if len(self.conflicts) < _SHOWN:
                place, both = f"{self.rows.name}, row {row}", (self.flows[slot], said.amount)
                self.conflicts.append(_conflict(place, slot, both, kept=False))
        else:
            self._left["repeated"] += 1

    def _take_newer(self, slot: tuple[Side, Key], amount: Amount) -> None:
        """Use the newer revision, even if the older one has conflicting values."""
        if amount.revision < self.flows[slot].revision:
            return
        self.flows[slot] = amount
        if self.conflicting.pop(slot, None) is not None:
            self.conflicts = [each for each in self.conflicts if (each.side, each.key) != slot]

    def _report(self) -> None:
        sides: dict[str, Side] = {"X": "X", "2": "X", "M": "M", "1": "M"}
        for reporter, flow, period in self.rows.reporters:
            if flow in sides and reporter.isdecimal() and period.isdecimal():
                self.reporting.add((one_code(int(reporter)), sides[flow], int(period)))


def read_files(
    paths: Sequence[Path], codes: Iterable[str], told: Callable[[str], None] = lambda _: None
) -> Reading:
    """Read files in the given order.

    Args:
        paths: Files of UN Comtrade or BACI.
        codes: HS6 codes, six digits.
        told: Progress callback.

    Raises:
        InputError: One is not such a file.
    """
    reading, wanted = Reading(), tuple(codes)
    for path in paths:
        reading.add(path, wanted, told)
    return reading


def _without_partner(side: Side, key: Key) -> Key:
    if side == "X":
        return msgspec.structs.replace(key, importer=0)
    return msgspec.structs.replace(key, exporter=0)


def _newer(one: Amount, other: Amount) -> Amount:
    """Choose between amounts under two HS revisions, of which only one counts."""
    return max(one, other, key=lambda each: each.revision)


def _differ(one: Amount, other: Amount) -> bool:
    return (one.kg, one.usd) != (other.kg, other.usd)


def _conflict(
    at: str, slot: tuple[Side, Key], both: tuple[Amount, Amount], *, kept: bool
) -> Conflict:
    first, second = both
    return Conflict(
        at=at,
        side=slot[0],
        key=slot[1],
        kg=(first.kg, second.kg),
        usd=(first.usd, second.usd),
        kept=kept,
    )
