"""Outliers in price per kilogram and kilograms per package, among lines of the same goods.

Centre and spread are the median and the median absolute deviation, both of logarithms, so that a
few extreme values affect neither. Source: Iglewicz and Hoaglin 1993, How to Detect and Handle
Outliers, the modified z-score.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.base.phrases import Phrase
from tidewaiter.trade.history.trader_changes import Said
from tidewaiter.trade.rules.alert_rules import PastRule, PastRules
from tidewaiter.trade.types import Line

_HEADING = 6
_MG = 1e6  # in a kilogram
_NORMAL: Final = 1.4826  # median absolute to standard deviation, for a normal distribution
_MOST = 100_000  # stored values per group


class Usual(NamedTuple):
    """Centre and spread of the values in a group."""

    lines: int
    middle: float  # median of logarithms
    spread: float  # standard deviation of logarithms, from the median absolute deviation


class Values:
    """Collects values of lines, by subheading, origin and unit."""

    def __init__(self) -> None:
        """Start without values."""
        self._wanted: set[str] = set()
        self._held: dict[tuple[str, str, str], list[NDArray[np.float64]]] = {}
        self._counts: dict[tuple[str, str, str], int] = {}
        self._usual: dict[tuple[str, str, str], Usual] = {}

    @property
    def wanted(self) -> Collection[str]:
        """Return the requested subheadings."""
        return self._wanted

    def settle(self) -> None:
        """Compute the statistics of each group and discard the values."""
        self._usual = {key: self._usual_of(key) for key in self._held}
        self._held = {}

    def ask(self, headings: Iterable[str]) -> None:
        """Request goods by subheading."""
        self._wanted.update(headings)

    def want(self, line: Line) -> None:
        """Request the goods of a line."""
        if line.hs and len(line.hs) >= _HEADING:
            self._wanted.add(line.hs[:_HEADING])

    def look(self, batch: pa.RecordBatch) -> None:
        """Add the values of requested goods.

        Args:
            batch: Batch with the schema LINES.
        """
        if not self._wanted:
            return
        heading = pc.utf8_slice_codeunits(batch.column("hs"), 0, _HEADING)
        here = pc.is_in(heading, value_set=pa.array(sorted(self._wanted)))
        if not pc.any(here).as_py():
            return
        some = batch.select(["origin", "net_mg", "gross_mg", "packages", "value", "currency"])
        table = pa.Table.from_batches([some]).append_column("hs", heading).filter(here)
        mass = pc.cast(pc.coalesce(table["net_mg"], table["gross_mg"]), pa.float64())
        value = pc.cast(table["value"], pa.float64())
        packages = pc.cast(table["packages"], pa.float64())
        price = pc.divide(value, pc.divide(mass, _MG))
        self._add(table, price, table["currency"])
        each = pc.divide(pc.divide(mass, _MG), packages)
        self._add(table, each, pa.array(["package"] * len(table)))

    def _add(self, table: pa.Table, values: pa.ChunkedArray, unit: pa.ChunkedArray) -> None:
        good = pc.and_(pc.is_finite(values), pc.greater(values, 0))
        rows = pa.table(
            {
                "hs": table["hs"],
                "origin": pc.fill_null(table["origin"], ""),
                "unit": unit,
                "value": values,
            }
        ).filter(pc.and_(pc.fill_null(good, False), pc.is_valid(unit)))
        grouped = rows.group_by(["hs", "origin", "unit"]).aggregate([("value", "list")])
        for row in grouped.to_pylist():
            found = np.log(np.array(row["value_list"]))
            for origin in {row["origin"], ""}:
                key = (row["hs"], origin, row["unit"])
                count = self._counts.get(key, 0)
                if count < _MOST:
                    self._held.setdefault(key, []).append(found)
                    self._counts[key] = count + len(found)

    def of(self, line: Line, rules: PastRules) -> Iterator[Said]:
        """Yield the outliers in a line, relative to its origin, or else to all origins.

        Args:
            line: Line with requested goods.
            rules: Parameters.
        """
        mass = (line.net_mg or line.gross_mg or 0) / _MG
        if not mass or not line.hs:
            return
        if line.value and line.currency:
            rule = rules.rules["price-outlier"]
            found = self._far(line, float(line.value) / mass, line.currency, rule)
            if found:
                (usual, words) = found
                price, usually = (
                    Phrase("price/unit", figure=_told(each), code=line.currency)
                    for each in (float(line.value) / mass, np.exp(usual.middle))
                )
                yield Said("price-outlier", {"price": price, "usual": usually, **words})
        if line.packages:
            rule = rules.rules["pack-outlier"]
            found = self._far(line, mass / line.packages, "package", rule)
            if found:
                (usual, words) = found
                each, usually = (
                    Phrase("quantity/kg", figure=_told(v))
                    for v in (mass / line.packages, np.exp(usual.middle))
                )
                yield Said("pack-outlier", {"mass": each, "usual": usually, **words})

    def _far(
        self, line: Line, value: float, unit: str, rule: PastRule
    ) -> tuple[Usual, dict[str, Any]] | None:
        for origin in dict.fromkeys((line.origin or "", "")):
            heading = (line.hs or "")[:_HEADING]
            usual = self._usual_of((heading, origin, unit))
            if usual.lines < rule.numbers["lines"]:
                continue
            spread = max(usual.spread, rule.numbers["floor"])
            if abs(np.log(value) - usual.middle) / spread < rule.numbers["score"]:
                return None
            goods = Phrase("thing/hs", hs=heading)
            if origin:
                goods = Phrase("thing/hs-of", hs=heading, land=origin)
            return usual, {"goods": goods, "lines": usual.lines}
        return None

    def _usual_of(self, key: tuple[str, str, str]) -> Usual:
        found = self._usual.get(key)
        if found is None:
            held = self._held.get(key)
            found = self._usual[key] = usual_of(np.concatenate(held)) if held else Usual(0, 0, 0)
        return found


def usual_of(logs: NDArray[np.float64]) -> Usual:
    """Return the median of values, and their spread.

    Args:
        logs: Logarithms of the values, shape ``(lines,)``, at least one.
    """
    middle = float(np.median(logs))
    return Usual(len(logs), middle, _NORMAL * float(np.median(np.abs(logs - middle))))


def _told(value: float) -> str:
    return f"{value:.2f}" if value < 1_000 else f"{value:.0f}"  # noqa: PLR2004 - to be read
