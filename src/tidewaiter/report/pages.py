"""What all pages share: how they are filled, their style, and what a browser lets them do."""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tidewaiter.report import languages
from tidewaiter.report.characters import visible
from tidewaiter.report.words import severity_in_words

LIMIT = 1_000
"""Characters of a text that a page prints."""


@cache
def environment() -> Environment:
    """Return what fills the templates of reports."""
    return make_environment("tidewaiter.report")


def make_environment(*packages: str) -> Environment:
    """Make what fills templates: it escapes, and a name that is not there is an error.

    Args:
        packages: Whose templates; of two of one name, the one of the first package counts.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=legible,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install = made.install_gettext_callables  # type: ignore[attr-defined]
    install(languages.words, languages.counted, newstyle=True)
    made.globals["severity_word"] = severity_in_words
    made.filters |= {
        "number": languages.number,
        "day": languages.day,
        "moment": languages.moment,
        "whole": whole,
        "words": languages.words,  # of a value: what `_` is given is no text but part of the page
    }
    return made


@cache
def static(*names: str) -> Markup:
    """Return files of our own, one after the other, to be put into a page as they are."""
    folder = files("tidewaiter.report").joinpath("static")
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    return Markup("".join(texts))  # noqa: S704 - ours, not a stranger's


def hashed(text: str) -> str:
    """Return the hash by which a Content-Security-Policy knows a style or a script of ours."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def whole(text: object) -> Markup:
    """Make a text visible that fills a field to be changed: however long, as it is saved again."""
    return escape(visible(str(text)))


def legible(value: object) -> object:
    """Make every text that a template prints visible, and none too long."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else shortened(value)


def shortened(text: str) -> str:
    """Return a text with all that is in it visible, and cut where it is too long."""
    if len(text) > LIMIT:
        left = languages.number(len(text) - LIMIT)
        return f"{visible(text[:LIMIT])} ⟦{left} {languages.words('characters left out')}⟧"
    return visible(text)
