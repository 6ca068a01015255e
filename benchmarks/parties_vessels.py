"""Ships and identifiers: how many listed ones are found, and how many others alert.

``python -m benchmarks.parties_vessels`` matches against OFAC's SDN list of 2023-11-09 as it is,
with its persons, organisations and aircraft. Ships that it does not hold are those that the list of
2026-07-11 names besides: real names of the same kind of fleet, and so harder than those of all
ships. Identifiers are asked for under the name of another entry, and then the entry's own name is
asked for with the valid identifier of another, where its own is valid too.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.comparing import wilson
from benchmarks.evaluation import data

from tidewaiter.base.archives import ListFile
from tidewaiter.parties.identifiers.validation import read_identifier
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher, model_record
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.types import Identifier, ListedParty, PartyKind

PREFIXES = ("M/V ", "MV ", "M.V. ", "MT ", "M/T ", "M.T. ", "SS ", "S.S. ", "F/V ", "MS ")
SCHEMES = (
    "IMO",
    "MMSI",
    "call-sign",
    "LEI",
    "USCC",
    "INN",
    "RFC",
    "tax",
    "registration",
    "passport",
    "national-id",
    "SWIFT",
    "phone",
    "email",
    "website",
    "wallet",
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Query(NamedTuple):
    """A party that is asked for, and the entry that it is; "": none."""

    party: AskedParty
    entry: str


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=int, default=0, help="how many to print per row")
    misses = parser.parse_args().misses
    old = data("parties/lists/ofac_sdn_2023-11/sdn.csv")
    new = data("parties/lists/ofac_sdn_2026-07/ofac_sdn.json")
    companies = data("parties/lists/ordinary_companies/companies.tsv")
    if old is None or new is None or companies is None:
        print("no lists beside the checkout")
        return
    parties = read_list(old)
    matcher = Matcher(build_index(parties))
    ships = [party for party in parties if party.kind == "vessel"]
    print(f"{len(parties):,} entries, {len(ships)} of them ships")
    names_alone(parties, matcher)
    print(f"{'what':44}{'queries':>8}{'share':>8}{'95 % interval':>18}")
    for title, queries in positives(ships):
        tell(title, queries, matcher, misses)
    others = unlisted(new, ships, {party.id for party in parties})
    for kind in ("vessel", "unknown"):
        tell(f"false alerts, other ships, kind {kind}", asked(others, kind), matcher, misses)
    firms = firms_of(companies)
    tell("false alerts on ships, firms", asked(firms, "organisation"), matcher, misses, "vessel")
    for scheme in SCHEMES:
        same, other = numbers(parties, scheme)
        tell(f"{scheme}, under another name", same, matcher, misses)
        if scheme in {"IMO", "LEI", "USCC", "INN", "RFC"}:
            tell(f"own name, another's {scheme}: still alerts", other, matcher, misses)


def names_alone(parties: Sequence[ListedParty], matcher: Matcher) -> None:
    """Print what names give that are asked for as they are listed."""
    some = random.Random(1912).sample(parties, 3_000)
    for kind in ("person", "organisation", "vessel"):
        those = [party for party in some if party.kind == kind]
        answers = matcher.match([AskedParty(text=p.names[0].text, kind=p.kind) for p in those], 0)
        odds = sorted(
            match.log_odds
            for party, answer in zip(those, answers, strict=True)
            for match in answer.matches
            if match.entry == party.id
        )
        median = odds[len(odds) // 2]
        print(f"log-odds of the name alone, {kind}: median {median:.1f}, most {odds[-1]:.1f}")


def read_list(path: Path) -> list[ListedParty]:
    """Read a list by the format that it is found to have."""
    file = [ListFile(name=path.name, content=path.read_bytes())]
    items = list_readers()[find_format(file)](file)
    return [item for item in items if isinstance(item, ListedParty)]


def positives(ships: Sequence[ListedParty]) -> Iterator[tuple[str, list[Query]]]:
    """Yield what listed ships are asked for as."""
    chance = random.Random(1912)
    names = [(party.names[0].text, party.id) for party in ships]
    yield "as listed", [_ship(name, key) for name, key in names]
    yield (
        "with letters before the name",
        [_ship(chance.choice(PREFIXES) + name, key) for name, key in names],
    )
    former = [(each.text, p.id) for p in ships for each in p.names if each.kind == "former"]
    yield "former names", [_ship("M/V " + name, key) for name, key in former]
    for least, most, title in ((0, 5, "up to 5"), (6, 9, "6 to 9"), (10, 99, "10 or more")):
        some = [(name, key) for name, key in names if least <= len(name) <= most]
        queries = [_ship("MV " + typo(name, chance), key) for name, key in some]
        yield f"one slip, {title} characters", queries
    yield (
        "as listed, another flag",
        [
            Query(AskedParty(text=name, kind="vessel", countries=("FJ",)), key)
            for name, key in names
        ],
    )
    yield (
        "renamed, IMO number",
        [
            Query(AskedParty(text="NEW " + str(at), kind="vessel", identifiers=found), party.id)
            for at, party in enumerate(ships)
            if (found := tuple(each for each in party.identifiers if each.scheme == "IMO"))
        ],
    )


def _ship(name: str, key: str) -> Query:
    return Query(AskedParty(text=name, kind="vessel"), key)


def typo(name: str, chance: random.Random) -> str:
    """Remove a letter, double it, change it, or swap it with the previous one.

    Numbers are unchanged, because another number is another ship; so are words of less than three
    letters, unless there are no others.
    """
    long = [at for each in re.finditer(r"[A-Z]{3,}", name) for at in range(*each.span())]
    at = chance.choice([at for at in long if at and name[at - 1].isalpha()] or [1])
    ways = (
        name[:at] + name[at + 1 :],
        name[:at] + name[at - 1] + name[at:],
        name[:at] + chance.choice(LETTERS) + name[at + 1 :],
        name[: at - 1] + name[at : at + 1] + name[at - 1] + name[at + 1 :],
    )
    return next((way for way in chance.sample(ways, 4) if way != name), name + "A")


def unlisted(path: Path, ships: Sequence[ListedParty], ids: set[str]) -> list[str]:
    """Return the names of ships that a later list holds and this one does not."""
    known = {fold(each.text) for party in ships for each in party.names}
    entries = json.loads(path.read_text(encoding="utf-8"))["entries"]
    return [
        each["name"]
        for each in entries
        if each["type"] == "vessel" and each["uid"] not in ids and fold(each["name"]) not in known
    ]


def firms_of(path: Path) -> list[str]:
    """Return 5,000 ordinary companies."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t")[0] for line in random.Random(1912).sample(lines, 5_000)]


def asked(names: Sequence[str], kind: PartyKind) -> list[Query]:
    """Ask for names that are on no list."""
    return [Query(AskedParty(text=name, kind=kind), "") for name in names]


def numbers(parties: Sequence[ListedParty], scheme: str) -> tuple[list[Query], list[Query]]:
    """Return entries asked for by identifier under another's name, and by name with another's."""
    bearing = [
        (party, each) for party in parties for each in party.identifiers if each.scheme == scheme
    ]
    some = random.Random(1912).sample(bearing, min(500, len(bearing)))
    turned = [*some[1:], *some[:1]]
    same = [
        Query(_party(other, number), party.id)
        for (party, number), (other, _) in zip(some, turned, strict=True)
        if other.id != party.id
    ]
    apart = [
        Query(_party(party, number), party.id)
        for (party, own), (other, number) in zip(some, turned, strict=True)
        if other.id != party.id and _differ(own, number)
    ]
    return same, apart


def _differ(one: Identifier, other: Identifier) -> bool:
    """Return whether two identifiers of a scheme are valid and different."""
    read = [read_identifier(one), read_identifier(other)]
    return all(each and each.check == "valid" for each in read) and read[0] != read[1]


def _party(party: ListedParty, number: Identifier) -> AskedParty:
    return AskedParty(
        text=party.names[0].text, kind=party.kind, countries=party.countries, identifiers=(number,)
    )


def tell(
    title: str, queries: Sequence[Query], matcher: Matcher, misses: int, kind: str = ""
) -> None:
    """Print the share of queries that match their entry, or any entry where they are on no list."""
    least = model_record().threshold
    right, wrong = 0, list[tuple[AskedParty, str]]()
    for query, answer in zip(
        queries, matcher.match([q.party for q in queries], least), strict=True
    ):
        found = [each for each in answer.matches if kind in {"", each.kind}]
        hit = any(each.entry == query.entry for each in found) if query.entry else bool(found)
        right += hit
        if hit != bool(query.entry):
            wrong.append((query.party, found[0].name if found else ""))
    if not queries:
        return
    low, high = wilson(right, len(queries))
    print(
        f"{title:44}{len(queries):8,}{right / len(queries):8.3f}{max(0, low):10.3f} to {high:.3f}"
    )
    for party, name in wrong[:misses]:
        numbers_of = [each.value for each in party.identifiers]
        print(f"    {party.text} {numbers_of}  |  {name}")


if __name__ == "__main__":
    main()
