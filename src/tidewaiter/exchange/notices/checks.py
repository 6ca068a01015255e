"""Checks of a notice: contradictions, missing fields, unprintable characters, law, deadlines."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from tidewaiter.base.countries import country_codes
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import MEASURES, in_words, measured
from tidewaiter.exchange.notices.deadlines import (
    Deadline,
    Due,
    after,
    earliest_dispatch,
    reply_deadline,
)
from tidewaiter.exchange.notices.forms import (
    Form,
    Need,
    is_given,
    line_place,
    load_forms,
    of_basis,
    suggested,
    values,
)
from tidewaiter.exchange.notices.law import PREPARED, Law, LineLaw, law_of
from tidewaiter.exchange.notices.types import Amount, Notice, NoticeLine, Party, Permit
from tidewaiter.exchange.problems import Make, Problem, doubt, wrong
from tidewaiter.law.registry import is_cas

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def forbidden_in(text: str) -> str:
    """Return the first character that XML forbids, like "U+0000"; "": none."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def texts_of(thing: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield all texts of a record with their paths: "lines[2].name"."""
    if isinstance(thing, str):
        yield place, thing
    elif isinstance(thing, tuple):
        for number, each in enumerate(thing, 1):
            yield from texts_of(each, f"{place}[{number}]")
    elif isinstance(thing, Record):
        for field in msgspec.structs.fields(thing):
            path = f"{place}.{field.name}" if place else field.name
            yield from texts_of(getattr(thing, field.name), path)


MOST_LINES = 200
"""Maximum lines of a notice."""

MOST = 2**53
"""Largest integer in a message: beyond it, programs may read different values."""

_WHOLE_PPM = 1_000_000
_HS = re.compile(r"\d{4}\.?(?:\d{2}(?:[. ]?\d{2}){0,2})?")
_LANGUAGE = re.compile("[a-z]{2}")


def contradictions(notice: Notice, day: date) -> Iterator[Problem]:
    """Yield contradictions, in the order of the notice.

    Args:
        notice: The notice.
        day: Today: goods that have left cannot be notified.
    """
    yield from _header(notice)
    yield from _dates(notice, day)
    yield from _countries(notice)
    yield from _lines(notice)
    yield from _permits(notice)
    for path, text in texts_of(notice):
        if sign := forbidden_in(text):
            yield wrong(path, "exchange/character-not-allowed", sign=sign)


def _header(notice: Notice) -> Iterator[Problem]:
    if notice.version < 1:
        yield wrong("version", "exchange/version-below-1", version=notice.version)
    if notice.replaces and notice.replaces == notice.reference:
        yield wrong("replaces", "exchange/replaces-itself")
    if notice.language and not _LANGUAGE.fullmatch(notice.language):
        yield wrong("language", "exchange/not-a-language", language=notice.language)
    if notice.consent == "refused":
        yield doubt("consent", "exchange/exporter-refuses-sharing")
    if notice.shipments == "single" and (notice.period_since or notice.period_until):
        yield doubt("period since", "exchange/period-of-one-shipment")


def _dates(notice: Notice, day: date) -> Iterator[Problem]:
    travel = notice.transport
    if notice.sent and notice.reply_by and notice.reply_by <= notice.sent:
        code = "exchange/reply-not-after-sending"
        yield wrong("reply by", code, reply=notice.reply_by, sent=notice.sent)
    since, until = notice.period_since, notice.period_until
    if since and until and until < since:
        yield wrong("period until", "exchange/end-before-start", end=until, start=since)
    leaves = travel.dispatch
    if leaves is None:
        return
    if leaves < (notice.sent or day):
        yield wrong("transport, dispatch", "exchange/dispatched-before-notice", day=leaves)
    elif notice.reply_by and leaves <= notice.reply_by:
        yield doubt(
            "transport, dispatch",
            "exchange/dispatched-before-reply",
            day=leaves,
            reply=notice.reply_by,
        )
    if travel.arrival and travel.arrival < leaves:
        code = "exchange/arrival-before-dispatch"
        yield wrong("transport, arrival", code, arrival=travel.arrival, dispatch=leaves)
    if since and until and not since <= leaves <= until:
        yield wrong("transport, dispatch", "exchange/dispatch-not-in-period", day=leaves)


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
            yield wrong(place, "exchange/not-a-country", country=code)
    sender, recipient = notice.sender.country, notice.recipient.country
    if sender and sender == recipient:
        yield wrong("recipient, country", "exchange/authorities-of-one-country")
    for place, party, own in (
        ("exporter", notice.parties.exporter, sender),
        ("importer", notice.parties.importer, recipient),
    ):
        if party.country and party.country != own:
            yield doubt(
                f"{place}, country",
                "exchange/country-unlike-authority",
                country=party.country,
                own=own,
            )


def parties_of(notice: Notice) -> Iterator[tuple[str, Party]]:
    """Yield the parties of a notice with their roles as text."""
    for name in notice.parties.__struct_fields__:
        value = getattr(notice.parties, name)
        word = name.replace("_", " ").removesuffix("s")
        if isinstance(value, Party):
            yield word, value
        elif value:
            yield from ((f"{word} {number}", each) for number, each in enumerate(value, 1))


def _lines(notice: Notice) -> Iterator[Problem]:
    if not notice.lines:
        yield wrong("lines", "exchange/lines-missing")
    if len(notice.lines) > MOST_LINES:
        yield wrong("lines", "exchange/too-many", count=len(notice.lines), most=MOST_LINES)
    for number, times in Counter(line.number for line in notice.lines).items():
        if times > 1 or number < 1:
            yield wrong(f"line {number}", "exchange/line-number-wrong")
    for line in notice.lines:
        yield from _line(line)


def _line(line: NoticeLine) -> Iterator[Problem]:
    yield from _amount(line.net, line_place(line, "quantity"))
    for name in ("content_ppm", "purity_ppm"):
        share = getattr(line, name)
        if share is not None and not 0 < share <= _WHOLE_PPM:
            place = line_place(line, name.removesuffix("_ppm"))
            yield wrong(place, "exchange/not-a-share", share=share)
    if line.packages is not None and line.packages < 1:
        yield wrong(line_place(line, "packages"), "exchange/count-below-1", count=line.packages)
    net = line.net.mass_mg
    if line.gross_mg is not None and net is not None and line.gross_mg < net:
        yield wrong(line_place(line, "gross weight"), "exchange/gross-below-net")
    if line.hs and not _HS.fullmatch(line.hs):
        yield wrong(line_place(line, "hs"), "exchange/not-a-hs-or-cn-code", hs=line.hs)
    numbers = [("cas", line.cas), *(("contains", each.cas) for each in line.contains)]
    for name, cas in numbers:
        if cas and not is_cas(cas):
            yield wrong(line_place(line, name), "exchange/not-a-cas-number", cas=cas)


def _amount(amount: Amount, place: str) -> Iterator[Problem]:
    given = [name for name in MEASURES if getattr(amount, name) is not None]
    if len(given) > 1:
        yield wrong(place, "exchange/amount-in-several-units")
    for name in given:
        value = getattr(amount, name)
        if not 0 < value < MOST:
            yield wrong(place, "exchange/not-an-amount", amount=value)


def _permits(notice: Notice) -> Iterator[Problem]:
    lines = {line.number: line for line in notice.lines}
    for number, permit in enumerate(notice.permits, 1):
        place = f"permit {number}"
        if permit.since and permit.until and permit.until < permit.since:
            start, end = permit.since, permit.until
            yield wrong(f"{place}, until", "exchange/end-before-start", end=end, start=start)
        if permit.line is not None and permit.line not in lines:
            yield wrong(f"{place}, line", "exchange/no-such-line", number=permit.line)
        yield from _validity(permit, place, notice.transport.dispatch)
        own = [each for each in lines.values() if permit.line in {None, each.number}]
        for line in own if permit.line is not None or len(own) == 1 else ():
            yield from _covers(permit, line, place)


def _validity(permit: Permit, place: str, leaves: date | None) -> Iterator[Problem]:
    if leaves and permit.until and leaves > permit.until:
        code = "exchange/permit-expires-before-dispatch"
        yield wrong(f"{place}, until", code, end=permit.until, dispatch=leaves)
    if leaves and permit.since and leaves < permit.since:
        code = "exchange/permit-starts-after-dispatch"
        yield wrong(f"{place}, since", code, start=permit.since, dispatch=leaves)


def _covers(permit: Permit, line: NoticeLine, place: str) -> Iterator[Problem]:
    most, net = measured(permit.amount), measured(line.net)
    if most is None or net is None:
        return
    if most.measure != net.measure:
        yield doubt(f"{place}, amount", "exchange/permit-in-another-unit")
    elif net.value > most.value:
        yield wrong(
            line_place(line, "quantity"),
            "exchange/more-than-permitted",
            amount=in_words(permit.amount),
            kind=permit.kind,
            number=permit.number,
        )


_LINES = "lines."


def missing_fields(
    notice: Notice, forms: Iterable[Form], suggested: Iterable[Form] = ()
) -> Iterator[Problem]:
    """Yield fields that forms require and the notice lacks; each place once.

    Args:
        notice: The notice.
        forms: Forms of its basis, and selected ones.
        suggested: Forms not selected.

    Yields:
        An error where a form certainly requires it; a warning where the requirement is unverified,
        or the form is only suggested.
    """
    told: set[str] = set()
    for make, group in ((wrong, forms), (doubt, suggested)):
        for form in group:
            for need in form.needs:
                for place in _empty(notice, need):
                    if place not in told:
                        told.add(place)
                        yield _missing(place, form, need, make if need.verified else doubt)
            yield from _form_itself(notice, form, make)


def applies(need: Need, notice: Notice, line: NoticeLine | None = None) -> bool:
    """Return whether a form requires a field in this case."""
    if need.when == "always":
        return True
    if need.when == "several shipments":
        return notice.shipments == "multi"
    if line is None:
        return False
    if need.when == "mixture":
        return line.goods in PREPARED
    if need.when == "salt":
        return line.goods == "salt"
    return line.goods in {None, "substance", "salt"}


def _empty(notice: Notice, need: Need) -> Iterator[str]:
    """Yield the places where a mandatory field is empty."""
    if not need.must:
        return
    if need.field.startswith(_LINES) and notice.lines:
        for line in notice.lines:
            if applies(need, notice, line):
                path = need.field.removeprefix(_LINES)
                yield from (
                    place
                    for place, value in values(line, path, f"line {line.number}")
                    if not is_given(value)
                )
    elif applies(need, notice) or need.field.startswith(_LINES):
        yield from (place for place, value in values(notice, need.field) if not is_given(value))


def _missing(place: str, form: Form, need: Need, make: Make) -> Problem:
    numbered = f"box {need.box}" if need.box[:1].isdigit() else need.box
    asked = ", ".join(word for word in (form.title, numbered) if word)
    code, source = "exchange/field-missing", form.sources[0]
    return make(place, code, source=source, label=need.label, form=asked)


def _form_itself(notice: Notice, form: Form, make: Make) -> Iterator[Problem]:
    """Yield a form's problems with the notice as a whole."""
    if form.lines_at_most is not None and len(notice.lines) > form.lines_at_most:
        yield doubt(
            "lines",
            "exchange/more-lines-than-form",
            source=form.sources[-1],
            form=form.title,
            most=form.lines_at_most,
            count=len(notice.lines),
        )
    if form.months and _months(notice) not in {None, *form.months}:
        named = " or ".join(map(str, form.months))
        yield make(
            "period until",
            "exchange/period-unlike-form",
            source=form.sources[0],
            form=form.title,
            months=named,
        )


def _months(notice: Notice) -> int | None:
    """Return the whole months of the period; 0: not a whole number; None: no period."""
    if notice.period_since is None or notice.period_until is None:
        return None
    since, following = notice.period_since, after(notice.period_until, 1)
    if following.day != since.day:
        return 0
    return (following.year - since.year) * 12 + following.month - since.month


class Checked(Record, frozen=True, kw_only=True):
    """Result of a check."""

    day: date
    forms: tuple[str, ...]  # slugs of the forms applied, without those of the basis
    problems: tuple[Problem, ...]
    lines: tuple[LineLaw, ...]
    reply: Deadline  # earliest permitted deadline of the answer
    dispatch: Deadline  # first permitted day of departure

    @property
    def sendable(self) -> bool:
        """Return whether it can be sent."""
        return all(each.level != "wrong" for each in self.problems)


def check(notice: Notice, day: date, law: Law, forms: Iterable[str] | None = None) -> Checked:
    """Check a notice before sending or after receipt.

    If it exceeds the maximum number of lines, the law is looked up for the first ones only.

    Args:
        notice: The notice.
        day: Today, the date of the law applied; an undated notice is sent on it.
        law: Registry, rules and substance search.
        forms: Slugs of the forms to fill; None: those of both countries are suggested, and missing
            fields give warnings.

    Raises:
        InputError: Unknown form.
    """
    chosen = [_form(slug) for slug in forms or ()]
    known = [law_of(notice, line, day, law) for line in notice.lines[:MOST_LINES]]
    lines = tuple(line for line, _ in known)
    offered = [_form(slug) for slug in _suggested(notice, lines, day)] if forms is None else []
    sent = notice.sent or day
    reply, dispatch = reply_deadline(notice, sent), earliest_dispatch(notice, sent)
    problems = [
        *missing_fields(notice, [*of_basis(notice.basis), *chosen], offered),
        *contradictions(notice, day),
        *(problem for _, each in known for problem in each),
        *_deadlines(notice, reply, dispatch),
    ]
    return Checked(
        day=day,
        forms=tuple(form.slug for form in (*chosen, *offered)),
        problems=tuple(problems),
        lines=lines,
        reply=reply,
        dispatch=dispatch,
    )


def _form(slug: str) -> Form:
    form = load_forms().get(slug)
    if form is None:
        named = ", ".join(load_forms())
        raise InputError("exchange/no-such-form", slug=slug, named=named)
    return form


def _suggested(notice: Notice, lines: Iterable[LineLaw], day: date) -> tuple[str, ...]:
    slugs = {line.assessment.substance for line in lines if line.assessment}
    return suggested(notice, {slug for slug in slugs if slug}, day)


_WAIVED = {
    "exchange/reply-too-early": "exchange/reply-too-early-waived",
    "exchange/dispatch-too-early": "exchange/dispatch-too-early-waived",
}


def _deadlines(notice: Notice, reply: Deadline, dispatch: Deadline) -> Iterator[Problem]:
    for deadline, place, day, code in (
        (reply, "reply by", notice.reply_by, "exchange/reply-too-early"),
        (dispatch, "transport, dispatch", notice.transport.dispatch, "exchange/dispatch-too-early"),
    ):
        if deadline.due is not None:
            yield from _too_early(deadline.due, place, day, code, waiver=notice.waiver)
        for due in deadline.shown:
            if day is not None and due.day is not None and day < due.day:
                yield doubt(
                    place,
                    "exchange/deadline-not-verified",
                    source=due.period.source,
                    period=due.period.text,
                    day=due.day,
                )


def _too_early(
    due: Due, place: str, day: date | None, code: str, *, waiver: str
) -> Iterator[Problem]:
    period = due.period
    if due.counted is not None and due.counted.missing:
        named = ", ".join(due.counted.missing)
        code = "exchange/working-days-not-known"
        yield doubt(place, code, source=period.source, countries=named)
    if day is not None and due.day is not None and day < due.day:
        told = {"day": due.day, "period": period.text}
        if period.waiver and waiver:
            told |= {"by": waiver, "clause": period.waiver}
            yield doubt(place, _WAIVED[code], source=period.source, **told)
        else:
            yield wrong(place, code, source=period.source, clause=period.clause, **told)
