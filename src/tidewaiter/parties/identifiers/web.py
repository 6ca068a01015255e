"""E-mails and sites: one spelling, and the domain that is the party's own."""

import re
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@(?:[\w-]+\.)+[\w-]{2,}")
_SITE = re.compile(
    r"(?:\w+:)?(?://)?(?:www\.)?((?:[\w-]+\.)+[^\W\d_][\w-]*)\.?(?::\d+)?(/[^?#\s]*)?(?:[?#].*)?",
    re.IGNORECASE,
)
_LONGEST = 2_000  # characters of an address


class _Mail(Record, frozen=True, kw_only=True):
    source: str
    free: frozenset[str]
    unverified: frozenset[str]  # remembered; used, as it only takes points away


class _Pages(Record, frozen=True, kw_only=True):
    source: str
    hosts: frozenset[str]
    unverified: frozenset[str]


class _Shared(Record, frozen=True, kw_only=True):
    """The file of domains that are nobody's own."""

    mail: _Mail
    pages: _Pages


def read_email(text: str) -> tuple[str, str]:
    """Read an e-mail address.

    Returns:
        The address in lower case, and the domain that is its owner's; the text and "" where it is
        no address; no domain where anyone can have an address there.
    """
    found = _EMAIL.fullmatch(text.strip()[:_LONGEST].removeprefix("mailto:").strip(" <>."))
    if not found:
        return text.strip(), ""
    address = found.group().lower()
    host = address.rpartition("@")[2]
    return address, own_domain(host)


def read_site(text: str) -> tuple[str, str]:
    """Read the address of a site.

    Returns:
        Host and path in lower case, and the domain that is its owner's; the text and "" where it
        is no address; no domain where anyone can have a page there.
    """
    bare = text.strip()[:_LONGEST]
    found = _SITE.fullmatch(bare)
    if not found:
        return bare, ""
    host, path = found[1].lower(), (found[2] or "").rstrip("/").lower()
    return host + path, own_domain(host)


def own_domain(host: str) -> str:
    """Return the domain of a host that one owner has; "" where anyone can be there."""
    domain = domain_of(host)
    shared = shared_domains()
    return "" if {host, domain} & shared else domain


@lru_cache(maxsize=1 << 16)
def domain_of(host: str) -> str:
    """Return the part of a host name that one owner has: "example.com", "example.co.uk".

    Source:
        The public suffix list (publicsuffix.org), as the library carries it.
    """
    labels = host.lower().strip(".")
    return str(_suffixes().privatesuffix(labels) or "") if "." in labels else ""


@cache
def shared_domains() -> frozenset[str]:
    """Return the domains of free mail and of sites that give anyone a page."""
    file = read_toml(data("parties", "mail.toml"), _Shared)
    return file.mail.free | file.mail.unverified | file.pages.hosts | file.pages.unverified


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
