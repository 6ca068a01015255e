"""The id of an alert: of its line, and of what is found in it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tidewaiter.consignments.types import Line, Mention, PartyMatch, Reason


def identity(
    source: str, line: Line, mentions: Sequence[Mention], reasons: Iterable[Reason],
    parties: Iterable[PartyMatch],
) -> str:  # fmt: skip
    """Hash what makes an alert another one: its line, and what is found in it."""
    findings: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        findings[mention.substance].add("downgraded" if mention.downgraded else "named")
    checks = sorted({made.rule for made in reasons if made.rule in {"vague", "cas-digit"}})
    said = [f"{slug} {max(how)}" for slug, how in sorted(findings.items())]
    said += sorted({f"party {each.list} {each.entry}" for each in parties})
    text = "\x1f".join([source, str(line.row), *said, *checks])
    return hashlib.sha256(text.encode()).hexdigest()[:24]
