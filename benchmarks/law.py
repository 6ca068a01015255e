"""Law in bulk: structures through all instruments beside a plain loop of RDKit, and catalogues.

``python -m benchmarks.law`` writes 10,000 SMILES of the package chemicals (fixed seed) to a file
and runs ``tidewaiter law --file`` for eight places, and a plain loop as in RDKit's documentation:
it parses each SMILES, computes its InChIKey, looks it up, tests each pattern of the class rules
once and writes a line of JSON. Both are whole processes with one worker, in turns; the best counts.
Then ``tidewaiter law --catalogue`` answers for products by name, a fifth of which name nothing,
with contents and amounts, for 20 destinations. Times are CPU seconds of a process and its workers,
start included. Writes ``docs/benchmarks/law.json``.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.evaluation import ROOT
from benchmarks.structures import sample
from benchmarks.throughput import processor, versions
from rdkit import Chem, rdBase
from rdkit.Chem import rdinchi

from tidewaiter.law.registry import Registry, load_registry

SEED, ROUNDS = 1988, 3
OUT = ROOT / "docs" / "benchmarks" / "law.json"
DAY = "2026-12-01"
PLACES = "UN,US,EU,GB,CA,CN,MX,AU"
DESTINATIONS = "US,MX,CO,BR,AR,GB,CH,NO,TR,IN,CN,JP,KR,AU,ZA,AE,CA,TH,VN,SG"
_OTHER = ("chairs", "steel pipe fittings", "cotton shirts", "white sugar", "nitrile gloves")
_GRADES = ("tech grade", "AR grade", "for synthesis", "puriss.")
_CONTENTS = ("", "", "95", "99.5", "98", "15", "40")


class Run(NamedTuple):
    """One process."""

    cpu_seconds: float
    lines: int  # of its standard output


def run(command: list[str]) -> Run:
    """Run a command; count the lines that it prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        lines = sum(1 for _ in process.stdout)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in {0, 1}, command  # 1: some rows were refused
    return Run(used.ru_utime + used.ru_stime, lines)


def plain(path: Path) -> None:
    """Print for each structure of a file its key, whether it is listed, and matching patterns."""
    rdBase.DisableLog("rdApp.*")
    registry = load_registry()
    forms = (form for substance in registry.substances for form in substance.forms)
    keys = {each.inchikey for each in registry.substances} | {each.inchikey for each in forms}
    texts = {text for rule in registry.classes for text in (rule.anchor, *rule.cores)}
    queries = [(text, Chem.MolFromSmarts(text)) for text in sorted(texts)]
    for line in path.read_text("utf-8").splitlines():
        smiles, name = line.split()
        mol = Chem.MolFromSmiles(smiles)
        key = str(rdinchi.MolToInchiKey(mol))
        hits = [text for text, query in queries if mol.HasSubstructMatch(query)]
        print(json.dumps({"id": name, "key": key, "listed": key in keys, "patterns": hits}))


def write_catalogue(path: Path, count: int, registry: Registry) -> None:
    """Write a catalogue: names as sellers write them, four fifths of listed substances."""
    chance = random.Random(SEED)
    known = [(each.name, each.cas[0] if each.cas else "") for each in registry.substances]
    known += [(f.name, f.cas or "") for each in registry.substances for f in each.forms]
    names = (name for each in registry.substances for name in each.names)
    known += [(name.text, "") for name in names if name.tier == "strong"]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("product", "cas", "percent", "quantity"))
        for _ in range(count):
            if chance.random() < 1 / 5:
                rows.writerow((f"{chance.choice(_OTHER)} no {chance.randrange(1000)}", "", "", ""))
                continue
            name, cas = chance.choice(known)
            text = f"{name}, {chance.choice(_GRADES)}, art. {chance.randrange(100_000)}"
            pack = chance.choice(("", "1 kg", "25 kg", "200 l", f"{chance.randrange(1, 400)} kg"))
            cas = cas if chance.random() < 1 / 2 else ""
            rows.writerow((text, cas, chance.choice(_CONTENTS), pack))


def time_structures(folder: Path, count: int) -> dict[str, float]:
    """Time the command and the plain loop in turns."""
    path = folder / "structures.smi"
    found = sample(count)
    path.write_text("".join(f"{smiles} m{n}\n" for n, smiles in enumerate(found)), "utf-8")
    ours = [sys.executable, "-m", "tidewaiter", "law", "--file", str(path), "--in", PLACES]
    ours += ["--day", DAY, "--workers", "1"]
    ways = {"law": ours, "plain": [sys.executable, "-m", __spec__.name, "--plain", str(path)]}
    run(ours)  # fills the caches of the registry
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for way, command in ways.items():
            done = run(command)
            assert done.lines == len(found), way
            best[way] = min(best[way], done.cpu_seconds)
    return best


def main() -> None:
    """Time, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--molecules", type=int, default=10_000)
    options.add_argument("--products", type=int, default=100_000)
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options.add_argument("--plain", type=Path, help="Only the plain loop, on this file.")
    options.add_argument("--out", type=Path, default=OUT)
    asked = options.parse_args()
    if asked.plain:
        plain(asked.plain)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        best = time_structures(folder, asked.molecules)
        catalogue = folder / "products.csv"
        write_catalogue(catalogue, asked.products, load_registry())
        command = [sys.executable, "-m", "tidewaiter", "law", "--catalogue", str(catalogue)]
        command += ["--from", "DE", "--to", DESTINATIONS, "--day", DAY, "--json"]
        bulk = run([*command, "--workers", str(asked.workers)])
    answers = {
        "products": asked.products,
        "destinations": len(DESTINATIONS.split(",")),
        "workers": asked.workers,
        "answers": bulk.lines,
        "cpu_seconds": round(bulk.cpu_seconds, 1),
        "answers_per_cpu_second": round(bulk.lines / bulk.cpu_seconds),
    }
    said = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "versions": {"python": versions()["python"], "rdkit": rdBase.rdkitVersion},
        "molecules": asked.molecules,
        "cpu_seconds": {way: round(seconds, 2) for way, seconds in best.items()},
        "ratio_to_plain": round(best["plain"] / best["law"], 2),
        "catalogue": answers,
    }
    asked.out.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(said, indent=2))


if __name__ == "__main__":
    main()
