"""What a register is asked before goods are released, and what it answers."""

from collections.abc import Callable
from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import Amount, Party
from tidewaiter.exchange.register.types import Direction, Finding

Verdict = Literal["covered", "cannot tell", "exceeded", "expired", "suspended", "revoked", "none"]
"""What a register says. covered: what it has covers these goods, and nothing else is said of them.
none: it has nothing that does. cannot tell: what decides is not known; it is neither a yes nor a
no."""

Part = Literal["operator", "standing", "permit", "requirement"]
"""What is asked one by one: who it is; its licence or registration; the paper for these goods; and
what the country, or the operator, needs in the year."""


class Question(Record, frozen=True, kw_only=True):
    """May these goods go, as far as the register knows?"""

    direction: Direction
    day: date
    country: str  # whose register it is
    party: Party  # the exporter of an export, the importer of an import
    substance: str  # slug
    net: Amount = Amount()  # of the goods
    content: Amount = Amount()  # of the substance in them; `goods.content_in` computes it
    site: str = ""  # id
    permit: str = ""  # number on the papers; "": any of the operator's
    issuer: str = ""
    notice: str = ""  # reference of the notice of these goods: what it promised is theirs
    asks: tuple[Part, ...] = ("standing", "permit")  # what the law of the country needs


class Answered(Record, frozen=True, kw_only=True):
    """What one part says."""

    part: Part
    verdict: Verdict
    entries: tuple[str, ...] = ()  # ids that it rests on
    text: str  # with figures
    findings: tuple[Finding, ...] = ()
    sources: tuple[str, ...] = ()


class Answer(Record, frozen=True, kw_only=True):
    """What the register says of a question: the worst of its parts."""

    verdict: Verdict
    day: date
    operator: str = ""  # id; "": not known
    may_be: tuple[str, ...] = ()  # ids of operators whose names are alike: a lead, never a match
    parts: tuple[Answered, ...] = ()


Names = Callable[[Party], tuple[str, ...]]
"""Finds the operators whose names are like that of a party, by their ids, the likeliest first."""
