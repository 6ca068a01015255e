"""Death records made by a program, in the layout of a year, with the counts that they must give.

Shares are like those that NCHS publishes for 2022 (3.29 million deaths, 3.3 % of them overdoses,
synthetic opioids other than methadone in two thirds of these); nothing else about them is true.
Counts are made beside the records, from what was drawn, and not by the code that reads them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Marks = npt.NDArray[np.bool_]

CAUSES = {
    "I251": 0.19,
    "C349": 0.17,
    "U071": 0.057,
    "I64 ": 0.05,
    "J449": 0.045,
    "G309": 0.036,
    "E149": 0.031,
    "X599": 0.035,
    "X700": 0.015,
    "X950": 0.008,
    "K703": 0.017,
    "R99 ": 0.02,
    "F03 ": 0.2895,
}
OVERDOSES = {
    "X40 ": 0.003,
    "X41 ": 0.02,
    "X42 ": 0.46,
    "X44 ": 0.435,
    "X60 ": 0.003,
    "X62 ": 0.015,
    "X64 ": 0.025,
    "X85 ": 0.001,
    "Y12 ": 0.018,
    "Y14 ": 0.02,
}
DRUGS = {
    "T404": 0.684,
    "T401": 0.055,
    "T402": 0.11,
    "T403": 0.032,
    "T405": 0.255,
    "T436": 0.315,
    "T424": 0.1,
    "T406": 0.04,
    "F192": 0.2,
    "T509": 0.3,
}
OPIOIDS = {"T400", "T401", "T402", "T403", "T404", "T406"}
OVERDOSE_SHARE = 0.0332
FOREIGN_SHARE = 0.0033
PIECE = 100_000


@dataclass
class Made:
    """How many deaths were made, by what they must be counted as."""

    lines: int = 0
    residents: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # indicator, basis


def made_years(lines: int, made: Made, *, width: int = 490, seed: int = 2022) -> Iterator[bytes]:
    """Yield records of the layout of 2005 and later, in pieces; count them in `made`."""
    chance = np.random.default_rng(seed)
    for begin in range(0, lines, PIECE):
        count = min(PIECE, lines - begin)
        yield _piece(chance, count, width, made).tobytes()


def _piece(chance: np.random.Generator, count: int, width: int, made: Made) -> Bytes:
    block = np.full((count, width + 2), 32, np.uint8)
    block[:, -2:] = (13, 10)
    overdose = chance.random(count) < OVERDOSE_SHARE
    foreign = chance.random(count) < FOREIGN_SHARE
    _put(block, 20, np.where(foreign, 4, chance.integers(1, 4, count)), 1)
    _put(block, 65, chance.integers(1, 13, count), 2)
    block[:, 68] = np.where(
        chance.random(count) < np.where(overdose, 0.7, 0.52), ord("M"), ord("F")
    )
    age = np.clip(chance.normal(np.where(overdose, 44, 74), np.where(overdose, 13, 16)), 0, 109)
    _put(block, 70, 1000 + age.astype(np.int64), 4)
    infants = chance.random(count) < 0.006
    block[infants, 69:73] = np.frombuffer(b"4012", np.uint8)
    _put(block, 102, np.full(count, 2022), 4)
    block[:, 145:149] = _drawn(chance, CAUSES, count)
    block[overdose, 145:149] = _drawn(chance, OVERDOSES, int(overdose.sum()))
    named = {code: overdose & (chance.random(count) < share) for code, share in DRUGS.items()}
    block[:, 343:347] = block[:, 145:149]
    behind = np.ones(count, np.int64)
    for code, rows in named.items():
        places = 343 + 5 * behind[rows]
        for letter in range(4):
            block[np.flatnonzero(rows), places + letter] = ord(code[letter])
        behind[rows] += 1
    _count(made, overdose, foreign, named)
    return block


def _count(made: Made, overdose: Marks, foreign: Marks, named: dict[str, Marks]) -> None:
    made.lines += len(overdose)
    made.residents += int((~foreign).sum())
    opioids = np.logical_or.reduce([named[code] for code in DRUGS if code in OPIOIDS])
    told = [named[code] for code in DRUGS if code[0] == "T" and code != "T509"]
    indicators = {
        "all-causes": np.ones(len(overdose), np.bool_),
        "overdose": overdose,
        "specified": np.logical_or.reduce(told),
        "opioids": opioids,
        **{f"{code[:3]}.{code[3]}": named[code] for code in ("T401", "T402", "T403", "T404")},
        "T40.5": named["T405"],
        "T43.6": named["T436"],
    }
    for key, rows in indicators.items():
        made.counts[key, "occurrence"] += int(rows.sum())
        made.counts[key, "residence"] += int((rows & ~foreign).sum())


def _drawn(chance: np.random.Generator, shares: dict[str, float], count: int) -> Bytes:
    codes = np.frombuffer("".join(shares).encode(), np.uint8).reshape(len(shares), 4)
    weights = np.array(list(shares.values()))
    return codes[chance.choice(len(shares), count, p=weights / weights.sum())]


def _put(block: Bytes, position: int, values: npt.NDArray[np.int64], digits: int) -> None:
    for place in range(digits):
        power = 10 ** (digits - place - 1)
        block[:, position - 1 + place] = values // power % 10 + 48
