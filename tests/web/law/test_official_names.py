"""Pages of law in other languages: substances, instruments and schedules by official names."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from tests.web.conftest import Desk

from tidewaiter.explain.languages import LANGUAGES, speaking
from tidewaiter.explain.official_names import (
    instrument_name,
    substance_markup,
    substance_name,
    substance_with_english,
)
from tidewaiter.law.registry import Registry

Desks = Callable[..., Desk]
DAY = "2026-11-25"
PATHS = (
    f"/law/regimes/un-1988?day={DAY}",
    f"/law/regimes/eu-precursors?day={DAY}",
    f"/law/compare?what=acetone;fentanyl;furanylfentanyl&day={DAY}",
    f"/law/changes?day={DAY}",
    f"/law/classes/cn-fentanyls?day={DAY}",
)
_LINK = re.compile(r'<a href="/substances/([^"/?]+)"[^>]*>(.*?)</a>', re.DOTALL)
_CARD = re.compile(
    r'href="/substances/([^"/?]+)">.*?<span class="card-name">(.*?)</span>\s*</a>', re.DOTALL
)
OTHERS = sorted(LANGUAGES.keys() - {"en"})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_link_to_a_substance_says_its_official_name(
    desk: Desks, registry: Registry, path: str, language: str
) -> None:
    """On every page, and never the English one where there is another."""
    page = desk("viewer").get(path, {"accept-language": language}).text
    names = {each.slug: each.name for each in registry.substances}
    links = [(slug, shown) for slug, shown in _LINK.findall(page) if slug in names]
    assert links
    with speaking(language):
        assert [(slug, substance_markup(names[slug])) for slug, _ in links] == links


@pytest.mark.parametrize("language", OTHERS)
def test_the_search_finds_and_lists_official_names(
    desk: Desks, registry: Registry, language: str
) -> None:
    """The box accepts the name that the page shows."""
    with speaking(language):
        shown = substance_name(registry.substance("acetone").name)
    page = desk("viewer").get(f"/substances?text={shown}", {"accept-language": language}).text
    cards = dict(_CARD.findall(page))
    with speaking(language):
        assert cards["acetone"] == substance_markup("Acetone")


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("slug", ["phenylacetic-acid", "fentanyl", "furanylfentanyl"])
def test_a_substance_page_has_the_english_name_beside_it(
    desk: Desks, registry: Registry, language: str, slug: str
) -> None:
    """So that a reader who knows it by that name is sure; the law has its title."""
    page = desk("viewer").get(f"/substances/{slug}?day={DAY}", {"accept-language": language}).text
    substance = registry.substance(slug)
    with speaking(language):
        assert f"<h1>{substance_with_english(substance.name)}</h1>" in page
        for control in substance.controls:
            title = instrument_name(registry.regimes[control.regime].name)
            assert f"<bdi>{title}</bdi></a>" in unescape(page)


def test_a_program_gets_the_registrys_names(desk: Desks) -> None:
    """Whatever language its reader speaks."""
    one = desk("viewer")
    card = one.get("/substances/acetone.json", {"accept-language": "fr"}).json()["card"]
    assert card["name"] == "Acetone"
    assert card == one.get("/substances/acetone.json").json()["card"]
