"""Pre-export notifications on an official form: one page with filled boxes, printable on A4."""

from collections.abc import Iterator
from datetime import date

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import in_words, written_share
from tidewaiter.exchange.notices.checks import applies
from tidewaiter.exchange.notices.forms import Form, Need, is_given, load_forms, load_sources, values
from tidewaiter.exchange.notices.types import Amount, Notice
from tidewaiter.explain.languages import country, day, language, words
from tidewaiter.report.pages import environment, hashed, static

_LINES = "lines."
_COUNTRIES = {"country", "issuer", "transit"}


class FilledBox(Record, frozen=True, kw_only=True):
    """A box of a form, with the values from our notification."""

    box: str
    label: str
    values: tuple[str, ...]  # empty: no value
    must: bool
    verified: bool  # False: the box is known from memory, not verified on the form


class FilledLine(Record, frozen=True, kw_only=True):
    """The boxes of one substance."""

    number: int
    boxes: tuple[FilledBox, ...]


class FilledForm(Record, frozen=True, kw_only=True):
    """A notification on a form."""

    number: int
    reference: str
    version: int
    state: str
    day: date
    slug: str
    title: str
    note: str
    sources: tuple[str, ...]
    boxes: tuple[FilledBox, ...]
    lines: tuple[FilledLine, ...]
    others: tuple[tuple[str, str], ...]  # other forms: slug and title


class _Paper(Record, frozen=True, kw_only=True):
    form: FilledForm
    language: str
    css: Markup
    policy: str


def render_form(form: FilledForm) -> str:
    """Return a filled form as one self-contained HTML page."""
    css = static("colours.css", "forms.css")
    policy = f"default-src 'none'; style-src {hashed(css)}; base-uri 'none'; form-action 'none'"
    paper = _Paper(form=form, language=language(), css=css, policy=policy)
    return environment().get_template("notice-paper.html").render(page=paper)


def filled(notice: Notice, form: Form, *, number: int, state: str, day: date) -> FilledForm:
    """Fill in a form.

    Args:
        notice: The notification.
        form: The form with its boxes.
        number: Our number of the notification.
        state: State of the notification.
        day: Today.
    """
    header = [each for each in form.needs if not each.field.startswith(_LINES)]
    of_lines = [each for each in form.needs if each.field.startswith(_LINES)]
    return FilledForm(
        number=number,
        reference=notice.reference,
        version=notice.version,
        state=state,
        day=day,
        slug=form.slug,
        title=words(form.title),
        note=words(form.note),
        sources=tuple(load_sources()[name].title for name in form.sources),
        boxes=tuple(_box(each, notice, each.field) for each in header if applies(each, notice)),
        lines=tuple(
            FilledLine(
                number=line.number,
                boxes=tuple(
                    _box(each, line, each.field.removeprefix(_LINES))
                    for each in of_lines
                    if applies(each, notice, line)
                ),
            )
            for line in notice.lines
            if of_lines
        ),
        others=tuple((slug, words(each.title)) for slug, each in load_forms().items()),
    )


def _box(need: Need, thing: Record, path: str) -> FilledBox:
    name = path.rpartition(".")[2]
    told = [
        text
        for _, value in values(thing, path)
        if is_given(value)
        for text in _in_words(name, value)
    ]
    return FilledBox(
        box=need.box,
        label=words(need.label),
        values=tuple(told),
        must=need.must,
        verified=need.verified,
    )


def _in_words(name: str, value: object) -> Iterator[str]:
    """Format the value of a field for display."""
    if isinstance(value, Amount):
        yield in_words(value)
    elif isinstance(value, tuple):
        for each in value:
            yield from _in_words(name, each)
    elif isinstance(value, date):
        yield day(value)
    elif isinstance(value, bool):
        yield words("yes")
    elif isinstance(value, int):
        yield _whole(name, value)
    elif name in _COUNTRIES:
        yield f"{country(str(value))} ({value})"
    else:
        yield str(value)


def _whole(name: str, value: int) -> str:
    if name.endswith("_ppm"):
        return f"{written_share(value)} %"
    return in_words(Amount(mass_mg=value)) if name.endswith("_mg") else str(value)
