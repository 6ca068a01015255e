"""What is required: fields that the basis of a notice and its forms ask for, and that are empty."""

from collections.abc import Iterable, Iterator

from tidewaiter.exchange.notices.fields import is_given, values
from tidewaiter.exchange.notices.forms import Form, Need
from tidewaiter.exchange.notices.types import Notice, NoticeLine
from tidewaiter.exchange.notices.workdays import after
from tidewaiter.exchange.problems import Make, Problem, doubt, wrong

_MIXED = frozenset({"mixture", "solution", "extract", "medicine"})
_LINES = "lines."


def missing_fields(
    notice: Notice, forms: Iterable[Form], suggested: Iterable[Form] = ()
) -> Iterator[Problem]:
    """Yield what forms ask for and the notice does not say; each place once.

    Args:
        notice: The notice.
        forms: Of its basis, and those that were chosen.
        suggested: Forms that nobody chose.

    Yields:
        A wrong where a form surely asks for it; a doubt where that is only remembered, or where
        the form is only suggested.
    """
    told: set[str] = set()
    for make, group in ((wrong, forms), (doubt, suggested)):
        for form in group:
            for need in form.needs:
                for place in _empty(notice, need):
                    if place not in told:
                        told.add(place)
                        yield _missing(place, form, need, make if need.verified else doubt)
            yield from _form_itself(notice, form, make)


def applies(need: Need, notice: Notice, line: NoticeLine | None = None) -> bool:
    """Tell whether a form asks for a field in the case at hand."""
    if need.when == "always":
        return True
    if need.when == "several shipments":
        return notice.shipments == "multi"
    if line is None:
        return False
    if need.when == "mixture":
        return line.goods in _MIXED
    if need.when == "salt":
        return line.goods == "salt"
    return line.goods in {None, "substance", "salt"}


def _empty(notice: Notice, need: Need) -> Iterator[str]:
    """Yield the places where a field must stand and nothing does."""
    if not need.must:
        return
    if need.field.startswith(_LINES) and notice.lines:
        for line in notice.lines:
            if applies(need, notice, line):
                path = need.field.removeprefix(_LINES)
                yield from (
                    place
                    for place, value in values(line, path, f"line {line.number}")
                    if not is_given(value)
                )
    elif applies(need, notice) or need.field.startswith(_LINES):
        yield from (place for place, value in values(notice, need.field) if not is_given(value))


def _missing(place: str, form: Form, need: Need, make: Make) -> Problem:
    numbered = f"box {need.box}" if need.box[:1].isdigit() else need.box
    asked = ", ".join(word for word in (form.title, numbered) if word)
    return make(place, f"{need.label} is missing", f"asked for by: {asked}", form.sources[0])


def _form_itself(notice: Notice, form: Form, make: Make) -> Iterator[Problem]:
    """Yield what a form says of a notice as a whole."""
    if form.lines_at_most is not None and len(notice.lines) > form.lines_at_most:
        yield doubt(
            "lines",
            f"{form.title} covers {form.lines_at_most} substances at most",
            f"the notice may name {len(notice.lines)}; it needs more than one such paper",
            form.sources[-1],
        )
    if form.months and _months(notice) not in {None, *form.months}:
        named = " or ".join(map(str, form.months))
        yield make(
            "period until",
            f"{form.title} covers {named} months",
            "the last day is the one before the same day of a later month",
            form.sources[0],
        )


def _months(notice: Notice) -> int | None:
    """Return how many whole months the period has; 0: not a whole number; None: no period."""
    if notice.period_since is None or notice.period_until is None:
        return None
    since, following = notice.period_since, after(notice.period_until, 1)
    if following.day != since.day:
        return 0
    return (following.year - since.year) * 12 + following.month - since.month
