"""Resolution of made parties: precision, recall and F1 of pairs, and the time that it takes.

``python -m benchmarks.parties_resolution --half 0`` measures on the half that the rules were set
on, ``--half 1`` on the other. ``--out FILE`` writes the sightings with the truth, for another
programme to read (benchmarks/peers_splink.py). ``--size N`` times N made sightings instead.
"""

import argparse
import csv
import gc
import json
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from math import comb
from pathlib import Path

from benchmarks.evaluation import shared
from benchmarks.parties_made import Made, bases, many_bases, sightings

from tidewaiter.parties.resolution.members import Collector, id_of
from tidewaiter.parties.resolution.resolve import Resolution, resolve

PARTIES = 3000
SEEDS = (1988, 2024)


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", type=int, choices=(0, 1), default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--size", type=int, help="made sightings, to time")
    given = parser.parse_args()
    if given.size:
        gc.set_threshold(100_000)  # as the command does
        print(json.dumps(_timed(given.size)))
        return
    seed = SEEDS[given.half]
    place = shared()
    if place is None:
        parser.error("the evaluation data are not beside the checkout")
    folder = place / "data" / "parties" / "lists"
    made = list(sightings(bases(folder, PARTIES, seed, given.half), seed + 1))
    if given.out:
        _write(given.out, made)
    begun = time.process_time()
    found = resolved(made)
    seconds = time.process_time() - begun
    cluster = {m.id: entity.id for entity in found.entities for m in entity.members}
    truth = {id_of(each.sighting.written): each.entity for each in made}
    print(
        json.dumps(_report(found, len(made), truth, cluster) | {"cpu_seconds": round(seconds, 2)})
    )
    if given.misses:
        _misses(found, truth)


def _timed(size: int) -> dict[str, object]:
    """Time the resolution of about so many made sightings; then, apart, the making of links."""
    stages: dict[str, float] = {}
    begun = time.process_time()

    def tell(what: str, _done: int, _all: int) -> None:
        stages.setdefault(what, round(time.process_time() - begun, 1))

    collector = Collector()
    collector.add_file("made", "0")(each.sighting for each in _many(size))
    members = collector.members()
    del collector
    found = resolve(members, tell=tell)
    seconds = round(time.process_time() - begun, 1)
    peak = _peak()
    count = sum(1 for _ in found.links)
    links = round(time.process_time() - begun - seconds, 1)
    cluster = {m.id: entity.id for entity in found.entities for m in entity.members}
    truth = {id_of(each.sighting.written): each.entity for each in _many(size)}
    return _report(found, size, truth, cluster) | {
        "cpu_seconds": seconds,
        "begun": stages,
        "peak_mb": peak,
        "links": count,
        "links_cpu_seconds": links,
    }


def _many(size: int) -> Iterator[Made]:
    return islice(sightings(list(many_bases(size // 3 + 10, 7)), 8), size)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def resolved(made: Iterable[Made]) -> Resolution:
    """Resolve made sightings."""
    collector = Collector()
    collector.add_file("made", "0")(each.sighting for each in made)
    return resolve(collector.members())


def pair_scores(truth: dict[str, int], cluster: dict[str, str]) -> dict[str, float]:
    """Score the pairs of members in the same cluster."""
    real = sum(comb(n, 2) for n in Counter(truth.values()).values())
    said = sum(comb(n, 2) for n in Counter(cluster[each] for each in truth).values())
    right = sum(comb(n, 2) for n in Counter((truth[e], cluster[e]) for e in truth).values())
    precision, recall = right / max(said, 1), right / max(real, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _report(
    found: Resolution, made: int, truth: dict[str, int], cluster: dict[str, str]
) -> dict[str, object]:
    sizes = Counter(cluster.values())
    return {
        "sightings": made,
        "members": len(truth),
        "parties": len(set(truth.values())),
        "entities": len(found.entities),
        "largest": max(sizes.values()),
        "compared": found.compared,
        **pair_scores(truth, cluster),
        "peak_mb": _peak(),
    }


def _write(path: Path, made: Iterable[Made]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "entity", "name", "address", "country", "number"))
        for each in {id_of(m.sighting.written): m for m in made}.values():
            said = each.sighting.written
            own = (id_of(said), each.entity, said.name, said.address, said.country, said.id)
            writer.writerow(own)


def _misses(found: Resolution, truth: dict[str, int]) -> None:
    member = {m.id: m.written for e in found.entities for m in e.members}
    wrong = [
        link for link in found.links if link.outcome == "joined" and truth[link.a] != truth[link.b]
    ]
    missed = [
        link for link in found.links if link.outcome == "below" and truth[link.a] == truth[link.b]
    ]
    for what, links in (("WRONG", wrong), ("BELOW", missed)):
        rules = Counter(" ".join(sorted(r.rule for r in link.reasons)) for link in links)
        print(what, len(links), *rules.most_common(14), sep="\n  ")
        for link in links[:12]:
            print(" ", link.points, member[link.a], member[link.b], sep="\n    ")


if __name__ == "__main__":
    main()
