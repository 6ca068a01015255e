"""Text for the learned ranking of an alert: a summary sentence and the contributions behind it."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.features import RULE
from tidewaiter.explain.languages import (
    counted,
    day,
    decimal,
    marked,
    number,
    numbered,
    words,
)
from tidewaiter.explain.rules import percent
from tidewaiter.explain.words import HOW, Library
from tidewaiter.trade.types import Learned, Term

_FIRST = 6  # number of terms shown before "show more"
_WIDEST = 1.0  # log odds that fill half the bar, unless a term is larger
_SMALL = 0.005  # log odds below this are displayed as 0.00
_HALF = 100.0  # width of half the bar

_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "heading": marked("HS heading"),
        "substance": marked("Substance"),
        "how": marked("How it was matched"),
        "likeness": marked("Name similarity"),
        "mentions": marked("Matches"),
        "listed": marked("Similarity to a listed party"),
        "net kg": marked("Net mass, kg"),
        "gross to net": marked("Gross-to-net mass ratio"),
        "packages": marked("Packages"),
        "days left": marked("Days left"),
        "words": marked("Words in the description"),
        "numbers": marked("CAS, UN and HS codes given"),
        "licences": marked("Licences cited"),
        "mode": marked("Mode of transport (code)"),
        "procedure": marked("Procedure (code)"),
    }
)


class TermView(Record, frozen=True, kw_only=True):
    """One term of the score."""

    label: str
    value: str
    adds: str  # contribution to the log odds, with its sign
    odds: str  # the same as an odds ratio
    against: bool
    x: float  # start of the bar, from -100 to 100
    width: float


class LearnedView(Record, frozen=True, kw_only=True):
    """The learned score of an alert, formatted for display."""

    lead: str
    place: str
    trained: str
    new: str  # "": every feature occurred in training
    base: str  # log odds of an average alert
    rows: tuple[TermView, ...]  # strongest terms
    more: tuple[TermView, ...]
    others: str  # total log odds of `more` and of terms too small to show; "": none
    total: str  # log odds of the predicted probability
    chance: str


def learned_view(learned: Learned, score: int, library: Library) -> LearnedView:
    """Format the learned score of an alert for display.

    Args:
        learned: The model's score and its terms.
        score: The alert's score from the rules.
        library: Display names by slug.
    """
    widest = max([_WIDEST, *(abs(each.log_odds) for each in learned.terms)])
    rows = tuple(_term(each, widest, library) for each in learned.terms)
    lead = words(
        "About {chance} of similar decided alerts were correct, compared with "
        "{usual} of all decided alerts."
    )
    place = words(
        "That is higher than for {above} of the alerts used to test the model. It would "
        "add {points} to the rule-based score of {score}, which is unchanged."
    )
    trained = words("Trained on {day} using {decided} up to {last}; model {model}.")
    decided = counted("%(num)s decided alert", "%(num)s decided alerts", learned.decided)
    others = sum(each.log_odds for each in learned.terms[_FIRST:]) + learned.rest
    total = learned.base + sum(each.log_odds for each in learned.terms[:_FIRST]) + others
    return LearnedView(
        lead=lead.format(chance=percent(learned.chance), usual=percent(learned.usual)),
        place=place.format(
            above=percent(learned.above), points=_points(learned.points), score=number(score)
        ),
        trained=trained.format(
            day=day(learned.made),
            decided=decided % {"num": number(learned.decided)},
            last=day(learned.last),
            model=learned.model,
        ),
        new=words(
            "This alert has features that were rare or absent in the training "
            "data, so the estimate is uncertain."
        )
        if learned.new
        else "",
        base=signed(learned.base),
        rows=rows[:_FIRST],
        more=rows[_FIRST:],
        others=signed(others) if rows[_FIRST:] or abs(others) >= _SMALL else "",
        total=signed(total),
        chance=percent(learned.chance),
    )


def label_of(feature: str, library: Library) -> str:
    """Return the label of a feature; for a rule, its title."""
    if feature.startswith(RULE):
        rule = feature.removeprefix(RULE)
        return words("Points: {rule}").format(rule=words(library.rules.get(rule, rule)))
    return words(_LABELS[feature]) if feature in _LABELS else feature


def value_of(feature: str, value: float | str | None, library: Library) -> str:
    """Format the value of a feature."""
    if value is None:
        return words("not given")
    if isinstance(value, float):
        return number(value) if value.is_integer() else decimal(value, 2)
    if feature == "substance":
        return library.substances.get(value, value)
    return words(HOW[value]) if feature == "how" and value in HOW else value


def signed(value: float) -> str:
    """Format a contribution with its sign."""
    return f"{'−' if value < 0 else '+'}{decimal(abs(value), 2)}"


def bar_of(log_odds: float, widest: float) -> tuple[float, float]:
    """Return the start and width of a bar for log odds, centred on 0."""
    width = round(_HALF * min(1.0, abs(log_odds) / widest), 2)
    return (-width if log_odds < 0 else 0.0), width


def factor(log_odds: float) -> str:
    """Format log odds as an odds ratio."""
    return f"×{decimal(math.exp(log_odds), 2)}"


def _term(term: Term, widest: float, library: Library) -> TermView:
    pairs = zip(term.features, term.values, strict=True)
    x, width = bar_of(term.log_odds, widest)
    return TermView(
        label=" × ".join(label_of(name, library) for name in term.features),
        value=" × ".join(value_of(name, value, library) for name, value in pairs),
        adds=signed(term.log_odds),
        odds=factor(term.log_odds),
        against=term.log_odds < 0,
        x=x,
        width=width,
    )


def _points(points: int) -> str:
    return numbered("%(num)s point", "%(num)s points", points)
