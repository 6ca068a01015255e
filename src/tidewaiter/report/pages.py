"""What all pages share: templates, style, what a browser lets them do, and PDF."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tidewaiter.base.errors import InputError, install_command
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import Phrase
from tidewaiter.explain import languages
from tidewaiter.explain.legible_text import legible, whole
from tidewaiter.explain.lines import role_in_words
from tidewaiter.explain.phrases import on_page
from tidewaiter.explain.words import answer_in_words, severity_in_words


@cache
def environment() -> Environment:
    """Return what fills the templates of reports."""
    return make_environment("tidewaiter.report")


def _shown(value: object) -> object:
    """Say a phrase in the language of the page; make every text that is printed visible."""
    return on_page(value) if isinstance(value, Phrase) else legible(value)


def _filled(translate: Callable[..., str]) -> Callable[..., str]:
    """Make what is filled into a translation visible: the whole is markup, which nothing checks."""

    @pass_context
    def filled(context: Context, *texts: Any, **values: Any) -> str:
        return translate(context, *texts, **{key: _shown(each) for key, each in values.items()})

    return filled


def make_environment(*packages: str) -> Environment:
    """Make what fills templates: it escapes, and a name that is not there is an error.

    Args:
        packages: Whose folders `templates` are searched, and those one level below; of two
            templates of one name, that of the first package counts.
    """
    made = Environment(
        loader=ChoiceLoader([each for package in packages for each in _loaders(package)]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install = made.install_gettext_callables  # type: ignore[attr-defined]
    install(languages.words, languages.counted, newstyle=True)
    made.globals |= {name: _filled(made.globals[name]) for name in ("gettext", "ngettext")}
    made.globals |= {
        "answer_word": answer_in_words,
        "severity_word": severity_in_words,
        "direction": languages.direction,
        "language": languages.language,
    }
    made.filters |= {
        "number": languages.number,
        "day": languages.day,
        "moment": languages.moment,
        "whole": whole,
        "role": role_in_words,
        "words": languages.words,  # of a value: what `_` is given is no text but part of the page
    }
    return made


def _loaders(package: str) -> Iterator[PackageLoader]:
    """Find the templates of a package: its own, and those of each of its subjects."""
    folder = files(package)
    if folder.joinpath("templates").is_dir():
        yield PackageLoader(package)
    for subject in sorted(folder.iterdir(), key=lambda each: each.name):
        if subject.joinpath("templates").is_dir():
            yield PackageLoader(f"{package}.{subject.name}")


@cache
def static(*names: str) -> Markup:
    """Return files of our own, one after the other, to be put into a page as they are."""
    folder = files("tidewaiter.report").joinpath("static")
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    return Markup("".join(texts))  # noqa: S704 - ours, not a stranger's


def hashed(text: str) -> str:
    """Return the hash by which a Content-Security-Policy knows a style or a script of ours."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def pdf_of(page: str) -> bytes:
    """Write a page of ours as PDF; nothing is loaded for it.

    Raises:
        InputError: What writes PDF is not installed, or not what it needs of the system.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an extra, and slow to load
    except (ImportError, OSError) as error:  # an OSError: Pango is missing
        raise InputError("report/pdf-not-installed", command=install_command("pdf")) from error
    return bytes(HTML(string=page, url_fetcher=_nothing).write_pdf())


def _nothing(url: str, **_: object) -> dict[str, object]:
    """Load nothing, whatever a page names."""
    raise ValueError(f"nothing is loaded for a page: {url[:60]}")


def write_page(page: str, place: Path, what: str) -> None:
    """Write a page of HTML into a file, .html or .pdf.

    Args:
        page: Of HTML that holds all that it shows.
        place: The file.
        what: What it is, for an error.

    Raises:
        InputError: What writes PDF is not installed.
        OutputError: The file cannot be written.
    """
    held = pdf_of(page) if place.suffix.lower() == ".pdf" else page.encode()
    with replacing(place, what) as part:
        part.write_bytes(held)
