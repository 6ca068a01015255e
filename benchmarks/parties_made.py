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

from tidewaiter.parties.resolution.types import Sighting, Written

COUNTRIES = {
    "China": "CN", "India": "IN", "United States": "US", "United Kingdom": "GB",
    "Hong Kong": "HK", "Thailand": "TH", "Indonesia": "ID", "Taiwan": "TW", "Brazil": "BR",
    "South Korea": "KR", "Israel": "IL", "Germany": "DE", "Turkey": "TR", "Chile": "CL",
    "South Africa": "ZA", "Russia": "RU", "Japan": "JP", "France": "FR", "Mexico": "MX",
    "Iran": "IR", "United Arab Emirates": "AE", "Colombia": "CO", "Syria": "SY",
    "Pakistan": "PK", "Lebanon": "LB",
}  # fmt: skip
_CODES = {"CN": "86", "IN": "91", "US": "1", "GB": "44", "HK": "852", "TH": "66", "DE": "49",
          "MX": "52", "BR": "55", "KR": "82", "TR": "90", "RU": "7", "JP": "81",
          "FR": "33"}  # fmt: skip
_PLACES = {
    "CN": ["Shenzhen", "Shanghai", "Wuhan", "Shijiazhuang", "Hefei", "Guangzhou", "Ningbo"],
    "IN": ["Mumbai", "Ahmedabad", "Vadodara", "Hyderabad", "New Delhi", "Surat"],
    "US": ["Houston", "Newark", "Los Angeles", "Chicago", "Miami"],
    "GB": ["London", "Leeds", "Manchester", "Bristol"], "HK": ["Kowloon", "Wan Chai", "Kwun Tong"],
    "DE": ["Hamburg", "Berlin", "Leverkusen"], "MX": ["Culiacan", "Monterrey", "Guadalajara"],
}  # fmt: skip
_SYLLABLES = [
    "ka", "li", "mo", "ren", "shan", "ta", "vo", "xin", "yue", "ze", "bar", "dol", "fen", "gar",
    "hul", "jor", "kem", "lan", "mir", "nor", "pel", "qua", "ros",
]  # fmt: skip
_KINDS = (
    ("Road", "Rd", "Rd."), ("Street", "St", "St."), ("Avenue", "Ave", "Av."), ("Lane", "Ln", "LN"),
)  # fmt: skip
_SHORT = {
    "Trading": "Trdg", "International": "Intl", "Import": "Imp", "Export": "Exp", "Company": "Co",
    "Industries": "Inds", "Manufacturing": "Mfg", "Corporation": "Corp", "Technology": "Tech",
    "Limited": "Ltd",
}  # fmt: skip

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


class Base(NamedTuple):
    """A party as it is."""

    name: str
    aliases: tuple[str, ...]
    country: str
    address: str  # without a room
    unit: str
    phone: str
    email: str
    number: str
    person: str


class Made(NamedTuple):
    """A sighting, and whose it is."""

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
        name = " ".join([*words[:place], _word(chance), *words[place + 1 :]])
        yield apart._replace(name=name)


def many_bases(count: int, seed: int) -> Iterator[Base]:
    """Make any number of parties, with made names."""
    chance = random.Random(seed)
    kinds = ("Trading", "Chemical", "International", "Pharma", "Textile", "Industries", "Foods")
    for _ in range(count):
        country = chance.choice(("CN", "IN", "US", "HK", "DE", "MX", "GB", "BR", "KR", "TR"))
        form = chance.choice(("Co., Ltd.", "Limited", "Inc.", "GmbH", "S.A. de C.V.", "Pvt Ltd"))
        name = f"{_word(chance)} {_word(chance)} {chance.choice(kinds)} {form}"
        yield _base(chance, name, (), (country, ""))


def core_of(name: str) -> str:
    """Return the words of a name without legal forms, sorted; no reader of ours is asked."""
    words = re.sub(r"[^\w ]", " ", name.casefold().replace(".", "")).split()
    return " ".join(sorted(word for word in words if word not in _FORMS))


def sightings(parties: Sequence[Base], seed: int, *, spread: int = 5) -> Iterator[Made]:
    """Write each party one to `spread` times, as trade does."""
    chance = random.Random(seed)
    agents = [_agent(chance, number) for number in range(max(3, len(parties) // 150))]
    rooms = [_address(chance, "HK") + f", Room {chance.randrange(100, 2000)}" for _ in range(3)]
    row = 0
    for entity, base in enumerate(parties):
        room = chance.choice(rooms) if chance.random() < 0.02 else ""
        for _ in range(chance.randint(1, spread)):
            row += 1
            written = _written(chance, base, room, chance.choice(agents))
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
        address=address or _address(chance, country),
        unit=room if chance.random() < 0.5 else "",
        phone=_phone(chance, country),
        email=f"{box}@{host}",
        number=str(chance.randrange(10**8, 10**9)) if chance.random() < 0.5 else "",
        person=f"{chance.choice(('Li', 'Juan', 'Anna', 'Raj'))} {_word(chance)}",
    )


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 3))).title()


def _address(chance: random.Random, country: str) -> str:
    place = chance.choice(_PLACES.get(country, ["Centro", "Port City", "Old Town", "Harbour"]))
    kind = chance.choice(_KINDS)[0]
    return f"No. {chance.randrange(1, 400)} {_word(chance)} {kind}, {place}"


def _phone(chance: random.Random, country: str) -> str:
    digits = chance.randrange(10**9, 2 * 10**9)
    first, second, third = digits // 10**6, digits // 1000 % 1000, digits % 1000
    return f"+{_CODES.get(country, '971')} {first} {second:03} {third:03}"


def _agent(chance: random.Random, number: int) -> tuple[str, str, str]:
    country = chance.choice(("HK", "CN", "US"))
    name = f"{_word(chance)} {chance.choice(('Logistics', 'Freight', 'Cargo'))} {number}"
    return name, _address(chance, country), _phone(chance, country)


def _written(chance: random.Random, base: Base, room: str, agent: tuple[str, str, str]) -> Written:
    name = chance.choice((base.name, base.name, *base.aliases[:1]))
    name = _noisy_name(chance, name)
    address = _noisy_address(chance, base, room)
    if chance.random() < 0.05:  # the agent stands for it
        address = f"{agent[1]}, TEL {agent[2]}"
        name = f"{name} c/o {agent[0]}" if chance.random() < 0.5 else name
    else:
        if chance.random() < 0.35:
            address += f", TEL {base.phone}"
        if chance.random() < 0.2:
            address += f" {base.email}"
        if chance.random() < 0.1:
            address += f" Attn: {base.person}"
    number = base.number if chance.random() < 0.3 else ""
    return Written(
        name=name[:70],
        address=address.strip(" ,"),
        country=base.country if chance.random() < 0.9 else "",
        id_scheme="tax" if number else "",
        id=number,
    )


def _noisy_name(chance: random.Random, name: str) -> str:
    if chance.random() < 0.35:
        return name
    words = name.split()
    if chance.random() < 0.3:
        words = [_SHORT.get(word.strip(".,"), word) for word in words]
    if chance.random() < 0.25 and len(words) > 2:  # the legal form is left out
        words = words[:-1]
    if chance.random() < 0.3:
        words = _typo(chance, words)
    if chance.random() < 0.08 and len(words) > 2:
        words = [*words[1:], words[0]]
    text = " ".join(words)
    text = text[:35] if chance.random() < 0.1 else text
    return text.upper() if chance.random() < 0.5 else text


def _typo(chance: random.Random, words: list[str]) -> list[str]:
    place = max(range(len(words)), key=lambda each: len(words[each]))
    word, at = words[place], chance.randrange(1, max(2, len(words[place]) - 1))
    how = chance.randrange(3)
    if how == 0:
        word = word[:at] + word[at + 1 :]
    elif how == 1:
        word = word[:at] + word[at : at + 1] * 2 + word[at + 1 :]
    else:
        word = word[:at] + chance.choice("aeiorn") + word[at + 1 :]
    return [*words[:place], word, *words[place + 1 :]]


def _noisy_address(chance: random.Random, base: Base, room: str) -> str:
    if chance.random() < 0.15:
        return ""
    text = room or base.address
    for long, *short in _KINDS:
        if chance.random() < 0.5:
            text = text.replace(f" {long},", f" {chance.choice(short)},")
    if base.unit and not room and chance.random() < 0.7:
        text = f"{base.unit}, {text}"
    if chance.random() < 0.2:
        text = text.rpartition(",")[0] or text
    if chance.random() < 0.3:
        text = text.replace("No. ", "")
    return text.upper() if chance.random() < 0.4 else text
