"""Ruling: the answer of one instrument for a substance, a day, a route, an amount and a form."""

from collections.abc import Iterator

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import (
    Answer,
    Check,
    Duty,
    Found,
    Listing,
    Question,
    Remark,
    Role,
    Ruling,
)
from tidewaiter.law.controls import doubts_of, sort_controls
from tidewaiter.law.coverage import missing_on, unlisted
from tidewaiter.law.duties import duties_of
from tidewaiter.law.limits import judge_amounts, limits_on
from tidewaiter.law.rules import LawBook
from tidewaiter.law.scope import Place, gaps_of, judge_goods, judge_reach
from tidewaiter.law.types import Regime

_OTHER_GOODS = Phrase("ruling/other-goods")


def rule_on(
    question: Question, regime: Regime, book: LawBook, found: Found, roles: tuple[Role, ...]
) -> Ruling:
    """Answer for one instrument.

    Args:
        question: The day, the route, and amount and form of the goods.
        regime: The instrument.
        book: The rules other than controls.
        found: The identified substance, with the class rules that match its structure.
        roles: Roles of the route for the jurisdiction of the instrument.
    """
    return _Case(question, regime, book, found, roles).ruling()


class _Case:
    """The question as seen by one instrument."""

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
        self.standing = sort_controls(question, regime, book, found)
        self.remarks: list[Remark] = []
        self.checks: tuple[Check, ...] = ()
        self.as_of = min(question.day, regime.checked)

    def ruling(self) -> Ruling:
        """Return the answer with its evidence."""
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
        """Evaluate controls, then routes, forms and amounts."""
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
        """Compare the goods with the limits of the applicable controls."""
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
        """Return the answer if no control applies: proposed, not assessable or not listed."""
        missing = missing_on(self.regime, self.found, self.question)
        # A proposal counts only until an amendment that may adopt it is known.
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
        """Describe what is published, and its date of entry into force, if known."""
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


def _named(listing: Listing) -> str:
    clauses = f": {'; '.join(listing.clauses)}" if listing.clauses else ""
    return f"{listing.schedule}{clauses}"
