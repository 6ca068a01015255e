"""Names in two scripts: share of their words that agree when both are transliterated.

``python -m benchmarks.parties_scripts`` reads the public lists beside the checkout (UN, EU
annexes, OFAC, the cross-script pairs of two open projects) and a table of listed companies. Per
script and kind of party it prints the share of pairs with all words in agreement, the mean share of
words that agree, and the share of wrong pairs with all words in agreement. With ``--misses`` it
prints pairs that do not agree. It is a baseline for transliteration alone: no weights, no
thresholds. With ``--match`` it prints recall and false alerts of the whole matcher instead, see
``benchmarks.parties_bilingual``.
"""

import argparse
import csv
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

from benchmarks.evaluation import ROOT, data
from benchmarks.parties_bilingual import Named
from benchmarks.parties_bilingual import main as print_matched
from rapidfuzz.distance import OSA

from tidewaiter.parties.names import Token, keys, keys_of, read_name
from tidewaiter.parties.names.scripts import Script, script
from tidewaiter.parties.types import PartyKind

_CLOSE = 0.8  # similarity of two words that differ in spelling only
_LONG = 5  # letters of a word that may differ
_LANGUAGES = {
    "Korea, North": "korean",
    "China": "chinese",
    "Hong Kong": "chinese",
    "Taiwan": "chinese",
    "Iraq": "arabic",
    "Syria": "arabic",
    "Lebanon": "arabic",
    "Yemen": "arabic",
    "Libya": "arabic",
    "Egypt": "arabic",
    "Iran": "persian",
    "Afghanistan": "persian",
    "Pakistan": "persian",
    "Russia": "slavic",
    "Belarus": "slavic",
    "Ukraine": "slavic",
}
_SCRIPTS: tuple[Script, ...] = ("han", "hangul", "arabic", "cyrillic", "greek", "kana", "other")


class Pair(NamedTuple):
    """A name in its own script, and the Latin names of the same entry."""

    source: str
    script: str  # of the native name; for two Latin names the language, like "latin-korean"
    kind: PartyKind
    native: str
    latin: tuple[str, ...]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=int, default=0, help="how many to print per row")
    parser.add_argument("--source", default="", help="of one source only")
    parser.add_argument("--match", action="store_true", help="match names with a list instead")
    arguments = parser.parse_args()
    if arguments.match:
        print_matched(map(_named, _united_nations()), arguments.misses)
        return
    pairs = [pair for pair in all_pairs() if arguments.source in {"", pair.source}]
    rows = sorted({(pair.source, pair.script, pair.kind) for pair in pairs})
    print(f"{'source':16}{'script':15}{'kind':14}{'n':>6}{'met':>8}{'mean':>8}{'wrong':>8}")
    for row in rows:
        those = [pair for pair in pairs if pair[:3] == row]
        shares = [best(pair.native, pair.latin, pair.kind) for pair in those]
        met = sum(share == 1 for share in shares) / len(those)
        mean = sum(shares) / len(those)
        print(
            f"{row[0]:16}{row[1]:15}{row[2]:14}{len(those):6}{met:8.3f}{mean:8.3f}"
            f"{wrong(those):8.3f}"
        )
        for pair, share in list(zip(those, shares, strict=True))[: arguments.misses * 20]:
            if share < 1 and arguments.misses:
                print(f"    {share:.2f}  {pair.native}  |  {' ; '.join(pair.latin[:4])}")


def wrong(pairs: Sequence[Pair]) -> float:
    """Return the share of pairs with all words in agreement if each gets another's Latin names."""
    others = list(pairs)
    random.Random(1988).shuffle(others)
    met = [
        best(pair.native, other.latin, pair.kind) == 1
        for pair, other in zip(pairs, others, strict=True)
        if not set(pair.latin) & set(other.latin)
    ]
    return sum(met) / max(1, len(met))


def best(native: str, latin: Sequence[str], kind: PartyKind) -> float:
    """Return the largest share of words that meet, over all forms of both sides."""
    return max(
        share(ours, theirs)
        for ours in _words(native, kind)
        for text in latin
        for theirs in _words(text, kind)
    )


@cache
def _words(text: str, kind: PartyKind) -> tuple[tuple[Token, ...], ...]:
    name = read_name(text, kind)
    forms = [*name.forms, *(form for each in name.segments for form in each.name.forms)]
    light = {"legal form", "particle"}
    found = [tuple(token for token in form.tokens if token.kind not in light) for form in forms]
    return tuple(filter(None, found)) or ((),)


def share(ours: Sequence[Token], theirs: Sequence[Token]) -> float:
    """Return the share of the shorter side's words that the other side has."""
    if not ours or not theirs:
        return 0.0
    few, many = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    left = [*map(_view, many), *(_joined(*both) for both in pairwise(many))]
    mine = [_view(token) for token in few]
    met, place = 0, 0
    while place < len(mine):
        two = few[place : place + 2]
        if any(_meets(mine[place], view) for view in left):
            met, place = met + 1, place + 1
        elif len(two) > 1 and any(_meets(_joined(*two), view) for view in left):
            met, place = met + 2, place + 2
        else:
            place += 1
    return met / len(few)


def _view(token: Token) -> tuple[str, frozenset[str]]:
    return token.key, frozenset(keys(token))


def _joined(one: Token, other: Token) -> tuple[str, frozenset[str]]:
    return one.key + other.key, frozenset(keys_of(one.key + other.key))


def _meets(one: tuple[str, frozenset[str]], other: tuple[str, frozenset[str]]) -> bool:
    if one[0] == other[0] or one[1] & other[1]:
        return True
    size = min(len(one[0]), len(other[0]))
    return size >= _LONG and OSA.normalized_similarity(one[0], other[0]) >= _CLOSE


def all_pairs() -> Iterator[Pair]:
    """List the pairs of all sources."""
    yield from _annexes()
    yield from _united_nations()
    yield from _projects()
    yield from _romanisations()
    for line in (ROOT / "benchmarks" / "parties_han.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            native, latin = line.split("\t")
            yield from _pair("listed", "organisation", native, [latin])


def _pair(source: str, kind: PartyKind, native: str, latin: Sequence[str]) -> Iterator[Pair]:
    scripts = {script(word) for word in native.split()}
    found = next((each for each in _SCRIPTS if each in scripts), None)
    names = tuple(name for name in latin if name.isprintable() and _is_latin(name))
    if found and names:
        yield Pair(source, found, kind, native, names)


def _is_latin(text: str) -> bool:
    scripts = {script(word) for word in text.split()}
    return "latin" in scripts and not scripts & set(_SCRIPTS)


def _named(pair: Pair) -> Named:
    return Named(f"UN {pair.script} {pair.kind}", pair.kind, pair.native, pair.latin)


def _annexes() -> Iterator[Pair]:
    """List the natives of the annexes of EU regulations, as the list of the matcher has them."""
    file = data("parties/partybench/list.jsonl")
    for line in file.read_text(encoding="utf-8").splitlines() if file else ():
        entry = json.loads(line)
        kind: PartyKind = "person" if entry["schema"] == "Person" else "organisation"
        if entry["source"] == "EU OJ":
            for name in entry["names"]:
                yield from _pair("eu-annexes", kind, name, entry["names"])


def _united_nations() -> Iterator[Pair]:
    file = data("parties/lists/un_consolidated/UN_consolidated.xml")
    for entry in ET.parse(file).iter() if file else ():  # noqa: S314 - a file of ours
        native = entry.findtext("NAME_ORIGINAL_SCRIPT")
        if not native:
            continue
        kind: PartyKind = "person" if entry.tag == "INDIVIDUAL" else "organisation"
        parts = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
        name = " ".join(filter(None, map(entry.findtext, parts)))
        aliases = [alias.text or "" for alias in entry.iter("ALIAS_NAME")]
        yield from _pair("un", kind, native.strip(), [name, *aliases])


def _projects() -> Iterator[Pair]:
    file = data("parties/lists/watchman_cross_script/cross_script_pairs.csv")
    for line in file.read_text(encoding="utf-8").splitlines() if file else ():
        if "," in line and not line.startswith("#"):
            native, latin = line.split(",")[:2]
            yield from _pair("watchman", "person", native, [latin])
    file = data("parties/lists/name_bench/cases.csv")
    with file.open(encoding="utf-8", newline="") if file else nullcontext(()) as rows:
        for row in csv.DictReader(rows):
            kind: PartyKind = "person" if row["schema"] == "Person" else "organisation"
            if row["is_match"] == "true":
                yield from _pair("name_bench", kind, row["name1"], [row["name2"]])
                yield from _pair("name_bench", kind, row["name2"], [row["name1"]])


def _romanisations() -> Iterator[Pair]:
    """List the aliases of persons that OFAC writes in as many words, one of them alike.

    Most are the same name, romanised otherwise; some are other names, so no share reaches 1.
    """
    file = data("parties/partybench/list.jsonl")
    for line in file.read_text(encoding="utf-8").splitlines() if file else ():
        entry = json.loads(line)
        language = next((_LANGUAGES[each] for each in entry["countries"] if each in _LANGUAGES), "")
        if entry["source"] != "OFAC SDN" or entry["schema"] != "Person" or not language:
            continue
        first, *others = entry["names"]
        for other in others:
            one, two = _plain_words(first), _plain_words(other)
            if len(one) == len(two) > 1 and one != two and one & two:
                yield Pair("ofac-aliases", f"latin-{language}", "person", other, (first,))


def _plain_words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().replace(",", "").replace("-", " ").split())


if __name__ == "__main__":
    main()
