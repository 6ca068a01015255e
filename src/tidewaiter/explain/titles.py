"""Display titles in reports for the slugs of substances, rules and lists."""

from collections.abc import Iterable

from tidewaiter.base.phrases import load_phrases
from tidewaiter.explain.languages import words
from tidewaiter.explain.words import Library
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Source
from tidewaiter.parties.types import ListVersion
from tidewaiter.trade.party_matches import cite_list
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.rules.plugins import plugin_rules


def state_of(version: ListVersion) -> str:
    """Say of when a version of a list is."""
    if version.dated:
        return words("of {day}").format(day=version.dated)
    return words("loaded on {day}").format(day=version.read)


def library_of(registry: Registry, rules: AlertRules, versions: Iterable[ListVersion]) -> Library:
    """Return the display names that a report needs for slugs.

    Args:
        registry: Substances, legal instruments and sources.
        rules: Rules used for screening.
        versions: Versions of the party lists.
    """
    return Library(
        sources={**registry.sources, **_list_sources(versions)},
        regimes=registry.regimes,
        substances={each.slug: each.name for each in registry.substances},
        classes=registry.rules,
        rules={
            **{name: rule.title for name, rule in plugin_rules().items()},
            **{slug: slug for slug in rules.check},
            **load_phrases().titles,
        },
    )


def _list_sources(versions: Iterable[ListVersion]) -> dict[str, Source]:
    """Return the citations of the list versions that alerts are based on."""
    return {
        cite_list(each.slug, each.sha256): Source(
            title=f"{each.authority}: {each.name}, {state_of(each)}, SHA-256 {each.sha256[:16]}",
            url=each.source if each.source.startswith("https://") else "",
            read=each.read,
            licence=each.licence,
            note=each.notice,
        )
        for each in versions
    }
