"""Systematic names and structures in goods texts: share found, and false matches.

``python -m benchmarks.systematic`` takes names, SMILES, InChIs and InChIKeys of the package
`chemicals` (PubChem's), from which no rule was made, puts them into goods texts, prints tables and
writes ``docs/benchmarks/systematic.json``. Listed are compounds with the structure of a substance
in the registry, a variant of it, or a member of a class: their texts must match them. Ordinary are
all others: nothing should match by structure; ``--hits`` prints what does.
"""

import argparse
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import NamedTuple

from benchmarks.evaluation import ROOT
from benchmarks.throughput import processor

from tidewaiter.identify import Identifier, column_of, load_lexicon
from tidewaiter.identify.findings import Finding
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import StructureError, parse_structure
from tidewaiter.law.structure.opsin import opsin
from tidewaiter.law.structure.recognition import Sighter

OUT = ROOT / "docs" / "benchmarks" / "systematic.json"
BATCH = 4_096
_BY_STRUCTURE = frozenset({"name", "structure", "class"})


class Compound(NamedTuple):
    """A compound of the package, and what of the registry its structure is."""

    cas: str
    name: str
    smiles: str
    inchi: str
    key: str
    own: frozenset[str]  # slugs


def compounds(registry: Registry) -> Iterator[Compound]:
    """Yield the compounds that RDKit reads and that have a systematic name with a locant."""
    numbers: dict[str, str] = {}
    for substance in registry.substances:
        forms = (form.cas for form in substance.forms if form.cas)
        numbers |= dict.fromkeys((*substance.cas, *forms), substance.slug)
    sighter = Sighter(registry, load_registry().classes)
    for table in ("small", "large"):
        name = f"chemical identifiers pubchem {table}.tsv"
        for line in (
            files("chemicals").joinpath("Identifiers", name).read_text("utf-8").splitlines()
        ):
            row = line.split("\t")
            if (
                len(row) <= 7
                or not row[4]
                or "-" not in row[7]
                or not any(map(str.isdigit, row[7]))
            ):
                continue
            try:
                seen = sighter.see(parse_structure(row[4], "smiles"))
            except StructureError:
                continue
            own = {each.slug for each in seen if each.sureness in {"same", "variant"}}
            if not own and row[1] in numbers:
                continue  # a salt or an ester that the registry holds without its structure
            yield Compound(row[1], row[7], row[4], row[5], row[6], frozenset(own))


def _broken(text: str) -> str:
    """Break a name behind its last hyphen, as a line's end does."""
    first, hyphen, last = text.rpartition("-")
    return f"{first}{hyphen} {last}"


WAYS: dict[str, Callable[[Compound], str]] = {
    "name as printed": lambda c: f"{c.name}, 25 kg in drums",
    "name in capitals": lambda c: f"40 DRUMS {c.name.upper()} 25 KG",
    "name broken at a hyphen": lambda c: f"GOODS: {_broken(c.name)}; 25 KG",
    "SMILES": lambda c: f"sample {c.smiles} 5 g",
    "InChI": lambda c: f"sample InChI=1S/{c.inchi.removeprefix('1S/')}, 5 g",
    "InChIKey": lambda c: f"sample ({c.key}) 5 g",
}


class Row(NamedTuple):
    """How one way of writing went."""

    way: str
    lines: int
    flagged: int  # any mention that is not downgraded
    right: int  # one of the compound's own
    by_structure: int  # of those: found by structure alone
    unread: int


def listed(identifier: Identifier, found: Sequence[Compound]) -> Iterator[Row]:
    """Ask for each way of writing how many listed compounds are found."""
    slugs = [each.slug for each in identifier.lexicon.registry.substances]
    for way, write in WAYS.items():
        flagged = right = alone = unread = 0
        for begin in range(0, len(found), BATCH):
            part = found[begin : begin + BATCH]
            findings, defects = identifier.find(column_of([write(each) for each in part]))
            by_line: defaultdict[int, list[Finding]] = defaultdict(list)
            for each in findings:
                if not each.downgraded:
                    by_line[each.line].append(each)
            unread += len({d.line for d in defects if d.kind.startswith("name-")})
            for line, mine in by_line.items():
                good = [each for each in mine if slugs[each.substance] in part[line].own]
                flagged += 1
                right += bool(good)
                alone += bool(good) and all(each.how in _BY_STRUCTURE for each in good)
        yield Row(way, len(found), flagged, right, alone, unread)


def ordinary(
    identifier: Identifier, found: Sequence[Compound], *, hits: bool
) -> Iterator[tuple[str, Counter[str]]]:
    """Ask what is found by structure in texts of compounds that nothing holds."""
    slugs = [each.slug for each in identifier.lexicon.registry.substances]
    for way in ("name as printed", "SMILES"):
        counts: Counter[str] = Counter(lines=len(found))
        for begin in range(0, len(found), BATCH):
            part = found[begin : begin + BATCH]
            findings, defects = identifier.find(column_of([WAYS[way](each) for each in part]))
            counts["unread"] += len({d.line for d in defects if d.kind.startswith("name-")})
            amiss = [each for each in findings if each.how in _BY_STRUCTURE]
            counts["downgraded"] += len({each.line for each in amiss if each.downgraded})
            amiss = [each for each in amiss if not each.downgraded]
            counts["found by structure"] += len({each.line for each in amiss})
            for each in amiss if hits else ():
                compound = part[each.line]
                print(f"  {compound.cas} {compound.name}: {slugs[each.substance]} {each.reasons}")
        yield way, counts


def main() -> None:
    """Ask all, print the tables, write the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", action="store_true")
    asked = parser.parse_args()
    lexicon = load_lexicon()
    found = list(compounds(lexicon.registry))
    own = [each for each in found if each.own]
    identifier = Identifier(lexicon)
    print(f"{len(found):,} compounds, {len(own):,} of them listed or in a class; {processor()}")
    rows = list(listed(identifier, own))
    for row in rows:
        print(
            f"{row.way:26} {row.lines:7,} flagged {row.flagged / row.lines:.3f}  "
            f"right {row.right / row.lines:.3f}  by structure alone {row.by_structure:,}  "
            f"unread {row.unread:,}"
        )
    start = time.process_time()
    others = dict(ordinary(identifier, [each for each in found if not each.own], hits=asked.hits))
    seconds = time.process_time() - start
    opsin().close()
    java = resource.getrusage(resource.RUSAGE_CHILDREN)
    for way, counts in others.items():
        print(f"ordinary compounds, {way}: {dict(counts)}")
    java_seconds = java.ru_utime + java.ru_stime
    print(f"{seconds:.1f} CPU s of ours on the ordinary, {java_seconds:.1f} of Java's on all")
    record = {
        "processor": processor(),
        "compounds": len(found),
        "listed": [row._asdict() for row in rows],
        "ordinary": {way: dict(counts) for way, counts in others.items()},
    }
    OUT.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
