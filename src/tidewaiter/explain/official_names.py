"""Official names in the reader's language: of substances, legal instruments and their schedules.

Records, stored alerts and output for programs hold the English names of the registry. Where a page
shows one, it is looked up here; a name without an official text in the language stays English.
"""

from collections.abc import Mapping
from functools import cache

from markupsafe import Markup

from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import language
from tidewaiter.explain.legible_text import english_text, isolated, shortened
from tidewaiter.law.controls import short_listing
from tidewaiter.law.registry import load_registry


class OfficialNames(Record, frozen=True, kw_only=True):
    """The official names of one language, by the English ones of the registry."""

    substances: Mapping[str, str] = {}
    english: frozenset[str] = frozenset()  # substances that have none in this language
    instruments: Mapping[str, str] = {}
    schedules: Mapping[tuple[str, str], str] = {}  # by instrument and schedule
    controls: Mapping[str, str] = {}  # by a short reference, like "UN Table I"


@cache
def official_names(spoken: str) -> OfficialNames:
    """Return the official names of a language; there are none for English.

    Args:
        spoken: ISO 639-1.
    """
    if spoken == "en":
        return OfficialNames()
    registry = load_registry()
    substances = {
        each.name: _headed(name.text)
        for each in registry.substances
        for name in each.names
        if name.official and name.language == spoken
    }
    titled = [
        (regime, title)
        for regime in registry.regimes.values()
        for title in regime.titles
        if title.language == spoken
    ]
    return OfficialNames(
        substances=substances,
        english=frozenset(each.name for each in registry.substances) - substances.keys(),
        instruments={regime.name: title.name for regime, title in titled},
        schedules={
            (regime.name, schedule): said
            for regime, title in titled
            for schedule, said in title.schedules.items()
        },
        controls={
            short_listing(regime, schedule): short_listing(title, said)
            for regime, title in titled
            for schedule, said in title.schedules.items()
        },
    )


def substance_name(name: str) -> str:
    """Return the official name of a substance in the language that is spoken.

    Args:
        name: As the registry has it.

    Returns:
        `name` itself where there is none, or where it is not in the registry.
    """
    return official_names(language()).substances.get(name, name)


def substance_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return the official names of substances in the language that is spoken.

    Args:
        names: By slug, as the registry has them.
    """
    return {slug: substance_name(name) for slug, name in names.items()}


def is_english(name: str) -> bool:
    """Return whether a name of a substance stays English in the language that is spoken."""
    return name in official_names(language()).english


def substance_markup(name: str) -> Markup:
    """Return the name of a substance for a page; an English one on another page is marked."""
    return english_text(name) if is_english(name) else isolated(shortened(substance_name(name)))


def substance_with_english(name: str) -> Markup:
    """Return the name of a substance for a page, with the English one beside it if they differ."""
    shown = substance_markup(name)
    if plain(substance_name(name)) == plain(name):
        return shown
    return Markup("{} ({})").format(shown, english_text(name))


def instrument_name(name: str) -> str:
    """Return the title of a legal instrument in the language that is spoken, or `name` itself."""
    return official_names(language()).instruments.get(name, name)


def schedule_name(schedule: str, instrument: str) -> str:
    """Return a schedule as an official text in the language that is spoken prints it.

    Args:
        schedule: As the registry has it.
        instrument: Name of its legal instrument, as the registry has it.
    """
    return official_names(language()).schedules.get((instrument, schedule), schedule)


def control_name(control: str) -> str:
    """Return a short reference to a control, like "UN Table I", in the language that is spoken."""
    return official_names(language()).controls.get(control, control)


def _headed(text: str) -> str:
    """Begin a name with a capital, as lists print it; a letter that is a prefix stays as it is."""
    return text[:1].upper() + text[1:] if text[:2].isalpha() else text
