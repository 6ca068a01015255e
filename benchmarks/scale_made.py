"""A made manifest in the shape that scale is asked for: consignments of three lines and parties.

Of the parties, four in five recur from a pool of traders and one in five was never seen before.
Goods are tariff descriptions with packing words; one line in twenty is of `benchmarks.lines`, of
which 6 % name a substance. One consignment in three hundred names a party of a list. Everything
is of a fixed seed: the same size gives the same file.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.evaluation import hs_descriptions
from benchmarks.lines import repeated
from benchmarks.parties_made import many_bases, sightings
from benchmarks.screen_parties import CHEMICAL

from tidewaiter.parties.resolution import Written
from tidewaiter.parties.types import ListedParty

SEED = 1988
LINES, ROLES = 3, ("consignor", "consignee", "notify")
POOL = 50_000  # ways in which traders that recur are written
NEW = 0.2  # of the parties
NAMED = 300  # one consignment in so many names a listed party
HITS = 20  # one line in so many is of benchmarks.lines
TITLES = ("", " address", " country")
HEADER = (
    "consignment",
    "goods",
    "hs",
    "net weight kg",
    "departure date",
    "country of origin",
    *(f"{role}{title}" for role in ROLES for title in TITLES),
)


def write_manifest(path: Path, listed: Sequence[ListedParty], lines: int) -> None:
    """Write so many lines, rounded up to whole consignments, as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        out.writerows(rows(listed, lines))


def rows(listed: Sequence[ListedParty], lines: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a manifest."""
    chance = random.Random(SEED)
    consignments = -(-lines // LINES)
    traders = _ways(77)
    pool = list(islice(traders, POOL))
    goods = iter(repeated(consignments * LINES // HITS + LINES).to_pylist())
    plain = [(code, text) for code, text in hs_descriptions() if code[:2] not in CHEMICAL]
    for number in range(consignments):
        parties = [
            next(traders) if chance.random() < NEW else pool[chance.randrange(POOL)] for _ in ROLES
        ]
        cells = [cell for each in parties for cell in (each.name, each.address, each.country)]
        if number % NAMED == 0:
            cells[0] = chance.choice(listed).names[0].text
        day = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        for place in range(LINES):
            row = number * LINES + place
            code, text = chance.choice(plain)
            said = next(goods) if row % HITS == 0 else f"{row % 977} CARTONS {text[:80]} INV {row}"
            yield (f"C{number}", said, code, row % 900 + 1, day, "CN", *cells)


def _ways(seed: int) -> Iterator[Written]:
    """Yield ways in which parties are written, for ever, hardly one twice."""
    while True:
        bases = list(many_bases(20_000, seed))
        yield from (made.sighting.written for made in sightings(bases, seed + 1))
        seed += 2
