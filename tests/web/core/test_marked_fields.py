"""Pages of an alert of which every text is a mark, a slot and a placeholder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jinja2 import nodes
from sqlalchemy import update
from tests.support.matches import MATCH
from tests.web.conftest import Desk

from tidewaiter.base.phrases import read_phrase, stored_json
from tidewaiter.explain.languages import LANGUAGES, speaking
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode
from tidewaiter.store.core.database import open_database
from tidewaiter.trade.types import Alert
from tidewaiter.web.core.node import Node
from tidewaiter.web.core.responses import environment

ODD = "<b>x</b>%(y)s{z}%"
_KEPT = frozenset({"id", "code"})


def _templates() -> list[str]:
    return [name for name in environment().list_templates() if name.endswith(".html")]


def _not_constant(name: str) -> Iterator[str]:
    """Yield the texts that a template asks a translation of without naming them."""
    loader = environment().loader
    assert loader is not None
    source, path, _ = loader.get_source(environment(), name)
    for call in environment().parse(source).find_all(nodes.Call):
        told = call.node.name if isinstance(call.node, nodes.Name) else ""
        asked = {"_": 1, "gettext": 1, "ngettext": 2}.get(told, 0)
        for text in call.args[:asked]:
            if not isinstance(text, nodes.Const):
                yield f"{Path(str(path)).name}, line {call.lineno}"


def test_a_translation_is_asked_of_a_constant_only() -> None:
    """Translations are inserted as markup, so text from outside must use the filter."""
    assert [place for name in _templates() for place in _not_constant(name)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_filter_of_words_escapes(language: str) -> None:
    """And takes nothing for a slot."""
    made = environment().from_string("{{ text | words }}|{{ '' | words }}")
    with speaking(language):
        assert made.render(text=ODD) == "&lt;b&gt;x&lt;/b&gt;%(y)s{z}%|"


def _odd(alert: Alert) -> Alert:
    """Return an alert with all that can be any text said oddly."""
    told = msgspec.json.decode(stored_json(alert))
    for holder, key in list(_leaves(told)):
        before, holder[key] = holder[key], ODD
        try:
            msgspec.convert(told, Alert, dec_hook=read_phrase)
        except msgspec.ValidationError:
            holder[key] = before
    return msgspec.convert(told, Alert, dec_hook=read_phrase)


def _reasons(alert: Alert) -> int:
    return len(alert.reasons)


def _leaves(told: Any) -> Iterator[tuple[Any, Any]]:
    """Yield where each text stands."""
    if isinstance(told, list | dict):
        for key in told if isinstance(told, dict) else range(len(told)):
            if isinstance(told[key], str) and key not in _KEPT:
                yield told, key
            else:
                yield from _leaves(told[key])


@pytest.fixture
def odd(node: Node, desk: Callable[..., Desk]) -> list[str]:
    """Make alerts of the sample odd, each with all that it holds; return their ids."""
    with node.read() as work:
        some = list(alerts_of(work, desk("analyst").alerts()))
    first = next(a for a in some if a.mentions and a.law and a.line.parties)
    rich = [msgspec.structs.replace(first, parties=(MATCH,)), max(some, key=_reasons)]
    c = tables.alert.c
    with open_database(node.serving.db) as database, database.work() as work:
        for alert in map(_odd, rich):
            row = update(tables.alert).where(c.id == alert.id)
            work.connection.execute(row.values(title=ODD, payload=encode(alert)))
    return [alert.id for alert in rich]


@pytest.mark.parametrize("language", LANGUAGES)
def test_odd_texts_come_out_as_they_are(
    desk: Callable[..., Desk], odd: list[str], language: str
) -> None:
    """On each page that shows them, in each language."""
    one, asked = desk("supervisor", cleared=True), {"accept-language": language}
    paths = [f"/alerts/{name}{page}" for name in odd for page in ("", "/cases", "/results")]
    for path in ("/queue", "/overview", *paths):
        answer = one.get(path, asked)
        assert answer.status_code == 200, path
        assert "<b>x</b>" not in answer.text, path
        if path in paths:
            assert "&lt;b&gt;x&lt;/b&gt;%(y)s{z}%" in answer.text, path
