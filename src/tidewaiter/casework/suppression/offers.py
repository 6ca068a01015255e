"""Offers: patterns of dismissed alerts that may become a suppression rule, and why.

An offer is the narrowest scope that takes in a group of alerts which officers dismissed. A pattern
that would have hidden an alert which was confirmed, held or referred is not offered. Of two
patterns where one explains all that the other does, the one that explains more is offered.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.casework.suppression.matching import fit, strong
from tidewaiter.casework.suppression.odds import least_share
from tidewaiter.casework.suppression.patterns import frequent, known_of, shared_by
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.settings import SuppressionSettings, load_suppression_settings
from tidewaiter.casework.suppression.subject import Subject

_TRIED = 400  # groups of alerts, the largest first
_DISMISSED = "dismissed"


class Past(Record, frozen=True, kw_only=True):
    """An alert that was decided."""

    subject: Subject
    status: str
    reason: str  # code of the decision that stands
    by: str
    day: date  # of that decision
    batch: int | None = None  # number of the act by which many were decided; None: by itself

    @property
    def act(self) -> tuple[int | None, str]:
        """Return what one decision is: alerts that were decided in one act share it."""
        return self.batch, "" if self.batch is not None else self.subject.id


class Offer(Record, frozen=True, kw_only=True):
    """A pattern that may become a rule."""

    scope: Scope
    dismissed: int  # alerts that it explains
    decided: int  # alerts that it would have hidden, of all that were decided
    decisions: int  # by which they were dismissed; one on many alerts in one act is one
    officers: int  # who dismissed them
    first: date
    last: date
    sure: float  # lower end of the 95 % interval of the share of decisions that dismissed
    strong: int  # of those dismissed; a rule hides their like with a second supervisor only
    reason: str  # code that was given most
    alerts: tuple[str, ...]  # ids of those dismissed


def offers(
    past: Sequence[Past], taken: Sequence[Scope] = (), refused: Sequence[Scope] = ()
) -> list[Offer]:
    """Find the patterns to be offered, those that explain most first.

    Args:
        past: Alerts that were decided, each once.
        taken: Scopes of rules that are active or proposed: what they take in is not offered.
        refused: Scopes that were refused: they are not offered again, narrower ones are.
    """
    settings = load_suppression_settings()
    fresh = [each for each in past if not (each.status == _DISMISSED and _is_taken(each, taken))]
    learned = sorted(
        (each for each in fresh if _is_learned(each, settings.reason)),
        key=lambda each: each.subject.id,
    )
    known = [known_of(each.subject) for each in learned]
    decided = Decided(fresh)
    found: list[tuple[frozenset[str], Offer]] = []
    seen = set(refused)
    for group in frequent(known, settings.offer.least)[:_TRIED]:
        names = {known[place].subject.id for place in group}
        if any(names <= explained for explained, _ in found):
            continue
        scope = shared_by([known[place] for place in group])
        if scope is None or scope in seen:
            continue
        seen.add(scope)
        offer = _offer(scope, decided.met_by(scope), settings)
        if offer is not None:
            found.append((frozenset(offer.alerts), offer))
    return list(_widest(found))[: settings.offer.most]


class Decided:
    """Alerts that were decided, by what they name."""

    def __init__(self, past: Sequence[Past]) -> None:
        self._by_substances: dict[frozenset[str], list[Past]] = defaultdict(list)
        for each in past:
            self._by_substances[frozenset(each.subject.substances)].append(each)

    def met_by(self, scope: Scope) -> list[Past]:
        """Return the alerts that a scope is about."""
        allowed = frozenset(scope.substances)
        some = (
            past
            for named, past in self._by_substances.items()
            if not allowed or (named and named <= allowed)
        )
        return [each for past in some for each in past if fit(scope, each.subject)]


def offer_in_words(offer: Offer) -> str:
    """Say what speaks for an offer."""
    who = "1 officer" if offer.officers == 1 else f"{offer.officers} officers"
    span = f"on {offer.first}" if offer.first == offer.last else f"{offer.first} to {offer.last}"
    acts = f" in {offer.decisions:,} decisions" if offer.decisions < offer.dismissed else ""
    return (
        f"{offer.dismissed:,} of {offer.decided:,} decided alerts like this were dismissed, "
        f"by {who}{acts}, {span}; at least {offer.sure:.0%} of such alerts, 19 times in 20. "
        "None was confirmed, held or referred."
    )


def _is_learned(past: Past, reasons: Container[str]) -> bool:
    """Tell whether a decision says that a pattern is benign."""
    return past.status == _DISMISSED and past.reason in reasons and not past.subject.restricted


def _is_taken(past: Past, taken: Sequence[Scope]) -> bool:
    return any(fit(scope, past.subject) for scope in taken)


def _offer(scope: Scope, met: Sequence[Past], settings: SuppressionSettings) -> Offer | None:
    """Make an offer of what a scope takes in; None: too little is for it, or something against."""
    bounds = settings.offer
    benign = [each for each in met if _is_learned(each, settings.reason)]
    # One act on many alerts is one opinion, whatever it dismissed.
    said, all_said = len({each.act for each in benign}), len({each.act for each in met})
    sure = least_share(said, all_said)
    enough = said >= bounds.least and said >= bounds.share * all_said
    if any(each.status in bounds.against for each in met) or not enough or sure < bounds.sure:
        return None
    days = [each.day for each in benign]
    reasons = sorted(each.reason for each in benign)
    return Offer(
        scope=scope,
        dismissed=len(benign),
        decided=len(met),
        decisions=said,
        officers=len({each.by for each in benign}),
        first=min(days),
        last=max(days),
        sure=sure,
        strong=sum(bool(strong(each.subject)) for each in benign),
        reason=max(dict.fromkeys(reasons), key=reasons.count),
        alerts=tuple(sorted(each.subject.id for each in benign)),
    )


def _widest(found: Sequence[tuple[frozenset[str], Offer]]) -> Iterator[Offer]:
    """Yield the offers of which no other explains all that they do, and more."""
    ranked = sorted(found, key=lambda each: (-each[1].dismissed, repr(each[1].scope)))
    kept: list[frozenset[str]] = []
    for names, offer in ranked:
        if not any(names <= other for other in kept):
            kept.append(names)
            yield offer
