"""Made sightings of parties, with the truth: which of them are one party.

Names are those of ordinary companies and of the public OFAC list (with its own aliases and
addresses); everything else is made, by a fixed seed: streets, telephones, domains, numbers, and
the ways in which trade writes them. Forwarders and rooms that many firms share are among them.
"""

import csv
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.parties_noise import (
    Base,
    as_written,
    made_address,
    made_agent,
    made_phone,
    made_word,
)

from tidewaiter.parties.resolution.types import Sighting

COUNTRIES = {
    "China": "CN",
    "India": "IN",
    "United States": "US",
    "United Kingdom": "GB",
    "Hong Kong": "HK",
    "Thailand": "TH",
    "Indonesia": "ID",
    "Taiwan": "TW",
    "Brazil": "BR",
    "South Korea": "KR",
    "Israel": "IL",
    "Germany": "DE",
    "Turkey": "TR",
    "Chile": "CL",
    "South Africa": "ZA",
    "Russia": "RU",
    "Japan": "JP",
    "France": "FR",
    "Mexico": "MX",
    "Iran": "IR",
    "United Arab Emirates": "AE",
    "Colombia": "CO",
    "Syria": "SY",
    "Pakistan": "PK",
    "Lebanon": "LB",
}
_FORMS = frozenset(
    [
        "co",
        "ltd",
        "limited",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "company",
        "llc",
        "plc",
        "sa",
        "ag",
        "gmbh",
        "bv",
        "nv",
        "as",
        "pt",
        "tbk",
        "bhd",
        "berhad",
        "pcl",
        "public",
        "kk",
        "jsc",
        "ooo",
        "oao",
        "pao",
        "ltda",
        "sab",
        "de",
        "cv",
        "spa",
        "srl",
        "se",
        "ab",
        "oyj",
        "asa",
        "the",
    ]
)
_GENERIC = frozenset(
    [
        "trading",
        "international",
        "group",
        "holding",
        "holdings",
        "industries",
        "industrial",
        "technology",
        "technologies",
        "development",
        "investment",
        "investments",
        "chemical",
        "pharma",
        "pharmaceutical",
        "materials",
        "and",
        "of",
    ]
)


class Made(NamedTuple):
    """A sighting, and its party."""

    sighting: Sighting
    entity: int


def bases(folder: Path, count: int, seed: int, half: int) -> list[Base]:
    """Make parties from one half of the public names; no two with the same words.

    Args:
        folder: Of the lists of parties.
        count: Parties.
        seed: Of chance.
        half: 0 to develop on, 1 to measure on.
    """
    chance = random.Random(seed)
    names = [*_companies(folder), *_listed(folder)]
    chance.shuffle(names)
    seen: set[str] = set()
    found: list[Base] = []
    for name, aliases, country, address in names:
        core = core_of(name)
        if sum(core.encode()) % 2 != half or core in seen or not core:
            continue
        seen.update({core, *map(core_of, aliases)})
        base = _base(chance, name, aliases, (country, address))
        found += [base, *_others(chance, base)]
        if len(found) >= count:
            break
    return found[:count]


def _others(chance: random.Random, base: Base) -> Iterator[Base]:
    """Make parties easily taken for another one: of its name, of its group, near its name."""
    words = base.name.split()
    apart = _base(chance, base.name, (), (base.country, ""))
    what = chance.random()
    said = [word for word in core_of(base.name).split() if word not in _GENERIC]
    if what < (0.15 if len(said) < 2 else 0.01):  # a short name is borne by several
        yield apart
    elif 0.15 < what < 0.19 and len(words) > 1:  # a sister at the same address
        name = " ".join(
            [words[0], chance.choice(("Properties", "Foods", "Capital", "Textiles")), *words[2:]]
        )
        yield apart._replace(name=name, address=base.address, unit=base.unit, email=base.email)
    elif 0.2 < what < 0.26 and len(words) > 2:
        place = chance.randrange(len(words) - 1)
        name = " ".join([*words[:place], made_word(chance), *words[place + 1 :]])
        yield apart._replace(name=name)


def many_bases(count: int, seed: int) -> Iterator[Base]:
    """Make any number of parties, with made names."""
    chance = random.Random(seed)
    kinds = ("Trading", "Chemical", "International", "Pharma", "Textile", "Industries", "Foods")
    for _ in range(count):
        country = chance.choice(("CN", "IN", "US", "HK", "DE", "MX", "GB", "BR", "KR", "TR"))
        form = chance.choice(("Co., Ltd.", "Limited", "Inc.", "GmbH", "S.A. de C.V.", "Pvt Ltd"))
        name = f"{made_word(chance)} {made_word(chance)} {chance.choice(kinds)} {form}"
        yield _base(chance, name, (), (country, ""))


def core_of(name: str) -> str:
    """Return the words of a name without legal forms, sorted; no reader of ours is asked."""
    words = re.sub(r"[^\w ]", " ", name.casefold().replace(".", "")).split()
    return " ".join(sorted(word for word in words if word not in _FORMS))


def sightings(parties: Sequence[Base], seed: int, *, spread: int = 5) -> Iterator[Made]:
    """Write each party one to `spread` times, as trade does."""
    chance = random.Random(seed)
    agents = [made_agent(chance, number) for number in range(max(3, len(parties) // 150))]
    rooms = [made_address(chance, "HK") + f", Room {chance.randrange(100, 2000)}" for _ in range(3)]
    row = 0
    for entity, base in enumerate(parties):
        room = chance.choice(rooms) if chance.random() < 0.02 else ""
        for _ in range(chance.randint(1, spread)):
            row += 1
            written = as_written(chance, base, room, chance.choice(agents))
            role = chance.choice(("consignee", "consignor", "importer", "exporter"))
            yield Made(Sighting(written=written, role=role, row=row), entity)


def _companies(folder: Path) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    with (folder / "ordinary_companies" / "companies.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["country"] in COUNTRIES:
                yield row["name"], (), COUNTRIES[row["country"]], ""


def _listed(folder: Path) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    other: defaultdict[str, list[str]] = defaultdict(list)
    places: dict[str, tuple[str, str]] = {}
    here = folder / "ofac_watchman"
    for row in _rows(here / "alt.csv"):
        if row[2] == "aka":
            other[row[0]].append(row[3])
    for row in _rows(here / "add.csv"):
        if row[2] != "-0-" and row[3] != "-0-":
            places.setdefault(row[0], (f"{row[2]}, {row[3]}", row[4]))
    for row in _rows(here / "bench_sdn.csv"):
        if len(row) > 2 and row[2].strip() == "-0-":  # no person, ship or aircraft
            address, country = places.get(row[0], ("", ""))
            yield row[1], tuple(other[row[0]][:3]), COUNTRIES.get(country, ""), address


def addresses(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield street, place and country of the organisations of the OFAC list."""
    here = folder / "ofac_watchman"
    firms = {row[0] for row in _rows(here / "bench_sdn.csv") if row[2] == "-0-"}
    for row in _rows(here / "bench_add.csv"):
        if row[0] in firms and row[2] != "-0-" and row[4] != "-0-":
            yield ", ".join(part for part in row[2:4] if part != "-0-"), row[4]


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="latin-1", newline="") as file:
        yield from ([cell.strip() for cell in row] for row in csv.reader(file) if len(row) > 3)


def _base(chance: random.Random, name: str, aliases: tuple[str, ...], at: tuple[str, str]) -> Base:
    country, address = at
    domain = "".join(core_of(name).split()[:2])[:18] or "firm"
    free = chance.random() < 0.3
    host = chance.choice(("163.com", "gmail.com", "qq.com")) if free else f"{domain}.com"
    room = f"{chance.choice(('Room', 'Suite', 'Unit'))} {chance.randrange(101, 2900)}"
    box = f"{chance.choice(('sales', 'info', domain))}{chance.randrange(10**6) if free else ''}"
    return Base(
        name=name,
        aliases=aliases,
        country=country,
        address=address or made_address(chance, country),
        unit=room if chance.random() < 0.5 else "",
        phone=made_phone(chance, country),
        email=f"{box}@{host}",
        number=str(chance.randrange(10**8, 10**9)) if chance.random() < 0.5 else "",
        person=f"{chance.choice(('Li', 'Juan', 'Anna', 'Raj'))} {made_word(chance)}",
    )
