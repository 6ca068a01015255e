"""Write what is made from the records and data of notices: their schema, and tables of the docs.

Run it after a change of either: python -m tools.notice_pages
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.notice_schema import schema_lines

from tidewaiter.exchange.notices.deadlines import load_periods
from tidewaiter.exchange.notices.forms import Form, Need, load_fields, load_forms, load_sources

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "src" / "tidewaiter" / "data" / "exchange" / "notice.xsd"
PAGE = ROOT / "docs" / "reference" / "notices.md"


def schema() -> str:
    """Return the schema as it must stand in the package."""
    return "\n".join(schema_lines()) + "\n"


def page(text: str) -> str:
    """Return the page with its tables as they must be.

    Args:
        text: The page as it is; what stands between the marks of a table is replaced.
    """
    for name, lines in (("fields", _fields()), ("forms", _forms()), ("periods", _periods())):
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        text = f"{head}{begin}\n\n" + "\n".join(lines) + f"\n\n{end}{tail}"
    return text


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _fields() -> Iterator[str]:
    records = dict.fromkeys(field.record for field in load_fields())
    for place, record in enumerate(records):
        yield from ([""] if place else [])
        yield from (f"### {record}", "", "| field | weight | meaning |", "|---|---|---|")
        mine = [each for each in load_fields() if each.record == record]
        yield from (f"| `{each.name}` | {each.weight} | {each.meaning} |" for each in mine)


def _forms() -> Iterator[str]:
    for place, form in enumerate(load_forms().values()):
        yield from ([""] if place else [])
        yield from _form(form)


def _form(form: Form) -> Iterator[str]:
    yield from (f"### {form.slug}", "", f"{form.title}. {form.note}".strip(), "")
    yield f"Source: {_sources(form.sources)}."
    yield ""
    yield from ("| box | field | asks for | when |", "|---|---|---|---|")
    for need in form.needs:
        yield f"| {need.box} | `{need.field}` | {need.label} | {_when(need)} |"


def _when(need: Need) -> str:
    words = [need.when if need.when != "always" else "", "" if need.must else "if there is any"]
    words.append("" if need.verified else "**not verified**")
    return ", ".join(word for word in words if word) or "always"


def _periods() -> Iterator[str]:
    yield from ("| period | whose | binds | rule | source |", "|---|---|---|---|---|")
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
