"""How trade writes a made party: its names, addresses and telephones, and what goes wrong."""

import random
from typing import NamedTuple

from tidewaiter.parties.resolution.types import Written

_CODES = {
    "CN": "86",
    "IN": "91",
    "US": "1",
    "GB": "44",
    "HK": "852",
    "TH": "66",
    "DE": "49",
    "MX": "52",
    "BR": "55",
    "KR": "82",
    "TR": "90",
    "RU": "7",
    "JP": "81",
    "FR": "33",
}
_PLACES = {
    "CN": ["Shenzhen", "Shanghai", "Wuhan", "Shijiazhuang", "Hefei", "Guangzhou", "Ningbo"],
    "IN": ["Mumbai", "Ahmedabad", "Vadodara", "Hyderabad", "New Delhi", "Surat"],
    "US": ["Houston", "Newark", "Los Angeles", "Chicago", "Miami"],
    "GB": ["London", "Leeds", "Manchester", "Bristol"],
    "HK": ["Kowloon", "Wan Chai", "Kwun Tong"],
    "DE": ["Hamburg", "Berlin", "Leverkusen"],
    "MX": ["Culiacan", "Monterrey", "Guadalajara"],
}
_SYLLABLES = [
    "ka",
    "li",
    "mo",
    "ren",
    "shan",
    "ta",
    "vo",
    "xin",
    "yue",
    "ze",
    "bar",
    "dol",
    "fen",
    "gar",
    "hul",
    "jor",
    "kem",
    "lan",
    "mir",
    "nor",
    "pel",
    "qua",
    "ros",
]
_KINDS = (
    ("Road", "Rd", "Rd."),
    ("Street", "St", "St."),
    ("Avenue", "Ave", "Av."),
    ("Lane", "Ln", "LN"),
)
_SHORT = {
    "Trading": "Trdg",
    "International": "Intl",
    "Import": "Imp",
    "Export": "Exp",
    "Company": "Co",
    "Industries": "Inds",
    "Manufacturing": "Mfg",
    "Corporation": "Corp",
    "Technology": "Tech",
    "Limited": "Ltd",
}


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


def made_word(chance: random.Random) -> str:
    """Make a word that is none."""
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 3))).title()


def made_address(chance: random.Random, country: str) -> str:
    """Make a street in a place of a country."""
    place = chance.choice(_PLACES.get(country, ["Centro", "Port City", "Old Town", "Harbour"]))
    kind = chance.choice(_KINDS)[0]
    return f"No. {chance.randrange(1, 400)} {made_word(chance)} {kind}, {place}"


def made_phone(chance: random.Random, country: str) -> str:
    """Make a telephone number of a country."""
    digits = chance.randrange(10**9, 2 * 10**9)
    first, second, third = digits // 10**6, digits // 1000 % 1000, digits % 1000
    return f"+{_CODES.get(country, '971')} {first} {second:03} {third:03}"


def made_agent(chance: random.Random, number: int) -> tuple[str, str, str]:
    """Make the name, address and telephone of a forwarder."""
    country = chance.choice(("HK", "CN", "US"))
    name = f"{made_word(chance)} {chance.choice(('Logistics', 'Freight', 'Cargo'))} {number}"
    return name, made_address(chance, country), made_phone(chance, country)


def as_written(
    chance: random.Random, base: Base, room: str, agent: tuple[str, str, str]
) -> Written:
    """Write a party as trade does, at times through an agent, or in a room that many share."""
    name = chance.choice((base.name, base.name, *base.aliases[:1]))
    name = _noisy_name(chance, name)
    address = _noisy_address(chance, base, room)
    if chance.random() < 0.05:  # the agent appears instead
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
    if chance.random() < 0.25 and len(words) > 2:  # the legal form is omitted
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
