"""Telephones, e-mails and websites: normalisation, and extraction from text."""

import re
import unicodedata
from functools import cache, lru_cache

import phonenumbers
from publicsuffixlist import PublicSuffixList

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.identifiers.schemes import Check

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@(?:[\w-]+\.)+[\w-]{2,}")
_SITE = re.compile(
    r"(?:\w+:)?(?://)?(?:www\.)?((?:[\w-]+\.)+[^\W\d_][\w-]*)\.?(?::\d+)?(/[^?#\s]*)?(?:[?#].*)?",
    re.IGNORECASE,
)
_LONGEST_ADDRESS = 2_000  # characters of an address


class _Mail(Record, frozen=True, kw_only=True):
    source: str
    free: frozenset[str]
    unverified: frozenset[str]  # from memory; used, as it only removes points


class _Pages(Record, frozen=True, kw_only=True):
    source: str
    hosts: frozenset[str]
    unverified: frozenset[str]


class _Shared(Record, frozen=True, kw_only=True):
    """Content of the file of shared domains."""

    mail: _Mail
    pages: _Pages


def read_email(text: str) -> tuple[str, str]:
    """Parse an e-mail address.

    Returns:
        The address in lower case, and its domain if it belongs to one owner; the text and "" if it
        is not an address; no domain for public e-mail services.
    """
    found = _EMAIL.fullmatch(text.strip()[:_LONGEST_ADDRESS].removeprefix("mailto:").strip(" <>."))
    if not found:
        return text.strip(), ""
    address = found.group().lower()
    host = address.rpartition("@")[2]
    return address, own_domain(host)


def read_site(text: str) -> tuple[str, str]:
    """Parse the address of a site.

    Returns:
        Host and path in lower case, and the domain if it belongs to one owner; the text and "" if
        it is not an address; no domain for public hosting services.
    """
    bare = text.strip()[:_LONGEST_ADDRESS]
    found = _SITE.fullmatch(bare)
    if not found:
        return bare, ""
    host, path = found[1].lower(), (found[2] or "").rstrip("/").lower()
    return host + path, own_domain(host)


def own_domain(host: str) -> str:
    """Return the registrable domain of a host; "" for shared domains."""
    domain = domain_of(host)
    shared = shared_domains()
    return "" if {host, domain} & shared else domain


@lru_cache(maxsize=1 << 16)
def domain_of(host: str) -> str:
    """Return the registrable domain of a host name: "example.com", "example.co.uk".

    Source:
        The public suffix list (publicsuffix.org), as included in the library.
    """
    labels = host.lower().strip(".")
    return str(_suffixes().privatesuffix(labels) or "") if "." in labels else ""


@cache
def shared_domains() -> frozenset[str]:
    """Return the domains of free e-mail and hosting services."""
    file = read_toml(data("parties", "mail.toml"), _Shared)
    return file.mail.free | file.mail.unverified | file.pages.hosts | file.pages.unverified


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


_LABEL = re.compile(
    r"^\W*(?:(?:tel|phone|mobile|mob|cell|fax|no|number|nr)\b[\s.:#]*)+", re.IGNORECASE
)
_ZEROS = re.compile(r"^00(?=[1-9])")
_DIGITS = re.compile(r"\D")
_SECOND = re.compile(r"[;,/|](?=[\d\s()+-]{1,25}$).*", re.DOTALL)
_CODES = frozenset("123456789")
_WHOLE = 10  # minimum digits of a number with country code
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_CODE_ENDS = range(2, 5)  # where a country code of one to three digits ends
_LONGEST_PHONE = 60  # characters of a number and its extension


@lru_cache(maxsize=1 << 16)
def phone_of(text: str, country: str) -> str:
    """Return a phone number in E.164; "" if it is not possible.

    Args:
        text: Number as written; an extension is ignored.
        country: ISO 3166-1 alpha-2, for a number without a country; "" where unknown.
    """
    number = _parse(text, country)
    if number is None or not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=1 << 16)
def read_phone(text: str, countries: tuple[str, ...]) -> tuple[str, Check]:
    """Parse one phone number.

    Args:
        text: Number as written, possibly with a label before it or a second number after it.
        countries: ISO 3166-1 alpha-2, numbering plans for a number without a country code.

    Returns:
        E.164 if the number is possible, otherwise its digits; and whether it is assigned.
    """
    bare = _SECOND.sub("", _LABEL.sub("", text.strip()[:_LONGEST_PHONE]))
    bare = _ZEROS.sub("+", bare)
    possible = ""
    tries = [(bare, country) for country in (*countries, "")]
    digits = _DIGITS.sub("", bare)
    if not bare.startswith("+") and digits[:1] in _CODES and len(digits) >= _WHOLE:
        tries.append((f"+{digits}", ""))  # country code without the plus sign
    for spelling, country in tries:
        number = _parse(spelling, country)
        if number is None or not phonenumbers.is_possible_number(number):
            continue
        spelt = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(number):
            return str(spelt), "valid"
        if spelling == bare:
            possible = possible or str(spelt)
    return possible or digits, "not valid"


def country_of_phone(number: str) -> str:
    """Return the country of a number in E.164; "" if none, or if several share a code."""
    if _E164.fullmatch(number):
        regions = _regions_of(number)
        if len(regions) == 1:  # parsing the number takes thirty times as long
            return regions[0]
    parsed = _parse(number, "")
    return (phonenumbers.region_code_for_number(parsed) or "") if parsed else ""


def _regions_of(number: str) -> tuple[str, ...]:
    """Return the regions that share the country code of a number; no code begins another."""
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    found = (codes.get(int(number[1:end])) for end in _CODE_ENDS)
    return next(filter(None, found), ())


def _parse(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None


_EMAIL_IN_TEXT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE_IN_TEXT = re.compile(r"(?:https?://|\bwww\.)([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
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
_PERSON_CUES = ("att", "contact", "director", "represented")  # one is needed, in ASCII
_STOP = re.compile(r"\s+(?:tel|phone|ph|fax|mob|mobile|cell|email|e-mail|电话)\b.*", re.IGNORECASE)
_ANY = re.compile(
    r"[@+]|www\.|://|\b(?:tel|phone|ph|fax|mob|cell|tlf|what|wech|att|contact|direct|repr)"
    r"|[电電手传傳联法]|тел|факс",
    re.IGNORECASE,
)


class Contacts(Record, frozen=True, kw_only=True):
    """Contact details of a party."""

    phones: tuple[str, ...] = ()  # E.164
    emails: tuple[str, ...] = ()  # lower case
    domains: tuple[str, ...] = ()  # of e-mails and websites, except free e-mail services
    people: tuple[str, ...] = ()  # words folded and sorted


_NONE = Contacts()


@lru_cache(maxsize=1 << 16)
def find_contacts(text: str, country: str) -> Contacts:
    """Extract the contact details from a text.

    A phone number requires a preceding label or a plus sign, because addresses contain many
    numbers.

    Args:
        text: Text as written.
        country: ISO 3166-1 alpha-2, for phone numbers without a country; "" where unknown.
    """
    if "@" not in text and "+" not in text and not _ANY.search(text):
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
    """Find e-mails, and the owned domains of e-mails and websites.

    Args:
        text: Normalised text (NFKC).
    """
    # Testing for a required character costs a twentieth of the full search.
    emails = {e.lower().strip(".") for e in _EMAIL_IN_TEXT.findall(text)} if "@" in text else set()
    web = "://" in text or "www." in text.lower()
    sites = [each.lower() for each in _SITE_IN_TEXT.findall(text)] if web else []
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
    if text.isascii() and not any(map(text.lower().__contains__, _PERSON_CUES)):
        return set()  # the usual case; the pattern takes ten times as long
    names = (_STOP.sub("", each.group(1)) for each in _PERSON.finditer(text))
    folded = (" ".join(sorted(name.casefold().split())) for name in names)
    return {name for name in folded if " " in name or not name.isascii()}
