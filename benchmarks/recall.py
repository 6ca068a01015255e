"""Recall: how often a spoilt name is still found, per class of noise.

Run ``python -m benchmarks.recall --part held`` for the half of the substances that rules are
never tuned on, or ``--names list.tsv`` for the names of another list, with columns ``name``
and ``cas``. A name counts as flagged where a mention overlaps it, and as right where one of
those mentions is of the right substance.
"""

import argparse
import csv
import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from benchmarks.comparing import wilson
from benchmarks.evaluation import registry_cas, registry_names
from benchmarks.noise import CLASSES

from tidewaiter.identify import identify, load_lexicon

SEED = 1988
CARRIERS = (
    ("40 drums ", ", technical grade, net weight 1000 kg, invoice 402817"),
    ("1 x 20 ft container said to contain ", " packed in fibre drums of 25 kg"),
    ("", " 99 pct min, 16 pallets, lot 20261104"),
    ("Sample of ", " for laboratory use, order 88123"),
    ("Goods: ", " (made in bond), 12 cartons, gross 310.5 kg"),
    ("INV 771204 / ", " / 5 bags / 125 kg"),
)
_SCOPE = re.compile(r",? (?:and )?(?:its |their )?(?:salts|esters|optical)\b")


class Target(NamedTuple):
    """A name to look for, and the substances that may be found for it."""

    name: str
    slugs: frozenset[str]  # empty: any mention is right


class Trial(NamedTuple):
    """A misspelt name, and its position in its line."""

    target: Target
    spoilt: str
    line: str
    start: int
    end: int


class Outcome(NamedTuple):
    """What was found of a trial."""

    trial: Trial
    found: tuple[str, ...]  # substances of the mentions that overlap it
    kept: bool  # one of them is not downgraded


def half(slug: str) -> int:
    """Return the half that a substance belongs to: 0 is tuned on, 1 is held back."""
    return hashlib.sha256(slug.encode()).digest()[0] % 2


def registry_targets(part: str, language: str, tier: str) -> list[Target]:
    """List the names of the registry's substances, those of one text as one target."""
    owners: dict[str, set[str]] = {}
    for known in registry_names():
        owners.setdefault(known.text.casefold(), set()).add(known.slug)
    wanted = {"all": (0, 1), "tuning": (0,), "held": (1,)}[part]
    return [
        Target(known.text, frozenset(owners[known.text.casefold()]))
        for known in registry_names()
        if half(known.slug) in wanted
        and language in ("all", known.language)
        and tier in ("all", known.tier)
    ]


def listed_targets(path: Path) -> list[Target]:
    """List the names in another list with the CAS number of a substance of ours.

    A row without a CAS number is kept, and any mention is correct; rows with numbers not in the
    registry are counted.
    """
    ours, targets, others = registry_cas(), dict[Target, None](), 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        for row in csv.DictReader(file, delimiter=delimiter):
            cas = (row.get("cas") or "").strip()
            if cas and cas not in ours:
                others += 1
                continue
            slugs = frozenset({ours[cas]} if cas else ())
            for name in _row_names(row):
                targets[Target(name, slugs)] = None
    print(f"{path.name}: {len(targets)} names; {others} rows name no substance of ours")
    return list(targets)


def _row_names(row: dict[str, str]) -> Iterator[str]:
    for column in ("name", "name_en", "name_zh", "SUBSTANCE"):
        if name := _SCOPE.split(row.get(column) or "")[0].strip():
            yield name
    yield from (name.strip() for name in (row.get("synonyms") or "").split(";") if name.strip())


def trials(kind: str, targets: Sequence[Target], most: int) -> list[Trial]:
    """Spoil each name in one way and put it in a line; a sample where there are too many."""
    chance = random.Random(f"{SEED} {kind}")
    made = []
    for target in chance.sample(targets, min(most, len(targets))):
        spoilt = CLASSES[kind](target.name, chance)
        if spoilt is not None:
            before, after = chance.choice(CARRIERS)
            end = len(before) + len(spoilt)
            made.append(Trial(target, spoilt, before + spoilt + after, len(before), end))
    return made


def outcomes(made: Sequence[Trial], found: pa.Table) -> list[Outcome]:
    """Join mentions to the trials that they overlap."""
    slugs: list[list[str]] = [[] for _ in made]
    kept = [False] * len(made)
    for row in found.select(["line", "start", "end", "substance", "downgraded"]).to_pylist():
        trial = made[row["line"]]
        if row["start"] < trial.end and row["end"] > trial.start:
            slugs[row["line"]].append(row["substance"])
            kept[row["line"]] |= not row["downgraded"]
    return [
        Outcome(trial, tuple(found), flag)
        for trial, found, flag in zip(made, slugs, kept, strict=True)
    ]


def is_right(outcome: Outcome) -> bool:
    """Return whether the correct substance is among the matches."""
    wanted = outcome.trial.target.slugs
    return bool(wanted.intersection(outcome.found)) if wanted else bool(outcome.found)


def report(kind: str, results: Sequence[Outcome], show: int) -> None:
    """Print one row of the table, and the names that were missed."""
    total = len(results)
    if not total:
        print(f"{kind:20} does not apply")
        return
    flagged = sum(bool(outcome.found) for outcome in results)
    right = sum(map(is_right, results))
    kept = sum(outcome.kept for outcome in results)
    low, high = wilson(right, total)
    print(
        f"{kind:20} {total:6} {flagged / total:8.3f} {kept / total:8.3f} "
        f"{right / total:8.3f}   {low:.3f} to {high:.3f}"
    )
    missed = [outcome for outcome in results if not is_right(outcome)]
    for outcome in missed[:show]:
        wanted = ", ".join(sorted(outcome.trial.target.slugs)) or "any"
        print(f"    {outcome.trial.spoilt!r} ({wanted}) gave {', '.join(outcome.found) or '-'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["all", "tuning", "held"], default="all")
    parser.add_argument("--names", type=Path, help="another list: name and cas, TSV or CSV")
    parser.add_argument("--language", default="all", help="of the names: en, zh, ru ...")
    parser.add_argument("--tier", choices=["all", "strong", "weak", "street"], default="strong")
    parser.add_argument("--class", dest="kind", choices=list(CLASSES), help="one class only")
    parser.add_argument("--lines", type=int, default=1_500, help="names per class, at most")
    parser.add_argument("--show", type=int, default=0, help="print so many misses per class")
    return parser.parse_args()


def main() -> None:
    """Print the table."""
    asked = _options()
    targets = (
        listed_targets(asked.names)
        if asked.names
        else registry_targets(asked.part, asked.language, asked.tier)
    )
    lexicon = load_lexicon()
    print(f"{len(targets)} names, {len({t.slugs for t in targets})} substances")
    print(f"{'class':20} {'n':>6} {'flagged':>8} {'kept':>8} {'right':>8}   95 % of right")
    for kind in [asked.kind] if asked.kind else CLASSES:
        made = trials(kind, targets, asked.lines)
        found = identify(pa.array([trial.line for trial in made], pa.string()), lexicon)
        report(kind, outcomes(made, found), asked.show)


if __name__ == "__main__":
    main()
