"""The catalogues of translations: whole, and true to what is filled in."""

import re
from typing import Any

import pytest
from tools.catalogues import LANGUAGES, catalogue_of, texts

from tidewaiter.explain.languages import moment, speaking

_FILLED = re.compile(r"%\(\w+\)s|\{\w+(?::[^{}]*)?\}|</?b>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    """And nothing is kept that is not said any more."""
    kept = {(each.id, each.context): each.string for each in catalogue_of(language) if each.id}
    wanted = {(each.id, each.context) for each in texts() if each.id}
    missing = sorted(str(each) for each in wanted if not _is_whole(kept.get(each)))
    assert missing == [], "run: python -m tools.catalogues, and translate what is empty"
    assert set(kept) - wanted == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_stands_in_the_translation(language: str) -> None:
    """Names, numbers and marks are those of the English text."""
    for each in catalogue_of(language):
        told = [str(text) for text in _forms(each.string)]
        if not each.id or not all(told):
            continue
        many = str(_forms(each.id)[-1])
        for text in told:
            # A form for one may leave the number out.
            missing = set(_FILLED.findall(many)) - set(_FILLED.findall(text))
            assert missing <= ({"%(num)s"} if len(told) > 1 else set()), (many, text)


def _forms(told: Any) -> list[Any]:
    return list(told) if isinstance(told, list | tuple) else [told]


def _is_whole(told: object) -> bool:
    return all(told) if isinstance(told, tuple) else bool(told)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "26 Nov 2026, 16:17 UTC"),
        ("fr", "26 nov. 2026, 16:17 UTC"),
        ("zh", "2026年11月26日, 16:17 UTC"),
    ],
)
def test_a_moment_has_its_day_as_the_language_writes_it(language: str, told: str) -> None:
    """In the order of the language, as a day alone."""
    with speaking(language):
        assert moment("2026-11-26T16:17:00+00:00") == told
