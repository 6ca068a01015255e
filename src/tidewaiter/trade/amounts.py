"""The amount in a line that the limits of a law are compared with, and the answer as a phrase."""

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

_CODES = frozenset({"hs", "unno", "cus"})  # numbers that do not tell the form
_VERDICTS = {
    "held": "not free",
    "free": "free by amount",
    "open": "not assessable",
    "not asked": "the paper gives no amount",
}


class Amount(NamedTuple):
    """The goods of a line as they are; nothing in it that is zero or unknown."""

    mass_mg: int | None = None
    volume_ul: int | None = None
    percent: Decimal | None = None
    at_least: bool = False  # of the content
    gross: bool = False  # of the mass, which is an upper bound then
    party: str = ""

    @property
    def given(self) -> bool:
        """Tell whether there is anything to compare with a limit."""
        return not (self.mass_mg is None and self.volume_ul is None and self.percent is None)

    @property
    def said(self) -> Phrase:
        """Say it: "250 l of 95 %", "25 kg gross"; it must be given."""
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
    """Return the goods of a line as far as the paper tells them.

    The net mass counts, and the volume; the gross mass only where neither is given. A zero is
    no amount: it would free whatever is in the packages. The content is that of its column,
    where the line names no other substance, else that beside a name; where two differ, none.

    Args:
        line: The line.
        finds: Those of the one substance.
        alone: It is the only substance that the line names.
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
    """Tell whether finds name one substance at most, so that a content can be of no other."""
    return len({find.finding.substance for find in finds if _names(find)}) <= 1


def form_of_line(finds: Sequence[Find], own: Sequence[str]) -> str | None:
    """Return the CAS number of the one form that all finds of a substance name; None: none.

    Args:
        finds: Of the one substance.
        own: The CAS numbers of the substance itself.
    """
    named = {find.finding.cas for find in finds if _names(find)}
    form = named.pop() if len(named) == 1 else None
    return None if form in own else form


def check_in_words(check: Check, goods: Phrase) -> Phrase:
    """Say a limit and what it says of the goods.

    Args:
        check: Of the goods.
        goods: The amount.

    Returns:
        Like "250 l of 95 %: content 95 %; 250 l counts; limit from 100 l a consignment, 90 %
        or more (schedule 9); not free".
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
