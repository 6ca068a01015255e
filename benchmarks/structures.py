"""Structures: control keys and InChIKeys per CPU second, ours and a simple loop's, in one run.

``python -m benchmarks.structures --molecules 20000`` takes that many SMILES of the package
chemicals (fixed seed), prints a table and writes ``docs/benchmarks/structures.json``. The simple
loop does every step as in RDKit's documentation, for each molecule separately. All keys of both
methods are compared before timing; they alternate in three rounds, and the best counts.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.evaluation import ROOT
from benchmarks.throughput import processor, versions
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolHash
from rdkit.Chem.MolStandardize import rdMolStandardize

from tidewaiter.law.registry import load_registry
from tidewaiter.law.structure import (
    StructureError,
    StructureIndex,
    control_key,
    inchikey,
    load_keys,
    parse_structure,
)

SEED = 1988
ROUNDS = 3
OUT = ROOT / "docs" / "benchmarks" / "structures.json"
NAMES = ("propan-2-one", "1-phenylpropan-2-one", "piperidin-4-one", "2-aminobenzoic acid")


class Rate(NamedTuple):
    """How fast one way went."""

    way: str
    asked: int
    per_second: float  # of CPU, but for names: of the wall clock, as another process reads them


def sample(count: int) -> list[str]:
    """Choose SMILES that we read from the package chemicals."""
    spec = find_spec("chemicals")
    assert spec is not None, "pip install tidewaiter[bench]"
    folder = Path(next(iter(spec.submodule_search_locations or ()))) / "Identifiers"
    found: set[str] = set()
    for file in folder.glob("chemical identifiers*.tsv"):
        rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
        found.update(row[4] for row in rows if len(row) > 4 and row[4])
    chosen = random.Random(SEED).sample(sorted(found), min(len(found), count + count // 20))
    return [smiles for smiles in chosen if _is_read(smiles)][:count]


def _is_read(smiles: str) -> bool:
    try:
        parse_structure(smiles, "smiles")
    except StructureError:
        return False
    return True


def plain(smiles: str) -> str:
    """Compute a control key with every step."""
    settings: Any = rdMolStandardize.CleanupParameters()
    settings.preferOrganic = True
    settings.largestFragmentChooserCountHeavyAtomsOnly = True
    mol = rdMolStandardize.LargestFragmentChooser(settings).choose(Chem.MolFromSmiles(smiles))
    mol = rdMolStandardize.Uncharger().uncharge(mol)
    labelled = False
    for atom in mol.GetAtoms():
        labelled = labelled or atom.GetIsotope() != 0
        atom.SetIsotope(0)
    mol = Chem.RemoveHs(mol) if labelled else mol
    Chem.RemoveStereochemistry(mol)
    return rdMolHash.MolHash(mol, rdMolHash.HashFunction.HetAtomTautomerv2)


def ours(smiles: str) -> str:
    """Compute a control key as we do, all refusals included."""
    return control_key(parse_structure(smiles, "smiles"))


def rates(smiles: Sequence[str]) -> list[Rate]:
    """Time each way in turns; the best of its rounds counts."""
    index = StructureIndex(load_keys(load_registry()))
    ways: dict[str, Callable[[str], object]] = {
        "control key": ours,
        "control key, plain loop": plain,
        "parse, with refusals": lambda text: parse_structure(text, "smiles"),
        "parse, RDKit alone": Chem.MolFromSmiles,
        "InChIKey": lambda text: inchikey(parse_structure(text, "smiles")),
        "found in the registry": lambda text: index.find(parse_structure(text, "smiles")),
    }
    best = dict.fromkeys(ways, 0.0)
    for _ in range(ROUNDS):
        for way, work in ways.items():
            begun = time.process_time()
            for text in smiles:
                work(text)
            best[way] = max(best[way], len(smiles) / (time.process_time() - begun))
    return [Rate(way, len(smiles), rate) for way, rate in best.items()]


def names() -> Rate:
    """Time warm OPSIN; each name is asked 500 times."""
    asked = NAMES * 500
    for name in asked[: len(asked) // 2]:
        parse_structure(name, "name")
    begun = time.perf_counter()
    for name in asked:
        parse_structure(name, "name")
    return Rate(
        "systematic names, wall clock", len(asked), len(asked) / (time.perf_counter() - begun)
    )


def main() -> None:
    """Compare, time, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--molecules", type=int, default=20_000)
    options.add_argument("--out", type=Path, default=OUT)
    asked = options.parse_args()
    smiles = sample(asked.molecules)
    rdBase.DisableLog("rdApp.*")  # so that the plain loop spends nothing on it
    differ = [text for text in smiles if ours(text) != plain(text)]
    assert not differ, differ[:3]
    found = [*rates(smiles), names()]
    speed = {rate.way: rate.per_second for rate in found}
    ratio = speed["control key"] / speed["control key, plain loop"]
    run = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "versions": {"python": versions()["python"], "rdkit": rdBase.rdkitVersion},
        "seed": SEED,
        "molecules": len(smiles),
        "salts_and_mixtures": sum("." in text for text in smiles),
        "rates": [rate._asdict() | {"per_second": round(rate.per_second)} for rate in found],
        "ratio_to_plain": round(ratio, 2),
    }
    asked.out.write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
    for rate in found:
        print(f"{rate.way:32} {rate.asked:8,} {rate.per_second:10,.0f}/s")
    print(f"control key: ours is {ratio:.2f}x the plain loop")


if __name__ == "__main__":
    main()
