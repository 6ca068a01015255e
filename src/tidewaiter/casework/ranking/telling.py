"""Telling: what was learned of an alert in one plain sentence, as files have it."""

from tidewaiter.consignments.learned import Learned, Term
from tidewaiter.ranking.features import feature_named, told

_SHOWN = 3  # for, and as many against
_LEAST = 0.05  # log odds below which a term is not told here


def why_in_words(learned: Learned) -> str:
    """Say what speaks for and against an alert, the strongest of each; JSON has all."""
    for_it = [each for each in learned.terms if each.log_odds > _LEAST][:_SHOWN]
    against = [each for each in learned.terms if each.log_odds < -_LEAST][:_SHOWN]
    parts = [
        f"{words}: {', '.join(map(term_in_words, some))}."
        for words, some in (("For it", for_it), ("Against it", against))
        if some
    ]
    return " ".join(parts)


def term_in_words(term: Term) -> str:
    """Say a term: the value of the alert, and what it does to the odds."""
    named = zip(term.features, term.values, strict=True)
    words = " together with ".join(told(feature_named(name), value) for name, value in named)
    return f"{words} (odds x{term.factor:.2g})"
