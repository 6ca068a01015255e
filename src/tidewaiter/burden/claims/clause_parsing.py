"""One clause parsed as a claim: whose deaths, which measure and period, and what is unclear."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.burden.claims.clauses import AGES, RANK, Clause, Draft, blanked
from tidewaiter.burden.claims.numbers import counted, find_interval, find_numbers
from tidewaiter.burden.claims.periods import Period, take_period
from tidewaiter.burden.claims.types import (
    AnyKind,
    Claim,
    Gap,
    GapKind,
    Measure,
    Per,
    RateKind,
    Role,
    Stated,
)
from tidewaiter.burden.claims.vocabulary import Scanner, Span, bearing, words
from tidewaiter.burden.indicators import find_place, place_name, places
from tidewaiter.burden.types import Basis

_UNKNOWN = (
    "leave it out if it changes nothing in what is counted, or give place, period or indicator "
    "beside the sentence"
)
_NAME = "if it is a place, name one that has figures; if it is a person or an office, leave it out"
_BEFORE_PLACE = re.compile(r"\b(?:in|at|across|throughout|within|near|around)[\s\0]+(?:the )?$")
_NUMBER = (
    "hundred",
    "thousand",
    "million",
    "billion",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "dozen",
)


def take_harmless(scan: Scanner) -> tuple[str, ...]:
    """Take out phrases that change nothing; return those that assert more and are not checked."""
    for phrases in (words().filler.phrases, _phrases(words().sources.words)):
        while scan.take_phrase(None, phrases):
            pass
    unchecked: list[tuple[int, str]] = []
    while found := scan.take_phrase(None, words().unchecked.words):
        unchecked.append((found[0], scan.whole[found[0] : found[0] + len(found[1])]))
    return tuple(text for _, text in sorted(unchecked))


def take_names(scan: Scanner) -> None:
    """Take out the names of publishers that hold the name of a place: "Washington Post"."""
    while scan.take_phrase("source", _phrases(words().sources.words)):
        pass


def find_gaps(scan: Scanner) -> tuple[tuple[Gap, ...], tuple[str, ...]]:
    """Return what was not understood and may matter, and adverbs that are not checked."""
    found: list[tuple[Span, GapKind, str]] = []
    adverbs: list[str] = []
    for start, end in scan.tokens():
        word = scan.left[start:end].strip("-'$")
        if _is_harmless(word):
            continue
        known = bearing().get(word) or bearing().get(word.removesuffix("'s"))
        if known is None and word.endswith("ly") and not _is_named(scan, start):
            adverbs.append(scan.whole[start:end])
            continue
        kind, needs = (known.kind, known.needs) if known else _unknown(scan, start, end)
        found.append(((start, end), kind, needs))
    return _joined(scan, found), tuple(adverbs)


@cache
def _phrases(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in entries if " " in each)


@cache
def _plain() -> frozenset[str]:
    return frozenset(("", "s", *words().filler.words, *words().sources.words))


def _is_harmless(word: str) -> bool:
    plain = _plain()
    parts = word.split("-")
    return (
        word in plain
        or word.removesuffix("'s") in plain
        or (len(parts) > 1 and all(part in plain for part in parts))
    )


def _is_named(scan: Scanner, start: int) -> bool:
    """Tell a name, which no adverb is, by its capital within a sentence: "Italy"."""
    return start > 0 and scan.whole != scan.left and scan.whole[start].isupper()


def _unknown(scan: Scanner, start: int, end: int) -> tuple[GapKind, str]:
    written = scan.whole[start:end].strip("-'")
    if re.search(r"\d", written) or written.lower() in _NUMBER:
        return "number", bearing()["rate"].needs
    if written[:1].isupper() and start and scan.whole != scan.left:
        place = _BEFORE_PLACE.search(scan.left[:start])
        return ("place", bearing()["city"].needs) if place else ("word", _NAME)
    if written[:1].isupper() and not written.islower():
        return "word", _NAME
    return "word", _UNKNOWN


def _joined(scan: Scanner, found: list[tuple[Span, GapKind, str]]) -> tuple[Gap, ...]:
    """Join words that follow one another: "San Francisco" is one gap, and a place if part is."""
    gaps: list[tuple[Span, GapKind, str]] = []
    for (start, end), kind, needs in found:
        if gaps:
            (before, until), other, their = gaps[-1]
            near = not scan.left[until:start].strip(" -'")
            if near and (kind == other or {kind, other} == {"place", "word"}):
                joined: GapKind = kind if kind == other else "place"
                gaps[-1] = ((before, end), joined, needs if kind == joined else their)
                continue
        gaps.append(((start, end), kind, needs))
    return tuple(
        Gap(kind=kind, text=scan.whole[start:end].strip("-'"), needs=needs)
        for (start, end), kind, needs in gaps
    )


_NAMED = re.compile(r"(?<![\w.])[A-Z][\w']+(?: [A-Z][\w']+){0,2}")
_OF_TOPIC = r"^[\s\0]*of (?:all |the |these |those |all the )*(?:nation's |u\.s\. |us )?"


def take_topics(
    scan: Scanner, measure: Measure
) -> tuple[str, str, tuple[str, ...], tuple[Gap, ...]]:
    """Return what is counted, what it is a share of, what to say of the words, and what is over.

    A count is of one drug, or of all: with two of them it is not told which deaths are meant.
    """
    found: dict[str, tuple[str, str]] = {}
    by_word = {word: topic for topic in words().topics for word in topic.words}
    while taken := scan.take_phrase("deaths", tuple(by_word)):
        topic = by_word[taken[1]]
        found.setdefault(topic.indicator, (topic.remark, taken[1]))
    general = ["opioids", "overdose", "all-causes"]
    order = sorted(found, key=lambda key: general.index(key) + 1 if key in general else 0)
    drugs = [key for key in order if key not in general]
    whole = next((key for key in order[1:] if key in general), "")
    spare = tuple(
        Gap(kind="drug", text=found[key][1], needs=bearing()["multiple"].needs) for key in drugs[1:]
    )
    remarks = tuple(remark for remark, _ in found.values() if remark)
    return order[0] if order else "", whole if measure == "share" else "", remarks, spare


def whole_of(behind: str, measure: Measure) -> str:
    """Return what a number is called a share of: "78 % of overdose deaths"."""
    bare = re.sub("^\0+", "", behind)
    for topic in words().topics if measure == "share" else ():
        for word in topic.words:
            if re.match(rf"{_OF_TOPIC}{re.escape(word)}(?!\w)", bare):
                return topic.indicator
    return ""


def take_kind(scan: Scanner) -> AnyKind:
    """Read which of a source's figures is meant, like "predicted"."""
    found: AnyKind = ""
    for each in words().kinds:
        while scan.take_phrase("figure", each.words):
            found = found or each.kind
    return found


def take_people(scan: Scanner) -> tuple[str, Basis]:
    """Return whose deaths are counted: the place, and the basis that the words name."""
    basis: Basis = ""
    country = ""
    named = tuple(place.name.lower() for place in places().values() if place.code != "US")
    found = scan.take_phrase("place", (*named, "washington, d.c.", "washington dc"))
    for people in words().people:
        role: Role = "people" if people.basis else "place"
        while scan.take_phrase(role, people.words):
            basis, country = basis or people.basis, people.place
    if found:
        name = "DC" if found[1].startswith("washington") and "d" in found[1][10:] else found[1]
        return find_place(name).code, basis
    return country or _country(scan), basis


def _country(scan: Scanner) -> str:
    """Return the code of another country that is named, and take it out."""
    left = "".join(
        whole if small != "\0" else "\0" for whole, small in zip(scan.whole, scan.left, strict=True)
    )
    for match in _NAMED.finditer(left):
        name = match[0].removesuffix("'s")
        if len(name) > 3 and name.lower() not in bearing():  # noqa: PLR2004 - "The", "CDC"
            try:
                code = find_place(name).code
            except InputError:
                continue
            scan.blank("place", match.start(), match.start() + len(name))
            return code
    return ""


_SAME_SENTENCE = "the place in the sentence that states the number"
_RANKS = {"one": 1, "two": 2, "three": 3, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_PACE = re.compile(
    r"\b(?:an?|per|each|every(?: single)?) (?P<per>day|week|month|hour)\b"
    r"|\b(?P<adverb>daily|weekly|monthly|hourly)\b"
)
_PERS: dict[str, Per] = {
    "hour": "hour",
    "hourly": "hour",
    "day": "day",
    "daily": "day",
    "week": "week",
    "weekly": "week",
    "month": "month",
    "monthly": "month",
}
_RATE = re.compile(r"\b(?:death |mortality |fatality )?rates?\b(?: of)?")
_RATE_KIND = re.compile(r"\b(?:(?P<adjusted>age[ -](?:adjusted|standardi[sz]ed))|crude)\b")
_AFTER = re.compile(
    r"^\s*(?P<word>fewer|more)(?:\s+(?:overdose |drug |people|deaths|than|americans)|\s*$)"
)
_LINKING = re.compile(
    r"^[\s,]*(?:(?:down |up )?from|than|to|compared (?:with|to)|versus|vs\.?|against)\b"
    r"(?! (?:the )?12[ -])"
)
_SUPERLATIVE = re.compile(
    r"\b(?:the )?(?:lowest|highest|fewest|worst|largest|biggest|deadliest|steepest|first|most)\b"
    r"[^,;.\0]*?\bsince (?:records began(?: in (?:19|20)\d\d)?|(?:\w+ )?(?:19|20)\d\d)\b"
)
_COMPARED = re.compile(
    r"\b(?:more|higher|fewer|less) (?:deaths )?than (?:in |at |during )?(?:any|ever|all)\b"
    r"[^,;.\0\d]*"
)
_MULTIPLE = re.compile(
    r"\b(?:(?:more than|nearly|almost|about|over|roughly) )?(?:doubled|tripled|\w+upled"
    r"|(?:\w+|\d+(?:\.\d+)?)-?fold)\b"
)
_SUPPLY = re.compile(
    r"\b(?:(?:that|which) )?(?:(?:is|are|was|were|being) )?"
    r"(?:comes?|coming|came|pours?|pouring|poured|flows?|flowing|flowed|smuggled|crosses|crossing|brought|trafficked|flooding|flooded|shipped)"
    r" (?:in|into|through|across|over|from|up)\b[^,;.\0\d]*"
)
_DROP_OF = re.compile(
    r"\b(?:drop|decrease|decline|reduction|fall|increase|rise|jump|surge|growth|uptick) of\s*$"
)


def read_clause(clause: Clause, day: date, said: date | None, number: str = "") -> Draft:
    """Read a clause.

    Args:
        clause: The clause.
        day: The day that "last year" is counted from.
        said: The day on which it was said; None: not told.
        number: A number that is told beside it, and goes before its own.

    Raises:
        InputError: A month, a day or a range of ages is none.
    """
    scan = Scanner(clause.text)
    asserted = [*clause.comments, *_taken_aside(scan)]
    claim, period = _measured(scan, clause, said or day, number)
    claim = _subject(scan, claim)
    asserted += take_harmless(scan)
    gaps, adverbs = find_gaps(scan)
    claim = msgspec.structs.replace(
        claim,
        said=period.as_of or said,
        read=scan.read(),
        gaps=(*gaps, *claim.gaps, *_unclear(claim.measure, period)),
        unchecked=tuple(dict.fromkeys((*asserted, *adverbs))),
    )
    return Draft(
        claim=claim,
        link=clause.link,
        sentence=clause.sentence,
        own=period.last is not None or period.since is not None,
        before=period.before,
        end=period.last if clause.link == "from" and period.against is not None else None,
    )


def scope_gaps(text: str) -> tuple[Gap, ...]:
    """Return the places, groups and names of a sentence that states no number itself."""
    scan = Scanner(text)
    take_topics(scan, "deaths")
    place, _ = take_people(scan)
    take_harmless(scan)
    gaps, _ = find_gaps(scan)
    if place and place != "US":
        gaps = (Gap(kind="place", text=place_name(place), needs=_SAME_SENTENCE), *gaps)
    return tuple(
        gap
        for gap in gaps
        if gap.kind in {"place", "group", "manner"}
        or (gap.kind == "word" and gap.text[:1].isupper())
    )


def _measured(scan: Scanner, clause: Clause, day: date, number: str) -> tuple[Claim, Period]:
    """Read the number, what it measures and when; whose deaths it counts is not read yet."""
    ages = _ages(scan)
    rank = scan.take("rank", RANK)
    if clause.link:
        scan.take(None, _LINKING)
    stated, after, lead = _number(scan, clause, number, rank)
    moved = _direction(scan.left)
    measure, direction = _measure(stated, moved, after=after, lead=lead)
    ends = bool(moved or clause.link)
    period = take_period(scan, day, change=measure == "change", ends=ends)
    measure, per = _paced(scan, measure, period)
    claim = Claim(
        text=clause.text,
        measure=measure,
        stated=stated,
        place="",
        indicator="",
        of=whole_of(scan.left[len(lead) :], measure),
        last=_last(clause, measure, period),
        months=period.months,
        since=period.since if measure == "total" else None,
        per=per,
        rate=_rate(scan, clause, measure),
        against=period.against if measure == "change" else None,
        direction=direction,
        ages=ages,
        assumed=period.assumed,
    )
    return claim, period


def _subject(scan: Scanner, claim: Claim) -> Claim:
    """Read whose deaths are counted: of what, where, on which basis."""
    for side in (words().directions.down, words().directions.up):
        while scan.take_phrase("direction", side):
            pass
    take_names(scan)
    indicator, of, remarks, spare = take_topics(scan, claim.measure)
    if claim.of and indicator == claim.of:
        indicator, of = "", claim.of  # what is a share of it was said before
    place, basis = take_people(scan)
    return msgspec.structs.replace(
        claim,
        indicator=indicator,
        of=of,
        remarks=remarks,
        place=place,
        basis=basis,
        kind=take_kind(scan),
        gaps=spare,
    )


@cache
def _contexts() -> re.Pattern[str]:
    """Match what is said of a drug beside the deaths that are counted: "driven by fentanyl"."""
    drugs = "|".join(
        sorted(
            (re.escape(word) for topic in words().topics for word in topic.words),
            key=len,
            reverse=True,
        )
    )
    return re.compile(
        r"(?:\b(?:which (?:is|was|were) )?"
        r"(?:fuel(?:l)?ed|driven|propelled|powered|spurred|pushed|led)"
        r"(?: \w+ly| in (?:large )?part| mainly)? by|\b(?:mostly|largely|mainly|primarily|chiefly"
        r"|principally|often|particularly|especially|many|most|the (?:vast )?majority)"
        r"(?: of (?:them|which|those|these))?"
        r"(?: (?:are |were |was )?(?:due to|because of|from|involving|involved|caused by"
        r"|attributed to|tied to|linked to|by))?)"
        rf" (?:the )?(?:opioid )?(?:{drugs})\b(?: (?:and|or) (?:{drugs})\b)?"
    )


def _taken_aside(scan: Scanner) -> Iterator[str]:
    """Take out what is asserted beside the number: "driven by fentanyl", "the most since 2019"."""
    for pattern in (_SUPERLATIVE, _COMPARED, _MULTIPLE, _SUPPLY, _contexts()):
        while match := scan.take(None, pattern):
            yield scan.whole[match.start() : match.end()].strip()


def _direction(text: str) -> int:
    sides = words().directions
    for sign, side in ((-1, sides.down), (1, sides.up)):
        if any(re.search(rf"(?<![\w-]){word}\b(?! to )", text) for word in side):
            return sign
    return 0


def _ages(scan: Scanner) -> tuple[int, int] | None:
    match = scan.take("ages", AGES)
    if not match:
        return None
    low, high = (
        int(next(match[f"{name}{n}"] for n in ("", "2", "3") if match[f"{name}{n}"]))
        for name in ("low", "high")
    )
    if low > high:
        raise InputError("burden/not-a-range-of-ages", match=match[0])
    return low, high


def _number(
    scan: Scanner, clause: Clause, number: str, rank: re.Match[str] | None
) -> tuple[Stated, str, str]:
    """Return what is stated, "fewer" or "more" where that follows, and what goes before it."""
    if rank and not number:
        word = rank["number"] or rank["order"] or "1"
        value = float(_RANKS.get(word) or word)
        return Stated(text=rank[0], value=value, unit="rank", form="digits", step=1), "", ""
    left = number.casefold() if number else blanked(scan.left)
    found = counted(left, find_numbers(left, rates=clause.rates))
    every = find_interval(left)
    if every and found and not (every[0] <= found[0][0] and found[0][1] <= every[1]):
        every = None  # "12 Americans every hour" is a count
    if not found and not every:
        raise InputError("burden/no-number-and-no-rank", number=number or scan.whole)
    start, end, stated = every or found[0]
    after, lead = "", "" if number else scan.left[:start]
    if not number:
        match = _AFTER.match(scan.left[end:])
        after = match["word"] if match else ""
        scan.blank("number", start, end + (match.end("word") if match else 0))
    return stated, after, lead


def _measure(stated: Stated, direction: int, *, after: str, lead: str) -> tuple[Measure, int]:
    """Tell what is measured; a change without a direction takes that of the one before it."""
    if stated.unit == "rank":
        return "rank", 0
    if after:
        return "change", -1 if after == "fewer" else 1
    by = re.search(r"\bby\s*$", lead) is not None
    if stated.unit == "percent":
        return ("change", direction) if direction or by else ("share", 0)
    if direction and stated.unit == "deaths" and (by or _DROP_OF.search(lead)):
        return "change", direction
    if stated.unit == "per 100,000":
        return "rate", 0
    return ("interval" if stated.unit == "minutes" else "deaths"), 0


def _paced(scan: Scanner, measure: Measure, period: Period) -> tuple[Measure, Per]:
    """Tell a count of a period from one of each day, and from a sum of years."""
    if measure != "deaths":
        return measure, ""
    if match := scan.take("per", _PACE):
        return "pace", _PERS[match["adverb"] or match["per"]]
    return ("total" if period.since is not None else "deaths"), ""


def _rate(scan: Scanner, clause: Clause, measure: Measure) -> RateKind:
    """Read what kind of rate is meant; a change is one of a rate where the clause says so."""
    if measure not in {"rate", "change"} or not clause.rates:
        return ""
    kind = scan.take("rate", _RATE_KIND)
    said = scan.take("rate", _RATE)
    if measure == "change" and not (kind or said):
        return ""
    return "any" if not kind else "age-adjusted" if kind["adjusted"] else "crude"


def _last(clause: Clause, measure: Measure, period: Period) -> int | None:
    """Return the last month that is meant: of two years, the first where it is counted from."""
    ends = period.against is not None and measure not in {"change", "total"}
    return period.against if ends and clause.link == "from" else period.last


def _unclear(measure: Measure, period: Period) -> Iterator[Gap]:
    needs = bearing()["decade"].needs
    for text in period.unclear:
        yield Gap(kind="period", text=text, needs=needs)
    if period.since is not None and measure not in {"total", "deaths", "rank"}:
        yield Gap(kind="period", text="a span of years", needs=needs)
