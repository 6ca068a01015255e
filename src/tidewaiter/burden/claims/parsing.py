"""Sentences about overdose deaths, read as claims."""

import re
from datetime import date

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.claims.numbers import find_numbers
from tidewaiter.burden.claims.periods import take_period
from tidewaiter.burden.claims.scanning import Scanner
from tidewaiter.burden.claims.types import AnyKind, Claim, Measure, Stated
from tidewaiter.burden.claims.words import words
from tidewaiter.burden.facts import find_indicator, find_place, indicators, places
from tidewaiter.burden.months import month_of, parse_month
from tidewaiter.burden.types import Basis

_CUT = re.compile(
    r"(?<!\bno)(?<!\b[a-z])[.;!?]\s+|,\s+(?!\d{4}\b)|\s+(?=of which\b|of whom\b)", re.IGNORECASE
)
_COUNTED_FROM = re.compile(r"\d (?:fewer|more) (?!than)\w+|\d (?:fewer|more) than in")
_RANK = re.compile(
    r"(?:the )?(?:(?:no\.? ?|number |#)(?P<number>[1-9]|one|two|three)"
    r"|(?P<order>second|third|fourth|fifth)?[ -]?(?:single )?(?:leading|top|biggest|main|primary))"
    r" (?:killers?|causes? of (?:all )?deaths?)\b"
)
_RANKS = {"one": 1, "two": 2, "three": 3, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_AGES = re.compile(
    r"(?:(?:people |those |adults )?(?:between )?(?:the )?\b(?:ages?|aged)(?: of)?"
    r"(?: from| between)? )"
    r"(?P<low>\d{1,3})(?:\s*-\s*| to | through | and )(?P<high>\d{1,3})\b"
    r"|\b(?P<low2>\d{1,3})[ -]*(?:to|-)[ -]*(?P<high2>\d{1,3})[ -]years?[ -]olds?"
    r"|\badults (?P<low3>\d{2})(?:\s*-\s*| to )(?P<high3>\d{2})\b"
)
_DAILY = re.compile(r"\b(?:a day|per day|each day|every day|every single day|daily)\b")
_AFTER = re.compile(r"^\s*(?P<word>fewer|more)\s+(?:overdose |drug |people|deaths|than|americans)")
_FOREIGN = re.compile(r"\b(?:in|across|throughout) (?P<name>[A-Z]\w+(?: [A-Z]\w+)*)")
_MOST = 100.0


class Given(Record, frozen=True, kw_only=True):
    """What is told beside the sentence, and goes before it."""

    said: date | None = None
    place: str = ""
    period: str = ""  # "2022", or the last of twelve months: "2021-04"
    indicator: str = ""
    basis: Basis = ""
    number: str = ""


def parse_claims(text: str, day: date, given: Given | None = None) -> tuple[Claim, ...]:
    """Read the claims of a text, one for each number or rank in it.

    What a later part does not say again, it takes from the one before.

    Args:
        text: English sentences.
        day: The day that "last year" is counted from, where it is not told when it was said.
        given: What is told beside it.

    Raises:
        InputError: There is no number and no rank, or a place or a month that is not known.
    """
    given = given or Given()
    claims: list[Claim] = []
    for part in _parts(text):
        claims.append(_read(part, day, given, claims[-1] if claims else None))
    return tuple(claims)


def _parts(text: str) -> list[str]:
    """Cut a text so that each part has one number or rank."""
    scan = Scanner(text)
    pieces = _CUT.split(scan.whole)
    parts: list[str] = []
    for piece in pieces:
        if parts and not (_counted(piece) and _counted(parts[-1])):
            parts[-1] += f", {piece}"
        else:
            parts.append(piece)
    return parts


def _counted(piece: str) -> bool:
    scan = Scanner(piece)
    take_period(scan, date(2000, 1, 1), change=True)
    scan.take(_AGES)
    return bool(_RANK.search(scan.left) or find_numbers(scan.left))


def _read(part: str, day: date, given: Given, before: Claim | None) -> Claim:
    scan = Scanner(part)
    said = given.said or day
    direction = _direction(scan.left)
    ages = _ages(scan)
    rank = scan.take(_RANK)
    change = direction != 0 or _COUNTED_FROM.search(scan.left) is not None
    period = take_period(scan, said, change=change)
    daily = scan.take(_DAILY) is not None
    stated, after = _number(scan, given, rank)
    measure, direction = _measure(stated, direction, daily=daily, after=after)
    if direction:
        for side in (words().directions.down, words().directions.up):
            scan.take_phrase(side)
    topics, remarks = _topics(scan)
    place, basis, assumed = _people(scan)
    kind = _kind(scan)
    claim = Claim(
        text=part, measure=measure, stated=stated, place=place, basis=basis, kind=kind,
        indicator=topics[0] if topics else "", of=topics[1] if len(topics) > 1 else "",
        last=period.last, months=period.months,
        against=period.against if measure == "change" else None, direction=direction, ages=ages,
        said=period.as_of or given.said, assumed=(*period.assumed, *assumed), remarks=remarks,
    )  # fmt: skip
    _refuse_foreign(scan, claim, given)
    claim = _settled(_with_given(_inherited(claim, before), given))
    return msgspec.structs.replace(claim, unread=scan.unread())


def _direction(text: str) -> int:
    sides = words().directions
    for sign, side in ((-1, sides.down), (1, sides.up)):
        if any(re.search(rf"\b{word}\b(?! to )", text) for word in side):
            return sign
    return 0


def _ages(scan: Scanner) -> tuple[int, int] | None:
    match = scan.take(_AGES)
    if not match:
        return None
    low, high = (
        int(next(match[f"{name}{n}"] for n in ("", "2", "3") if match[f"{name}{n}"]))
        for name in ("low", "high")
    )
    if low > high:
        raise InputError(f'"{match[0]}" is no range of ages', hint='write it like "ages 18 to 49"')
    return low, high


def _number(scan: Scanner, given: Given, rank: re.Match[str] | None) -> tuple[Stated, str]:
    """Return what is stated, and "fewer" or "more" where that follows."""
    if rank and not given.number:
        word = rank["number"] or rank["order"] or "1"
        value = float(_RANKS.get(word) or word)
        return Stated(text=rank[0], value=value, unit="rank", form="digits", step=1), ""
    found = find_numbers(given.number.casefold() if given.number else scan.left)
    if not found:
        raise InputError(
            f'"{scan.whole}" states no number and no rank',
            hint='write it like "nearly 110,000 deaths in 2022", or give --number 110000',
        )
    start, end, stated = found[0]
    after = ""
    if not given.number:
        match = _AFTER.match(scan.left[end:])
        after = match["word"] if match else ""
        scan.blank(start, end + (match.end("word") if match else 0))
    return stated, after


def _measure(stated: Stated, direction: int, *, daily: bool, after: str) -> tuple[Measure, int]:
    if stated.unit == "rank":
        return "rank", 0
    if after:
        return "change", -1 if after == "fewer" else 1
    if stated.unit == "percent":
        return ("change", direction) if direction else ("share", 0)
    return ("daily" if daily else "deaths"), 0


def _topics(scan: Scanner) -> tuple[list[str], tuple[str, ...]]:
    """Return the indicators that are named, the special first, and what to say of the words."""
    found: dict[str, str] = {}
    by_word = {word: topic for topic in words().topics for word in topic.words}
    while taken := scan.take_phrase(tuple(by_word)):
        topic = by_word[taken[1]]
        found.setdefault(topic.indicator, topic.remark)
    general = ["overdose", "all-causes"]
    order = sorted(found, key=lambda key: (general.index(key) + 2 if key in general
                                           else key == "opioids"))  # fmt: skip
    return order, tuple(remark for remark in found.values() if remark)


def _kind(scan: Scanner) -> AnyKind:
    return next((each.kind for each in words().kinds if scan.take_phrase(each.words)), "")


def _people(scan: Scanner) -> tuple[str, Basis, tuple[str, ...]]:
    basis: Basis = ""
    country = ""
    named = tuple(
        name.lower() for place in places().values() if place.code != "US" for name in (place.name,)
    )
    found = scan.take_phrase((*named, "washington, d.c.", "washington dc"))
    for people in words().people:
        while scan.take_phrase(people.words):
            basis, country = basis or people.basis, people.place
    if found:
        name = "DC" if found[1].startswith("washington") and "d" in found[1][10:] else found[1]
        return find_place(name).code, basis, ()
    return country, basis, ()


def _inherited(claim: Claim, before: Claim | None) -> Claim:
    if before is None:
        return claim
    same_period = claim.last is None
    return msgspec.structs.replace(
        claim,
        indicator=claim.indicator or before.indicator,
        place=claim.place or before.place,
        last=before.last if same_period else claim.last,
        months=before.months if same_period else claim.months,
        basis=claim.basis,
        assumed=(*claim.assumed, "period and place are those of the sentence before")
        if same_period else claim.assumed,
    )  # fmt: skip


def _with_given(claim: Claim, given: Given) -> Claim:
    changed: dict[str, object] = {}
    if given.place:
        changed["place"] = find_place(given.place).code
    if given.indicator:
        changed["indicator"] = find_indicator(given.indicator).key
    if given.basis:
        changed["basis"] = given.basis
    if given.period:
        last = _given_period(given.period)
        changed |= {"last": last, "months": 12}
        if claim.measure == "change":
            changed["against"] = last - 12
    return msgspec.structs.replace(claim, **changed)


def _given_period(text: str) -> int:
    bare = text.strip()
    return month_of(int(bare), 12) if re.fullmatch(r"\d{4}", bare) else parse_month(bare)


def _settled(claim: Claim) -> Claim:
    """Say what was not said and is taken; refuse a share of more than all."""
    assumed = list(claim.assumed)
    changed: dict[str, object] = {}
    if not claim.place:
        changed["place"] = "US"
        assumed.append("no place is said: the United States")
    if not claim.indicator:
        changed["indicator"] = "overdose"
        assumed.append("what the deaths were due to is not said: drug overdose")
    indicator = str(changed.get("indicator", claim.indicator))
    if claim.measure == "share" and claim.stated.value > _MOST:
        raise InputError(f'"{claim.stated.text}" is more than all', hint="a share is at most 100 %")
    if claim.measure == "share" and not claim.of:
        changed["of"] = "all-causes" if indicator == "overdose" else "overdose"
        name = indicators()[str(changed["of"])].name.lower()
        assumed.append(f"what it is a share of is not said: {name}")
    if claim.measure != "share":
        changed["of"] = ""
    if claim.last is None and claim.measure != "rank":
        assumed.append("no period is said: every calendar year is looked at")
    return msgspec.structs.replace(claim, **changed, assumed=tuple(dict.fromkeys(assumed)))


def _refuse_foreign(scan: Scanner, claim: Claim, given: Given) -> None:
    """Refuse a place that is named and not known, rather than take another for it."""
    if claim.place or given.place:
        return
    left = "".join(
        whole if small != "\0" else "\0" for whole, small in zip(scan.whole, scan.left, strict=True)
    )
    if match := _FOREIGN.search(left):
        raise InputError(
            f'there are no figures of "{match["name"]}"', hint="name the place by --place"
        )
