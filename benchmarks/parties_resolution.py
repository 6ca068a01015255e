"""Resolution of made parties: precision, recall and F1 of pairs, and the time that it takes.

``python -m benchmarks.parties_resolution --half 0`` measures on the half that the rules were set
on, ``--half 1`` on the other. ``--out FILE`` writes the sightings with the truth, for another
programme to read (benchmarks/peers_splink.py). ``--size N`` times N made sightings instead.
``--misses`` counts why true pairs are missed (on half 0 only: the other is not to be tuned on).
"""

import argparse
import csv
import gc
import json
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, islice
from math import comb
from pathlib import Path

from benchmarks.evaluation import shared
from benchmarks.parties_made import Made, bases, many_bases, sightings

from tidewaiter.parties.resolution.blocking import find_keys, find_pairs
from tidewaiter.parties.resolution.members import Collector, Read, id_of
from tidewaiter.parties.resolution.resolve import Resolution, resolve
from tidewaiter.parties.resolution.scoring import Scorer, resolution_rules
from tidewaiter.parties.resolution.shared_attributes import find_hubs, gather_things

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
    if given.misses and given.half:
        parser.error("--misses is for half 0: nothing is tuned on the other")
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
        print(json.dumps(_causes(found, truth, cluster), indent=1))
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


def _causes(found: Resolution, truth: dict[str, int], cluster: dict[str, str]) -> dict[str, int]:
    """Count the true pairs in different clusters by the first cause that applies."""
    ids = sorted(truth)
    reads = [found.reads[each] for each in ids]
    rules = resolution_rules()
    things = gather_things(reads)
    hubs = find_hubs(things, reads, rules.hubs)
    compared = set(find_pairs(reads, find_keys(reads, things, hubs)).tolist())
    scorer = Scorer(rules, hubs)
    of: dict[int, list[int]] = {}
    for place, each in enumerate(ids):
        of.setdefault(truth[each], []).append(place)
    missed = [
        (a, b)
        for group in of.values()
        for a, b in combinations(group, 2)
        if cluster[ids[a]] != cluster[ids[b]]
    ]
    causes = Counter(
        _cause(scorer, reads[a], reads[b], rules.threshold)
        if a * len(ids) + b in compared
        else "not compared"
        for a, b in missed
    )
    return {"missed": len(missed), **dict(causes.most_common())}


def _cause(scorer: Scorer, a: Read, b: Read, threshold: int) -> str:
    """Name what keeps a compared pair apart."""
    points, said = scorer.score(a, b)
    rules = {each.rule for each in said}
    if points >= threshold:
        return "over the threshold, but barred"
    if "name-differs" in rules:
        return "names differ"
    if any(each.names for each in said):
        return "shared attribute is a hub"
    for rule in ("id-differs", "country-differs", "address-differs", "elsewhere"):
        if rule in rules:
            return rule
    if "name-common" in rules:
        place = rules & {"unit", "building", "street"}
        kind = "same" if "name-same" in rules else "similar"
        return f"common name, {kind}, {'same place' if place else 'nothing else shared'}"
    return "similar name, little else shared"


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
