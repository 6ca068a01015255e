"""Files for the whole path of a screening: goods that others wrote, parties with addresses, names.

Goods are the texts of `world/identify`: tariff and trade texts in 19 languages, and one line in
`HITS` of those that name a precursor; each gets its own number, so that no two lines are equal.
Parties are written as `benchmarks.parties_made` writes them, with shared rooms and forwarders.
Chemicals are the systematic names of the package `chemicals`. Everything is of a fixed seed.
"""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path

from benchmarks.parties_made import many_bases, sightings

from tidewaiter.parties.resolution import Written
from tidewaiter.parties.types import ListedParty, PartyKind, PartyName

SEED = 23
HITS = 50  # one line in so many is of the texts that name a precursor
POOL = 30_000  # ways in which parties are written
NEW = 5  # of parties, one in so many was never seen before, where lists are asked
NAMED = 300  # one line in so many names a listed party, where lists are asked
PLAIN = ("consignment", "goods", "hs", "net weight kg")
_TITLES = ("", " address", " country")
WITH_PARTIES = (
    *PLAIN,
    *(f"{role}{title}" for role in ("consignor", "consignee") for title in _TITLES),
)
_PACKS = ("DRUMS", "CARTONS", "BAGS", "PALLETS", "BOXES", "CASES", "BALES", "ROLLS", "IBC", "SETS")
_KINDS: dict[str, PartyKind] = {"Person": "person", "Vessel": "vessel", "Airplane": "aircraft"}


def write_plain(path: Path, world: Path, lines: int) -> None:
    """Write lines of goods without parties."""
    _write(path, PLAIN, _goods(world, lines))


def write_parties(path: Path, world: Path, lines: int) -> None:
    """Write lines with two parties each, of a pool of `POOL` ways of writing them."""
    chance = random.Random(SEED + 1)
    pool = list(islice(_ways(77), POOL))
    rows = (
        (*row, *_cells(chance.choice(pool)), *_cells(chance.choice(pool)))
        for row in _goods(world, lines)
    )
    _write(path, WITH_PARTIES, rows)


def write_listed(path: Path, world: Path, lines: int, listed: Sequence[ListedParty]) -> None:
    """Write lines with two parties each: one in `NEW` is new, and some are listed."""
    chance = random.Random(SEED + 2)
    new = _ways(1_077)
    pool = list(islice(new, POOL))

    def rows() -> Iterator[tuple[object, ...]]:
        for number, row in enumerate(_goods(world, lines)):
            two = [
                next(new) if chance.randrange(NEW) == 0 else chance.choice(pool) for _ in range(2)
            ]
            cells = [cell for each in two for cell in _cells(each)]
            if number % NAMED == 0:
                cells[0] = chance.choice(listed).names[0].text
            yield (*row, *cells)

    _write(path, WITH_PARTIES, rows())


def write_chemicals(path: Path, lines: int) -> int:
    """Write a catalogue, each line a systematic name; return how many distinct ones there are."""
    names = systematic_names()
    chance = random.Random(SEED + 3)
    chance.shuffle(names)
    rows = (
        (f"C{number}", name, "", number % 900 + 1)
        for number, name in enumerate(islice(cycle(names), lines))
    )
    _write(path, PLAIN, rows)
    return min(lines, len(names))


def systematic_names() -> list[str]:
    """Return the names with a locant that the package `chemicals` prints, in its order."""
    found: dict[str, None] = {}
    for table in ("small", "large"):
        name = f"chemical identifiers pubchem {table}.tsv"
        text = files("chemicals").joinpath("Identifiers", name).read_text("utf-8")
        for line in text.splitlines():
            row = line.split("\t")
            if len(row) > 7 and "-" in row[7] and any(map(str.isdigit, row[7])):
                found[row[7]] = None
    return list(found)


def listed_parties(path: Path, source: str) -> list[ListedParty]:
    """Read the entries of one list of partybench: OFAC's or the Union's."""
    found = []
    with path.open(encoding="utf-8") as file:
        for each in map(json.loads, file):
            if each["source"].startswith(source):
                names = tuple(PartyName(text=text) for text in each["names"])
                kind = _KINDS.get(each["schema"], "organisation")
                found.append(ListedParty(id=each["id"], kind=kind, names=names, action="blocked"))
    return found


def _goods(world: Path, lines: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(SEED)
    plain, named = (
        [row["text"] for row in _rows(world / "identify" / name)]
        for name in ("negatives.tsv", "positives.tsv")
    )
    chance.shuffle(plain)
    for number, text in enumerate(islice(cycle(plain), lines)):
        said = chance.choice(named) if number % HITS == 0 else text
        pack = f"{chance.randrange(1, 2_000)} {chance.choice(_PACKS)}"
        goods = f"{pack} {said} INV {number + 1_000_000}"
        yield f"C{number // 3}", goods, "", chance.randrange(1, 9_000)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _ways(seed: int) -> Iterator[Written]:
    """Yield ways in which parties are written, for ever, hardly one twice."""
    while True:
        made = sightings(list(many_bases(20_000, seed)), seed + 1)
        yield from dict.fromkeys(each.sighting.written for each in made)
        seed += 2


def _cells(written: Written) -> tuple[str, str, str]:
    return written.name, written.address, written.country


def _write(path: Path, header: Sequence[str], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)
