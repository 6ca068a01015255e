"""Results of inspections and laboratories in words, for the page of an alert and their own."""

from collections.abc import Mapping, Sequence

from tidewaiter.base.records import Record
from tidewaiter.casework.results import CodeRule, MethodRule, Result, load_result_rules
from tidewaiter.consignments.types import Alert
from tidewaiter.report.languages import words
from tidewaiter.report.library import Library
from tidewaiter.report.resultwords import ResultView, SayingView, result_views, sayings
from tidewaiter.store.sessions import User


class Said(Record, frozen=True, kw_only=True):
    """What results say, and of what they say it."""

    said: str  # confirmed, refuted, nothing
    words: str
    claims: tuple[str, ...]


class ResultsView(Record, frozen=True, kw_only=True):
    """What was found in the goods of an alert, and what that says of its reasons."""

    alert: str
    results: tuple[ResultView, ...]
    sayings: tuple[Said, ...]
    may_record: bool


class Choice(Record, frozen=True, kw_only=True):
    """Something that can be reported."""

    code: str
    says: str


class Choices(Record, frozen=True, kw_only=True):
    """All that can be reported."""

    inspection: tuple[Choice, ...]
    laboratory: tuple[Choice, ...]
    checks: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    withdrawals: tuple[Choice, ...]
    substances: tuple[Choice, ...]  # of the alert


def results_view(
    alert: Alert, results: Sequence[Result], library: Library, user: User
) -> ResultsView:
    """Put the results of an alert into words.

    Args:
        alert: Whose they are.
        results: All of them, in order.
        library: The names of substances.
        user: Who reads them.
    """
    return ResultsView(
        alert=alert.id,
        results=result_views(results, library.substances),
        sayings=_together(sayings(alert, results)),
        may_record="decide" in user.rights,
    )


def _together(told: Sequence[SayingView]) -> tuple[Said, ...]:
    """Put together of what the same is said."""
    by_words: dict[tuple[str, str], list[str]] = {}
    for each in told:
        by_words.setdefault((each.said, each.words), []).append(each.claim)
    return tuple(
        Said(said=said, words=said_so, claims=tuple(claims))
        for (said, said_so), claims in by_words.items()
    )


def choices(alert: Alert, library: Library) -> Choices:
    """Return what can be reported of an alert."""
    rules = load_result_rules()
    return Choices(
        inspection=_choices(rules.outcomes("inspection")),
        laboratory=_choices(rules.outcomes("laboratory")),
        checks=_choices({str(code): rule for code, rule in rules.check.items()}),
        methods=_choices(rules.method),
        withdrawals=_choices(rules.withdrawal),
        substances=tuple(
            Choice(code=slug, says=library.substances.get(slug, slug)) for slug in alert.substances
        ),
    )


def _choices(rules: Mapping[str, CodeRule] | Mapping[str, MethodRule]) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, says=words(rule.says)) for code, rule in rules.items())
