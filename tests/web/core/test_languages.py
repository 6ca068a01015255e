"""Pages in a language of another script: what is English on them is marked as English."""

import re
from collections.abc import Callable, Iterator

import pytest
from tests.support.english import english_left
from tests.web.conftest import Desk
from tests.web.core.test_access import ways_of
from tests.web.exchanging import fill_exchange
from tests.web.filling import Real, fill, found_at

from tidewaiter.exchange.requests.types import load_instruments
from tidewaiter.explain.languages import LANGUAGES
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.client_paths import is_matching
from tidewaiter.web.core.node import Node

_QUESTIONS = (
    "/law?what=acetic+anhydride&from=DE&to=MX&amount=25+kg",
    "/law?what=thiofentanyl",
    "/law?what=nobody+knows&day=x",
    "/law/compare?what=acetone",
    "/substances?q=fentanyl",
)
_OURS = ("Drums of solvent", "Drums with another label", "Call the importer", "Seal 17 is broken")
"""What people wrote in `fill`."""


def _addresses(node: Node, real: Real) -> Iterator[str]:
    """Yield every address of a page; of several things of a kind, the first two."""
    for way in ways_of(make_app(node), "/"):
        names = re.findall(r"{(\w+)}", way.path)
        try:
            told = {name: [str(each) for each in found_at(real, way.path, name)] for name in names}
        except KeyError:
            continue
        if is_matching(way.path):  # records alone, but for a preview that needs a list
            continue
        if way.method == "GET" and not way.path.startswith("/schema"):
            for place in range(min((2, *map(len, told.values()))) if told else 1):
                yield re.sub(r"{(\w+)}", lambda found: told[found[1]][place], way.path)  # noqa: B023


def _names(node: Node) -> set[str]:
    """Return what is called as its authority or its author calls it."""
    registry = node.registry
    laws = registry.regimes.values()
    substances = registry.substances
    return {
        *_OURS,
        *(each.name for each in laws),
        *(each.name for each in substances),
        *(each.name for each in registry.classes),
        *(form.name for each in substances for form in each.forms),
        *(control.schedule for each in substances for control in each.controls),
        *(source.title for source in registry.sources.values()),
        *(each.title for each in load_instruments().instrument.values()),
    }


def test_what_is_english_is_marked(node: Node, desk: Callable[..., Desk]) -> None:
    """No page in Arabic has an English sentence of ours that is not marked as such."""
    real = fill(node, desk)
    names = _names(node)
    cleo, adam = desk("supervisor", "cleo", cleared=True), desk("administrator", "adam")
    left: dict[str, str] = {}
    pages = 0
    for address in (*_addresses(node, real), *_QUESTIONS):
        answer = cleo.get(address, {"accept-language": "ar"})
        if answer.status_code == 403:
            answer = adam.get(address, {"accept-language": "ar"})
        assert answer.status_code < 500, (address, answer.text)
        if answer.headers.get("content-type", "").startswith("text/html"):
            pages += 1
            left |= dict.fromkeys(english_left(answer.text, names), address)
    assert left == {}
    assert pages > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_own_node_are_there_in_every_language(
    node: Node, desk: Callable[..., Desk], language: str
) -> None:
    """BIP 39 has no list of words for some: their pages show those of English."""
    fill_exchange(node)
    answer = desk("supervisor", "cleo").get("/peers", {"accept-language": language})
    assert answer.status_code == 200
    assert answer.text.count("<code") > 0
