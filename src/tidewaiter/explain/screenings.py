"""Header of a screening report: figures of the run, and display names for slugs."""

from tidewaiter.bulk.journal import Done, open_scripts
from tidewaiter.bulk.screening import Settings, threshold_in
from tidewaiter.explain.summary import Counts
from tidewaiter.explain.titles import library_of, state_of
from tidewaiter.explain.words import Library, threshold_in_words
from tidewaiter.law.registry import load_registry
from tidewaiter.lists.archive import versions_at
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Refusal


def counts_of(
    settings: Settings, registry: str, done: Done, refusals: tuple[Refusal, ...]
) -> Counts:
    """Return the figures of a screening.

    Args:
        settings: Settings of the screening.
        registry: Digest of the data that determines the results.
        done: Progress of the screening.
        refusals: The first refusals, for display.
    """
    versions = versions_at(settings.lists, settings.day)
    return Counts(
        file=settings.file,
        day=settings.day,
        registry=registry,
        lines=done.lines,
        refused_rows=done.refused_rows,
        refused_fields=done.refused_fields,
        lists=tuple(f"{each.name}, {state_of(each)}" for each in versions),
        threshold=_threshold(settings),
        unread=done.unread,
        unknown=done.unknown,
        scripts=open_scripts(settings, done),
        refusals=refusals,
        elapsed_seconds=done.seconds,
    )


def words_of(settings: Settings) -> Library:
    """Return the display names that a screening report needs for its slugs."""
    registry, rules = load_registry(settings.own), load_alert_rules(settings.rules)
    return library_of(registry, rules, versions_at(settings.lists, settings.day))


def _threshold(settings: Settings) -> str:
    """Return the similarity threshold for party matches; "" if parties are not screened."""
    if settings.lists is None:
        return ""
    rules = load_alert_rules(settings.rules, settings.switches)
    return threshold_in_words(threshold_in(settings, rules))
