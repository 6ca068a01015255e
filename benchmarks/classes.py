"""Class rules: how fast, and what they answer on listed substances and on ordinary compounds.

``python -m benchmarks.classes`` prints a table and writes ``docs/benchmarks/classes.json``; with
``--hits`` it also prints every answer on ordinary compounds. These are those of the package
`chemicals` (PubChem's most common ones); listed are the structures of the registry and, where
the evaluation data are there, of the schedules in them. Parsing and compiling are not timed.
"""

import argparse
import csv
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from benchmarks.evaluation import ROOT, data
from benchmarks.throughput import processor
from rdkit import RDLogger
from rdkit.Chem import MolToSmiles

from tidewaiter.law.classes import ClassRule
from tidewaiter.law.registry import load_registry
from tidewaiter.law.structure import (
    ClassMatch,
    ClassMatcher,
    NotAssessable,
    Structure,
    StructureError,
    parse_structure,
)

OUT = ROOT / "docs" / "benchmarks" / "classes.json"
WANTED = 20_000  # compounds per CPU second
_TABLES = ("small", "large")

Answers = tuple[ClassMatch | NotAssessable, ...]


class Compound(NamedTuple):
    """A compound that was read."""

    key: str  # CAS number, or slug
    name: str
    structure: Structure


def ordinary() -> Iterator[tuple[str, str, str]]:
    """Yield CAS number, name and SMILES of each compound of the package `chemicals`."""
    for table in _TABLES:
        name = f"chemical identifiers pubchem {table}.tsv"
        text = files("chemicals").joinpath("Identifiers", name).read_text("utf-8")
        for line in text.splitlines():
            fields = line.split("\t")
            yield fields[1], fields[7] if len(fields) > 7 else "", fields[4]


def listed() -> Iterator[tuple[str, str, str]]:
    """Yield slug or name, name and SMILES of each listed substance."""
    for substance in load_registry().substances:
        if substance.smiles:
            yield substance.slug, substance.name, substance.smiles
    file = data("chemistry/global_chem_schedules/us_schedules_smiles.csv")
    if file is not None:
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                yield f"US list: {row['name']}", row["name"], row["smiles"]


def read(rows: Iterator[tuple[str, str, str]]) -> tuple[list[Compound], int]:
    """Read structures, each once, and count those that cannot be read."""
    found: dict[str, Compound] = {}
    refused = 0
    for key, name, smiles in rows:
        try:
            structure = parse_structure(smiles, "smiles")
        except StructureError:
            refused += 1
            continue
        found.setdefault(MolToSmiles(structure.mol), Compound(key, name, structure))
    return list(found.values()), refused


def ask(matcher: ClassMatcher, compounds: Sequence[Compound]) -> tuple[list[Answers], float]:
    """Ask all rules, of every day, about all compounds; return seconds of CPU, too."""
    start = time.process_time()
    answers = [matcher.match(each.structure, None) for each in compounds]
    return answers, time.process_time() - start


def counts(rules: Sequence[ClassRule], answers: Sequence[Answers]) -> dict[str, dict[str, int]]:
    """Count members and not assessable per rule."""
    found = Counter((a.rule.slug, type(a).__name__) for each in answers for a in each)
    return {
        rule.slug: {
            "members": found[rule.slug, "ClassMatch"],
            "not assessable": found[rule.slug, "NotAssessable"],
        }
        for rule in rules
    }


def check(
    rules: Sequence[ClassRule], compounds: Sequence[Compound], answers: list[Answers]
) -> None:
    """Stop where a rule does not answer what its own examples say."""
    held = {
        (a.rule.slug, each.key)
        for each, found in zip(compounds, answers, strict=True)
        for a in found
        if isinstance(a, ClassMatch)
    }
    for rule in rules:
        assert all((rule.slug, slug) in held for slug in rule.within), rule.slug
        assert not any((rule.slug, slug) in held for slug in rule.outside), rule.slug


def show_hits(compounds: Sequence[Compound], answers: Sequence[Answers]) -> None:
    """Print every answer, one line each."""
    for each, found in zip(compounds, answers, strict=True):
        for answer in found:
            if isinstance(answer, ClassMatch):
                said = " ".join(clause.id for clause in answer.clauses)
            else:
                said = f"not assessable: {answer.reason}"
            print(f"{each.key}\t{each.name}\t{answer.rule.slug}\t{said}")


def main() -> None:
    """Time the rules, print the table, write the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", action="store_true", help="print every answer")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]
    rules = load_registry().classes
    matcher = ClassMatcher(rules)
    known, _ = read(listed())
    compounds, refused = read(ordinary())
    on_list, _ = ask(matcher, known)
    check(rules, known, on_list)
    answers, seconds = ask(matcher, compounds)
    rate = len(compounds) / seconds
    if asked.hits:
        show_hits(compounds, answers)
    lists, plain = counts(rules, on_list), counts(rules, answers)
    print(f"{len(rules)} rules; {processor()}, load {os.getloadavg()[0]:.1f}")
    print(f"{len(compounds):,} compounds, {refused} not read: {rate:,.0f} per second of CPU")
    print(f"{'rule':30} {'listed':>7} {'n.a.':>5} {'ordinary':>9} {'n.a.':>5}")
    for rule in rules:
        on, off = lists[rule.slug], plain[rule.slug]
        print(f"{rule.slug:30} {on['members']:7} {on['not assessable']:5} ", end="")
        print(f"{off['members']:9} {off['not assessable']:5}")
    run = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "versions": {"rdkit": version("rdkit"), "chemicals": version("chemicals")},
        "rules": len(rules),
        "compounds": len(compounds),
        "not_read": refused,
        "per_second": round(rate),
        "wanted_per_second": WANTED,
        "listed_structures": len(known),
        "listed": lists,
        "ordinary": plain,
    }
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(run, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
