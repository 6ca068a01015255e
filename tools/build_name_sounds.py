"""Make data/parties/sounds/*.toml: which Latin letters stand for the letters of other scripts.

Usage: python -m tools.build_name_sounds persons.txt

The input is the table of personal names in the package rigour 1.3 (OpenSanctions, MIT), made from
Wikidata (CC0): each line has the spellings of one name in many languages. One name in ten is left
out, for evaluation: those whose line number has a checksum divisible by ten.

For each script, one or two letters are aligned with up to four Latin ones by expectation
maximisation; pairs that the table explains worst, as nicknames and translations, are left out
step by step. Nothing is random, so the same input gives the same files.
"""

import math
import re
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tidewaiter.parties.names.romanisation import kana_readings, romanise_kana
from tidewaiter.parties.names.scripts import fold, script
from tidewaiter.parties.names.sounds import SCRIPTS, units_of

PLACE = Path(__file__).parents[1] / "src/tidewaiter/data/parties/sounds"
HEAD = """\
# Made by tools/build_name_sounds.py. Do not edit.
source = "rigour 1.3.0 (OpenSanctions, MIT): names of Wikidata (CC0)"
"""
ROUNDS: Final = 6
MOST: Final = 30_000  # names per script
LONGEST: Final = 20  # letters
DROPPED: Final = 0.04  # share of the pairs left out after each round
RARE: Final = 0.4  # how often an alignment must have been seen
LEAST: Final = 0.002  # least probability that is kept
DOUBLE: Final = 20.0  # how often two letters must be seen to count as much as one
FIRST: Final = 0.5  # probability of the reading of a kana syllable that names do not have
FURTHER: Final = 0.03  # the same if they have it with other Latin letters only
SPELLINGS: Final = 12  # Latin ones: a name with more has been translated, as saints' names are
SMALL: Final = "ァィゥェォャュョ"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_HIRAGANA = re.compile("[\u3041-\u3096]")

Units = tuple[str, ...]
Table = dict[Units, dict[str, float]]


class Name(NamedTuple):
    """A name in another script, with its Latin spellings."""

    units: Units
    latin: list[str]


class Step(NamedTuple):
    """Part of an alignment: from a place, by so many letters of each, with its probability."""

    here: int
    there: int
    size: int
    letters: int
    share: float


def is_held_out(number: int) -> bool:
    """Return whether the names of a line are for evaluation only."""
    return zlib.crc32(str(number).encode()) % 10 == 0


def read_spellings(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the spellings of each line."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            spelled, arrow, _ = line.partition("=>")
            if arrow:
                yield number, [each.strip() for each in spelled.split(",")]


def names_in(kind: str, lines: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, Name]]:
    """Yield the names in a script, each with the number of its line."""
    for number, spelled in lines:
        latin = sorted({key for each in spelled if (key := latin_key(each))})
        if not latin or (kind == "han" and any(map(_HIRAGANA.search, spelled))):
            continue  # with hiragana it is Japanese, whose characters have other readings
        if kind == "latin":
            for spelling in latin if len(latin) < SPELLINGS else ():
                yield number, Name(tuple(spelling), latin)
            continue
        units = {units_of(each) for each in spelled if script(each) == SCRIPTS[kind]}
        for each in sorted(units):
            if len(each) > 1:
                yield number, Name(each, latin)


def latin_key(text: str) -> str:
    """Return a folded Latin word; "" for anything else."""
    key = fold(text) if " " not in text and script(text) == "latin" else ""
    return key if key.isascii() and key.isalpha() and 1 < len(key) < LONGEST else ""


def trained(kind: str, names: Sequence[Name]) -> Table:
    """Align names; return the probabilities of Latin letters by letters of the script."""
    sizes = (1, 4) if kind == "han" else (2, 3)
    pairs = [(name.units, each, 1 / len(name.latin)) for name in names for each in name.latin]
    table: Table = {}
    for turn in range(ROUNDS):
        counts: dict[tuple[Units, str], float] = defaultdict(float)
        fits = [align(pair, sizes, table, counts) for pair in pairs]
        table = probabilities(counts)
        if turn:
            order = sorted(range(len(pairs)), key=lambda at: fits[at])
            dropped = set(order[: int(len(order) * DROPPED)])
            pairs = [pair for at, pair in enumerate(pairs) if at not in dropped]
    return table


def align(
    pair: tuple[Units, str, float],
    sizes: tuple[int, int],
    table: Table,
    counts: dict[tuple[Units, str], float],
) -> float:
    """Add the expected counts of a weighted pair; return its log probability per letter."""
    units, latin, weight = pair
    steps, forward = list(_steps(units, latin, sizes, table)), defaultdict(float, {(0, 0): 1.0})
    for step in steps:
        forward[step.here + step.size, step.there + step.letters] += (
            forward[step.here, step.there] * step.share
        )
    whole = (len(units), len(latin))
    total = forward[whole]
    if total <= 0:
        return -math.inf
    backward = defaultdict(float, {whole: 1.0})
    for step in reversed(steps):
        after = backward[step.here + step.size, step.there + step.letters]
        backward[step.here, step.there] += step.share * after
        seen = forward[step.here, step.there] * step.share * after / total * weight
        if seen > 0:
            piece = latin[step.there : step.there + step.letters]
            counts[units[step.here : step.here + step.size], piece] += seen
    return math.log(total) / (len(latin) + 1)


def _steps(units: Units, latin: str, sizes: tuple[int, int], table: Table) -> Iterator[Step]:
    """Yield the possible steps of an alignment, in order of their places."""
    for here in range(len(units)):
        for there in range(len(latin) + 1):
            for size in range(1, min(sizes[0], len(units) - here) + 1):
                known = table.get(units[here : here + size], {})
                for letters in range(min(sizes[1], len(latin) - there) + 1):
                    if size > 1 and not letters:
                        continue
                    if table:
                        share = known.get(latin[there : there + letters], 0.0)
                    else:
                        share = (0.1**letters if letters else 0.02) * 0.01 ** (size - 1)
                    if share:
                        yield Step(here, there, size, letters, share)


def probabilities(counts: Mapping[tuple[Units, str], float]) -> Table:
    """Return probabilities from expected counts; rare ones are left out."""
    totals: dict[Units, float] = defaultdict(float)
    for (units, _), count in counts.items():
        totals[units] += count
    table: Table = defaultdict(dict)
    for (units, piece), count in counts.items():
        total = totals[units]
        if count < (RARE if len(units) == 1 else 3) or count / total < LEAST:
            continue
        trust = total / (total + DOUBLE) if len(units) > 1 else 1.0
        table[units][piece] = count / total * trust
    return dict(table)


def with_readings(table: Table) -> Table:
    """Add the reading of each kana syllable, as names seldom have some of them: ヴャ is vya."""
    found = {units: dict(pieces) for units, pieces in table.items()}
    for large, syllable in kana_readings().items():
        smaller = SMALL if len(syllable) > 1 or large == "ウ" else ""  # not after other vowels
        for unit in (large, *(large + small for small in smaller)):
            reading = romanise_kana(unit)
            found.setdefault((unit,), {reading: FIRST}).setdefault(reading, FURTHER)
    return found


def text_of(table: Table) -> str:
    """Write a table: costs are in tenths of nats, cheapest first; "-" is no letter."""
    lines = [HEAD, "[letters]"]
    for units, pieces in sorted(table.items()):
        ordered = sorted((cost(share), piece) for piece, share in pieces.items())
        said = " ".join(f"{piece or '-'} {points}" for points, piece in ordered)
        lines.append(f'"{" ".join(units)}" = "{said}"')
    return "\n".join(lines) + "\n"


def cost(share: float) -> int:
    """Return the cost of a probability, in tenths of nats."""
    return max(0, round(-10 * math.log(share)))


def latin_costs(words: Iterable[str]) -> str:
    """Write what each Latin letter costs after each other one; "^" begins a word."""
    after: dict[str, Counter[str]] = defaultdict(Counter)
    for word in words:
        for before, letter in zip("^" + word, word, strict=False):
            after[before][letter] += 1
    lines = [HEAD, f'# {LETTERS}, after the letter named; "^": at the beginning', "[after]"]
    for before in "^" + LETTERS:
        total = after[before].total() + len(LETTERS)
        costs = [cost((after[before][letter] + 1) / total) for letter in LETTERS]
        lines.append(f'"{before}" = {costs}')
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train and write all tables."""
    lines = list(read_spellings(Path(sys.argv[1])))
    words = {key for _, spelled in lines for each in spelled if (key := latin_key(each))}
    PLACE.mkdir(exist_ok=True)
    (PLACE / "letters.toml").write_text(latin_costs(sorted(words)), encoding="utf-8")
    for kind in sys.argv[2:] or SCRIPTS:
        found = [name for number, name in names_in(kind, lines) if not is_held_out(number)]
        step = max(1, math.ceil(len(found) / MOST))
        table = trained(kind, found[::step])
        print(f"{kind}: {len(found):,} names, {sum(map(len, table.values())):,} alignments")
        table = with_readings(table) if kind == "kana" else table
        (PLACE / f"{kind}.toml").write_text(text_of(table), encoding="utf-8")


if __name__ == "__main__":
    main()
