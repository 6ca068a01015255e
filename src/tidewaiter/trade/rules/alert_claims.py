"""Claims of an alert's reasons and mentions, which inspection results can confirm."""

from collections.abc import Iterator

from tidewaiter.trade.rules.claim_outcomes import Claim, Named
from tidewaiter.trade.rules.results import load_result_rules
from tidewaiter.trade.types import Alert, Evidence, Mention, Reason

_MORE = "more"  # rule for substances other than the first


def claims_of(alert: Alert) -> tuple[Claim, ...]:
    """Return the claims of an alert's reasons, in order.

    Substance reasons concern the first one, with the highest weight; "more" concerns its own ones.
    """
    return tuple(_claim(alert, reason) for reason in alert.reasons)


def mention_claims(alert: Alert) -> tuple[Claim, ...]:
    """Return the claims of an alert's mentions, in order: that the substance is present."""
    return tuple(Claim(rule="", about="substance", of=(_named(m),)) for m in alert.mentions)


def _claim(alert: Alert, reason: Reason) -> Claim:
    about = load_result_rules().about_of(reason.rule)
    if about not in {"substance", "absence"}:
        return Claim(rule=reason.rule, about=about)
    return Claim(rule=reason.rule, about=about, of=tuple(dict.fromkeys(_of(alert, reason))))


def _of(alert: Alert, reason: Reason) -> Iterator[Named]:
    first = alert.substances[0] if alert.substances else ""
    if reason.rule != _MORE:
        yield from (_named(m) for m in alert.mentions if m.substance == first)
        return
    for mention in alert.mentions:
        if mention.substance != first and _stands_at(mention, reason.evidence):
            yield _named(mention)


def _stands_at(mention: Mention, at: Evidence | None) -> bool:
    place = (mention.field, mention.column, mention.start, mention.end)
    return at is not None and place == (at.field, at.column, at.start, at.end)


def _named(mention: Mention) -> Named:
    return Named(substance=mention.substance, cas=mention.cas or "")
