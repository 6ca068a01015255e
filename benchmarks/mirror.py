"""Mirror statistics: what of planted differences is found, and how fast large files are read.

    python -m benchmarks.mirror                 recall and false ones, 10 seeds
    python -m benchmarks.mirror --more          the same trade under three revisions of the HS, and
                                                with values per kilogram that are far off, 10 seeds
    python -m benchmarks.mirror --rows 10000000 the reading of a made BACI file of so many rows

It writes docs/benchmarks/mirror.json.
"""

import argparse
import json
import random
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from benchmarks.mirror_made import CODES, COUNTRIES, NEW, Flow, Made, make, rows, write

from tidewaiter.law.registry import load_registry
from tidewaiter.trade.mirror.hs_codes import choose, watched_codes
from tidewaiter.trade.mirror.reading import read_files
from tidewaiter.trade.mirror.results import Question, answer
from tidewaiter.trade.mirror.types import Discrepancy, Key, Watched, load_method

TARGET = Path(__file__).parents[1] / "docs/benchmarks/mirror.json"
SEEDS = range(1, 11)
BAD = 0.5  # spread of a bad reporter
FACTORS = (10, 100, 1000)  # by which kilograms slip; the last is tons for kilograms
SLIP_KG = 200_000  # mass of flows with planted errors in kilograms, above the minimum


class Found(msgspec.Struct, frozen=True):
    """Shares found of what was planted, and what else was listed."""

    compared: int
    missing: float
    excess: float
    orphans: float
    standing: float
    lags_listed: float  # share of innocent lags that are listed as changed
    changed: int
    false_changed: int
    false_standing: int
    found_fair: float  # share found of missing or excess flows between reliable reporters
    false_fair: int  # listed as changed where no reporter is bad, and not planted
    precision_top: float  # of the first 50 that are listed as changed


def run(path: Path, made: Made) -> Found:
    """Compare a made file, and count."""
    watched = choose([",".join(CODES)], watched_codes(load_registry()))
    reading = read_files([path], watched)
    found = answer(reading, watched, load_method(), Question(every=True))
    planted = made.missing | made.excess
    changed = [_flow(each.key) for each in found.discrepancies if each.kind == "changed"]
    standing = {_pair(each) for each in found.discrepancies if each.kind == "standing"}
    orphans = {_flow(each.key) for each in found.orphans if each.other == "reports others"}
    top = changed[:50]
    fair = {each for each in planted if _fair(each, made)}
    return Found(
        compared=sum(side == "M" and ("X", key) in reading.flows for side, key in reading.flows),
        missing=_share(made.missing, set(changed)),
        excess=_share(made.excess, set(changed)),
        orphans=_share(made.orphans, orphans),
        standing=len(made.standing & standing) / len(made.standing),
        lags_listed=_share(made.lags, set(changed)),
        changed=len(changed),
        false_changed=sum(each not in planted for each in changed),
        false_standing=len(standing - made.standing),
        found_fair=_share(fair, set(changed)),
        false_fair=sum(each not in planted and _fair(each, made) for each in changed),
        precision_top=sum(each in planted for each in top) / max(len(top), 1),
    )


def run_more(path: Path, made: Made, seed: int) -> dict[str, float]:
    """Compare flows that countries report under HS 2012, 2017 or 2022; find prices that slipped."""
    watched = choose([",".join(CODES)], watched_codes(load_registry()))
    draw = random.Random(seed)
    ordinary = [each for each, said in made.exports.items() if said.kg >= SLIP_KG]
    slipped = {each: FACTORS[i % 3] for i, each in enumerate(draw.sample(sorted(ordinary), 60))}
    before = _listed_prices(path, made, watched)
    for flow, factor in slipped.items():
        made.exports[flow].kg /= factor
    after = _listed_prices(path, made, watched)
    shares = {
        f"price_x{factor}": sum(f in after for f, by in slipped.items() if by == factor) * 3 / 60
        for factor in FACTORS
    }
    revisions = {each: draw.choice(("H4", "H5", "H6")) for each in COUNTRIES}
    mixed = (
        {**row, "classificationCode": revisions[int(row["reporterCode"])]} for row in rows(made)
    )
    write(path, mixed, NEW)
    flows = read_files([path], watched).flows
    both = made.exports.keys() & made.imports.keys()
    alike = sum(revisions[each.exporter] == revisions[each.importer] for each in both)
    return {
        **shares,
        "price_listed_without": len(before),
        "both_sides": len(both),
        "same_revision": alike,
        "compared": sum(side == "M" and ("X", key) in flows for side, key in flows),
    }


def _listed_prices(path: Path, made: Made, watched: dict[str, Watched]) -> set[Flow]:
    write(path, rows(made), NEW)
    found = answer(read_files([path], watched), watched, load_method(), Question())
    return {_flow(each.key) for each in found.prices if each.reported == "X"}


def read_large(count: int) -> dict[str, float]:
    """Read a made BACI file of so many rows, of which one in fifty is watched."""
    watched = watched_codes(load_registry())
    draw = random.Random(4)
    codes = [
        *watched,
        *(f"{draw.randrange(10_000, 999_999):06d}" for _ in range(50 * len(watched))),
    ]
    lines = [
        f"{draw.choice((276, 842, 156))},{draw.randrange(4, 894)},{draw.choice(codes)},"
        f"{draw.lognormvariate(3, 2):.3f},{draw.lognormvariate(1, 2):.3f}\n"
        for _ in range(100_000)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "BACI_HS17_Y2020_V202501.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("t,i,j,k,v,q\n")
            for start in range(0, count, len(lines)):
                file.writelines(f"{1900 + start // len(lines) % 199},{each}" for each in lines)
        size, before, began = path.stat().st_size, _peak(), time.process_time()
        (told,) = read_files([path], watched).files
        return {
            "rows": told.rows,
            "used": told.used,
            "MB": round(size / 1e6),
            "cpu_seconds": round(time.process_time() - began, 2),
            "peak_MB": round(_peak()),
            "peak_MB_before": round(before),
        }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fair(flow: Flow, made: Made) -> bool:
    return max(made.quality[flow.exporter], made.quality[flow.importer]) < BAD


def _share(planted: set[Flow], found: set[Flow]) -> float:
    return len(planted & found) / len(planted)


def _flow(key: Key) -> Flow:
    return Flow(key.code, key.exporter, key.importer, key.period)


def _pair(one: Discrepancy) -> tuple[str, int, int]:
    return one.key.code, one.key.exporter, one.key.importer


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--more", action="store_true")
    wanted = parser.parse_args()
    kept = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    if wanted.rows:
        kept["reading"] = read_large(wanted.rows)
    elif wanted.more:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "made.csv"
            told = [run_more(path, make(seed), seed) for seed in SEEDS]
        kept["more"] = {name: round(sum(e[name] for e in told) / len(told), 3) for name in told[0]}
        kept["more_least"] = {name: round(min(e[name] for e in told), 3) for name in told[0]}
    else:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "made.csv"
            found = []
            for seed in SEEDS:
                made = make(seed)
                write(path, rows(made), NEW)
                found.append(msgspec.structs.asdict(run(path, made)))
        kept["planted"] = {
            name: round(sum(each[name] for each in found) / len(found), 3) for name in found[0]
        }
        kept["planted_least"] = {name: round(min(e[name] for e in found), 3) for name in found[0]}
    TARGET.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
