"""An alert's id, score and priority, and what of it may be shown outside the authority.

The severity comes first, always: what adds to the order of work within a severity never puts an
alert above a more severe one.

Such an entry leaves no trace in the open version: no match, no reason, no points, no place in the
order, and no id that could be tried against guesses. A line that is an alert by it alone is none.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import structs

from tidewaiter.base.severity import weight
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.rules.plugins import plugin_rules
from tidewaiter.trade.types import Alert, Line, Mention, PartyMatch, Reason

MOST = 100  # points of an alert


def within(points: int) -> int:
    """Return points as a score: none is below 0 or above 100."""
    return max(0, min(MOST, points))


def score_of(reasons: Iterable[Reason]) -> int:
    """Return what reasons add up to."""
    return within(sum(each.points for each in reasons))


def with_reasons(alert: Alert, reasons: Sequence[Reason], rules: AlertRules) -> Alert:
    """Return an alert with other reasons, and the score that they add up to.

    The rank follows. The severity stays where the score alone would make no alert: it is one, and
    shown.
    """
    score = score_of(reasons)
    return structs.replace(
        alert,
        reasons=tuple(reasons),
        score=score,
        rank=rules.rank_of(score, alert.days_left, reasons),
        severity=rules.severity.of(score) or alert.severity,
    )


def identity(
    source: str,
    line: Line,
    mentions: Sequence[Mention],
    reasons: Sequence[Reason],
    parties: Iterable[PartyMatch],
) -> str:
    """Hash what makes an alert another one: its line, and what is found in it."""
    findings: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        findings[mention.substance].add("downgraded" if mention.downgraded else "named")
    checks = sorted({made.rule for made in reasons if made.rule in {"vague", "cas-digit"}})
    said = [f"{slug} {max(how)}" for slug, how in sorted(findings.items())]
    said += sorted({f"party {each.list} {each.entry}" for each in parties})
    if not said and not checks:
        # Where nothing else was found, they alone make the alert. Beside other findings they do
        # not: a plug-in that is installed later would make a new alert of every decided one.
        checks = sorted({made.rule for made in reasons}.intersection(plugin_rules()))
    text = "\x1f".join([source, str(line.row), *said, *checks])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def apart(alerts: Mapping[int, Alert]) -> dict[int, Alert]:
    """Give alerts of one document, in which the same is found, ids of their own.

    Lines of one object of JSON have its row. The first keeps the id of the row, by which databases
    know it; the others are told apart by their consignment and number.

    Args:
        alerts: Of one batch, by the places of their lines.
    """
    seen: set[str] = set()
    found = {}
    for place, alert in sorted(alerts.items()):
        own = alert if alert.id not in seen else _told_apart(alert)
        seen.add(own.id)
        found[place] = own
    return found


def _told_apart(alert: Alert) -> Alert:
    known, line = (alert.id, alert.open_id), alert.line
    own, open_ = (each and _further(each, line.consignment, line.seq) for each in known)
    return structs.replace(alert, id=own, open_id=open_)


def _further(known: str, consignment: str, seq: int) -> str:
    return hashlib.sha256(f"{known}\x1f{consignment}\x1f{seq}".encode()).hexdigest()[:24]


class Priority(NamedTuple):
    """The place of an alert: the greatest is first."""

    severity: int
    listed: bool  # a party resembles one on a list
    due: int  # the sooner, the greater; without a day, the least
    rank: int


def priority_of(alert: Alert) -> Priority:
    """Return the place of an alert among others."""
    due = alert.due.toordinal() if alert.due else date.max.toordinal() + 1
    return Priority(weight(alert.severity), is_listed(alert), -due, alert.rank)


def is_listed(alert: Alert) -> bool:
    """Tell whether an alert rests on a list: a match that nobody has judged to be another party."""
    return any(not match.judged for match in alert.parties)


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


def encodable(alert: Alert) -> Alert:
    """Return the alert with a file name that UTF-8 can hold; a path may hold any bytes."""
    name = alert.file.encode("utf-8", "backslashreplace").decode("utf-8")
    return alert if name == alert.file else structs.replace(alert, file=name)
