"""What all pages share: how they are filled, their style, and what a browser lets them do."""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tidewaiter.report import languages
from tidewaiter.report.marks import legible, whole
from tidewaiter.report.words import severity_in_words


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
