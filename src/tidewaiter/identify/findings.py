"""Findings: raw hits turned into mentions with reasons; weak names need further evidence."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.phrases import Phrase
from tidewaiter.identify.engine.hits import (
    CAS,
    CAS_WRONG,
    CUED,
    CUS,
    FORM,
    GLUED,
    HS,
    LONGER,
    NAME,
    NEAR,
    NEGATED,
    PART_OF,
    SALTED,
    SCANNED,
    UN,
    WHOLE,
)
from tidewaiter.identify.engine.languages import ENGLISH, Joined
from tidewaiter.identify.engine.rules import IDEOGRAPH, Chinese, ContextRules
from tidewaiter.identify.lexicon.entries import WELL_KNOWN, Entry
from tidewaiter.identify.lexicon.loading import Lexicon
from tidewaiter.identify.lexicon.unlisted_chemicals import OtherWords
from tidewaiter.identify.overlaps import Spans, nearest
from tidewaiter.identify.spelling import (
    Speller,
    Spelling,
    edits_between,
    has_other_stem,
    is_far_fetched,
    is_spread_out,
    most_edits,
)
from tidewaiter.identify.stated_numbers import STATED, against

Strong = dict[int, list[list[int]]]
"""Strong names of a line: hits by substance."""

_NAMED = ("exact", "squeezed")
_NOTHING_JOINED = Joined()
_NEAR = 3  # words on either side of the name of equipment
_FAR = 80  # characters on either side that contain them
_WORD, _LETTERS = re.compile(r"\w+"), re.compile(r"[^\W\d_]+")
_COUNT = r"[\d一二两兩三四五六七八九十百千几幾数數]"


class _Mention(Protocol):
    @property
    def substance(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def how(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def score(self) -> float: ...


M = TypeVar("M", bound=_Mention)


def strong_names(hits: Iterable[list[int]], entries: tuple[Entry, ...]) -> Strong:
    """Collect the hits of strong names."""
    strong: Strong = {}
    for hit in hits:
        if hit[1] == NAME and entries[hit[2]].tier == "strong":
            strong.setdefault(entries[hit[2]].substance, []).append(hit)
    return strong


def is_cued(hit: list[int], substance: int, strong: Strong) -> bool:
    """Return whether a weak name has a cue or another name beside it, or is the whole line."""
    return bool(hit[6] & (CUED | WHOLE)) or any(
        other[4] <= hit[3] or hit[4] <= other[3]
        for one, others in strong.items()
        if one != substance
        for other in others
    )


class MachineCues:
    """Words that are cues for equipment only: "set", "pcs", "2 台"."""

    def __init__(self, rules: ContextRules) -> None:
        self._words = frozenset(word.casefold() for word in rules.words.machine)
        self._counted = re.compile(f"{_COUNT} ?[{rules.chinese.counters}]")

    def beside(self, before: str, after: str) -> bool:
        """Return whether one occurs within a few words before or after a name."""
        words = [*_WORD.findall(before[-_FAR:])[-_NEAR:], "/", *_WORD.findall(after[:_FAR])[:_NEAR]]
        near = " ".join(words).casefold()
        return not self._words.isdisjoint(_LETTERS.findall(near)) or bool(
            self._counted.search(near)
        )


def without_doubles(found: list[M]) -> list[M]:
    """Remove duplicates where a strong name is inside a weak one that counts.

    The weak one is kept, as it is longer; of two names of one substance, the better one.

    Args:
        found: The mentions of one line, by start.
    """
    named = [each for each in found if each.how in _NAMED]
    weak = [each for each in named if each.tier == "weak"]
    if not weak or len(weak) == len(named):
        return found
    starts = [each.start for each in weak]
    dropped = set()
    for each in named:
        at = bisect_right(starts, each.start) - 1
        if each.tier != "weak" and at >= 0 and each.end <= weak[at].end:
            better = each.substance == weak[at].substance and each.score >= weak[at].score
            dropped.add(id(weak[at] if better else each))
    return [each for each in found if id(each) not in dropped]


def beside(
    rules: Chinese, before: str, name: str, after: str, listed: frozenset[str]
) -> Iterator[Phrase]:
    """Yield mitigating evidence from the text around a name in a script without spaces.

    Args:
        rules: Effects of ideographs, and of what is joined to a name.
        before: The text before the name.
        name: The name as written.
        after: The text after it.
        listed: Names of two ideographs in the registry, which do not extend the name.
    """
    against = _joined_before(rules, before, name) or _joined_after(rules, name, after, listed)
    if against is not None:
        yield against
    if any(before.endswith(word) for word in rules.negation):
        yield Phrase("against/negated")


def _joined_before(rules: Chinese, before: str, name: str) -> Phrase | None:
    """Return what stands before a name and makes it another chemical, if anything."""
    last = before[-1:]
    if (_is_kana(last) and _is_kana(name[0])) or (last and last in rules.before):
        return Phrase("against/before", written=last)
    parts = (*rules.parts, *rules.joined.get(name, _NOTHING_JOINED).before)
    found = next((word for word in parts if before.endswith(word)), None)
    return Phrase("against/before", written=found) if found else None


def _joined_after(rules: Chinese, name: str, after: str, listed: frozenset[str]) -> Phrase | None:
    """Return what stands after a name and makes it another chemical or product, if anything."""
    first = after[:1]
    chain = _is_chain(rules, after[:2]) and after[:2] not in listed
    if chain or (first and first in rules.after):
        return Phrase("against/after", written=first if first in rules.after else after[:2])
    things = (*rules.things, *rules.joined.get(name, _NOTHING_JOINED).after)
    if found := next((word for word in things if after.startswith(word)), None):
        return Phrase("against/thing", written=found)
    if after.startswith(rules.measures):
        return None  # "ドラム" joined to it counts the goods
    if name[-1] in rules.acids and _is_salt(first) and first not in rules.trade:
        return Phrase("against/acid", written=first)
    if _is_kana(name[-1]) and _is_kana(first):
        return Phrase("against/after", written=first)
    return None


def _is_chain(rules: Chinese, pair: str) -> bool:
    """Return whether two ideographs extend a name: a carbon chain with a substituent."""
    return len(pair) == 2 and pair[0] in rules.chains and pair[1] in rules.after


def _is_salt(sign: str) -> bool:
    """Return whether a character after an acid may begin the name of its salt."""
    return "\u3400" <= sign < "\ua000" or _is_kana(sign)


def _is_kana(sign: str) -> bool:
    """Return whether a character is katakana, in which names are written, of either width."""
    return "\u30a1" <= sign <= "\u30fc" or "\uff66" <= sign <= "\uff9d"


# Score by kind of match, 0 to 1; documented in "how names are found".
# How often each kind was right in the lines from which they were set: benchmarks/reliability.py.
_SCORES = {"exact": 0.98, "squeezed": 0.97, "cas": 0.99, "hs": 0.3, "unno": 0.35, "cus": 0.95}
_NEAR_SCORES = (0.0, 0.85, 0.65, 0.5)
_WEAK, DOWNGRADED = 0.83, 0.1
_PAIR = 2  # ideographs of a short name
_WINDOW = 256  # bytes beside a hit that are decoded, if no more are needed
_SHORT = 5  # units: shorter strong names require an exact spelling
_KEPT = 1 << 17  # cached findings for names and numbers, by spelling
_LOOKS_AROUND = LONGER | SALTED | GLUED  # flags whose reasons quote the text around a hit
_LED, _FOLLOWED = re.compile(r"\w*\Z"), re.compile(r"\w*")
_CODES = {HS: "hs", UN: "unno", CUS: "cus"}


class Beside(NamedTuple):
    """What else a line holds, as evidence for a weak name."""

    strong: Strong
    tools: dict[int, tuple[int, int]]  # equipment: where its first name ends and its last begins


class Finding(msgspec.Struct, frozen=True, gc=False):
    """A mentioned substance; the columns of `identify`'s table except names.

    Millions may exist; excluded from garbage collection, as they contain no cycles.
    """

    line: int
    substance: int  # index in the registry
    cas: str | None
    start: int
    end: int
    text: str
    how: str
    tier: str
    score: float
    reasons: tuple[Phrase, ...]
    downgraded: tuple[Phrase, ...]
    structure: str = ""  # SMILES, for a match by structure or systematic name
    atoms: tuple[int, ...] = ()  # indices in it of the atoms covered by a class


class Defect(msgspec.Struct, frozen=True, gc=False):
    """An invalid or unknown number in a line, or a name that could not be parsed."""

    line: int
    start: int
    end: int
    text: str
    # "cas-digit": invalid check digit; "cas-other": not in the registry; "name-unread": a
    # systematic name that could not be parsed; "name-unknown": unknown to OPSIN
    kind: str


class Reader:
    """Converts raw hits to findings; caches spellings."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._speller = Speller(lexicon.tables.fold)
        self._entries = lexicon.names.entries
        self._plain = lru_cache(_KEPT)(self._read_plain)
        self._slugs = [substance.name for substance in lexicon.registry.substances]
        self._chinese = lexicon.rules.chinese
        self._short = frozenset(each.text for each in self._entries if len(each.text) == _PAIR)
        self._machines = MachineCues(lexicon.rules)
        self._measured = re.compile(f"{_COUNT} ?(?:{'|'.join(lexicon.rules.chinese.measures)})")
        kind = lexicon.tables.fold.kind
        self._unspaced = [kind[ord(entry.key[-1])] == IDEOGRAPH for entry in self._entries]
        self._others = OtherWords(lexicon.tables.fold, lexicon.respelt)
        kinds = [substance.kind for substance in lexicon.registry.substances]
        self._plain_words = [kinds[entry.substance] == "equipment" for entry in self._entries]

    def read(
        self, rows: NDArray[np.int64], text: memoryview, offsets: NDArray[np.int64]
    ) -> tuple[list[Finding], list[Defect]]:
        """Convert the hits of a scan.

        Args:
            rows: From `scan`, in line order.
            text: The scanned bytes.
            offsets: Start of each line, and the end.
        """
        findings: list[Finding] = []
        defects: list[Defect] = []
        rows = self._with_forms(rows)
        starts, sizes, alone = _groups(rows)
        firsts = zip(*rows[starts, :9].T.tolist(), strict=True)
        begins, ends = offsets[rows[starts, 0]].tolist(), offsets[rows[starts, 0] + 1].tolist()
        plain = self._plain
        for group, (line, kind, value, start, end, edits, flags, low, high) in enumerate(firsts):
            begin = begins[group]
            if alone[group]:
                written = bytes(text[begin + low : begin + high])
                known = plain(kind, value, edits, flags, written)
                if known is not None:
                    findings.append(Finding(line, *known[0], start, end, *known[1]))
                    continue
            here = bytes(text[begin : ends[group]])
            hits = rows[starts[group] : starts[group] + sizes[group]].tolist()
            findings.extend(without_doubles(list(self._findings(line, hits, here))))
            defects.extend(_defects(line, hits, here))
        return findings, defects

    def _with_forms(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Replace the keys of other forms of names by their entries, and mark them."""
        form = (rows[:, 1] == NAME) & (rows[:, 2] >= len(self._entries))
        if not form.any():
            return rows
        rows = rows.copy()
        rows[form, 2] = self._lexicon.tables.whose[rows[form, 2]]
        rows[form, 6] |= FORM
        return rows

    def _read_plain(
        self, kind: int, value: int, edits: int, flags: int, written: bytes
    ) -> tuple[tuple[int, str | None], tuple[Any, ...]] | None:
        """Convert the only hit of a line, if its context does not matter; cached.

        Returns:
            Fields of the finding before and after its position; None if the line must be examined,
            or without a finding.
        """
        if kind != CAS and self._unspaced[value]:
            return None
        units = len(written.decode())
        hit = [0, kind, value, 0, units, edits, flags, 0, len(written), 0, 0, 0, 0]
        for found in self._findings(0, [hit], written):
            return (found.substance, found.cas), msgspec.structs.astuple(found)[5:]
        return None

    def _findings(self, line: int, hits: list[list[int]], here: bytes) -> Iterator[Finding]:
        beside = Beside(strong_names(hits, self._entries), self._tools(hits))
        numbers = [hit for hit in hits if hit[1] in STATED]
        near = Spans(hit for hit in hits if hit[1] == NEAR)
        for hit in nearest([hit for hit in hits if not self._is_far(hit, here)]):
            if hit[1] == NAME:
                yield from self._named(line, hit, here, beside)
            elif hit[1] == NEAR:
                for found in self._near(line, hit, near, here):
                    yield self._judged(found, numbers)
            elif hit[1] == CAS:
                yield self._numbered(line, hit, here)
            elif hit[1] in _CODES:
                yield from self._coded(line, hit, here)

    def _is_far(self, hit: list[int], here: bytes) -> bool:
        """Return whether a hit is not a misspelling: too far from the name, or another chemical."""
        if hit[1] != NEAR:
            return False
        if hit[5] > 1 and self._plain_words[hit[2]]:
            return True
        written = here[hit[7] : hit[8]].decode()
        entry = self._entries[hit[2]]
        if entry.language != ENGLISH:
            known = entry.language in WELL_KNOWN
            if hit[5] > most_edits(entry.text, known=known):
                return True
        if has_other_stem(written, entry.text):
            return True
        return self._others.instead(written, self._entries[hit[2]].text)

    def _named(self, line: int, hit: list[int], here: bytes, near: Beside) -> Iterator[Finding]:
        """Convert a name; a weak one needs a cue, another name, or the line to itself."""
        entry = self._entries[hit[2]]
        if entry.tier != "strong" and not self._is_cued(hit, here, near):
            return
        written = here[hit[7] : hit[8]].decode()
        spelling = self._speller.compare(written, entry.text)
        if hit[6] & FORM and not spelling.exact:
            spelling = Spelling(exact=True, reasons=(Phrase("found/form", name=entry.text),))
        how = "exact" if spelling.exact else "squeezed"
        weak = entry.tier != "strong" or (len(entry.key) < _SHORT and not spelling.exact)
        if weak and not self._is_cued(hit, here, near):
            return
        if weak and is_spread_out(written, entry.text, len(entry.key)):
            return
        reasons = list(spelling.reasons)
        if hit[6] & GLUED:
            how = "squeezed"
            reasons.append(_beside(here, hit[7], hit[8]))
        if entry.text.casefold() != self._slugs[entry.substance].casefold():
            known = self._slugs[entry.substance]
            reasons.append(Phrase("found/name-of", name=entry.text, substance=known))
        score = _SCORES[how]
        if weak:
            reasons.append(Phrase("found/weak"))
            score *= _WEAK
        tier = "weak" if weak else "strong"
        yield self._finding(line, hit, here, (how, tier, score), reasons)

    def _is_cued(self, hit: list[int], here: bytes, near: Beside) -> bool:
        """Return whether a weak name has supporting evidence; equipment has its own cues."""
        if is_cued(hit, self._entries[hit[2]].substance, near.strong):
            return True
        before, after = _decoded_beside(here, hit[7], hit[8], 4 * _FAR)
        if self._plain_words[hit[2]]:
            return self._machines.beside(before, after) or self._is_with_tool(hit, near.tools)
        if not self._unspaced[hit[2]]:
            return False
        return self._measured.search(f"{before}/{after}") is not None

    def _tools(self, hits: Iterable[list[int]]) -> dict[int, tuple[int, int]]:
        """Return the equipment that a line names: where its first name ends and its last begins."""
        tools: dict[int, tuple[int, int]] = {}
        for hit in hits:
            if hit[1] == NAME and self._plain_words[hit[2]]:
                place = self._entries[hit[2]].substance
                end, start = tools.get(place, (hit[4], hit[3]))
                tools[place] = (min(end, hit[4]), max(start, hit[3]))
        return tools

    def _is_with_tool(self, hit: list[int], tools: dict[int, tuple[int, int]]) -> bool:
        """Return whether other equipment stands in the line: a die set for a press."""
        own = self._entries[hit[2]].substance
        return any(
            place != own and (end <= hit[3] or hit[4] <= start)
            for place, (end, start) in tools.items()
        )

    def _near(self, line: int, hit: list[int], near: Spans, here: bytes) -> Iterator[Finding]:
        entry = self._entries[hit[2]]
        written = here[hit[7] : hit[8]].decode()
        if is_far_fetched(written, entry.text, hit[5]):
            return
        reasons = [edits_between(written, entry.text, hit[5])]
        others = {
            self._slugs[self._entries[other[2]].substance]
            for other in near.beside(hit)
            if self._entries[other[2]].substance != entry.substance
            and other[3] < hit[4]
            and other[4] > hit[3]
            and other[5] <= hit[5] + 1
        }
        if others:
            reasons.append(Phrase("found/near", names=sorted(others)[:3]))
        yield self._finding(line, hit, here, ("fuzzy", entry.tier, _NEAR_SCORES[hit[5]]), reasons)

    def _judged(self, found: Finding, hits: list[list[int]]) -> Finding:
        """Downgrade a close spelling where the numbers of its line are of something else."""
        own = self._lexicon.registry.substances[found.substance]
        why = against(hits, self._lexicon.names, found.substance, own)
        if why is None or found.downgraded:
            return found
        score = round(found.score * DOWNGRADED, 3)
        return msgspec.structs.replace(found, score=score, downgraded=(why,))

    def _finding(
        self,
        line: int,
        hit: list[int],
        here: bytes,
        found: tuple[str, str, float],
        reasons: list[Phrase],
    ) -> Finding:
        """Create the finding for a name: kind of match, tier and score."""
        how, tier, score = found
        entry = self._entries[hit[2]]
        downgraded = self._downgraded(hit, here) if hit[6] or self._unspaced[hit[2]] else ()
        if hit[6] & SALTED:
            whole = _extended(here, hit, hit[11], hit[12])
            reasons.append(Phrase("found/glyphs", written=whole, name=entry.text))
        return Finding(
            line,
            entry.substance,
            entry.cas,
            hit[3],
            hit[4],
            here[hit[7] : hit[8]].decode(),
            how,
            tier,
            round(score * (DOWNGRADED if downgraded else 1), 3),
            tuple(reasons),
            downgraded,
        )

    def _downgraded(self, hit: list[int], here: bytes) -> tuple[Phrase, ...]:
        """Return the mitigating evidence for a hit."""
        found = []
        flags = hit[6]
        if flags & NEGATED:
            found.append(Phrase("against/negated-or"))
        if flags & LONGER:
            found.append(Phrase("against/longer", name=_extended(here, hit, hit[9], hit[10])))
        elif flags & PART_OF:
            found.append(Phrase("against/joined"))
        if self._unspaced[hit[2]] and hit[1] == NAME:
            before, after = _decoded_beside(here, hit[7], hit[8], _WINDOW)
            name = here[hit[7] : hit[8]].decode()
            found.extend(beside(self._chinese, before, name, after, self._short))
        return tuple(found)

    def _numbered(self, line: int, hit: list[int], here: bytes) -> Finding:
        number = self._lexicon.names.numbers[hit[2]]
        reasons = [Phrase("found/cas", name=number.form)]
        score = _SCORES["cas"]
        if hit[6] & SCANNED:
            reasons.append(Phrase("found/cas-scan"))
            score -= 0.1
        downgraded: tuple[Phrase, ...] = ()
        if hit[6] & NEGATED:
            downgraded = (Phrase("against/negated-or"),)
        return Finding(
            line,
            number.substance,
            number.cas,
            hit[3],
            hit[4],
            here[hit[7] : hit[8]].decode(),
            "cas",
            "strong",
            round(score * (DOWNGRADED if downgraded else 1), 3),
            tuple(reasons),
            downgraded,
        )

    def _coded(self, line: int, hit: list[int], here: bytes) -> Iterator[Finding]:
        """Convert an HS, UN or CUS number announced by the text."""
        names, digits = self._lexicon.names, str(hit[2])[1:]
        how = _CODES[hit[1]]
        if hit[1] == HS:
            places = names.hs.get(f"{digits[:4]}.{digits[4:6]}", ())
            reason = Phrase("found/hs", hs=f"{digits[:4]}.{digits[4:6]}")
        elif hit[1] == UN:
            places, reason = names.un.get(digits, ()), Phrase("found/un", un=digits)
        else:
            places, reason = names.cus.get(f"{digits[:7]}-{digits[7:]}", ()), Phrase("found/cus")
        for place in places:
            cas = next(iter(self._lexicon.registry.substances[place].cas), None)
            written = here[hit[7] : hit[8]].decode()
            yield Finding(
                line,
                place,
                cas,
                hit[3],
                hit[4],
                written,
                how,
                "strong" if hit[1] == CUS else "weak",
                _SCORES[how],
                (reason,),
                (),
            )


def _groups(
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], list[int], list[bool]]:
    """Return the first row and number of rows of each line, and which can be converted alone."""
    starts = np.flatnonzero(np.diff(rows[:, 0], prepend=-1))
    sizes = np.diff(starts, append=len(rows))
    first = rows[starts]
    alone = (sizes == 1) & (first[:, 1] <= CAS) & (first[:, 6] & _LOOKS_AROUND == 0)
    return starts, sizes.tolist(), alone.tolist()


def _decoded_beside(here: bytes, begin: int, end: int, window: int) -> tuple[str, str]:
    """Decode some bytes before and after a span; a character that is cut off is left out."""
    before = here[max(0, begin - window) : begin].decode(errors="ignore")
    return before, here[end : end + window].decode(errors="ignore")


def _beside(here: bytes, begin: int, end: int) -> Phrase:
    """Quote the text joined to a name, before and after it."""
    window = _WINDOW
    while True:
        before, after = _decoded_beside(here, begin, end, window)
        led, followed = _LED.search(before), _FOLLOWED.match(after)
        cut_off = (begin > window and led and led[0] == before) or (
            len(here) - end > window and followed and followed[0] == after
        )
        if not cut_off:
            break
        window *= 4
    words = [found[0] for found in (led, followed) if found and found[0]]
    if not words:
        return Phrase("found/glued-signs")
    if len(words) == 1:
        return Phrase("found/glued", before=words[0])
    return Phrase("found/glued-both", before=words[0], after=words[1])


def _defects(line: int, hits: list[list[int]], here: bytes) -> Iterator[Defect]:
    for hit in hits:
        if hit[1] >= CAS_WRONG:
            kind = "cas-digit" if hit[1] == CAS_WRONG else "cas-other"
            yield Defect(line, hit[3], hit[4], here[hit[7] : hit[8]].decode(), kind)


def _extended(here: bytes, hit: list[int], start: int, end: int) -> str:
    """Quote a hit with the text around it, from a code point of the line to another."""
    led, followed = hit[3] - start, end - hit[4]
    before, after = _decoded_beside(here, hit[7], hit[8], 4 * max(led, followed))
    return before[len(before) - led :] + here[hit[7] : hit[8]].decode() + after[:followed]
