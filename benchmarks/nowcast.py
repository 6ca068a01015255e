"""How well the nowcast does on stored releases, and how long it takes.

    python -m benchmarks.nowcast ../shared/data/burden/vsrr

Each whole release of 2018-10 to 2019-10, the first that have CDC's prediction, is estimated with
constants fitted to earlier releases alone, by what was settled then; until two of these can be
judged, with those taken before any data. The truth is what closed later. It writes
``docs/benchmarks/nowcast.json``.
"""

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from benchmarks.evaluation import ROOT
from tools.nowcast import judges, stored

from tidewaiter.base.records import Record
from tidewaiter.burden.nowcast import nowcast
from tidewaiter.burden.nowcast.backtest import Block, Tested, backtest, blocks, coverage
from tidewaiter.burden.nowcast.model import LAGS, before_data
from tidewaiter.burden.readers.vsrr import read_vsrr
from tidewaiter.burden.types import month_of, month_text

OUT = ROOT / "docs" / "benchmarks" / "nowcast.json"
_INDICATORS = ("overdose", "T40.4")
_FIRST = month_of(2018, 9)  # releases from then on have a prediction
_LEVEL = 0.05
_TRUE = 0.95


class Lag(Record, frozen=True, kw_only=True):
    """The interval at one lag, nation and states together."""

    lag: int
    cells: int
    covered: float  # percent
    rejected: bool  # by a two-sided binomial test that it is 95 %


class Measured(Record, frozen=True, kw_only=True):
    """What was measured."""

    releases: tuple[str, ...]
    blocks: tuple[Block, ...]
    pooled: dict[str, float]  # by indicator: percent covered
    lags: dict[str, tuple[Lag, ...]]  # by indicator
    seconds: float = 0.0  # CPU: one release estimated with all earlier ones, files already read

    def block(self, indicator: str, *, nation: bool) -> Block:
        """Return a block."""
        return next(b for b in self.blocks if (b.indicator, b.nation) == (indicator, nation))

    def covered(self, indicator: str) -> float:
        """Return the share of truths inside the interval, percent."""
        return self.pooled[indicator]

    def rejected(self, indicator: str) -> list[int]:
        """List the lags at which the interval does not hold what it says."""
        return [each.lag for each in self.lags[indicator] if each.rejected]


def measure(folder: Path) -> Measured:
    """Run the back-test."""
    releases = stored(folder)
    tested = [
        each
        for each in backtest(releases, judges(folder), _INDICATORS, before_data)
        if each.released >= _FIRST
    ]
    apart = {name: [each for each in tested if each.indicator == name] for name in _INDICATORS}
    months = sorted({each.released for each in tested})
    return Measured(
        releases=tuple(map(month_text, months)),
        blocks=tuple(blocks(tested)),
        pooled={name: coverage(cells)[0] for name, cells in apart.items()},
        lags={name: tuple(_lags(cells)) for name, cells in apart.items()},
    )


def _lags(tested: Sequence[Tested]) -> list[Lag]:
    found = []
    for lag in range(LAGS):
        inside = [each.low <= each.truth <= each.high for each in tested if each.lag == lag]
        chance = two_sided(sum(inside), len(inside), _TRUE)
        found.append(
            Lag(
                lag=lag,
                cells=len(inside),
                covered=100.0 * sum(inside) / len(inside),
                rejected=chance < _LEVEL,
            )
        )
    return found


def two_sided(hits: int, trials: int, chance: float) -> float:
    """Return the probability of a count as unlikely as this one, or more so."""
    odds = [
        math.comb(trials, each) * chance**each * (1 - chance) ** (trials - each)
        for each in range(trials + 1)
    ]
    return sum(each for each in odds if each <= odds[hits] * (1 + 1e-9))


def _timed(folder: Path) -> float:
    start = time.process_time()
    *before, now = [
        read_vsrr(file.read_bytes(), file.name) for file in sorted(folder.glob("v201*.csv"))
    ]
    nowcast(now, before)
    return time.process_time() - start


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    measured = msgspec.structs.replace(measure(folder), seconds=_timed(folder))
    for block in measured.blocks:
        print(
            f"{block.indicator} {'nation' if block.nation else 'states'}: {block.cells} cells, "
            f"covered {block.covered:.1f} %, width {block.width:.2f} %"
        )
        for score in block.scores:
            print(
                f"  {score.method:10} {score.error:5.2f} (lag 0 {score.newest:5.2f}) "
                f"bias {score.bias:+5.2f} largest {score.largest:5.1f} cells {score.cells}"
            )
    for name, lags in measured.lags.items():
        told = ", ".join(f"{each.covered:.1f}{'!' if each.rejected else ''}" for each in lags)
        print(f"{name}: pooled {measured.pooled[name]:.1f} %, by lag {told}")
    print(f"{measured.seconds:.2f} CPU s for one release with all earlier ones")
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n")


if __name__ == "__main__":
    main()
