"""Alert id, score and priority, and the redacted version of an alert.

Severity always comes first: factors that affect the priority within a severity never put an alert
above a more severe one.

Restricted entries leave no trace in the redacted version: no match, no reason, no points, no effect
on priority, and no id that could be tested against guesses. A line that is an alert only because of
them is not included.
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

MOST = 100  # maximum points of an alert


def within(points: int) -> int:
    """Limit points to a score from 0 to 100."""
    return max(0, min(MOST, points))


def score_of(reasons: Iterable[Reason]) -> int:
    """Return the score of reasons."""
    return within(sum(each.points for each in reasons))


def with_reasons(alert: Alert, reasons: Sequence[Reason], rules: AlertRules) -> Alert:
    """Return an alert with other reasons, and the resulting score.

    The rank is updated. The severity does not fall below that of an alert, as it remains one.
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
    """Hash the identity of an alert: its line, and its matches."""
    findings: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        findings[mention.substance].add("downgraded" if mention.downgraded else "named")
    checks = sorted({made.rule for made in reasons if made.rule in {"vague", "cas-digit"}})
    said = [f"{slug} {max(how)}" for slug, how in sorted(findings.items())]
    said += sorted({f"party {each.list} {each.entry}" for each in parties})
    if not said and not checks:
        # They are included only if nothing else was found. Otherwise a plug-in installed later
        # would turn every decided alert into a new one.
        checks = sorted({made.rule for made in reasons}.intersection(plugin_rules()))
    text = "\x1f".join([source, str(line.row), *said, *checks])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def apart(alerts: Mapping[int, Alert]) -> dict[int, Alert]:
    """Assign distinct ids to alerts of one document with equal findings.

    Lines of one JSON object share its row. The first keeps the id based on the row, for
    compatibility with existing databases; the others are distinguished by consignment and number.

    Args:
        alerts: Alerts of one batch, by line index.
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
    """Sort key of alerts: highest first."""

    severity: int
    listed: bool  # a party resembles a list entry
    due: int  # higher for an earlier date; lowest without a date
    rank: int


def priority_of(alert: Alert) -> Priority:
    """Return the priority of an alert."""
    due = alert.due.toordinal() if alert.due else date.max.toordinal() + 1
    return Priority(weight(alert.severity), is_listed(alert), -due, alert.rank)


def is_listed(alert: Alert) -> bool:
    """Return whether an alert is based on a list match not judged "different party"."""
    return any(not match.judged for match in alert.parties)


RULE = "restricted"
"""Rule of every reason based on a restricted entry; its points are added to the others."""

_NOTES = "party-"  # rule prefix of notes on list entries


def is_restricted(match: PartyMatch) -> bool:
    """Return whether a match contains information for the authority only."""
    return match.confidential or any(link.confidential for link in match.links)


def open_match(match: PartyMatch) -> PartyMatch | None:
    """Return the part of a match that others may see; None: nothing."""
    if match.confidential:
        return None
    if not any(link.confidential for link in match.links):
        return match
    links = tuple(link for link in match.links if not link.confidential)
    return structs.replace(match, links=links)


def open_version(alert: Alert, rules: AlertRules) -> Alert | None:
    """Return the alert without restricted entries; None: it would not be an alert.

    Computed before history and totals are added: later points must not lift a line above the alert
    threshold if it is an alert only through a restricted entry.

    Args:
        alert: Alert from the screening.
        rules: Alert rules.
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
    """Return whether a reason is based on restricted entries, or is a note on a list with such."""
    if reason.rule == RULE:
        return True
    return reason.rule.startswith(_NOTES) and reason.source.partition("@")[0] in lists


def encodable(alert: Alert) -> Alert:
    """Return the alert with a file name encodable in UTF-8; a path may contain any bytes."""
    name = alert.file.encode("utf-8", "backslashreplace").decode("utf-8")
    return alert if name == alert.file else structs.replace(alert, file=name)
