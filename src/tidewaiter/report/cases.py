"""A report of a suspicion, filled from the alerts of a case and finished by whoever signs it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import msgspec
from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.casework.suspicions import FormRule
from tidewaiter.consignments.modes import mode_of
from tidewaiter.consignments.types import Alert, Line, Party
from tidewaiter.report.amounts import quantity_in_words
from tidewaiter.report.pages import environment, hashed, static
from tidewaiter.report.routes import stop_in_words

_MOST = 100  # entries of a field
_POSITIVE = 0  # points from which on a reason speaks for the alert


class FieldView(Record, frozen=True, kw_only=True):
    """A field of the report."""

    key: str
    label: str
    cite: str
    text: str
    left: bool  # no part of a case fills it


class Suspicion(Record, frozen=True, kw_only=True):
    """A report, as the page and the JSON show it."""

    case: int
    form: str  # slug
    title: str
    law: str
    asks: str
    mark: str
    sources: tuple[str, ...]
    read: date
    fields: tuple[FieldView, ...]
    at: str  # when it was finished, ISO 8601 in UTC; "": a draft
    by: str


class _Page(Record, frozen=True, kw_only=True):
    report: Suspicion
    css: Markup
    policy: str


def proposal(form: FormRule, alerts: Sequence[Alert]) -> dict[str, str]:
    """Return what a case says to the fields of a form.

    Args:
        form: The form.
        alerts: Of the case, as far as the viewer may see them.

    Returns:
        Texts by key; "" where the case has nothing, or the field is left to the user.
    """
    return {field.key: _joined(FILLS[field.fill](alerts)) for field in form.field}


def suspicion(
    case: int, slug: str, form: FormRule, told: Mapping[str, str], *, by: str = "", at: str = ""
) -> Suspicion:
    """Return a report with what was written into its fields; those not told are empty."""
    fields = tuple(
        FieldView(
            key=field.key,
            label=field.says,
            cite=field.cite,
            left=not field.fill,
            text=told.get(field.key, ""),
        )
        for field in form.field
    )
    return Suspicion(
        case=case,
        form=slug,
        title=form.says,
        law=form.law,
        asks=form.asks,
        mark=form.mark,
        sources=form.sources,
        read=form.read,
        fields=fields,
        at=at,
        by=by,
    )


def render_suspicion(report: Suspicion) -> str:
    """Return a report as a page that needs nothing else."""
    css = static("colours.css", "report.css", "case.css")
    policy = f"default-src 'none'; style-src {hashed(css)}; base-uri 'none'; form-action 'none'"
    page = _Page(report=report, css=css, policy=policy)
    return environment().get_template("suspicion.html").render(page=page)


def suspicion_json(report: Suspicion) -> bytes:
    """Return a report as JSON with sorted keys."""
    return msgspec.json.format(msgspec.json.encode(report, order="sorted"), indent=2) + b"\n"


def _joined(texts: Iterable[str]) -> str:
    found = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    more = [f"and {len(found) - _MOST:,} more"] if len(found) > _MOST else []
    return "\n".join(found[:_MOST] + more)


def _parties(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        for party in alert.line.parties or ():
            yield _party(party)
        for match in alert.parties:
            outcome = f", {match.outcome}" if match.outcome else ""
            who = f"{match.role or 'party'} {match.name}"
            yield (
                f"{who} resembles {match.listed_name} of {match.list_name} "
                f"({match.action}{outcome}; entry {match.entry}); a resemblance is no verdict"
            )


def _party(party: Party) -> str:
    number = " ".join(filter(None, (party.id_scheme, party.id)))
    words = ", ".join(filter(None, (party.name, party.address, party.country, number)))
    return f"{party.role or 'party'}: {words}"


def _substances(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        for mention in alert.mentions:
            if mention.substance in alert.substances:
                yield f"{mention.name}, CAS {mention.cas}" if mention.cas else mention.name


def _goods(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        line = alert.line
        parts = (line.goods or line.commercial, quantity_in_words(line), _packages(line))
        yield f"{_where(alert)}: {'; '.join(filter(None, parts))}"


def _packages(line: Line) -> str:
    if line.packages is None:
        return line.pack or ""
    return f"{line.packages:,} {line.pack or 'packages'}"


def _dates(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        line = alert.line
        told = {"lodged": line.lodged, "departure": line.departure, "arrival": line.arrival}
        days = ", ".join(f"{word} {day}" for word, day in told.items() if day)
        if days:
            yield f"{_where(alert)}: {days}"


def _route(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        stops = " → ".join(map(stop_in_words, alert.line.route or ()))
        if stops or alert.line.origin:
            origin = f"origin {alert.line.origin}" if alert.line.origin else ""
            yield f"{_where(alert)}: {'; '.join(filter(None, (stops, origin)))}"


def _transfer(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        line = alert.line
        boxes = f"containers {', '.join(line.containers)}" if line.containers else ""
        number = f"IMO {line.imo}" if line.imo else ""
        ship = " ".join(filter(None, (line.vessel, number)))
        means = (
            f"vessel {ship}" if ship else "",
            f"voyage or flight {line.voyage}" if line.voyage else "",
        )
        told = "; ".join(
            filter(None, (mode_of(line.mode) or line.mode, line.procedure, *means, boxes))
        )
        if told:
            yield f"{_where(alert)}: {told}"


def _values(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        if alert.line.value is not None:
            value = f"{alert.line.value.normalize():,f} {alert.line.currency or ''}".strip()
            yield f"{_where(alert)}: {value}"


def _reasons(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        for reason in alert.reasons:
            if reason.points > _POSITIVE:
                yield f"{_where(alert)}: {reason.text}"


def _where(alert: Alert) -> str:
    return f"{alert.consignment}/{alert.seq}"


FILLS: Mapping[str, Callable[[Sequence[Alert]], Iterable[str]]] = MappingProxyType(
    {
        "": lambda _: (),
        "parties": _parties,
        "substances": _substances,
        "goods": _goods,
        "dates": _dates,
        "route": _route,
        "transfer": _transfer,
        "values": _values,
        "reasons": _reasons,
        "consignments": lambda alerts: (alert.consignment for alert in alerts),
    }
)
"""What each word of `fill` in suspicions.toml takes from the alerts of a case."""
