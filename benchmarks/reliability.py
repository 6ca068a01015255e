"""Reliability: whether the score of a mention is the share of such mentions that are right.

``python -m benchmarks.reliability`` identifies the lines of ``data/world/identify`` in the folder
TIDEWAITER_SHARED and the judged sets of ``benchmarks.false_alerts``, prints how often each kind of
find is right, with the score that it has, and the Brier score; writes
``docs/benchmarks/reliability.json`` and the diagram in ``docs/images``.

Scores were set from one half of the lines (``--half seen``); the other half, ``kept``, is measured.
A line is in a half by its hash. Mentions that the judge called defensible are left out, and
those of substances that one nation alone controls; what nobody judged is in
``judged_mentions.csv``. ``--more FOLDER`` measures other lines instead:
``positives.tsv`` and ``negatives.tsv`` as in the world folder, with English names and CAS as gold.
"""

import argparse
import csv
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.calibration_diagram import diagram
from benchmarks.evaluation import ROOT, shared
from benchmarks.false_alerts import SETS, reviewed

from tidewaiter.identify import Identifier, Lexicon, column_of, load_lexicon
from tidewaiter.identify.findings import Finding
from tidewaiter.law.types import Substance
from tidewaiter.parties.calibration.types import Share, share_of

OUT = ROOT / "docs" / "benchmarks" / "reliability.json"
PICTURE = ROOT / "docs" / "images" / "identify-reliability.svg"
JUDGED = Path(__file__).parent / "judged_mentions.csv"
EDGES = (0.0, 0.1, 0.4, 0.7, 0.9, 0.95, 1.001)


class Said(NamedTuple):
    """A mention, and whether it is right."""

    kind: str
    language: str
    score: float
    right: bool
    seen: bool  # in the half from which scores were set


class Labelled(NamedTuple):
    """A line, and how each substance in it is judged."""

    text: str
    language: str
    right: Callable[[str, str | None], bool | None]  # by slug and CAS; None: left out


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _named(gold: set[str]) -> Callable[[str, str | None], bool]:
    return lambda slug, cas: slug in gold or cas in gold


def _judged(
    own: Mapping[str, bool], row: Mapping[str, str]
) -> Callable[[str, str | None], bool | None]:
    """Return the verdict on each substance of a line: its own, or that of the whole line."""
    verdicts = {"true": True, "defensible": None}
    return lambda slug, _: own.get(slug, verdicts.get(row["judged_2026_12"], False))


def _among(true: set[tuple[str, str]], key: str) -> Callable[[str, str | None], bool]:
    return lambda slug, _: (key, slug) in true


def world(folder: Path) -> Iterator[Labelled]:
    """Yield the lines of the world folder."""
    for row in _read(folder / "positives.tsv"):
        gold = {*row["gold_slugs"].split("|"), *row["gold"].split("|")}
        yield Labelled(row["text"], row["lang"], _named(gold))
    with JUDGED.open(encoding="utf-8", newline="") as file:
        judged = {(r["line"], r["substance"]): r["right"] == "yes" for r in csv.DictReader(file)}
    for row in _read(folder / "negatives.tsv"):
        own = {slug: right for (line, slug), right in judged.items() if line == row["id"]}
        yield Labelled(row["text"], row["lang"], _judged(own, row))


def judged_sets() -> Iterator[Labelled]:
    """Yield the lines of the sets whose mentions were all read."""
    for name in ("everyday", "hs", "un"):
        true = reviewed(name)
        for key, text in SETS[name]():
            yield Labelled(text, "en", _among(true, key))


def more(folder: Path) -> Iterator[Labelled]:
    """Yield the lines of another folder; those with a doubtful label are left out."""
    for row in _read(folder / "positives.tsv"):
        if not row["doubt"] and row["half"] == "kept":
            *words, cas = row["gold"].split()
            gold = {"-".join(words), cas}
            yield Labelled(row["text"], row["lang"], _named(gold))
    for row in _read(folder / "negatives.tsv"):
        if not row["doubt"] and row["half"] == "kept":
            yield Labelled(row["text"], row["lang"], lambda *_: False)


def said(lines: Sequence[Labelled], lexicon: Lexicon) -> Iterator[Said]:
    """Identify lines and judge what is found."""
    texts = [" ".join(line.text.split()) for line in lines]
    findings, _ = Identifier(lexicon).find(column_of(texts))
    for found in findings:
        line = lines[found.line]
        substance = lexicon.registry.substances[found.substance]
        right = line.right(substance.slug, found.cas)
        if right is not None and _is_judged(substance, lexicon):
            seen = zlib.crc32(line.text.encode()) % 2 == 0
            yield Said(_kind(found), line.language, found.score, right, seen)


def _is_judged(substance: Substance, lexicon: Lexicon) -> bool:
    """Return whether mentions of a substance were judged: not those that one nation alone controls.

    They came after the judges, who took solvents and salts for other goods.
    """
    laws = [lexicon.registry.regimes[each.regime] for each in substance.controls]
    return not laws or any(law.abroad for law in laws)


def _kind(found: Finding) -> str:
    """Name the kind of a find: how, and what weakens it."""
    if found.downgraded:
        return "with evidence against it"
    told = (each for each in found.reasons if each.code.startswith("found/edit"))
    edits = next((f" {each.parameters.get('figure', 1)}" for each in told), "")
    return f"{found.how}{edits}{'' if found.tier == 'strong' else ', weak'}"


def brier(rows: Iterable[Said]) -> float:
    """Return the mean squared difference of score and truth."""
    every = [(row.score - row.right) ** 2 for row in rows]
    return sum(every) / len(every) if every else 0.0


def binned(rows: Iterable[Said]) -> list[tuple[float, Share]]:
    """Return the mean score and the share that is right, by bins of the score."""
    bins: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        bins[sum(row.score >= edge for edge in EDGES)].append(row)
    return [
        (
            sum(row.score for row in some) / len(some),
            share_of(sum(row.right for row in some), len(some)),
        )
        for _, some in sorted(bins.items())
    ]


def _table(title: str, rows: Sequence[Said], key: Callable[[Said], str]) -> list[dict[str, object]]:
    groups: dict[str, list[Said]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    made = []
    print(f"\n{title:28} {'n':>6} {'right':>6} {'share':>6} {'95 %':>13} {'score':>6} {'Brier':>6}")
    for name, some in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        share = share_of(sum(row.right for row in some), len(some))
        mean = sum(row.score for row in some) / len(some)
        print(
            f"{name:28} {share.total:6} {share.count:6} {share.share:6.2f} "
            f"{share.low:6.2f}-{share.high:.2f} {mean:6.2f} {brier(some):6.3f}"
        )
        made.append({"name": name, "n": share.total, "right": share.count, "score": round(mean, 3)})
    return made


def main() -> None:
    """Print the tables; write the figures and the diagram."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["seen", "kept"], default="kept")
    parser.add_argument("--more", type=Path, help="a folder with other lines")
    asked = parser.parse_args()
    place = shared()
    if place is None:
        raise SystemExit("no evaluation data: set TIDEWAITER_SHARED")
    lexicon = load_lexicon()
    folder = place / "data" / "world" / "identify"
    lines = [*more(asked.more)] if asked.more else [*world(folder), *judged_sets()]
    every = list(said(lines, lexicon))
    rows = [row for row in every if asked.more or row.seen == (asked.half == "seen")]
    kinds = _table("kind", rows, lambda row: row.kind)
    languages = _table("language", rows, lambda row: row.language.split("-")[0])
    bins = binned(rows)
    print(f"\nBrier score {brier(rows):.4f} over {len(rows):,} mentions in {len(lines):,} lines")
    for mean, share in bins:
        told = f"{share.count} of {share.total} right, {share.low:.3f}-{share.high:.3f}"
        print(f"  score {mean:.3f}: {told}")
    if not asked.more and asked.half == "kept":
        PICTURE.write_text(diagram({"mentions": bins}), encoding="utf-8")
        figures = {"brier": round(brier(rows), 4), "kinds": kinds, "languages": languages}
        OUT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
