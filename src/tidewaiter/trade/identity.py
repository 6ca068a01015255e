"""The id of an alert: of its line, and of what is found in it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from tidewaiter.consignments.types import Alert, Line, Mention, PartyMatch, Reason


def identity(
    source: str,
    line: Line,
    mentions: Sequence[Mention],
    reasons: Iterable[Reason],
    parties: Iterable[PartyMatch],
) -> str:
    """Hash what makes an alert another one: its line, and what is found in it."""
    findings: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        findings[mention.substance].add("downgraded" if mention.downgraded else "named")
    checks = sorted({made.rule for made in reasons if made.rule in {"vague", "cas-digit"}})
    said = [f"{slug} {max(how)}" for slug, how in sorted(findings.items())]
    said += sorted({f"party {each.list} {each.entry}" for each in parties})
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
