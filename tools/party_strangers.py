"""Strangers and aliases as training data, in addition to the queries of `train_party_model`.

Aliases: of the entries with several Latin names, some names are left out of the list and queried.
Strangers: companies of public registers, which are not listed; those whose name is a listed one to
the letter are left out, as they may be the same. Persons with the surname of one listed person and
the given names of another one, of the same programme of names: the hardest there are.
"""

import csv
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from tools.party_crossed import Asked, Block, Weights

from tidewaiter.parties.names.scripts import fold, is_latin
from tidewaiter.parties.types import ListedParty, PartyName

ONE_IN = 7  # names of the list
RECOMBINED = 5_000  # persons
WRITTEN = 2  # parts of a name: surname, given names
REGISTERED = 9_000  # companies of each file
PERSON, OTHER = Weights(0.1, 0.2), Weights(0.25, 0.5)


def _number(name: str) -> int:
    """Return a number that looks random, the same each time."""
    return zlib.crc32(name.encode())


def aliases(parties: Iterable[ListedParty]) -> Block:
    """Leave names out of the list, and query them."""
    kept, asked = [], []
    for party in parties:
        out = [name for name in party.names[1:] if _is_left_out(name)]
        rest = tuple(name for name in party.names if name not in out)
        kept.append(ListedParty(id=party.id, kind=party.kind, names=rest))
        asked += [Asked(name.text, party.kind, party.id, party.id) for name in out]
    return Block(kept, asked, PERSON, OTHER)


def _is_left_out(name: PartyName) -> bool:
    return is_latin(name.text) and _number(name.text) % ONE_IN == 0


def strangers(parties: list[ListedParty], companies: Iterable[Path]) -> Block:
    """Query companies that are not listed."""
    listed = {fold(name.text) for party in parties for name in party.names}
    asked = []
    for path in companies:
        names = {fold(name): name for name in _names(path)}
        new = sorted(names.keys() - listed, key=_number)[:REGISTERED]
        asked += [Asked(names[each], "organisation", "", each) for each in new]
    asked += [
        Asked(name, "person", "", name) for name in recombined(parties) if fold(name) not in listed
    ]
    return Block(parties, asked, PERSON, OTHER)


def recombined(parties: Iterable[ListedParty]) -> Iterator[str]:
    """Yield names of persons who do not exist: each has the given names of the next person."""
    written = (party.names[0].text.split(", ") for party in parties if party.kind == "person")
    persons = [each for each in written if len(each) == WRITTEN and is_latin(" ".join(each))]
    persons.sort(key=lambda each: _number(" ".join(each)))
    for (surname, _), (_, given) in pairwise(persons[:RECOMBINED]):
        yield f"{given} {surname}"


def _names(path: Path) -> Iterator[str]:
    """Yield the names in a table: of the column "name"."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","):
            named = {title.casefold(): text for title, text in row.items() if title}
            if name := (named.get("name") or "").strip():
                yield name
