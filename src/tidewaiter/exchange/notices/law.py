"""The law on each line of a notice: substance, controls on the day, and content."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.notices.forms import check_sources, line_place
from tidewaiter.exchange.notices.types import Amount, Notice, NoticeLine
from tidewaiter.exchange.problems import Problem, doubt, wrong
from tidewaiter.law.answers import Assessment, Dealing, Found, Question, Route, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.limits import counted
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook, Limit

TABLES = "un-1988"
"""Regime slug of the Convention's tables."""

_PERCENT = Decimal(10_000)  # parts per million in one percent
_WHOLE_PPM = 1_000_000
_AS_BASE = Limit(counts="base", clause="", source="")
_AS_CONTENT = Limit(counts="content", clause="", source="")
PREPARED = frozenset({"mixture", "solution", "extract", "medicine"})
_HS_DIGITS = 6


class Law(NamedTuple):
    """Legal context: registry, rules and substance search."""

    registry: Registry
    book: LawBook
    find: Callable[[str, date], tuple[Found, ...]]  # like `trade.substance_lookup.Asker.find`


class Factor(Record, frozen=True, kw_only=True):
    """Base content of a salt, as stated by an authority."""

    cas: str
    name: str
    share_ppm: int
    source: str
    verified: bool  # False: unverified; not used


class _FactorFile(Record, frozen=True, kw_only=True):
    factors: tuple[Factor, ...]


@cache
def load_factors() -> dict[str, Factor]:
    """Load conversion factors of salts with a formula that the registry may lack, by CAS number."""
    factors = read_toml(data("exchange", "content_factors.toml"), _FactorFile).factors
    check_sources((each.source for each in factors), "content_factors.toml")
    return {each.cas: each for each in factors}


class LineLaw(Record, frozen=True, kw_only=True):
    """Legal result for a line."""

    line: int
    name: str = ""  # of the substance found; "": unknown
    assessment: Assessment | None = None  # for exporter, transit and importer countries
    content: Amount = Amount()  # of the substance, salts as base; empty: unknown
    why_no_content: str = ""

    def held_by(self, regime: str) -> Ruling | None:
        """Return the result of a regime; None: not evaluated."""
        rulings = self.assessment.rulings if self.assessment else ()
        return next((each for each in rulings if each.regime == regime), None)


def law_of(notice: Notice, line: NoticeLine, day: date, law: Law) -> tuple[LineLaw, list[Problem]]:
    """Look up the law on a line in the exporter, transit and importer countries.

    Args:
        notice: With the countries of its authorities.
        line: Of the notice.
        day: Date of the law.
        law: Registry and substance search.
    """
    problems: list[Problem] = []
    found = _found(line, day, law, problems)
    if found is None:
        return LineLaw(line=line.number), problems
    route = Route(
        origin=notice.sender.country or None,
        transit=notice.transport.transit,
        destination=notice.recipient.country or None,
    )
    question = Question(
        day=day,
        route=route,
        mass_mg=line.net.mass_mg,
        volume_ul=line.net.volume_ul,
        percent=_percent(line),
        goods=line.goods,
        party=notice.parties.importer.name,
    )
    content, why = content_of(line, found, day)
    known = LineLaw(
        line=line.number,
        name=found.name,
        assessment=assess(question, law.registry, law.book, found),
        content=content,
        why_no_content=why,
    )
    problems.extend(_doubts(notice, line, known, found))
    return known, problems


def content_of(line: NoticeLine, found: Found, day: date) -> tuple[Amount, str]:
    """Compute the content of the substance in the goods; a salt counts as its base.

    Args:
        line: With the amount of the goods, and the content of a mixture.
        found: The substance and the form named.
        day: Reference date.

    Returns:
        A mass, or a volume by volume; or none, and why.
    """
    percent = _percent(line)
    if line.goods in PREPARED and percent is None:
        return Amount(), "the content of the mixture is not given"
    form = found.form.cas if found.form else None
    dealing = Dealing(
        day=day,
        substance=found.substance.slug if found.substance else "",
        mass_mg=line.net.mass_mg,
        volume_ul=line.net.volume_ul,
        percent=percent,
        form=form,
    )
    if line.net.mass_mg is not None:
        mass = counted(_AS_BASE, dealing, found, by_mass=True)
        factor = load_factors().get(form or "")
        if mass is None and factor is not None and factor.verified:
            share = counted(_AS_CONTENT, dealing, found, by_mass=True) or Decimal(0)
            mass = share * factor.share_ppm / _WHOLE_PPM
        if mass is None:
            return Amount(), f"the formula of {found.name} is not stored"
        return Amount(mass_mg=int(mass.to_integral_value())), ""
    if line.net.volume_ul is not None:
        volume = counted(_AS_CONTENT, dealing, found, by_mass=False)
        if volume is not None and form is None:
            return Amount(volume_ul=int(volume.to_integral_value())), ""
        return Amount(), "a volume of a salt has no content without its density"
    return Amount(), "no mass and no volume is given"


def _percent(line: NoticeLine) -> Decimal | None:
    return None if line.content_ppm is None else Decimal(line.content_ppm) / _PERCENT


_ARTICLE = "un-1988-art-12-10-a"  # a source


def _found(line: NoticeLine, day: date, law: Law, problems: list[Problem]) -> Found | None:
    """Find the substance of a line, by number first; report disagreements."""
    by_number = _looked_up(line.cas, day, law)
    by_name = _looked_up(line.name, day, law)
    known = by_number or by_name
    if not known:
        if line.name or line.cas:
            named, code = line.name or line.cas, "exchange/substance-not-known"
            problems.append(doubt(line_place(line, "name"), code, name=named))
        return None
    slugs = [
        {each.substance.slug for each in many if each.substance} for many in (by_number, by_name)
    ]
    if slugs[0] and slugs[1] and not slugs[0] & slugs[1]:
        problems.append(
            wrong(
                line_place(line, "cas"),
                "exchange/name-and-cas-number-differ",
                cas=line.cas,
                substance=by_number[0].name,
                name=line.name,
            )
        )
    elif not by_number and len(by_name) > 1:
        named = ", ".join(each.name for each in by_name)
        problems.append(doubt(line_place(line, "name"), "exchange/name-ambiguous", names=named))
    return _with_form(known[0], line, day, law)


def _with_form(found: Found, line: NoticeLine, day: date, law: Law) -> Found:
    """Separate the salt or ester named by the line from the substance."""
    if found.form is not None or not line.form or found.substance is None:
        return found
    for text in (line.form, f"{line.name} {line.form}"):
        for each in _looked_up(text, day, law):
            if each.substance is not None and each.substance.slug == found.substance.slug:
                return each
    return found


def _looked_up(text: str, day: date, law: Law) -> tuple[Found, ...]:
    try:
        return law.find(text, day) if text else ()
    except InputError:
        return ()


def _doubts(notice: Notice, line: NoticeLine, known: LineLaw, found: Found) -> Iterator[Problem]:
    codes = found.substance.hs if found.substance else ()
    digits = "".join(sign for sign in line.hs if sign.isdigit())[:_HS_DIGITS]
    own = {code.replace(".", "")[:_HS_DIGITS] for code in codes}
    if len(digits) == _HS_DIGITS and own and digits not in own:
        yield doubt(
            line_place(line, "hs"),
            "exchange/hs-code-of-another-substance",
            hs=line.hs,
            name=found.name,
            codes=", ".join(codes),
        )
    if known.why_no_content and line.goods in PREPARED:
        place, why = line_place(line, "content"), known.why_no_content
        yield doubt(place, "exchange/content-missing", why=why)
    if line.form and found.form is None:
        place, code = line_place(line, "form"), "exchange/form-not-known"
        yield doubt(place, code, form=line.form, name=found.name)
    yield from _basis(notice, line, known)


def _basis(notice: Notice, line: NoticeLine, known: LineLaw) -> Iterator[Problem]:
    """Compare the basis with the tables of the convention on the day."""
    tables = known.held_by(TABLES)
    if tables is None:
        return
    place = line_place(line, "name")
    listed = ", ".join(each.schedule for each in tables.held)
    if notice.basis == "treaty" and tables.answer == "not listed":
        yield wrong(place, "exchange/not-in-convention", source=_ARTICLE, name=known.name)
    elif notice.basis == "treaty" and tables.answer != "controlled":
        yield doubt(
            place,
            "exchange/convention-not-certain",
            name=known.name,
            answer=tables.answer,
            reason=english(tables.reason),
        )
    elif notice.basis == "voluntary" and tables.answer == "controlled":
        code = "exchange/voluntary-but-in-convention"
        yield doubt(place, code, source=_ARTICLE, name=known.name, table=listed)
