"""Names in two scripts: recall and false alerts of the matcher across scripts.

The names of ordinary companies and bodies (``parties_bilingual.tsv``), of the annexes of EU
regulations and of the UN list are searched in one script with only the other one listed, among the
24,431 entries of partybench without their names in other scripts. A name is found if its own entry
reaches the threshold. False alerts: the ordinary names without being listed, and made-up names of
Chinese persons. Half of the names, by checksum, were never looked at during development, nor used
for training: their recall is given separately, and that of the pairs with a distinctive shared
word.
"""

import json
import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from benchmarks.comparing import wilson
from benchmarks.evaluation import ROOT, data

from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher, model_record, probability
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.names import Token, keys, keys_of, read_name
from tidewaiter.parties.names.dictionary import dictionary
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.names.scripts import Script, script
from tidewaiter.parties.names.word_lists import facts, spellings
from tidewaiter.parties.types import ListedParty, PartyKind, PartyName

MOST = 400  # of one set
_SURNAMES, _PERSONS = 100, 500
# Frequent given names of China, general knowledge: each is borne by hundreds of thousands.
_GIVEN = tuple(
    """
    伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 秀英 秀兰 玉兰 建华 建国 建军
    志强 志明 小红 海燕 丽华 国强 文博 浩然 子轩 宇航 欣怡 俊杰 婷婷 雪梅 永强 少华 晓东 春梅 立新
    红梅 金龙
    """.split()  # noqa: SIM905 - a list of names reads best as one
)


class Named(NamedTuple):
    """A name in its own script, and what its bearer is called in Latin letters."""

    title: str  # of the set
    kind: PartyKind
    native: str
    latin: tuple[str, ...]
    entry: str = ""  # of the list of partybench; "": it is not on that list

    def looked_at(self) -> bool:
        """Return whether the name is in the half with misses that may be printed."""
        return zlib.crc32(self.native.encode()) % 2 == 0


class Found(NamedTuple):
    """What was answered to one name."""

    named: Named
    chance: float  # probability of its own entry
    best: float  # of any entry


def ordinary() -> Iterator[Named]:
    """Read the names of ordinary companies and bodies."""
    for file in ("parties_bilingual.tsv", "parties_bilingual_later.tsv"):
        path = ROOT / "benchmarks" / file
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                title, native, latin = line.split("\t")
                yield Named(title, "organisation", native, (latin,))


def own_words(text: str, kind: PartyKind) -> list[Token]:
    """Return the words of a name that are its own: no trade, place, legal form or letter."""
    known = facts().generic | _translations()
    forms = read_name(text, kind).forms
    tokens = (token for form in forms if form.how != "native" for token in form.tokens)
    return [t for t in tokens if t.kind == "word" and len(t.key) > 1 and t.key not in known]


@cache
def _translations() -> frozenset[str]:
    """Load the words that translations give, and the places."""
    table = dictionary("han")
    parts = (table.words, table.unverified, table.places, table.unverified_places)
    return frozenset(word for part in parts for each in part.values() for word in each.split())


def share_a_word(name: Named) -> bool:
    """Say whether the names on both sides have a word of their own in common, spelt or in sound.

    Where they have none, as with an English name that was chosen freely, no name can tell.
    """
    ours = {key for token in own_words(name.native, name.kind) for key in (token.key, *keys(token))}
    theirs = [token for latin in name.latin for token in own_words(latin, name.kind)]
    joined = ["".join(both) for both in pairwise(token.key for token in theirs)]
    found = {key for token in theirs for key in (token.key, *keys(token))}
    return bool(ours & (found | {key for each in joined for key in (each, *keys_of(each))}))


def listed() -> tuple[list[ListedParty], list[Named]]:
    """Read the list of partybench: its entries in Latin letters alone, and its native names."""
    file = data("parties/partybench/list.jsonl")
    parties, found = [], []
    for line in file.read_text(encoding="utf-8").splitlines() if file else ():
        entry = json.loads(line)
        kind: PartyKind = "person" if entry["schema"] == "Person" else "organisation"
        latin = tuple(name for name in entry["names"] if not foreign(name))
        if latin:
            parties.append(_party(entry["id"], kind, latin))
            for name in entry["names"]:
                title = f"EU {foreign(name)} {kind}"
                found += [Named(title, kind, name, latin, entry["id"])] if foreign(name) else []
    return parties, _some(found)


def foreign(name: str) -> Script | None:
    """Return the script of a name that has no Latin letters; None for any other."""
    scripts = {script(word) for word in name.split()} - {"common"}
    return next(iter(scripts)) if len(scripts) == 1 and "latin" not in scripts else None


def made_persons() -> list[str]:
    """Make names of frequent surnames and frequent given names."""
    chance = random.Random(1988)
    surnames = list(spellings("chinese_surnames"))[:_SURNAMES]
    names = {chance.choice(surnames) + chance.choice(_GIVEN) for _ in range(2 * _PERSONS)}
    return sorted(names)[:_PERSONS]


def _some(names: Iterable[Named]) -> list[Named]:
    """Take at most so many of each set, by their checksums."""
    sets: dict[str, list[Named]] = {}
    for name in names:
        sets.setdefault(name.title, []).append(name)
    return [
        name
        for those in sets.values()
        for name in sorted(those, key=lambda each: zlib.crc32(each.native.encode()))[:MOST]
    ]


def _party(number: str, kind: PartyKind, names: Sequence[str]) -> ListedParty:
    return ListedParty(id=number, kind=kind, names=tuple(PartyName(text=name) for name in names))


def matcher_of(parties: Sequence[ListedParty], rarity: Rarity | None = None) -> Matcher:
    """Build the matcher of a list."""
    return Matcher(build_index(parties, rarity))


def answers(matcher: Matcher, asked: Sequence[tuple[str, PartyKind]]) -> list[dict[str, float]]:
    """Return the probability of each entry that is answered to each name."""
    found = matcher.answer(matcher.ask([AskedParty(text=text, kind=kind) for text, kind in asked]))
    ids = [party.id for party in matcher.index.parties]
    return [
        {
            ids[found.entries[row, at]]: probability(float(found.odds[row, at]))
            for at in range(found.counts[row])
        }
        for row in range(len(asked))
    ]


def both_ways(
    base: Sequence[ListedParty], names: Sequence[Named], rarity: Rarity
) -> tuple[list[Found], list[Found]]:
    """Ask in the native script a Latin list, then in Latin letters a native one."""
    numbers = [name.entry or f"own-{at}" for at, name in enumerate(names)]
    own = [_party(n, each.kind, each.latin) for n, each in zip(numbers, names, strict=True)]
    latin = [*base, *(each for each in own if each.id.startswith("own-"))]
    asked = [(each.native, each.kind) for each in names]
    to_latin = answers(matcher_of(latin, rarity), asked)
    natives = {
        number: _party(number, each.kind, [each.native])
        for number, each in zip(numbers, names, strict=True)
    }
    native = [*(each for each in base if each.id not in natives), *natives.values()]
    asked = [(each.latin[0], each.kind) for each in names]
    to_native = answers(matcher_of(native, rarity), asked)
    return (
        [_found(each, n, told) for each, n, told in zip(names, numbers, to_latin, strict=True)],
        [_found(each, n, told) for each, n, told in zip(names, numbers, to_native, strict=True)],
    )


def _found(name: Named, number: str, told: dict[str, float]) -> Found:
    return Found(name, told.get(number, 0.0), max(told.values(), default=0.0))


def say(title: str, found: Sequence[Found], least: float, misses: int) -> None:
    """Print a row for each set."""
    for each in sorted({one.named.title for one in found}):
        those = [one for one in found if one.named.title == each]
        met = sum(one.chance >= least for one in those)
        low, high = wilson(met, len(those))
        rest = [one for one in those if not one.named.looked_at()]
        held = sum(one.chance >= least for one in rest) / max(1, len(rest))
        alike = [one for one in those if share_a_word(one.named)]
        of_these = sum(one.chance >= least for one in alike) / max(1, len(alike))
        print(
            f"{each:26}{title:18}{len(those):6}{met / len(those):8.3f}  {low:.2f} to {high:.2f}"
            f"{held:8.3f} of {len(rest):<5}{of_these:.3f} of {len(alike)}"
        )
        missed = [one for one in those if one.chance < least and one.named.looked_at()]
        for one in missed[:misses]:
            print(f"    {one.chance:.2f} {one.best:.2f}  {one.named.native} | {one.named.latin[0]}")


def say_alerts(title: str, told: Sequence[dict[str, float]], least: float) -> None:
    """Print the share of names that are not listed and alert."""
    count = sum(max(each.values(), default=0.0) >= least for each in told)
    low, high = wilson(count, len(told))
    print(
        f"{title:26}{'false alerts':18}{len(told):6}{count / len(told):8.3f}"
        f"  {max(0.0, low):.2f} to {high:.2f}"
    )


def main(extra: Iterable[Named], misses: int) -> None:
    """Print recall and false alerts.

    Args:
        extra: Further names in two scripts, which the list of partybench does not hold.
        misses: How many to print of each set.
    """
    base, natives = listed()
    if not base:
        print("no list of parties beside the checkout")
        return
    least, plain = model_record().threshold, list(ordinary())
    alone = matcher_of(base)
    to_latin, to_native = both_ways(base, [*plain, *natives, *_some(extra)], alone.index.rarity)
    print(f"{'set':26}{'what':18}{'n':>6}{'share':>8}  95 %          not looked at  share a word")
    say("native asked", to_latin, least, misses)
    say("Latin asked", to_native, least, misses)
    for title in sorted({each.title for each in plain}):
        those = [each for each in plain if each.title == title]
        for how, asked in (
            ("native", [(each.native, each.kind) for each in those]),
            ("Latin", [(each.latin[0], each.kind) for each in those]),
        ):
            say_alerts(f"{title}, {how}", answers(alone, asked), least)
    say_alerts("Han persons", answers(alone, [(each, "person") for each in made_persons()]), least)
