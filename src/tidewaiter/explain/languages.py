"""Interface languages: gettext translations, and CLDR formats for dates and numbers."""

import gettext
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from tidewaiter.base.countries import country_name

LANGUAGES = {
    "en": "English",
    "ar": "العربية",
    "es": "Español",
    "fr": "Français",
    "ru": "Русский",
    "zh": "中文",
}
# CLDR writes Arabic dates as "25\u200f/11\u200f/2026", where UN documents name the month, and
# Russian dates with a full stop at the end.
_DAYS = {"ar": "d MMMM y", "ru": "d MMM y"}
# "25 Nov 2026" cannot be misread on either side of the Atlantic.
_REGIONS = {"en": "en_GB", "zh": "zh_Hans_CN"}
_CONTEXT = "\x04"  # between context and text, as in gettext's own files
_now: ContextVar[str] = ContextVar("language", default="en")
_invented: ContextVar[Mapping[str, str]] = ContextVar("countries", default=MappingProxyType({}))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Set the current language for the duration of the context."""
    token = _now.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _now.reset(token)


def language() -> str:
    """Return the code of the current language."""
    return _now.get()


def direction(name: str) -> str:
    """Return the writing direction of a language: "ltr" or "rtl"."""
    return _locale(name).text_direction


def negotiated(accepts: str) -> str:
    """Return the available language that a browser prefers.

    Args:
        accepts: Value of the Accept-Language header.
    """
    parts = [part.partition(";") for part in accepts.split(",")[:20]]
    ranked = sorted(parts, key=lambda part: -_weight(part[2]))
    asked = [part[0].strip().replace("-", "_") for part in ranked]
    found = negotiate_locale([name for name in asked if name], list(LANGUAGES))
    return found or next((n[:2] for n in asked if n[:2] in LANGUAGES), "en")


def marked(text: str) -> str:
    """Mark a text for extraction into the catalogues; `words` translates it when it is shown."""
    return text


def pmarked(context: str, text: str) -> str:
    """Mark a text that has several senses; `words` translates it in the one that is meant.

    Args:
        context: The sense, for translators; nobody else sees it.
        text: The text.
    """
    return f"{context}{_CONTEXT}{text}"


def words(text: str) -> str:
    """Translate an interface text into the current language."""
    if _CONTEXT in text:
        return pgettext(*text.split(_CONTEXT, 1))
    return _catalogue(_now.get()).gettext(text) if text else ""  # gettext("") is the header


def pgettext(context: str, text: str) -> str:
    """Return a text that has several senses, in the one that is meant.

    Args:
        context: As for `pmarked`.
        text: The text.
    """
    return _catalogue(_now.get()).pgettext(context, text)


def counted(one: str, many: str, count: int) -> str:
    """Translate a text with singular and plural forms into the current language."""
    return _catalogue(_now.get()).ngettext(one, many, count)


def numbered(one: str, many: str, count: int) -> str:
    """Return a text that depends on a count, with the count at ``%(num)s``."""
    return counted(one, many, count) % {"num": number(count)}


def number(value: float) -> str:
    """Format a number in the current language."""
    return format_decimal(value, locale=_locale(_now.get()))


def decimal(value: float, digits: int = 1) -> str:
    """Format a number with a fixed number of decimals in the current language."""
    return format_decimal(value, format=f"#,##0.{'0' * digits}", locale=_locale(_now.get()))


def figure(text: str) -> str:
    """Reformat an English number such as "1,023.50" in the current language, digit for digit."""
    whole, point, rest = text.partition(".")
    locale = _locale(_now.get())
    signs = get_group_symbol(locale), get_decimal_symbol(locale)
    return whole.replace(",", signs[0]) + (signs[1] if point else "") + rest


def day(value: date | str | None) -> str:
    """Format a date in the current language; "" for None."""
    if not value:
        return ""
    read = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return format_date(read, _DAYS.get(_now.get(), "medium"), locale=_locale(_now.get()))


def moment(value: datetime | str | None) -> str:
    """Format a date and time (UTC) in the current language; "" for None."""
    if not value:
        return ""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    locale = _locale(_now.get())
    days = _DAYS.get(_now.get()) or locale.date_formats["medium"].pattern
    pattern = f"{days}, HH:mm"
    return f"{format_datetime(read, pattern, locale=locale)} UTC"


def month(value: date) -> str:
    """Format a month and year in the current language."""
    return format_skeleton("yMMM", value, locale=_locale(_now.get()))


def country(code: str) -> str:
    """Return a country name in the current language (Unicode CLDR); the code if CLDR has none."""
    invented = _invented.get().get(code)
    return invented or str(_locale(_now.get()).territories.get(code) or country_name(code))


@contextmanager
def naming(countries: Mapping[str, str]) -> Iterator[None]:
    """Override country names within the context, for fictitious countries.

    Args:
        countries: Names by code; ISO reserves some codes for users.
    """
    token = _invented.set(countries)
    try:
        yield
    finally:
        _invented.reset(token)


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(_REGIONS.get(name, name))


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    file = files("tidewaiter.explain").joinpath("locale", f"{name}.po")
    if name == "en" or not file.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as read:
        write_mo(compiled, read_po(read, locale=str(_locale(name))))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _weight(told: str) -> float:
    try:
        return float(told.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
