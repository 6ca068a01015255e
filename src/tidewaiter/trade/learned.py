"""What decisions taught of an alert: a number beside its score, and a sum that anyone can add up.

It changes neither score nor rank, and an alert that no ranker saw has none.
"""

from datetime import date

from tidewaiter.base.records import Record


class Term(Record, frozen=True, kw_only=True):
    """What one feature, or two together, add to the log odds."""

    features: tuple[str, ...]
    values: tuple[float | str | None, ...]  # of the alert; None: not given
    log_odds: float  # below 0: it speaks against
    factor: float  # of the odds


class Learned(Record, frozen=True, kw_only=True):
    """What decisions taught of an alert. It stands beside the rules, never in their place."""

    model: str  # first 12 digits of its hash
    made: date  # on which it was trained
    decided: int  # alerts that it was trained on
    last: date  # on which the last of them came in
    chance: float  # that an alert like this one is right
    usual: float  # share of all alerts in training that was right
    points: int  # that it would add to the score, at most 15; they are not in it
    above: float  # share of the alerts that tested it whose chance is in a lower tenth
    new: bool  # it has a substance, a heading or the like that taught nothing
    base: float  # log odds of the average alert
    terms: tuple[Term, ...]  # the strongest first
    rest: float  # all terms too small to be told; base, terms and this are the log odds of chance
