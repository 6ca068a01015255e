"""Numbers in clauses: "110,000", "0.11 million", "two-thirds", "1 in 5", "27 percent", rates."""

import re
from fractions import Fraction

from tidewaiter.burden.claims.types import Comparator, Form, Stated
from tidewaiter.burden.claims.vocabulary import words

_UNITS = [
    "zero",
    "one",
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
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL = {word: number for number, word in enumerate(_UNITS)} | {
    word: 10 * number for number, word in enumerate(_TENS, 2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_ONE = "|".join([*_SMALL, "a", "an"])
_SPELT = rf"(?:{'|'.join([*_SMALL, *_SCALES])})"
_DIGITS = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
_PARTED = "|".join(sorted(_PARTS, key=len, reverse=True))
_FRACTION = re.compile(
    rf"(?<!first )(?<!second )(?<!last )\b(?:(?P<top>{_ONE})[ -])?(?P<part>{_PARTED})s?\b"
    r"(?! (?:leading|year|month|day))"
)
_SLASH = re.compile(r"(?<![\d.,])(?P<top>\d{1,2})/(?P<bottom>\d{1,2})(?![\d/])")
_ONE_IN = re.compile(
    rf"\b(?P<top>\d{{1,2}}|{_ONE})(?: in| out of)(?: every)? (?P<bottom>\d{{1,3}}|{_ONE})\b"
    r"(?![,.]?\d)"
)
_PERCENT = re.compile(rf"(?P<digits>{_DIGITS})\+?[ -]?(?:percent\b|per cent\b|pct\b|%)")
_SCALED = re.compile(rf"(?P<digits>{_DIGITS})[ -]?(?P<scale>k|thousand|million|m)\b\+?")
_PLAIN = re.compile(rf"(?<![\w.,/-])(?P<digits>{_DIGITS})(?![\w%]|[.,/]\d)\+?")
_POINTED = re.compile(r"\d{1,3}\.\d{3}")
"""European notation of 105,007: a number of deaths is not a fraction."""

_WORDS = re.compile(
    rf"\b(?:a )?{_SPELT}(?:(?: and |[ -]){_SPELT})*\b(?P<percent> percent| per cent)?"
)
_RATE = re.compile(
    rf"(?P<digits>{_DIGITS})(?: (?:drug|fatal|overdose|overdoses|deaths|fatalities|people))*"
    r" (?:per|for every|in every|out of every) (?P<base>100,000|100k|hundred thousand|1 million"
    r"|1,000,000|million|10,000|1,000)"
    r"(?: (?:u\.s\. )?(?:standard population|people|persons|residents|inhabitants|population"
    r"|americans))?\b"
)
_BASES = {"100k": 100_000, "hundred thousand": 100_000, "1 million": 10**6, "million": 10**6}
_PER = 100_000
_MOST_RATE = 1_000  # in the context of rates, smaller numbers without a unit are rates
_EVERY = re.compile(
    rf"\b(?:once |one )?every (?P<lead>(?:[a-z]+ ){{0,3}}?)(?P<number>\d+(?:\.\d+)?|{_SPELT})?"
    r" ?(?P<unit>second|minute|hour)s?\b"
)
_MINUTES = {"second": 1 / 60, "minute": 1.0, "hour": 60.0}
_COMPARED = re.compile(
    r"(?:%|percent|per cent|pct) (?:more|fewer|less|higher|lower|greater|larger|smaller) than"
    r" (?:(?:an?|the|estimated|in) )*$"
)
_OF_ELSE = re.compile(
    r"[ -](?:states|counties|jurisdictions|countries|cities|years?|months?|weeks?|days?|fold|times"
    r"|percentage points?|points?|pounds|kilograms|pills|doses)\b"
)
_MILLIONS = re.compile(r"\b(?P<part>half|a quarter|three[ -]quarters)(?: of)?(?: a)? million\b")
_MILLION_PARTS = {"half": 500_000, "a quarter": 250_000}
_LEAST_DEATHS = 10  # smaller numbers without a unit are not counts of a nation's deaths
_MOST_DEATHS = 10**10
_SHARE = 0.1  # maximum rounding unit relative to the number

Found = tuple[int, int, Stated]
"""Start and end of a number, the word before it, and its value."""


def find_numbers(text: str, *, rates: bool = False) -> list[Found]:
    """Find the numbers of a lower-case clause, in order.

    Shares are matched before counts, so that "1 in 5" is not a one and a five. A qualifier such as
    "nearly" belongs to its number.

    Args:
        text: The clause, with recognised parts blanked.
        rates: Context of rates, so that "31.3" is one.
    """
    found: list[Found] = []
    for pattern, read in (
        (_RATE, _rate),
        (_MILLIONS, _millions),
        (_ONE_IN, _one_in),
        (_SLASH, _slash),
        (_PERCENT, _percent),
        (_SCALED, _scaled),
        (_PLAIN, _bare_rate if rates else _plain),
        (_FRACTION, _fraction),
        (_WORDS, _spelt),
    ):
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end, _ in found):
                continue
            stated = read(match)
            if stated is not None:
                start, comparator = _comparator(text, match.start())
                if match[0].endswith("+") or text[match.end() :].startswith(" or more"):
                    comparator = "at least"
                found.append((start, match.end(), _with(stated, comparator)))
    return sorted(found, key=lambda each: each[0])


def counted(text: str, found: list[Found], *, strict: bool = False) -> list[Found]:
    """Remove unrelated numbers such as "45 states"; leniently, if others are present."""
    others = [each for each in found if not _OF_ELSE.match(text[each[1] :])]
    return others if strict else others or found


def find_interval(text: str) -> Found | None:
    """Find the interval between deaths in a clause: "every five minutes"."""
    match = _EVERY.search(text)
    if not match:
        return None
    word = match["number"]
    value = 1.0 if not word else float(word) if word[0].isdigit() else float(_words_value(word))
    unit = _MINUTES[match["unit"]]
    begin = match.start()
    _, comparator = _comparator(text, match.start("number") if word else match.start("unit"))
    if not comparator:
        begin, comparator = _comparator(text, begin)
    step = _step(word) if word and word[0].isdigit() else 1.0
    stated = Stated(
        text=match[0],
        value=value * unit,
        unit="minutes",
        form="digits",
        step=_held(value, step) * unit,
        comparator=comparator,
    )
    return begin, match.end(), stated


def _with(stated: Stated, comparator: Comparator) -> Stated:
    return Stated(
        text=stated.text,
        value=stated.value,
        unit=stated.unit,
        form=stated.form,
        step=stated.step,
        comparator=comparator,
    )


def _comparator(text: str, start: int) -> tuple[int, Comparator]:
    """Return where the qualifiers of a number start, and their meaning."""
    before = text[:start]
    if _COMPARED.search(before):
        return start, ""  # "15 % more than the 93,655 deaths" is not "more than 93,655"
    bare = re.sub(r"(?:\b(?:an?|the|estimated|total of)\s+)+$", "", before)
    for lead in (before, bare):
        for rule in words().comparators:
            for word in sorted(rule.words, key=len, reverse=True):
                match = re.search(rf"\b{re.escape(word)}\s+$", lead)
                if match and not _longer(lead, rule.key):
                    return match.start(), rule.key
    return start, ""


def _longer(lead: str, key: Comparator) -> bool:
    """Return whether a longer phrase of another comparator ends here: "no more than"."""
    ends = [
        (len(word), rule.key)
        for rule in words().comparators
        for word in rule.words
        if re.search(rf"\b{re.escape(word)}\s+$", lead)
    ]
    return max(ends)[1] != key


def _count(text: str, value: float, step: float) -> Stated | None:
    if value < _LEAST_DEATHS:
        return None
    return Stated(text=text, value=value, unit="deaths", form="digits", step=_held(value, step))


def _held(value: float, step: float) -> float:
    return min(step, max(1.0, value * _SHARE))


def _step(digits: str, scale: int = 1) -> float:
    """Return the unit of the last significant digit."""
    whole, _, rest = digits.replace(",", "").partition(".")
    if rest:
        return float(scale / 10 ** len(rest))
    return float(scale * 10 ** (len(whole) - len(whole.rstrip("0"))))


def _plain(match: re.Match[str]) -> Stated | None:
    digits = match["digits"]
    if _POINTED.fullmatch(digits):
        return None
    return _count(match[0], float(digits.replace(",", "")), _step(digits))


def _millions(match: re.Match[str]) -> Stated | None:
    return _count(match[0], float(_MILLION_PARTS.get(match["part"], 750_000)), 50_000)


def _bare_rate(match: re.Match[str]) -> Stated | None:
    value = float(match["digits"].replace(",", ""))
    if re.match(
        r" (?:drug |overdose |opioid )*(?:deaths|people|americans)\b", match.string[match.end() :]
    ):
        return _plain(match)
    return _per(match[0], match["digits"], 1.0) if value < _MOST_RATE else _plain(match)


def _rate(match: re.Match[str]) -> Stated:
    base = _BASES.get(match["base"]) or int(match["base"].replace(",", ""))
    return _per(match[0], match["digits"], _PER / base)


def _per(text: str, digits: str, scale: float) -> Stated:
    value = float(digits.replace(",", "")) * scale
    return Stated(
        text=text, value=value, unit="per 100,000", form="digits", step=_step(digits) * scale
    )


def _scaled(match: re.Match[str]) -> Stated | None:
    scale = {"k": 1_000, "m": 1_000_000}.get(match["scale"]) or _SCALES[match["scale"]]
    value = round(float(match["digits"].replace(",", "")) * scale, 6)
    return _count(match[0], value, max(1.0, _step(match["digits"], scale)))


def _percent(match: re.Match[str]) -> Stated:
    digits = match["digits"].replace(",", "")
    return _share(match[0], float(digits), "percent", 10.0 ** -len(digits.partition(".")[2]))


def _share(text: str, percent: float, form: Form, step: float = 0.0) -> Stated:
    return Stated(text=text, value=percent, unit="percent", form=form, step=step)


def _small(word: str | None) -> int:
    if word in (None, "a", "an"):
        return 1
    return int(word) if word.isdigit() else _SMALL[word]


def _one_in(match: re.Match[str]) -> Stated | None:
    top, bottom = _small(match["top"]), _small(match["bottom"])
    if not 0 < top < bottom:
        return None
    form: Form = "one in" if top == 1 else "fraction"
    return _share(match[0], float(100 * Fraction(top, bottom)), form)


def _slash(match: re.Match[str]) -> Stated | None:
    top, bottom = int(match["top"]), int(match["bottom"])
    if not 0 < top < bottom:
        return None
    return _share(match[0], float(100 * Fraction(top, bottom)), "fraction")


def _fraction(match: re.Match[str]) -> Stated | None:
    top, bottom = _small(match["top"]), _PARTS[match["part"]]
    if not match["top"] and match["part"] not in {"half", "quarter"}:
        return None
    return (
        _share(match[0], float(100 * Fraction(top, bottom)), "fraction") if top < bottom else None
    )


def _words_value(text: str) -> int:
    value = whole = 0
    for word in re.findall(r"[a-z]+", text):
        if word in _SMALL:
            value += _SMALL[word]
        elif word == "hundred":
            value = max(value, 1) * 100
        elif word in _SCALES:
            whole, value = whole + max(value, 1) * _SCALES[word], 0
    return whole + value


def _spelt(match: re.Match[str]) -> Stated | None:
    total = _words_value(match[0].replace(" percent", "").replace(" per cent", ""))
    if total > _MOST_DEATHS:
        return None
    if match["percent"]:
        return _share(match[0], float(total), "percent", 1.0)
    digits = str(total)
    return _count(match[0], float(total), float(10 ** (len(digits) - len(digits.rstrip("0")))))
