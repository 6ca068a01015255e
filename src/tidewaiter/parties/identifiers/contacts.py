"""What a party's text holds beside its name and address: phones, e-mails, websites, persons."""

import re
import unicodedata
from functools import lru_cache

from tidewaiter.base.records import Record
from tidewaiter.parties.identifiers.phones import phone_of
from tidewaiter.parties.identifiers.web import own_domain

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


class Contacts(Record, frozen=True, kw_only=True):
    """What leads to a party."""

    phones: tuple[str, ...] = ()  # E.164
    emails: tuple[str, ...] = ()  # lower case
    domains: tuple[str, ...] = ()  # of e-mails and websites, but for free-mail services
    people: tuple[str, ...] = ()  # words folded and sorted


_NONE = Contacts()


@lru_cache(maxsize=1 << 15)
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
    emails, domains = find_web(text)
    return Contacts(
        phones=tuple(sorted(_phones(text, country))),
        emails=tuple(sorted(emails)),
        domains=tuple(sorted(domains)),
        people=tuple(sorted(_people(text))),
    )


def find_web(text: str) -> tuple[set[str], set[str]]:
    """Find e-mails, and the domains of these and of websites that are somebody's own.

    Args:
        text: Normalised (NFKC).
    """
    # A look for a sign that each must have costs a twentieth of the search for all of it.
    emails = {e.lower().strip(".") for e in _EMAIL.findall(text)} if "@" in text else set()
    web = "://" in text or "www." in text.lower()
    sites = [each.lower() for each in _SITE.findall(text)] if web else []
    hosts = [*(email.partition("@")[2] for email in emails), *sites]
    return emails, {own_domain(host) for host in hosts} - {""}


def _phones(text: str, country: str) -> set[str]:
    plus = _PLUS.finditer(text) if "+" in text else ()
    found = {phone_of(each.group(), country) for each in plus}
    for cue in _CUE.finditer(text):
        number = _NUMBER.match(text, cue.end())
        if number:
            found.add(phone_of(number.group(), country))
    return found - {""}


def _people(text: str) -> set[str]:
    names = (_STOP.sub("", each.group(1)) for each in _PERSON.finditer(text))
    folded = (" ".join(sorted(name.casefold().split())) for name in names)
    return {name for name in folded if " " in name or not name.isascii()}
