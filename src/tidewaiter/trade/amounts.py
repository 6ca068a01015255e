"""Amount of a line for comparison with legal limits, and the result as a phrase."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import NO_SUM, Check
from tidewaiter.law.limits import ANY, content, limited, quantity
from tidewaiter.trade.concentration import Content, content_near, content_of
from tidewaiter.trade.mentions import Find
from tidewaiter.trade.traders import party_of
from tidewaiter.trade.types import TEXTS, Line

_CODES = frozenset({"hs", "unno", "cus"})  # numbers that do not identify the form
_VERDICTS = {
    "held": "not free",
    "free": "free by amount",
    "open": "not assessable",
    "not asked": "the paper gives no amount",
}


class Amount(NamedTuple):
    """Amounts of the goods as declared; zero and unknown values are omitted."""

    mass_mg: int | None = None
    volume_ul: int | None = None
    percent: Decimal | None = None
    at_least: bool = False  # for the content
    gross: bool = False  # for the mass, which is then an upper bound
    party: str = ""

    @property
    def given(self) -> bool:
        """Return whether there is an amount for comparison with a limit."""
        return not (self.mass_mg is None and self.volume_ul is None and self.percent is None)

    @property
    def said(self) -> Phrase:
        """Describe it: "250 l of 95 %", "25 kg gross"; at least one amount must be given."""
        bulk = self._bulk
        if self.percent is None:
            return bulk or NO_SUM
        held = content(self.percent, at_least=self.at_least)
        if bulk is None:
            return Phrase("shipped/goods", content=held)
        return Phrase("shipped/content", bulk=bulk, content=held)

    @property
    def _bulk(self) -> Phrase | None:
        mass = volume = None
        if self.mass_mg is not None:
            mass = quantity(self.mass_mg, "kg-gross" if self.gross else "kg")
        if self.volume_ul is not None:
            volume = quantity(self.volume_ul, "l")
        if mass and volume:
            return Phrase("bulk/both", mass=mass, volume=volume)
        return mass or volume


def amount_of(line: Line, finds: Iterable[Find], *, alone: bool = True) -> Amount:
    """Return the amounts of a line, as far as documented.

    Net mass and volume are used; gross mass only if neither is given. Zero is not an amount: it
    would exempt any contents. The content is that of its column if the line names no other
    substance, otherwise that beside a name; conflicting values are ignored.

    Args:
        line: The line.
        finds: Finds of one substance.
        alone: No other substance is named in the line.
    """
    mass, volume = line.net_mg or None, line.volume_ul or None
    gross = mass is None and volume is None and bool(line.gross_mg)
    content = _content(line, finds, alone=alone)
    return Amount(
        mass_mg=line.gross_mg if gross else mass,
        volume_ul=volume,
        percent=content.percent if content else None,
        at_least=content is not None and content.at_least,
        gross=gross,
        party=party_of(line),
    )


def is_alone(finds: Iterable[Find]) -> bool:
    """Return whether finds name at most one substance, so a content must refer to it."""
    return len({find.finding.substance for find in finds if _names(find)}) <= 1


def form_of_line(finds: Sequence[Find], own: Sequence[str]) -> str | None:
    """Return the CAS number of the form if all finds agree on it; None: none.

    Args:
        finds: Finds of one substance.
        own: CAS numbers of the substance itself.
    """
    named = {find.finding.cas for find in finds if _names(find)}
    form = named.pop() if len(named) == 1 else None
    return None if form in own else form


def check_in_words(check: Check, goods: Phrase) -> Phrase:
    """Describe a limit and its result for the goods.

    Args:
        check: Check of the goods.
        goods: Description of the amount.

    Returns:
        Like "250 l of 95 %: content 95 %; 250 l counts; limit from 100 l a consignment, 90 % or
        more (schedule 9); not free".
    """
    limit = limited(check.limit, check.clause, check.mark)
    if check.limit == ANY:
        return limit
    told = [
        Phrase("check/limit", limited=limit),
        Phrase("check/verdict", verdict=_VERDICTS[check.outcome]),
    ]
    sum_ = check.reckoned.parameters["checks"]
    if isinstance(sum_, tuple) and sum_:
        first, *rest = sum_
        rest_ = [each for each in rest if isinstance(each, Phrase)]
        told = [Phrase("check/shipped", shipped=goods, reckoned=first), *rest_, *told]
    return Phrase("check/all", checks=told)


def _names(find: Find) -> bool:
    return find.finding.how not in _CODES and not find.finding.downgraded


def _tells(find: Find) -> bool:
    return find.field in TEXTS and not find.finding.downgraded


def _content(line: Line, finds: Iterable[Find], *, alone: bool) -> Content | None:
    if line.percent is not None and alone:
        content = content_of(line.percent)
        return content if content.percent else None
    told: set[Content] = set()
    for find in finds:
        text = getattr(line, find.field) if _tells(find) else None
        near = content_near(text, find.finding.start, find.finding.end) if text else None
        if near is not None:
            told.add(near)
    return told.pop() if len(told) == 1 else None
