"""How much of a substance is in goods, parsed from a cell or from the text beside its name."""

import re
from decimal import Decimal
from typing import NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_percent

_LEAST, _MOST = ">=", "<="
_NUMBER = r"(?P<number>\d{1,3}(?:[.,]\d{1,4})?)"
_PERCENT = r"\s*(?:%|\uff05|pct\b|per\s?cent\b)"
_LOW = r"min(?:imum)?\b|>=|=>|\u2265|>|at least\b"
_HIGH = r"max(?:imum)?\b|<=|=<|\u2264|<|at most\b|up to\b"
_CALLED = r"purity|pureza|assay|content|conc(?:entration)?|ca|approx|about"
_LEAD = rf"(?P<lead>(?:(?:{_LOW}|{_HIGH}|(?:{_CALLED})\b|含量|纯度|浓度)[\s.:]*)*)"
_CELL = re.compile(
    rf"{_LEAD}(?P<number>[\d.,]+)(?:{_PERCENT})?\s*(?P<tail>{_LOW}|{_HIGH})?\.?", re.IGNORECASE
)
_AFTER = re.compile(rf"[\s,:(\[-]*{_LEAD}{_NUMBER}{_PERCENT}\s*(?P<next>[^\W\d_]*)", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?P<led>[^\W\d_]*)[\s.:(]*{_LEAD}(?<![\d.,/+-]){_NUMBER}{_PERCENT}"
    r"(?:[\s-]*(?:aqueous|aq|solution|soln|sol|pure|of|de)\b\.?)*[\s-]*\Z",
    re.IGNORECASE,
)
_NEAR = 60  # characters looked at on each side of a name
# Words that may follow the percentage of the name before it; any other may be what it is of.
_FITS = frozenset(
    re.findall(
        r"\w+",
        "min minimum max maximum pure purity pureza puro pur solution soln sol solucion w wt v vol "
        "m aqueous aq in en technical tech grade assay concentration conc and y et packed ar acs "
        "reagent industrial commercial anhydrous drum drums bag bags ibc isotank carton 溶液",
    )
)
_RATES = re.compile("duty|vat|tax|rate|discount|iva|igv|tva|tariff|arancel|freight")
_OVER = re.compile("than|over|above|exceeding|least|min(?:imum)?")


class Content(NamedTuple):
    """A content in percent."""

    percent: Decimal
    at_least: bool = False  # it may be more


def parse_content(text: str) -> str:
    """Parse a cell of contents: "99.5", "99,5 %", ">= 99 %", "99 % min".

    Args:
        text: The cell; its one point or comma is a decimal mark, as no percentage is a thousand.

    Returns:
        The percentage with a point, after ">=" or "<=" where the cell gives a bound.

    Raises:
        InputError: It is no content, or may be a share as well as a percentage.
    """
    found = _CELL.fullmatch(text.strip())
    if found is None:
        return f"{parse_percent(text).normalize():f}"  # tells what is wrong with it
    percent = parse_percent(found["number"].replace(",", "."), ".")
    if 0 < percent <= 1 and not re.search(_PERCENT, text, re.IGNORECASE):
        raise InputError(
            "trade/share-or-percentage",
            text=text,
            share=f"{(percent * 100).normalize():f}",
            percent=f"{percent:f}",
        )
    return f"{_bound(found['lead'] + (found['tail'] or ''))}{percent.normalize():f}"


def content_of(text: str) -> Content:
    """Read back what `parse_content` wrote."""
    return Content(Decimal(text.lstrip("<>=")), at_least=text.startswith(_LEAST))


def content_near(text: str, start: int, end: int) -> Content | None:
    """Read the content that stands right beside a name: "acetone 99%", "33 % nitric acid".

    Args:
        text: A description.
        start: Of the name, in characters.
        end: Of the name.

    Returns:
        The content; None where none stands there, or whose it is cannot be told.
    """
    told = {each for each in (_after(text, end), _before(text, start)) if each is not None}
    return told.pop() if len(told) == 1 else None


def _after(text: str, end: int) -> Content | None:
    found = _AFTER.match(text[end : end + _NEAR])
    if found is None:
        return None
    after = found["next"].casefold()
    if after and after not in _FITS:
        return None
    least = after.startswith("min") or _bound(found["lead"]) == _LEAST
    return _content(found["number"], at_least=least)


def _before(text: str, start: int) -> Content | None:
    found = _BEFORE.search(text[max(0, start - _NEAR) : start])
    if found is None or _RATES.fullmatch(found["led"].casefold()):
        return None
    over = _OVER.fullmatch(found["led"].casefold()) is not None
    least = over or _bound(found["lead"]) == _LEAST
    return _content(found["number"], at_least=least)


def _content(number: str, *, at_least: bool) -> Content | None:
    percent = Decimal(number.replace(",", "."))
    return Content(percent, at_least) if 0 < percent <= 100 else None  # noqa: PLR2004


def _bound(words: str) -> str:
    if re.search(_LOW, words, re.IGNORECASE):
        return _LEAST
    return _MOST if re.search(_HIGH, words, re.IGNORECASE) else ""
