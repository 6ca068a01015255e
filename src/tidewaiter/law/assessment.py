"""Assessment: one answer by each regime on a substance, a day, a route, an amount and a form."""

from collections.abc import Iterable, Iterator
from datetime import date

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import (
    Answer,
    Assessment,
    Check,
    Duty,
    Found,
    Listing,
    Question,
    Remark,
    Role,
    Ruling,
)
from tidewaiter.law.controls import doubts_of, stand, state_on
from tidewaiter.law.coverage import ages_of, missing_on, unlisted
from tidewaiter.law.duties import duties_of
from tidewaiter.law.jurisdictions import WORLD, jurisdictions_of, roles_of
from tidewaiter.law.limits import judge_amounts, limits_on
from tidewaiter.law.registry import Registry, known_jurisdictions, regimes_of
from tidewaiter.law.rules import LawBook
from tidewaiter.law.scope import Place, gaps_of, judge_goods, judge_reach
from tidewaiter.law.types import Regime

_OTHER_GOODS = Phrase("ruling/other-goods")


def assess(question: Question, registry: Registry, book: LawBook, found: Found) -> Assessment:
    """Answer for each regime that the question asks of, or that its route meets.

    Where neither jurisdictions nor a route are given, every loaded regime answers. Named lists
    come before classes: where a regime names the substance, its class rules are only shown.

    Args:
        question: The day, the route, the amount and the form of the goods.
        registry: The listings.
        book: The rules beside them.
        found: The substance as it was found, and the class rules that its structure meets.

    Returns:
        Its rulings, in the order of the route: conventions, exporter, transit, importer.
    """
    rulings = []
    for jurisdiction in _jurisdictions(question, registry, book):
        roles = roles_of(jurisdiction, question.route, question.day, book.unions)
        slugs = regimes_of(registry, jurisdiction)
        if not slugs:
            rulings.append(_unknown(jurisdiction, roles))
        for slug in slugs:
            case = _Case(question, registry.regimes[slug], book, found, roles)
            rulings.append(case.ruling())
    substance = found.substance
    return Assessment(
        day=question.day,
        name=found.name,
        substance=substance.slug if substance else None,
        form=found.form.name if found.form else None,
        match=found.match,
        how=found.how,
        route=question.route,
        rulings=tuple(rulings),
        watched=tuple(_watched(found, registry, question.day)),
        ages=ages_of(rulings, question.day),
    )


class _Case:
    """One regime's view of the question."""

    def __init__(
        self,
        question: Question,
        regime: Regime,
        book: LawBook,
        found: Found,
        roles: tuple[Role, ...],
    ) -> None:
        self.question = question
        self.regime = regime
        self.book = book
        self.found = found
        self.roles = roles
        self.standing = stand(question, regime, book, found)
        self.remarks: list[Remark] = []
        self.checks: tuple[Check, ...] = ()
        self.as_of = min(question.day, regime.checked)

    def ruling(self) -> Ruling:
        """Give the answer with all that it rests on."""
        answer, reason, held = self._answer()
        standing = self.standing
        duties: tuple[Duty, ...] = ()
        if held and answer in {"controlled", "not assessable"}:
            duties = duties_of(self._place(), held)
        doubts = [*doubts_of(held or standing.proposed), *self._more_doubts(held)]
        return Ruling(
            regime=self.regime.slug,
            jurisdiction=self.regime.jurisdiction,
            answer=answer,
            reason=reason,
            roles=self.roles,
            held=held,
            proposed=standing.proposed,
            ended=standing.ended,
            later=standing.later,
            checks=self.checks,
            remarks=tuple(self.remarks),
            duties=duties,
            doubts=tuple(dict.fromkeys(doubts)),
            versions=tuple(self._versions()),
            covered=(self.regime.covers, self.regime.checked),
            as_of=self.as_of,
            age_days=(self.question.day - self.as_of).days,
        )

    def _answer(self) -> tuple[Answer, Phrase, tuple[Listing, ...]]:
        """Go from the listings to the routes, the forms and the amounts that they hold."""
        held = self.standing.held
        for judge in (judge_reach, judge_goods):
            held, open_, remarks = judge(held, self._place())
            self.remarks.extend(remarks)
            if held:
                continue
            if open_ is None:
                return self._not_held(because=_OTHER_GOODS if self.standing.held else None)
            return "not assessable", open_, self.standing.held
        return (*self._by_amount(held), held)

    def _place(self) -> Place:
        return self.question, self.regime.slug, self.book, self.found, self.roles

    def _by_amount(self, held: tuple[Listing, ...]) -> tuple[Answer, Phrase]:
        """Compare the goods with the limits of the listings that hold."""
        slug = self.found.substance.slug if self.found.substance else None
        limits = limits_on(
            self.book.limits(self.regime.slug),
            self.question.day,
            slug,
            self.roles,
            {each.schedule for each in held},
        )
        answer, decisive, self.checks = judge_amounts(limits, self.question, self.found)
        named = tuple(dict.fromkeys(map(_named, held)))
        if decisive is None:
            return answer, Phrase("ruling/held", names=named)
        code = "ruling/free" if answer == "free by amount" else "ruling/compared"
        sum_ = decisive.reckoned
        return answer, Phrase(code, names=named, rule=decisive.limit, reckoned=sum_)

    def _not_held(
        self, *, because: Phrase | None = None
    ) -> tuple[Answer, Phrase, tuple[Listing, ...]]:
        """Say what holds where no listing does: proposed, not assessable or not listed."""
        missing = missing_on(self.regime, self.found, self.question)
        # Only while nothing is known that may have put the proposal in force.
        if self.standing.proposed and missing is None:
            return "proposed", self._proposed(), ()
        why, gaps = gaps_of(self._place())
        self.remarks.extend(gaps)
        mine = [each for each in self.found.open_classes if each.regime == self.regime.slug]
        if why is not None:
            return "not assessable", why, ()
        if mine:
            gap = Phrase("gap/class", rule=mine[0].rule, why=mine[0].reason)
            return "not assessable", gap, ()
        later = self.standing.later
        said = unlisted(self.regime, self.found, self.question, later, because)
        self.as_of = said.as_of
        return said.answer, said.reason, ()

    def _proposed(self) -> Phrase:
        """Say what is published, and from when on it is in force, as far as it is known."""
        first = self.standing.proposed[0]
        days = [each.since for each in (first, *self.standing.later) if each.since is not None]
        told = {"name": _named(first), "decided": f"{first.decided}"}
        if not days:
            return Phrase("ruling/proposed-undated", **told)
        return Phrase("ruling/proposed", **told, day=min(days))

    def _more_doubts(self, held: tuple[Listing, ...]) -> Iterator[str]:
        demands = self.book.route(self.regime.slug).demands
        if held and self.roles and not demands:
            yield "its obligations for a consignment are not loaded"

    def _versions(self) -> Iterator[str]:
        whole = f", complete from {self.regime.covers}" if self.regime.covers else ""
        yield f"registry copy last checked on {self.regime.checked}{whole}"
        mine = f"{self.regime.slug}: "
        yield from (each for each in self.found.evaluated if each.startswith(mine))


def _jurisdictions(question: Question, registry: Registry, book: LawBook) -> Iterable[str]:
    """List whose law is asked, or met on the route; all of it where neither is said."""
    known = known_jurisdictions(registry)
    day, route = question.day, question.route
    if question.jurisdictions:
        places: Iterable[str] = question.jurisdictions
    elif route.given:
        ends = (route.origin, *route.transit, route.destination)
        places = (WORLD, *(each for each in ends if each))
    else:
        return sorted(known, key=lambda each: (each != WORLD, each))
    wanted: dict[str, None] = {}
    for place in places:
        under = [each for each in jurisdictions_of(place, day, book.unions) if each in known]
        wanted |= dict.fromkeys(under or [place])
    return wanted


def _unknown(jurisdiction: str, roles: tuple[Role, ...]) -> Ruling:
    return Ruling(
        regime="",
        jurisdiction=jurisdiction,
        answer="not assessable",
        roles=roles,
        reason=Phrase("open/unloaded", land=jurisdiction),
    )


def _watched(found: Found, registry: Registry, day: date) -> Iterator[str]:
    """Yield the lists that name the substance and control nothing."""
    for control in found.substance.controls if found.substance else ():
        regime = registry.regimes[control.regime]
        if not regime.binding and state_on(control, day) == "held":
            yield f"{regime.name}: {control.schedule}"


def _named(listing: Listing) -> str:
    clauses = f": {'; '.join(listing.clauses)}" if listing.clauses else ""
    return f"{listing.schedule}{clauses}"
