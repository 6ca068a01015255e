"""Shell-company signs on ordinary parties: number of false flags, by country.

``python -m benchmarks.parties_signs`` makes ordinary parties of ten countries, equally many of each
and all in the same way (benchmarks/parties_made.py): forwarders act for one sighting in twenty, and
two in a hundred parties are in a room shared by many. Every flag is therefore false, and a
difference between countries is due to our rules, or to the places of the made-up forwarders.
It also counts the words of dwellings and mailboxes in the addresses that the public OFAC list
prints, which are real, though of listed parties.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.evaluation import shared
from benchmarks.parties_made import COUNTRIES, addresses, many_bases, sightings

from tidewaiter.parties.resolution import Collector, Sighting, Written, find_signs, resolve
from tidewaiter.parties.resolution.shell_signs import sign_rules

PARTIES = 20_000
_ENOUGH = 100  # addresses of a country


def main() -> None:
    """Count, and print one JSON object a country."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    made = (each.sighting for each in sightings(list(many_bases(PARTIES, 77)), 78))
    print("made, per cent of entities")
    for country, rates in _rates(list(made)):
        print(country, json.dumps(rates))
    place = shared()
    if place is not None:
        print("addresses of the OFAC list, per cent")
        for country, rates in _rates(list(_listed(place / "data" / "parties" / "lists"))):
            print(country, json.dumps(rates))


def _rates(made: list[Sighting]) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield how many entities of each country have each sign."""
    collector = Collector()
    collector.add_file("made", "0")(made)
    found = resolve(collector.members())
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entity in find_signs(found.entities, found.reads):
        country = entity.countries[0] if entity.countries else "none"
        rules = {sign.rule for sign in entity.signs}
        for at in (country, "all"):
            counts[at].update({"": 1, "any": bool(rules), **dict.fromkeys(rules, 1)})
    for country, own in sorted(counts.items()):
        if own[""] >= _ENOUGH:
            kinds = ("any", *sign_rules().signs)
            yield country, {"n": own[""]} | {k: round(100 * own[k] / own[""], 2) for k in kinds}


def _listed(folder: Path) -> Iterator[Sighting]:
    """Yield a party for each address, without a name, so that its words alone count."""
    for row, (text, country) in enumerate(addresses(folder), 1):
        code = COUNTRIES.get(country, country)
        yield Sighting(written=Written(name=f"Party {row}", address=text, country=code), row=row)


if __name__ == "__main__":
    main()
