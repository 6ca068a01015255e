"""Sense: what of a notice contradicts itself, whatever law or form it is under."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from tidewaiter.base.countries import country_codes
from tidewaiter.exchange.notices.amounts import MEASURES, in_words, measured
from tidewaiter.exchange.notices.fields import line_place
from tidewaiter.exchange.notices.texts import forbidden_in, texts_of
from tidewaiter.exchange.notices.types import Amount, Notice, NoticeLine, Party, Permit
from tidewaiter.exchange.problems import Problem, doubt, wrong
from tidewaiter.substances.cas import is_cas

MOST_LINES = 200
"""Of one notice."""

MOST = 2**53
"""The largest whole number of a message: beyond it, programs read different ones."""

_WHOLE_PPM = 1_000_000
_HS = re.compile(r"\d{4}\.?(?:\d{2}(?:[. ]?\d{2}){0,2})?")
_LANGUAGE = re.compile("[a-z]{2}")
_COUNTRY_HINT = 'write its ISO 3166-1 code, like "MX"'


def contradictions(notice: Notice, day: date) -> Iterator[Problem]:
    """Yield what does not make sense, in the order of the notice.

    Args:
        notice: The notice.
        day: Today: goods cannot be notified that have left.
    """
    yield from _header(notice)
    yield from _dates(notice, day)
    yield from _countries(notice)
    yield from _lines(notice)
    yield from _permits(notice)
    for path, text in texts_of(notice):
        if sign := forbidden_in(text):
            yield wrong(path, f"it holds the character {sign}", "take it out: no XML can carry it")


def _header(notice: Notice) -> Iterator[Problem]:
    if notice.version < 1:
        yield wrong("version", f"{notice.version} is no version", "the first one is 1")
    if notice.replaces and notice.replaces == notice.reference:
        yield wrong("replaces", "it replaces itself", "an amendment is a new version instead")
    if notice.language and not _LANGUAGE.fullmatch(notice.language):
        yield wrong("language", f'"{notice.language}" is no language', 'write it like "es"')
    if notice.consent == "refused":
        yield doubt(
            "consent", "the exporter refuses that its papers are shared", "do not send it on"
        )
    if notice.shipments == "single" and (notice.period_since or notice.period_until):
        yield doubt("period since", "one shipment has a period", "say that there are several")


def _dates(notice: Notice, day: date) -> Iterator[Problem]:
    travel = notice.transport
    if notice.sent and notice.reply_by and notice.reply_by <= notice.sent:
        yield wrong(
            "reply by", f"{notice.reply_by} is not after {notice.sent}", "give it a later day"
        )
    since, until = notice.period_since, notice.period_until
    if since and until and until < since:
        yield wrong("period until", f"{until} is before {since}", "turn the two round")
    leaves = travel.dispatch
    if leaves is None:
        return
    if leaves < (notice.sent or day):
        yield wrong(
            "transport, dispatch",
            f"the goods left on {leaves}, before the notice",
            "a pre-export notification comes before the export",
        )
    elif notice.reply_by and leaves <= notice.reply_by:
        yield doubt(
            "transport, dispatch",
            f"the goods leave on {leaves}, while an answer may still come",
            f"an answer may come until {notice.reply_by}; silence is no consent",
        )
    if travel.arrival and travel.arrival < leaves:
        yield wrong(
            "transport, arrival", f"{travel.arrival} is before {leaves}", "mend one of the two"
        )
    if since and until and not since <= leaves <= until:
        yield wrong("transport, dispatch", f"{leaves} is not in the period", "mend one of the two")


def _countries(notice: Notice) -> Iterator[Problem]:
    known = country_codes()
    named = [
        ("sender, country", notice.sender.country),
        ("recipient, country", notice.recipient.country),
    ]
    named += [(f"{place}, country", party.country) for place, party in parties_of(notice)]
    named += [("transport, transit", code) for code in notice.transport.transit]
    named += [(f"permit {n}, issuer", each.issuer) for n, each in enumerate(notice.permits, 1)]
    for place, code in named:
        if code and code not in known:
            yield wrong(place, f'"{code}" is no country that we know', _COUNTRY_HINT)
    sender, recipient = notice.sender.country, notice.recipient.country
    if sender and sender == recipient:
        yield wrong(
            "recipient, country", "both authorities are of one country", "nothing is exported"
        )
    for place, party, own in (
        ("exporter", notice.parties.exporter, sender),
        ("importer", notice.parties.importer, recipient),
    ):
        if party.country and party.country != own:
            yield doubt(
                f"{place}, country",
                f"{party.country} is not the country of the authority, {own}",
                "look whether the notice goes to the right one",
            )


def parties_of(notice: Notice) -> Iterator[tuple[str, Party]]:
    """Yield the parties of a notice, each with its role in words."""
    for name in notice.parties.__struct_fields__:
        value = getattr(notice.parties, name)
        word = name.replace("_", " ").removesuffix("s")
        if isinstance(value, Party):
            yield word, value
        elif value:
            yield from ((f"{word} {number}", each) for number, each in enumerate(value, 1))


def _lines(notice: Notice) -> Iterator[Problem]:
    if not notice.lines:
        yield wrong("lines", "it names no substance", "add a line")
    if len(notice.lines) > MOST_LINES:
        yield wrong("lines", f"{len(notice.lines)} lines", f"send {MOST_LINES} at most in a notice")
    for number, times in Counter(line.number for line in notice.lines).items():
        if times > 1 or number < 1:
            yield wrong(f"line {number}", "its number is not its own", "number the lines 1, 2, 3")
    for line in notice.lines:
        yield from _line(line)


def _line(line: NoticeLine) -> Iterator[Problem]:
    yield from _amount(line.net, line_place(line, "quantity"))
    for name in ("content_ppm", "purity_ppm"):
        share = getattr(line, name)
        if share is not None and not 0 < share <= _WHOLE_PPM:
            place = line_place(line, name.removesuffix("_ppm"))
            yield wrong(
                place, f"{share} parts per million", "a share is more than 0 and at most 1000000"
            )
    if line.packages is not None and line.packages < 1:
        yield wrong(line_place(line, "packages"), f"{line.packages} packages", "count them from 1")
    net = line.net.mass_mg
    if line.gross_mg is not None and net is not None and line.gross_mg < net:
        yield wrong(
            line_place(line, "gross weight"),
            "it is less than the net weight",
            "mend one of the two",
        )
    if line.hs and not _HS.fullmatch(line.hs):
        yield wrong(
            line_place(line, "hs"), f'"{line.hs}" is no HS or CN code', 'write it like "2939.41"'
        )
    numbers = [("cas", line.cas), *(("contains", each.cas) for each in line.contains)]
    for name, cas in numbers:
        if cas and not is_cas(cas):
            yield wrong(line_place(line, name), f'"{cas}" is no CAS number', "compare its digits")


def _amount(amount: Amount, place: str) -> Iterator[Problem]:
    given = [name for name in MEASURES if getattr(amount, name) is not None]
    if len(given) > 1:
        yield wrong(place, "it is given in several measures", "keep the one that the law counts")
    for name in given:
        value = getattr(amount, name)
        if not 0 < value < MOST:
            yield wrong(
                place, f"{value} is no quantity", "give more than nothing, and less than 2^53"
            )


def _permits(notice: Notice) -> Iterator[Problem]:
    lines = {line.number: line for line in notice.lines}
    for number, permit in enumerate(notice.permits, 1):
        place = f"permit {number}"
        if permit.since and permit.until and permit.until < permit.since:
            yield wrong(
                f"{place}, until", f"{permit.until} is before {permit.since}", "turn them round"
            )
        if permit.line is not None and permit.line not in lines:
            yield wrong(
                f"{place}, line", f"there is no line {permit.line}", "name one, or none for all"
            )
        yield from _validity(permit, place, notice.transport.dispatch)
        own = [each for each in lines.values() if permit.line in {None, each.number}]
        for line in own if permit.line is not None or len(own) == 1 else ():
            yield from _covers(permit, line, place)


def _validity(permit: Permit, place: str, leaves: date | None) -> Iterator[Problem]:
    if leaves and permit.until and leaves > permit.until:
        yield wrong(
            f"{place}, until",
            f"it ends on {permit.until}, and the goods leave on {leaves}",
            "renew it, or send the goods before",
        )
    if leaves and permit.since and leaves < permit.since:
        yield wrong(
            f"{place}, since", f"it begins on {permit.since}, after {leaves}", "send them later"
        )


def _covers(permit: Permit, line: NoticeLine, place: str) -> Iterator[Problem]:
    most, net = measured(permit.amount), measured(line.net)
    if most is None or net is None:
        return
    if most.measure != net.measure:
        yield doubt(f"{place}, amount", "it is in another measure than its line", "compare by hand")
    elif net.value > most.value:
        yield wrong(
            line_place(line, "quantity"),
            f"more than the {in_words(permit.amount)} of {permit.kind} {permit.number}",
            "notify less, or get another permit",
        )
