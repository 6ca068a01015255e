"""Vessels on papers: how many listed ones are found when goods are screened, and how many others.

``python -m benchmarks.vessels`` screens vessels as lines hold them (a name, an IMO number, or both)
against OFAC's SDN list of 2023-11-09, all its entries, at the probability from which a party adds
points to an alert. Other ships are those that the list of 2026-07-11 names besides: harder
than ships of chance. It gives no numbers, so theirs are made (valid, of a seed, on no entry).
"""

import json
import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from benchmarks.comparing import wilson
from benchmarks.evaluation import data
from benchmarks.parties_vessels import read_list

from tidewaiter.parties.identifiers.validation import check_number
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.types import ListedParty, ListVersion
from tidewaiter.trade.party_finder import ListFinder
from tidewaiter.trade.party_matches import PartyOnPaper, vessel_on_paper, vessels_among
from tidewaiter.trade.rules.alert_rules import load_alert_rules

Query = tuple[PartyOnPaper, str]
"""A query, and the entry that is correct; "": not listed."""


def main() -> None:
    """Print the table."""
    old = data("parties/lists/ofac_sdn_2023-11/sdn.csv")
    new = data("parties/lists/ofac_sdn_2026-07/ofac_sdn.json")
    if old is None or new is None:
        print("no lists beside the checkout")
        return
    parties = read_list(old)
    least = load_alert_rules().party.least
    version = ListVersion(
        slug="sdn", name="SDN", authority="OFAC", sha256="0" * 64, read=date(2023, 11, 9)
    )
    finder = ListFinder([(version, parties)], least)
    print(f"{len(parties):,} entries, probability at least {least}")
    for title, queries in rows(parties, new):
        tell(title, list(queries), finder)


def rows(parties: Sequence[ListedParty], new: Path) -> Iterator[tuple[str, Iterable[Query]]]:
    """Yield what is asked, by kind of question."""
    ships = [(p.names[0].text, imo_of(p), p.id) for p in parties if p.kind == "vessel"]
    numbered = [ship for ship in ships if ship[1]]
    yield "name and IMO number", _asked(numbered)
    yield "IMO number alone", _asked((None, number, key) for _, number, key in numbered)
    yield "name alone", _asked((name, None, key) for name, _, key in ships)
    yield "renamed, IMO number", _asked((f"NEW {n}", i, k) for n, (_, i, k) in enumerate(numbered))
    wrong = ((name, wrong_digit(number), key) for name, number, key in numbered)
    yield "name, IMO number with a wrong check digit", _asked(wrong)
    others = list(unlisted(new, [name for name, _, _ in ships]))
    free = made_numbers({number for _, number, _ in ships}, seed=1912)
    yield "other ships, name alone: false", _asked((name, None, "") for name in others)
    own = [(name, next(free), "") for name in others]
    yield "other ships, name and made number: false", _asked(own)
    yield "made numbers alone: false", _asked((None, number, "") for _, number, _ in own)
    alike = ((name, next(free), "") for name, _, _ in numbered)
    yield "listed names, another valid number: told", _asked(alike)


def _asked(ships: Iterable[tuple[str | None, str | None, str]]) -> Iterator[Query]:
    for name, number, key in ships:
        paper = vessel_on_paper(name, number)
        if paper is not None:
            yield paper, key


def imo_of(party: ListedParty) -> str:
    """Return the valid IMO number of an entry; "": it has none."""
    numbers = (check_number("IMO", e.value) for e in party.identifiers if e.scheme == "IMO")
    return next((number for number, check, _ in numbers if check == "valid"), "")


def wrong_digit(number: str) -> str:
    """Return a number with another check digit."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def made_numbers(taken: Collection[str], seed: int) -> Iterator[str]:
    """Yield valid IMO numbers that are none of some."""
    chance = random.Random(seed)
    while True:
        six = f"{chance.randrange(900_000, 1_000_000)}"
        number = six + str(sum(int(d) * w for d, w in zip(six, range(7, 1, -1), strict=True)) % 10)
        if number not in taken:
            yield number


def unlisted(path: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield the names of ships that a later list holds and this one does not."""
    known = set(map(fold, names))
    for each in json.loads(path.read_text(encoding="utf-8"))["entries"]:
        if each["type"] == "vessel" and fold(each["name"]) not in known:
            yield each["name"]


def tell(title: str, queries: Sequence[Query], finder: ListFinder) -> None:
    """Print how many of some questions are answered by their entry, or by any."""
    answers = map(vessels_among, finder.find([paper for paper, _ in queries]))
    hits = sum(
        any(not key or match.entry == key for match in found)
        for found, (_, key) in zip(answers, queries, strict=True)
    )
    low, high = wilson(hits, len(queries))
    print(
        f"{title:44}{len(queries):8,}{hits:8,}{hits / len(queries):8.3f}   {low:.3f} to {high:.3f}"
    )


if __name__ == "__main__":
    main()
