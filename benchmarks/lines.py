"""Lines: manifest-like text of a fixed seed, 60 to 120 bytes, to measure the speed of screening.

Of the lines 3 % contain an exact name in the registry, 2 % one with one or two edits and 1 % a CAS
number; the others are descriptions with packing words, quantities, invoice numbers and weights.
`repeated` is typical traffic: 20,000 descriptions, distributed like words of a language, with
other numbers on every line. `distinct` is the hard case: nothing repeats.

Run ``python -m benchmarks.lines`` to check both.
"""

import random
import re
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from benchmarks.evaluation import hs_descriptions, registry_cas, registry_names
from benchmarks.noise import edit
from numpy.typing import NDArray
from wordfreq import top_n_list

SEED = 1988
DESCRIPTIONS = 20_000  # of `repeated`
ORDINARY = 150_000  # words of `distinct` that wordfreq knows
UNKNOWN = 152_000  # and that it does not
UNKNOWN_SHARE = 0.05  # of all words of a line
EXACT, EDITED, NUMBERED = 3, 2, 1  # lines in a hundred
SHORTEST, LONGEST = 60, 120  # bytes
_NAME_BYTES = 48  # of the names that are put into lines
_PACKS = ("DRUMS", "CARTONS", "BAGS", "PALLETS", "BOXES", "CASES", "BALES", "ROLLS", "IBC", "SETS")
_WORDS = (
    "packed in new fibre drums",
    "on wooden pallets",
    "freight prepaid",
    "said to contain",
    "net weight",
    "shrink wrapped",
    "as per proforma invoice",
    "export quality",
    "for industrial use",
    "country of origin",
    "not restricted",
    "stuffed in one container",
    "free samples",
    "spare parts for",
    "assorted sizes",
)
_ONSETS = (*"bcdfghjklmnprstvwxyz", "br", "ch", "cl", "qu", "sh", "st", "tr")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ia", "io", "ou")
_CODAS = ("", "", "", "l", "m", "n", "r", "s", "t", "x", "nd", "rt", "ck", "sk", "ll", "tz")
_WORD = re.compile("[a-z]{3,14}")


class Stock(NamedTuple):
    """What the registry puts into lines."""

    names: list[str]
    edited: list[str]
    numbers: list[str]


def repeated(count: int, seed: int = SEED) -> pa.Array:
    """Write lines with recurring descriptions.

    Args:
        count: Number of lines.
        seed: Seed of the random numbers: the same seed gives the same lines.

    Returns:
        Strings, shape ``(count,)``.
    """
    chance, numpy = random.Random(seed), np.random.default_rng(seed)
    goods = _descriptions(chance)
    which = _zipf(len(goods), count, numpy)
    packs = numpy.integers(len(_PACKS), size=count)
    pieces, invoices, grams = (
        numpy.integers(low, high, size=count)
        for low, high in ((1, 2_000), (100_000, 9_999_999), (1_000, 9_999_999))
    )
    rows = zip(
        pieces.tolist(),
        packs.tolist(),
        which.tolist(),
        invoices.tolist(),
        grams.tolist(),
        strict=True,
    )
    return pa.array(
        [f"{n} {_PACKS[p]} {goods[g]} INV {i} {w / 1000:.1f} KG" for n, p, g, i, w in rows]
    )


def distinct(count: int, seed: int = SEED) -> pa.Array:
    """Write lines of which no two share a description, in words drawn like those of a language.

    A million lines hold about 300,000 distinct words, and one word in twenty is in no
    vocabulary: surnames, brands, models.

    Args:
        count: How many lines.
        seed: Of the random numbers: the same seed gives the same lines.

    Returns:
        Strings, shape ``(count,)``.
    """
    chance, numpy = random.Random(seed), np.random.default_rng(seed)
    known, made = ordinary_words(), unknown_words(chance)
    share = min(1.0, count / 1_000_000)
    known = known[: max(1_000, int(len(known) * share))]
    made = made[: max(100, int(len(made) * share))]
    words, ends = _running_text(known, made, count, numpy)
    stock = _stock(chance)
    invoices = numpy.permutation(count) + 1_000_000
    grams = numpy.integers(1_000, 9_999_999, size=count)
    lines, begin = [], 0
    for at, (end, number, weight) in enumerate(
        zip(ends.tolist(), invoices.tolist(), grams.tolist(), strict=True)
    ):
        text = _injected(" ".join(words[begin:end]), at, stock, chance)
        lines.append(f"{text} INV {number} {weight / 1000:.1f} KG")
        begin = end
    return pa.array(lines)


def ordinary_words() -> list[str]:
    """List words that wordfreq knows, those of the tariff first."""
    top = [word for word in top_n_list("en", 400_000) if _WORD.fullmatch(word)]
    known = set(top)
    tariff: dict[str, int] = {}
    for _, text in hs_descriptions():
        for word in _WORD.findall(text.lower()):
            tariff[word] = tariff.get(word, 0) + 1
    first = sorted((w for w in tariff if w in known), key=lambda w: (-tariff[w], w))
    used = set(first)
    return (first + [word for word in top[100:] if word not in used])[:ORDINARY]


def unknown_words(chance: random.Random) -> list[str]:
    """Make words that wordfreq does not know: two to four syllables, one in six with digits."""
    known, made = set(top_n_list("en", 400_000)), dict[str, None]()
    while len(made) < UNKNOWN:
        word = "".join(
            chance.choice(_ONSETS) + chance.choice(_VOWELS) + chance.choice(_CODAS)
            for _ in range(chance.choice((2, 2, 3, 3, 4)))
        )
        if not chance.randrange(6):
            word = f"{word[:5]}{chance.randrange(10, 1_000)}"
        if word not in known:
            made[word] = None
    return list(made)


def _zipf(size: int, count: int, numpy: np.random.Generator) -> NDArray[np.int64]:
    """Draw ranks, each with a chance of one over itself."""
    weights = np.cumsum(1 / np.arange(1, size + 1))
    ranks: NDArray[np.int64] = np.searchsorted(weights, numpy.random(count) * weights[-1])
    return ranks


def _stock(chance: random.Random) -> Stock:
    names = sorted(
        {k.text for k in registry_names() if k.text.isascii() and 5 <= len(k.text) <= _NAME_BYTES}
    )
    spoilt = (edit(name, chance, times) for name in names for times in (1, 2))
    return Stock(names, [name for name in spoilt if name], sorted(registry_cas()))


def _injected(text: str, at: int, stock: Stock, chance: random.Random) -> str:
    """Put a name or number before the text of some lines.

    Which ones is fixed by their place, so chosen that `repeated`, where the first of the goods
    make up most of the lines, keeps the shares that are promised above within a third.
    """
    place = (at * 89 + 68) % 100
    if place < EXACT:
        first = chance.choice(stock.names)
    elif place < EXACT + EDITED:
        first = chance.choice(stock.edited)
    elif place < EXACT + EDITED + NUMBERED:
        first = "CAS " + chance.choice(stock.numbers)
    else:
        return text
    return f"{first} {text}"[: LONGEST - 28].rsplit(" ", 1)[0]


def _descriptions(chance: random.Random) -> list[str]:
    """Write the goods of `repeated`, 38 to 80 bytes, half of them in capitals."""
    tariff = [text for _, text in hs_descriptions()] or _sentences(chance)
    stock, goods = _stock(chance), dict[str, None]()
    while len(goods) < DESCRIPTIONS:
        text = f"{chance.choice(tariff)} {chance.choice(_WORDS)}"
        start = chance.randrange(max(1, len(text) - 60))
        cut = text[start : start + chance.randrange(40, 72)].partition(" ")[2].rpartition(" ")[0]
        while len(cut) < 38:
            cut = f"{cut} {chance.choice(_WORDS)}"
        line = _injected(cut, len(goods), stock, chance)[:80]
        goods[line.upper() if chance.randrange(2) else line] = None
    return list(goods)


def _sentences(chance: random.Random) -> list[str]:
    words = [word for word in top_n_list("en", 20_000) if _WORD.fullmatch(word)]
    return [" ".join(chance.sample(words, 12)) for _ in range(5_000)]


def _running_text(
    known: Sequence[str], made: Sequence[str], count: int, numpy: np.random.Generator
) -> tuple[list[str], NDArray[np.int64]]:
    """Draw words for so many lines, and where each line ends; every word occurs."""
    total = int(count * 8.6)
    rare = int(total * UNKNOWN_SHARE)
    ranks = np.concatenate(
        [
            np.arange(len(known)),
            _zipf(len(known), total - rare - len(known), numpy),
            len(known) + np.arange(len(made)),
            len(known) + _zipf(len(made), max(0, rare - len(made)), numpy),
        ]
    )
    numpy.shuffle(ranks)
    vocabulary = np.array([*known, *made], dtype=object)
    words = vocabulary[ranks]
    widths = np.array([len(word) + 1 for word in vocabulary])[ranks]
    reach = np.cumsum(widths)
    ends = np.searchsorted(reach, np.arange(1, count + 1) * (reach[-1] / count) - 0.5) + 1
    return words.tolist(), np.minimum(ends, len(words))


def check(name: str, lines: pa.Array) -> None:
    """Print what the lines hold, and stop where they are not what they should be."""
    texts = lines.to_pylist()
    sizes = np.array([len(text.encode()) for text in texts])
    words = [word for text in texts for word in text.lower().split() if not word[0].isdigit()]
    known, kinds = set(top_n_list("en", 400_000)), set(words)
    letters = [word for word in words if word.isalnum()]
    unknown = sum(word not in known for word in letters) / len(letters)
    print(
        f"{name}: {len(texts):,} lines, {len(set(texts)):,} distinct, {sizes.sum() / 1e6:.1f} MB, "
        f"{sizes.min()} to {sizes.max()} bytes, {len(words):,} words, {len(kinds):,} distinct, "
        f"{unknown:.1%} unknown"
    )
    assert sizes.min() >= SHORTEST - 10
    assert np.percentile(sizes, 99.9) <= LONGEST + 10


def main() -> None:
    """Check a million lines of each kind."""
    for make in (repeated, distinct):
        start = time.process_time()
        lines = make(1_000_000)
        print(f"{time.process_time() - start:.1f} s of CPU")
        check(make.__name__, lines)
    assert make(1_000).equals(make(1_000))


if __name__ == "__main__":
    main()
