"""What a party's text holds beside its name and address: phones, e-mails, websites, persons."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import phonenumbers

from tidewaiter.base.records import Record
from tidewaiter.parties.resolution.facts import resolution_rules

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(r"(?:https?://|\bwww\.)([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
_CUE = re.compile(
    r"(?<![^\W\d_])(?:tel|telephone|telefono|teléfono|phone|ph|fax|mob|mobile|cell|whatsapp|wechat|tlf|тел|факс"
    r"|电话|電話|手机|传真|傳真)[\s.:#№)]*(?:no\.?|number)?[\s.:#№-]*(?=[+(\d])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?\(?\d[\d\s().\u2011/-]{5,20}\d")
_PLUS = re.compile(r"\+\d[\d\s().\u2011-]{6,18}\d")
_PERSON = re.compile(
    r"(?<![^\W\d_])(?:attn|attention|contact(?:\s+person)?|director|represented\s+by|联系人|法人)"
    r"[\s.:：]+(?:(?:mr|mrs|ms|miss|dr)\b\.?\s*)?([^\d,;:/()+@]{3,40})",
    re.IGNORECASE,
)
_STOP = re.compile(r"\s+(?:tel|phone|ph|fax|mob|mobile|cell|email|e-mail|电话)\b.*", re.IGNORECASE)
_ANY = re.compile(
    r"[@+]|www\.|://|\b(?:tel|phone|ph|fax|mob|cell|tlf|what|wech|att|contact|direct|repr)"
    r"|[电電手传傳联法]|тел|факс",
    re.IGNORECASE,
)
_SECOND: Final = frozenset({"co", "com", "org", "net", "gov", "edu", "ac", "gob", "or", "ne"})
_COUNTRY: Final = 2  # letters of the domain of a country


class Contacts(Record, frozen=True, kw_only=True):
    """What leads to a party."""

    phones: tuple[str, ...] = ()  # E.164
    emails: tuple[str, ...] = ()  # lower case
    domains: tuple[str, ...] = ()  # of e-mails and websites, but for free-mail services
    people: tuple[str, ...] = ()  # words folded and sorted


_NONE = Contacts()


def find_contacts(text: str, country: str) -> Contacts:
    """Find the contacts in a text.

    A phone number needs a word before it that says so, or a plus sign: addresses are full of
    numbers.

    Args:
        text: As written.
        country: ISO 3166-1 alpha-2, for phone numbers without a country; "" where unknown.
    """
    if not _ANY.search(text):
        return _NONE
    text = unicodedata.normalize("NFKC", text)
    emails = [each.lower().strip(".") for each in _EMAIL.findall(text)]
    sites = [each.lower() for each in _SITE.findall(text)]
    free = resolution_rules().mail.free | resolution_rules().mail.unverified
    hosts = [*(email.partition("@")[2] for email in emails), *sites]
    domains = {domain for host in hosts if (domain := domain_of(host)) and host not in free}
    return Contacts(
        phones=tuple(sorted(_phones(text, country))),
        emails=tuple(sorted(set(emails))),
        domains=tuple(sorted(domains - free)),
        people=tuple(sorted(_people(text))),
    )


def domain_of(host: str) -> str:
    """Return the part of a host name that one owner has: "example.com", "example.co.uk"."""
    labels = host.strip(".").split(".")
    size = 3 if labels[-2:-1] and labels[-2] in _SECOND and len(labels[-1]) == _COUNTRY else 2
    return ".".join(labels[-size:]) if len(labels) > 1 else ""


@lru_cache(maxsize=1 << 16)
def phone_of(text: str, country: str) -> str:
    """Return a phone number in E.164; "" where it is none that can be."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def country_of_phone(number: str) -> str:
    """Return the country of a number in E.164; "" where it has none, or several share a code."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return ""
    return region or ""


def _phones(text: str, country: str) -> set[str]:
    found = {phone_of(each.group(), country) for each in _PLUS.finditer(text)}
    for cue in _CUE.finditer(text):
        number = _NUMBER.match(text, cue.end())
        if number:
            found.add(phone_of(number.group(), country))
    return found - {""}


def _people(text: str) -> set[str]:
    names = (_STOP.sub("", each.group(1)) for each in _PERSON.finditer(text))
    folded = (" ".join(sorted(name.casefold().split())) for name in names)
    return {name for name in folded if " " in name or not name.isascii()}
