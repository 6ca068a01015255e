"""Write the tables in the documentation that come from notification data: forms and periods.

Run after a change of the data: python -m tools.notice_pages
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tidewaiter.exchange.notices.deadlines import load_periods
from tidewaiter.exchange.notices.forms import Form, Need, load_forms, load_sources

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "notices.md"


def page(text: str) -> str:
    """Return the page with its tables regenerated.

    Args:
        text: The current page; the text between the marks of each table is replaced.
    """
    for name, lines in (("forms", _forms()), ("periods", _periods())):
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        text = f"{head}{begin}\n\n" + "\n".join(lines) + f"\n\n{end}{tail}"
    return text


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _forms() -> Iterator[str]:
    for place, form in enumerate(load_forms().values()):
        yield from ([""] if place else [])
        yield from _form(form)


def _form(form: Form) -> Iterator[str]:
    yield from (f"### {form.slug}", "", f"{form.title}. {form.note}".strip(), "")
    yield f"Source: {_sources(form.sources)}."
    yield ""
    yield from ("| Box | Field | Content | Required |", "|---|---|---|---|")
    for need in form.needs:
        yield f"| {need.box} | `{need.field}` | {need.label} | {_when(need)} |"


def _when(need: Need) -> str:
    words = [need.when if need.when != "always" else "", "" if need.must else "if there is any"]
    words.append("" if need.verified else "**not verified**")
    return ", ".join(word for word in words if word) or "always"


def _periods() -> Iterator[str]:
    yield from ("| Period | Country | Applies to | Rule | Source |", "|---|---|---|---|---|")
    for each in load_periods():
        days = f"{each.days} {each.day_kind} days"
        mark = "" if each.verified else " **not verified: shown only**"
        source = _sources((each.source,))
        binds = ", ".join(each.binds)
        whose = each.jurisdiction or "all"
        yield f"| {days} | {whose} | {binds} | {each.text} ({each.clause}){mark} | {source} |"


def _sources(names: Iterable[str]) -> str:
    told = []
    for name in names:
        source = load_sources()[name]
        told.append(f"[{source.title}]({source.url})" if source.url else source.title)
    return "; ".join(told)


if __name__ == "__main__":
    main()
