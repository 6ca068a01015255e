"""Findings as lines of `instrument.toml`, to be read, completed and approved by a person."""

import json
from collections.abc import Iterable

from tools.law_watch.records import Finding

_HEAD = """\
# Proposed for {slug}, by tools.law_watch: nothing is approved. Read each document, then move its
# table to data/regimes/{slug}/instrument.toml, before the first [[scopes]]. Write in `what` what
# changes, add `substances`, `formulas` or `at_least`, and `all_named = true` if they are all.
# `loaded` becomes true when the rows of controls.toml are changed and its source is entered.
"""


def as_toml(slug: str, findings: Iterable[Finding]) -> str:
    """Return the new findings of an instrument as tables of `[[amendments]]`, by day.

    A proposal is not law: its table is a comment.
    """
    new = [each for each in findings if each.is_new and each.instrument == slug]
    new.sort(key=lambda each: (str(each.in_force or each.published or ""), each.cite))
    return "\n".join((_HEAD.format(slug=slug), *(_table(each) for each in new)))


def _table(finding: Finding) -> str:
    lines = [
        "[[amendments]]",
        f"what = {_quoted(finding.title)}",
        *([f"decided = {finding.published}"] if finding.published else []),
        *([f"since = {finding.in_force}"] if finding.in_force else []),
        f"cite = {_quoted(finding.cite)}",
        "loaded = false",
    ]
    if finding.kind == "proposal":
        lines = ["A proposal: see proposals.toml of the instrument.", *lines]
        lines = [f"# {line}" for line in lines]
    return "\n".join([f"# {finding.kind}: {finding.url}", *lines, ""])


def _quoted(text: str) -> str:
    """Return a TOML string: that of JSON, in which TOML also needs DEL escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
