"""Official names: their sources, that screening knows them, and how pages show them."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

from tidewaiter.base.phrases import Phrase
from tidewaiter.explain.languages import LANGUAGES, speaking
from tidewaiter.explain.official_names import (
    control_name,
    instrument_name,
    official_names,
    schedule_name,
    substance_markup,
    substance_name,
    substance_with_english,
)
from tidewaiter.explain.phrases import markup, say, translated
from tidewaiter.identify.findings import Finding
from tidewaiter.law.controls import short_listing
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Name, Substance

TABLES = "UN Convention of 1988, Tables I and II"
OTHERS = sorted(LANGUAGES.keys() - {"en"})
PAGE = Path(__file__).parents[2] / "docs" / "contributing" / "translate.md"
ENGLISH = {"ar": "Arabic", "es": "Spanish", "fr": "French", "ru": "Russian", "zh": "Chinese"}
# What is made of the same text does not confirm it: the other script of a Chinese name.
SAME_TEXT = "opencc"


def _official(registry: Registry) -> Iterator[tuple[Substance, Name]]:
    for substance in registry.substances:
        yield from ((substance, name) for name in substance.names if name.official)


def test_an_official_name_has_an_official_source_and_a_second_one(registry: Registry) -> None:
    """Memory does not count, and it names the substance itself, in a language of the interface."""
    for substance, name in _official(registry):
        kinds = [registry.sources[s].kind for s in name.sources if s != SAME_TEXT]
        assert "official" in kinds, (substance.slug, name.text)
        assert sum(kind != "memory" for kind in kinds) >= 2, (substance.slug, name.text)
        assert name.cas is None
        assert name.tier != "street"
        assert name.language in OTHERS


def test_a_substance_has_one_official_name_in_a_language(registry: Registry) -> None:
    """Two would leave open which one a page shows."""
    counts = Counter((each.slug, name.language) for each, name in _official(registry))
    assert counts
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("language", OTHERS)
def test_the_documentation_counts_the_official_names(language: str, registry: Registry) -> None:
    """All of a language, and those of the schedules of each convention."""
    named = [each for each, name in _official(registry) if name.language == language]
    held = [{control.regime for control in each.controls} for each in named]
    counts = [sum(law in laws for laws in held) for law in ("un-1988", "un-1961", "un-1971")]
    row = " | ".join(map(str, (ENGLISH[language], len(named), *counts)))
    assert f"| {row} |" in PAGE.read_text(encoding="utf-8")


def test_the_english_names_tell_the_named_substances_apart(registry: Registry) -> None:
    """Official names are found by them."""
    named = {substance.slug for substance, _ in _official(registry)}
    counts = Counter(each.name for each in registry.substances)
    assert [
        each.slug for each in registry.substances if each.slug in named and counts[each.name] > 1
    ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_screening_identifies_an_official_name_as_its_substance(
    language: str, registry: Registry, findings: Callable[[str], list[Finding]]
) -> None:
    """What a page calls a substance, a document may call it too."""
    with speaking(language):
        shown = {
            each.slug: substance_name(each.name)
            for each, n in _official(registry)
            if n.language == language
        }
    found = {
        slug: {
            registry.substances[f.substance].slug for f in findings(name) if f.substance is not None
        }
        for slug, name in shown.items()
    }
    assert {slug: shown[slug] for slug in shown if slug not in found[slug]} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_a_title_has_a_source_and_the_schedules_of_its_instrument(
    language: str, registry: Registry
) -> None:
    """A schedule that the instrument does not have would never be shown."""
    controls = chain.from_iterable(each.controls for each in registry.substances)
    known = {(each.regime, each.schedule) for each in controls}
    for regime in registry.regimes.values():
        for title in (each for each in regime.titles if each.language == language):
            kinds = {registry.sources[each].kind for each in title.sources}
            assert kinds & {"official", "report"}, regime.slug
            for schedule in title.schedules:
                assert (regime.slug, schedule) in known or regime.slug == "un-1961"


def test_english_stays_as_it_is(registry: Registry) -> None:
    """Nothing is looked up, nothing is marked."""
    for each in registry.substances:
        assert substance_name(each.name) == each.name
        assert "<" not in substance_with_english("Acetone")
    assert official_names("en").instruments == {}


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("es", "Ácido fenilacético"),
        ("fr", "Acide phénylacétique"),
        ("ru", "Фенилуксусная кислота"),
        ("zh", "苯乙酸"),
        ("en", "Phenylacetic acid"),
    ],
)
def test_a_substance_is_shown_by_its_official_name(language: str, shown: str) -> None:
    """The English one stands beside it where a page introduces the substance."""
    with speaking(language):
        assert substance_name("Phenylacetic acid") == shown
        both = substance_with_english("Phenylacetic acid")
    beside = ' (<span lang="en">Phenylacetic acid</span>)'
    assert both == (shown if language == "en" else shown + beside)


def test_a_name_without_an_official_one_stays_english_and_says_so() -> None:
    """A name that is not of the registry is nobody's language."""
    with speaking("fr"):
        assert substance_markup("Furanylfentanyl") == '<span lang="en">Furanylfentanyl</span>'
        assert substance_with_english("Furanylfentanyl") == substance_markup("Furanylfentanyl")
        assert substance_markup("A <b>mixture</b>") == "A &lt;b&gt;mixture&lt;/b&gt;"
    with speaking("ar"):
        assert substance_markup("Acetone") == '<bdi lang="en">Acetone</bdi>'


def test_a_name_that_differs_by_accents_alone_is_shown_once() -> None:
    """The English one beside it would tell nothing."""
    with speaking("fr"):
        assert substance_with_english("Ephedrine") == "Éphédrine"


@pytest.mark.parametrize(
    ("language", "schedule", "control"),
    [
        ("es", "Cuadro I", "ONU Cuadro I"),
        ("fr", "Tableau I", "ONU Tableau I"),
        ("ru", "Таблица I", "ООН Таблица I"),
        ("zh", "表一", "联合国表一"),
        ("ar", "الجدول الأول", "الأمم المتحدة الجدول الأول"),
        ("en", "Table I", "UN Table I"),
    ],
)
def test_a_schedule_is_called_as_its_instrument_calls_it(
    language: str, schedule: str, control: str, registry: Registry
) -> None:
    """In the words of an official text in the language."""
    with speaking(language):
        assert schedule_name("Table I", TABLES) == schedule
        assert control_name(short_listing(registry.regimes["un-1988"], "Table I")) == control
        assert (instrument_name(TABLES) == TABLES) == (language == "en")
        assert schedule_name("Table I", "Another law") == "Table I"


LISTED = Phrase("title/listed", name="Acetone", regime=TABLES, schedule="Table II")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", f"Acetone ({TABLES}, Table II)"),
        ("es", "Acetona (Convención de las Naciones Unidas de 1988, Cuadros I y II, Cuadro II)"),
        ("zh", "丙酮（1988年联合国禁止非法贩运麻醉药品和精神药物公约，表一和表二，表二）"),
    ],
)
def test_reasons_and_titles_say_official_names(language: str, said: str) -> None:
    """They are stored with the English ones."""
    with speaking(language):
        assert say(LISTED) == said


def test_a_reason_marks_a_name_that_stays_english() -> None:
    """For those who listen to the page."""
    with speaking("fr"):
        shown = markup(translated(Phrase("more", name="Furanylfentanyl")))
    assert '<span lang="en">Furanylfentanyl</span>' in shown
