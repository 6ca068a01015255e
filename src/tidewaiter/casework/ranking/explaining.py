"""Explaining: what a model says of one alert, as a sum that anyone can add up."""

import numpy as np
from msgspec import structs

from tidewaiter.consignments.learned import Learned, Term
from tidewaiter.consignments.points import with_reasons
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert, Reason
from tidewaiter.ranking.features import LEARNED, values_of
from tidewaiter.ranking.model import Ranker, value_for
from tidewaiter.ranking.telling import why_in_words

SOURCE = "tidewaiter-ranker"
_SMALL = 0.005  # log odds: half a percent of the odds; less is not worth a row


def explained(ranker: Ranker, alert: Alert) -> Alert:
    """Return an alert with what a model says of it; its score, rank and reasons stay."""
    return structs.replace(alert, learned=explain(ranker, alert))


def explain(ranker: Ranker, alert: Alert) -> Learned:
    """Explain what a model says of an alert.

    Args:
        ranker: The model.
        alert: With the reasons of the rules; one that was learned before tells nothing.
    """
    model, values = ranker.model, values_of(alert)
    row = ranker.contributions([values])[0]
    known = {scale.feature.name: scale.feature for scale in model.scales}
    singles = [(scale.feature.name,) for scale in model.scales]
    named = [*singles, *((pair.first, pair.second) for pair in model.pairs)]
    terms = [
        Term(
            features=features,
            values=tuple(value_for(known[name], values) for name in features),
            log_odds=float(odds),
            factor=float(np.exp(odds)),
        )
        for features, odds in zip(named, row, strict=True)
        if abs(odds) >= _SMALL
    ]
    terms.sort(key=lambda each: -abs(each.log_odds))
    chance, unsure = ranker.says(alert)
    tenth = min(int(chance * len(model.chances)), len(model.chances) - 1)
    return Learned(
        model=model.sha256[:12],
        made=model.made,
        decided=model.training.alerts,
        last=model.training.last,
        chance=chance,
        usual=model.usual,
        points=ranker.points(chance),
        above=sum(model.chances[:tenth]) / (sum(model.chances) or 1),
        new=unsure == 1,
        base=model.slope * model.base + model.shift,
        terms=tuple(terms),
        rest=float(row.sum()) - sum(each.log_odds for each in terms),
    )


def reason_of(ranker: Ranker, alert: Alert) -> Reason | None:
    """Return the reason that an alert gets; None: it adds nothing."""
    learned = explain(ranker, alert)
    if not learned.points:
        return None
    text = (
        f"Learned from {learned.decided:,} decided alerts up to {learned.last}: of alerts like "
        f"this one, {learned.chance:.0%} were right; of all, {learned.usual:.0%}. "
        f"{why_in_words(learned)}"
    )
    return Reason(rule=LEARNED, text=text, points=learned.points, source=SOURCE)


def applied(ranker: Ranker, alert: Alert, rules: AlertRules) -> Alert:
    """Return an alert with the reason that was learned, in place of an earlier one."""
    plainly = [each for each in alert.reasons if each.rule != LEARNED]
    reason = reason_of(ranker, alert)
    if reason is None and len(plainly) == len(alert.reasons):
        return alert
    return with_reasons(alert, [*plainly, *([reason] if reason else [])], rules)
