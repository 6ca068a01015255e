"""A checked claim in plain words."""

import textwrap
from collections.abc import Iterable, Iterator

from tidewaiter.burden.claims.types import Checked, Finding
from tidewaiter.report.burdenclaims import HEADS, finding_row, gap_text, read_text, understood

_WIDTH = 100
_SHOWN = 14  # figures of a table


def answer_text(checked: Checked) -> str:
    """Write a checked claim: as understood, the figures, the verdict, what is missing."""
    claim = checked.claim
    lines = [f'"{claim.text}"', *_wrapped("understood as", [understood(claim)])]
    lines += _wrapped("taken", claim.assumed)
    lines += _wrapped("read", [read_text(claim)])
    for title, texts in (
        ("not understood", [gap_text(gap) for gap in claim.gaps]),
        ("not checked", claim.unchecked),
    ):
        lines += _wrapped(title, ["; ".join(texts)] if texts else [])
    lines += ["", *_table(checked.findings)] if checked.findings else []
    lines += [
        "",
        f"verdict: {checked.verdict}",
        *(each for line in checked.summary for each in _lines(line)),
    ]
    for title, texts in (("mind", checked.warnings), ("missing to tell more", checked.missing)):
        if texts:
            lines += ["", f"{title}:", *(each for text in texts for each in _lines(f"- {text}"))]
    return "\n".join(lines) + "\n"


def _table(findings: tuple[Finding, ...]) -> Iterator[str]:
    rows = [HEADS, *(finding_row(each) for each in findings[:_SHOWN])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        cells = [
            cell.rjust(width) if name in {"figure", "off by"} else cell.ljust(width)
            for cell, width, name in zip(row, widths, HEADS, strict=True)
        ]
        yield "  ".join(cells).rstrip()
    if len(findings) > _SHOWN:
        yield f"and {len(findings) - _SHOWN} more: --json shows all"


def _wrapped(title: str, texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in _lines(f"{title}: {text}")]


def _lines(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
