"""Shared page parts: templates, styles, Content-Security-Policy hashes, and PDF export."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tidewaiter.base.errors import InputError, install_command
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import Phrase
from tidewaiter.explain import languages
from tidewaiter.explain.legible_text import legible, whole
from tidewaiter.explain.lines import consignment_in_words, role_in_words
from tidewaiter.explain.official_names import (
    control_name,
    instrument_name,
    schedule_name,
    substance_markup,
    substance_name,
    substance_with_english,
)
from tidewaiter.explain.phrases import on_page
from tidewaiter.explain.words import (
    answer_in_words,
    goods_in_words,
    mark_in_words,
    severity_in_words,
)


@cache
def environment() -> Environment:
    """Return the template environment for reports."""
    return make_environment("tidewaiter.report")


def _shown(value: object) -> object:
    """Translate a phrase into the page's language; make all printed text legible."""
    return on_page(value) if isinstance(value, Phrase) else legible(value)


def _filled(translate: Callable[..., str]) -> Callable[..., str]:
    """Make what is filled into a translation visible: the whole is markup, which nothing checks."""

    @pass_context
    def filled(context: Context, *texts: Any, **values: Any) -> str:
        return translate(context, *texts, **{key: _shown(each) for key, each in values.items()})

    return filled


def make_environment(*packages: str) -> Environment:
    """Build a template environment with escaping, in which an undefined name is an error.

    Args:
        packages: Packages with `templates` folders to search, including those one level below;
            if two templates have the same name, the first package wins.
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
    install(languages.words, languages.counted, newstyle=True, pgettext=languages.pgettext)
    for name in ("gettext", "ngettext", "pgettext"):
        made.globals[name] = _filled(cast("Callable[..., str]", made.globals[name]))
    made.globals |= {
        "answer_word": answer_in_words,
        "severity_word": severity_in_words,
        "goods_word": goods_in_words,
        "mark_word": mark_in_words,
        "direction": languages.direction,
        "language": languages.language,
    }
    made.filters |= {
        "number": languages.number,
        "day": languages.day,
        "moment": languages.moment,
        "country": languages.country,
        "whole": whole,
        "role": role_in_words,
        "consignment": consignment_in_words,
        "words": languages.words,  # of a value: what `_` is given is no text but part of the page
        "substance": substance_markup,
        "substance_text": substance_name,  # for an attribute, an option or a title
        "substance_with_english": substance_with_english,
        "instrument": instrument_name,
        "schedule": schedule_name,
        "control": control_name,
    }
    return made


def _loaders(package: str) -> Iterator[PackageLoader]:
    """Return loaders for the templates of a package and of each of its subjects."""
    folder = files(package)
    if folder.joinpath("templates").is_dir():
        yield PackageLoader(package)
    for subject in sorted(folder.iterdir(), key=lambda each: each.name):
        if subject.joinpath("templates").is_dir():
            yield PackageLoader(f"{package}.{subject.name}")


@cache
def static(*names: str) -> Markup:
    """Return static files of our own, concatenated, for embedding in a page."""
    folder = files("tidewaiter.report").joinpath("static")
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    return Markup("".join(texts))  # noqa: S704 - ours, not a stranger's


def hashed(text: str) -> str:
    """Return the Content-Security-Policy hash of one of our styles or scripts."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def pdf_of(page: str) -> bytes:
    """Render one of our pages as PDF, without loading any resource.

    Raises:
        InputError: PDF export or one of its system libraries is not installed.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an extra, and slow to load
    except (ImportError, OSError) as error:  # an OSError means that Pango is missing
        raise InputError("report/pdf-not-installed", command=install_command("pdf")) from error
    return bytes(HTML(string=page, url_fetcher=_nothing).write_pdf())


def _nothing(url: str, **_: object) -> dict[str, object]:
    """Refuse to load any URL in a page."""
    raise ValueError(f"nothing is loaded for a page: {url[:60]}")


def write_page(page: str, place: Path, what: str) -> None:
    """Write an HTML page to a file, as .html or .pdf.

    Args:
        page: Self-contained HTML.
        place: The file.
        what: Name of the document, for error messages.

    Raises:
        InputError: PDF export is not installed.
        OutputError: The file cannot be written.
    """
    held = pdf_of(page) if place.suffix.lower() == ".pdf" else page.encode()
    with replacing(place, what) as part:
        part.write_bytes(held)
