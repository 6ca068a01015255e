"""Reasons of alerts on pages in other languages than English."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk
from tools.catalogues import LANGUAGES

from tidewaiter.base.phrases import english
from tidewaiter.explain.languages import speaking
from tidewaiter.explain.official_names import is_english
from tidewaiter.explain.words import citations
from tidewaiter.report.alerts.view import AlertView, alert_view
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.web.core.node import Node

_MARK = 'lang="en"'
_NAME = re.compile(r'<(span|bdi) lang="en">([^<]*)</\1>')


def _said(view: AlertView) -> Iterator[str]:
    """Yield what a card says in sentences."""
    yield view.heading
    yield from view.law_open
    for find in view.finds:
        yield from (*find.reasons, *find.downgraded)
    for held in view.law:
        yield from (*held.duties, *held.amounts)
    for party in view.parties:
        yield from (*party.supports, *party.against, *party.links)
    yield from (reason.text for reason in view.reasons)


def _without_names(text: str) -> str:
    """Remove the names of substances that have none in the language that is spoken."""
    return _NAME.sub(lambda m: "" if is_english(unescape(m[2])) else m[0], text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_sample_stays_english(
    node: Node, desk: Callable[..., Desk], language: str
) -> None:
    """Names without an official one and sources are as printed; all that we say is said."""
    with node.read() as work:
        alerts = list(alerts_of(work, desk("analyst").alerts()))
    library, told = node.library(), 0
    with speaking(language):
        for alert in alerts:
            view = alert_view(1, alert, library, citations([alert], library))
            here = list(_said(view))
            told += len(here)
            assert [text for text in here if _MARK in _without_names(text)] == []
            texts = {english(reason.says) for reason in alert.reasons}
            assert texts.isdisjoint(reason.text for reason in view.reasons)
    assert len(alerts) > 40
    assert told > 400


@pytest.mark.parametrize(
    ("language", "sentence", "title", "rule"),
    [
        (
            "es",
            "La línea nombra Benzaldehído, pero indica el número CAS 103-79-7",
            "y 1 más",
            "El número CAS",
        ),
        (
            "fr",
            "L’article mentionne Benzaldéhyde mais indique le numéro CAS 103-79-7",
            "et 1 de plus",
            "Numéro CAS",
        ),
        (
            "zh",
            (
                '该货项写明 <span lang="en">Benzaldehyde</span>，'
                "但所给 CAS 号 103-79-7 并非该物质的编号"
            ),
            "及另外 1 项",
            "CAS 号不符",
        ),
    ],
)
def test_pages_say_why_in_their_language_and_records_in_english(
    desk: Callable[..., Desk], language: str, sentence: str, title: str, rule: str
) -> None:
    """On the page of the alert, in the queue, and among the rules."""
    one, asked = desk("analyst"), {"accept-language": language}
    number = one.alerts()[0]
    page = one.get(f"/alerts/{number}", asked).text
    assert sentence in page
    assert title in page
    assert title in one.get("/queue", asked).text
    assert rule in one.get("/rules", asked).text
    record = one.get(f"/alerts/{number}.json", asked).text
    assert "The line names Benzaldehyde but gives the CAS number 103-79-7" in record
    assert sentence not in record


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["es-MX", "fr-FR", "zh-CN"])
def test_an_alert_fits_the_screen_in_every_language(
    opened: Opened, language: str, width: int
) -> None:
    """However long its sentences are there."""
    page, told = opened("/queue", locale=language, width=width)
    page.click("a.title >> nth=0")
    page.wait_for_selector("table.reasons")
    check_page(page, told, width)
    wide = "each => each.filter(cell => cell.scrollWidth > cell.clientWidth).map(c => c.innerText)"
    assert page.eval_on_selector_all("table.law td, table.law th", wide) == []
