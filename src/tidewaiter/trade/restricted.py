"""Restricted: what of an alert others may see, where it rests on entries for the authority only.

Such an entry leaves no trace in the open version: no match, no reason, no points, no place in the
order, and no id that could be tried against guesses. A line that is an alert by it alone is none.
"""

from msgspec import structs

from tidewaiter.consignments.points import score_of
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert, PartyMatch, Reason

RULE = "restricted"
"""The rule of every reason that rests on a restricted entry; its points come on top of the rest."""

_NOTES = "party-"  # what the rules of notes on list entries begin with


def is_restricted(match: PartyMatch) -> bool:
    """Tell whether something of a match is for the authority only."""
    return match.confidential or any(link.confidential for link in match.links)


def open_match(match: PartyMatch) -> PartyMatch | None:
    """Return what of a match others may see; None: nothing."""
    if match.confidential:
        return None
    if not any(link.confidential for link in match.links):
        return match
    links = tuple(link for link in match.links if not link.confidential)
    return structs.replace(match, links=links)


def open_version(alert: Alert, rules: AlertRules) -> Alert | None:
    """Return the alert as it would be without restricted entries; None: there would be none.

    It is made before anything is added to the alert by what other lines say: points that come
    later must not lift a line above the least that is an alert by a restricted entry alone.

    Args:
        alert: As a screening finds it.
        rules: Its rules.
    """
    if not alert.restricted:
        return alert
    secret = {match.list for match in alert.parties if match.confidential}
    reasons = tuple(each for each in alert.reasons if not _is_of(each, secret))
    score = score_of(reasons)
    severity = rules.severity.of(score)
    if severity is None:
        return None
    return structs.replace(
        alert,
        id=alert.open_id,
        severity=severity,
        score=score,
        rank=rules.rank_of(score, alert.days_left, reasons),
        reasons=reasons,
        parties=tuple(filter(None, map(open_match, alert.parties))),
        restricted=False,
        open_id="",
    )


def _is_of(reason: Reason, lists: set[str]) -> bool:
    """Tell whether a reason rests on restricted entries, or is a note on a list that holds such."""
    if reason.rule == RULE:
        return True
    return reason.rule.startswith(_NOTES) and reason.source.partition("@")[0] in lists
