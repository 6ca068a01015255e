"""Upload views: columns and fields, progress and results."""

import re
from collections.abc import Iterator, Sequence

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES
from tidewaiter.explain.errors import defect_in_words
from tidewaiter.explain.languages import counted, day, number, pmarked, words
from tidewaiter.explain.lines import (
    amount_in_words,
    party_in_words,
    quantity_in_words,
    stated_unit,
)
from tidewaiter.explain.words import not_compared
from tidewaiter.law.answers import Route
from tidewaiter.report.alerts.exporters import exporters
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.uploads import OPEN, State
from tidewaiter.trade.line_fields import key_of
from tidewaiter.trade.readers.coverage import Coverage
from tidewaiter.trade.readers.formats import MESSAGES
from tidewaiter.trade.readers.inspection import How, Inspection, SeenColumn, fields
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.types import FIELDS, Line, ReadOptions, Refusal
from tidewaiter.web.core.request_parsing import CSRF_FIELD
from tidewaiter.web.uploads.schemas import Phase, Shown, UploadPage, UploadsPage


def _(text: str) -> str:
    """Mark a text for translation when shown."""
    return text


_OWNERS = {
    "origin": _("place of origin"),
    "destination": _("place of destination"),
    "loading": _("place of loading"),
    "unlading": _("place of unlading"),
    "transit": _("place of transit"),
    "exporter": _("exporter"),
    "importer": _("importer"),
    "consignor": _("consignor"),
    "consignee": _("consignee"),
    "notify": _("notify party"),
    "buyer": _("buyer"),
    "seller": _("seller"),
    "declarant": _("declarant"),
}
_PARTS = {
    "name": _("name"),
    "address": _("address"),
    "country": _("country"),
    "id": _("number"),
    "locode": _("UN/LOCODE"),
    "unit": _("unit"),
}
_LABELS = {key_of(name): about.label for name, about in FIELDS.items()} | {"weight": _("mass")}

Group = tuple[str, tuple[tuple[str, str], ...]]
"""A heading with its fields and labels."""


def called(field: str) -> str:
    """Return the label of a field: "consignee: country"."""
    owner, dot, part = field.partition(".")
    label = _LABELS.get(owner, owner)
    if not dot:
        return words(label)
    named = _OWNERS.get(owner.rstrip("23456789"), label)
    return f"{words(named)}: {words(_PARTS.get(part, part))}"


def groups() -> tuple[Group, ...]:
    """Return all selectable fields: goods first, then by group."""
    made: dict[str, list[tuple[str, str]]] = {}
    for field in fields():
        owner = field.partition(".")[0]
        heading = _OWNERS.get(owner) if "." in field else None
        heading = heading or _("Goods, quantities, dates")
        made.setdefault(heading, []).append((field, called(field)))
    return tuple((words(heading), tuple(some)) for heading, some in made.items())


_CHOSEN = 60  # maximum selectable columns; pages of thousands are unreadable
_STREAMED = {"csv", "jsonl", *MESSAGES}  # formats read sequentially
_OPTION = re.compile(r"--(map|formats?|encoding|delimiter|decimal|dates|sheet|unit)\b")


_STATES: dict[State, str] = {
    "received": _("Input needed"),
    "mapped": _("Ready"),
    "queued": _("Queued"),
    "running": pmarked("in progress", "Screening"),
    "done": _("Done"),
    "failed": _("Failed"),
    "cancelled": _("Cancelled"),
}
_HOWS: dict[How, str] = {
    "said": _("as you chose"),
    "name": _("by column name"),
    "values": _("by values"),
    "format": _("by format"),
    "other text": _("other text: screened as weaker evidence"),
    "": _("not read"),
}
_PHASES: dict[Phase, str] = {
    "": "",
    "turn": _("Queued behind earlier files."),
    "start": _("Screening starts in a moment."),
    "loading": _("Loading substances, rules and lists. The lines are read next."),
}
_KEPT = _("stored, not used")
_GAPS = 5  # columns named
_HINTS = {
    "map": _("Choose the field next to its column."),
    "format": _("Choose the format under Options, and check the lines before you rely on them."),
    "formats": _(
        "The documentation lists all supported formats; otherwise, ask the sender for a table."
    ),
    "encoding": _("Set the encoding under Options."),
    "delimiter": _("Set the delimiter under Options."),
    "decimal": _("Set the decimal mark under Options."),
    "dates": _("Under Options, choose whether the day or the month comes first."),
    "sheet": _("Choose the sheet under Options."),
    "unit": _("Set the unit under Options."),
}
DELIMITERS = ((",", _("comma")), (";", _("semicolon")), ("tab", _("tab")), ("|", _("pipe |")))


class JobView(Record, frozen=True, kw_only=True):
    """An upload in a list,, as displayed."""

    id: int
    name: str
    state: str
    percent: int | None  # None: unknown
    progress: str
    alerts: int
    phase: str  # current activity other than reading lines; "": reading


class ListView(Record, frozen=True, kw_only=True):
    """The list of uploads, as displayed."""

    jobs: tuple[JobView, ...]
    may_upload: bool
    token: str  # for the address, as the body of an upload form is not searched for it
    limit: str
    watch: bool  # something is running


class ColumnView(Record, frozen=True, kw_only=True):
    """A column, as displayed."""

    name: str
    samples: tuple[str, ...]
    read: str  # field; "": not read
    how: str
    asked: bool  # needs confirmation
    can_choose: bool


class Told(Record, frozen=True, kw_only=True):
    """A refusal, as displayed."""

    refusal: Refusal
    problem: str
    hint: str


class PreviewLine(Record, frozen=True, kw_only=True):
    """One of the first lines, as it will be read."""

    row: int
    consignment: str
    goods: str
    codes: str
    amount: str
    parties: tuple[str, ...]
    route: str
    days: tuple[str, ...]


class UploadView(Record, frozen=True, kw_only=True):
    """One upload, as displayed."""

    job: JobView
    rate: str
    remaining: str
    refused: str
    may_upload: bool
    can_map: bool  # its options can be changed
    columns: tuple[ColumnView, ...]
    groups: tuple[Group, ...]
    questions: tuple[str, ...]
    preview: tuple["PreviewLine", ...]  # first lines, as they will be read
    gaps: tuple[str, ...]  # missing descriptions of goods, in the first lines
    problem: str  # why the file cannot be read
    hint: str
    failed: str  # remedy, if it could not be screened
    asks_dates: bool
    asks_decimal: bool
    as_last_time: bool
    twins: tuple[str, ...]  # options of each
    counts: tuple[tuple[str, int], ...]  # severity -> alerts, most urgent first
    not_compared: tuple[str, ...]  # party names, by script
    refusals: tuple[Told, ...]
    delimiters: tuple[tuple[str, str], ...]
    formats: tuple[tuple[str, str], ...]  # selectable formats
    exports: tuple[tuple[str, str], ...]  # of plug-ins: extension and title
    layout: str  # address to which a layout file is sent
    has_settings: bool  # it has reading options, which can be saved as a layout file


def list_view(page: UploadsPage, user: User) -> ListView:
    """Render the list of uploads as text."""
    return ListView(
        jobs=tuple(map(job_view, page.uploads)),
        may_upload="upload" in user.rights,
        token=_token(user),
        limit=in_bytes(page.limit),
        watch=any(each.state in {"queued", "running"} for each in page.uploads),
    )


def _token(user: User) -> str:
    return form_token(user.session) if user.session else ""


def upload_view(page: UploadPage, user: User) -> UploadView:
    """Render an upload as text."""
    upload = page.upload
    seen = upload.inspection or Inspection(form="", signature="")
    rate = upload.lines / upload.seconds if upload.seconds else 0
    codes = {each.code for each in seen.refusals}
    problem, hint = _unreadable(seen)
    return UploadView(
        job=job_view(upload),
        rate=words("{rate} lines per second").format(rate=number(round(rate))) if rate >= 1 else "",
        remaining=_remaining(upload),
        refused=_refused(upload, page.refusals),
        may_upload="upload" in user.rights,
        can_map="upload" in user.rights and upload.state in OPEN and upload.held,
        columns=tuple(_columns(seen)),
        groups=groups(),
        questions=tuple(_questions(seen)),
        preview=tuple(map(_preview, seen.lines)),
        gaps=(*_missing(seen), *_gaps(seen.coverage)),
        problem=problem,
        hint=hint,
        failed=page_hint(upload.hint or ""),
        asks_dates="base/date-read-two-ways" in codes,
        asks_decimal="base/number-read-two-ways" in codes,
        as_last_time=_as_last_time(page),
        twins=tuple(
            words("read with the same settings")
            if each.options.reading == upload.options.reading
            else words("read with different settings")
            for each in page.twins
        ),
        counts=tuple((name, upload.alerts.get(name, 0)) for name in SEVERITIES),
        not_compared=not_compared(upload.scripts),
        refusals=tuple(map(_told, page.refusals)),
        delimiters=tuple((value, words(label)) for value, label in DELIMITERS),
        formats=_formats(seen, upload.options.reading),
        exports=tuple((suffix, each.title) for suffix, each in exporters().items()),
        layout=f"/screen/{upload.id}/layout?{CSRF_FIELD}={_token(user)}",
        has_settings=upload.options.reading != ReadOptions(),
    )


def page_hint(hint: str, translated: str = "") -> str:
    """Return a hint for a page, with the page's own place instead of a command-line option.

    Args:
        hint: In English.
        translated: In the reader's language; "": there is no translation.
    """
    found = _OPTION.search(hint)
    return words(_HINTS[found[1]]) if found else translated or hint


def _told(refusal: Refusal) -> Told:
    problem, hint = defect_in_words(refusal)
    return Told(refusal=refusal, problem=problem, hint=page_hint(refusal.hint, hint))


def _unreadable(seen: Inspection) -> tuple[str, str]:
    """Return why a file cannot be read, and what to do."""
    if seen.fault is None:
        return seen.problem, page_hint(seen.hint)
    problem, hint = defect_in_words(seen.fault)
    told = f"{seen.at}: {problem}" if seen.at else problem
    return told, page_hint(seen.hint, hint)


def in_bytes(size: int) -> str:
    """Format a size."""
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if size >= unit:
            return f"{number(round(size / unit, 1))} {name}"
    return words("{size} bytes").format(size=number(size))


def job_view(upload: Shown) -> JobView:
    """Render an upload of a list as text."""
    state = words("Stopping") if upload.stopping else words(_STATES[upload.state])
    return JobView(
        id=upload.id,
        name=upload.name,
        state=state,
        percent=_percent(upload),
        progress=_progress(upload),
        alerts=sum(upload.alerts.values()),
        phase=_phase(upload),
    )


def _phase(upload: Shown) -> str:
    return words(_PHASES[upload.phase])


def _percent(upload: Shown) -> int | None:
    seen = upload.inspection
    if upload.state == "done":
        return 100
    if seen is None or seen.form not in _STREAMED or not upload.size:
        return None
    return min(99, 100 * upload.read // upload.size)


def _progress(upload: Shown) -> str:
    if not upload.lines:
        return ""
    lines = counted("{count} line", "{count} lines", upload.lines)
    told = lines.format(count=number(upload.lines))
    if upload.beside and upload.state == "running":
        return f"{told} · {words('checking the alerts against other lines')}"
    return told


def _refused(upload: Shown, shown: Sequence[Refusal]) -> str:
    of_file = sum(not each.row and each.screened for each in shown)
    remarks = min(of_file, upload.refused_fields)
    fields = upload.refused_fields - remarks
    told = (
        (
            counted("{count} row rejected", "{count} rows rejected", upload.refused_rows),
            upload.refused_rows,
        ),
        (counted("{count} field not read", "{count} fields not read", fields), fields),
        (counted("{count} warning on the file", "{count} warnings on the file", remarks), remarks),
    )
    some = [text.format(count=number(count)) for text, count in told if count]
    return ", ".join(some) or words("nothing rejected")


def _remaining(upload: Shown) -> str:
    """Estimate the remaining time, from the bytes read."""
    percent = _percent(upload)
    if upload.state != "running" or upload.beside or not percent or not upload.read:
        return ""
    left = (upload.size - upload.read) * upload.seconds / upload.read
    if left < 60:  # noqa: PLR2004 - seconds of a minute
        return words("less than a minute left")
    minutes = round(left / 60)
    return counted("{count} minute left", "{count} minutes left", minutes).format(
        count=number(minutes)
    )


def _columns(seen: Inspection) -> Iterator[ColumnView]:
    asked = {column for question in seen.questions for column in question.columns}
    for place, column in enumerate(seen.columns):
        is_asked = column.name in asked
        chosen = place < _CHOSEN or is_asked or column.how == "said"
        yield ColumnView(
            name=column.name,
            samples=column.samples,
            read=_read(column),
            how=_how(column, seen),
            asked=is_asked,
            can_choose=bool(column.name) and chosen and not seen.title,
        )


def _how(column: SeenColumn, seen: Inspection) -> str:
    if seen.title and not column.how:
        return words(_KEPT)
    if not column.maybe:
        return words(_HOWS[column.how])
    fields = ", ".join(map(called, column.maybe))
    return words("not read; possible fields: {fields}").format(fields=fields)


def _read(column: SeenColumn) -> str:
    return ", ".join(map(called, column.fields))


def _questions(seen: Inspection) -> Iterator[str]:
    for question in seen.questions:
        text = words("Which column contains {field}: {columns}? Choose it below.")
        columns = ", ".join(f"“{column}”" for column in question.columns)
        yield text.format(field=called(question.field), columns=columns)
    if seen.needed and len(seen.sheets) > 1:
        yield words(
            "This sheet contains no goods description, CAS number, HS code or UN number. "
            "Choose another sheet under Options, or a column below."
        )
    elif seen.needed:
        yield words(
            "No column contains a goods description, CAS number, HS code or UN number. "
            "Screening needs at least one of these: choose it below."
        )


def _preview(line: Line) -> PreviewLine:
    route = route_of(line)
    codes = (("HS", line.hs), ("CAS", ", ".join(line.cas or ())), ("UN", line.un))
    amounts = ((line.net_mg, "kg", "net_mg"), (line.volume_ul, "l", "volume_ul"))
    told = (
        amount_in_words(a, shown, stated_unit(line, key_of(name))) for a, shown, name in amounts
    )
    return PreviewLine(
        row=line.row,
        consignment=line.consignment,
        goods="; ".join(filter(None, (line.goods, line.commercial))),
        codes=", ".join(f"{name} {value}" for name, value in codes if value),
        amount="; ".join(filter(None, (quantity_in_words(line), *told))),
        parties=tuple(map(party_in_words, line.parties or ())),
        route=" → ".join(filter(None, (route.origin, *route.transit, route.destination))),
        days=tuple(
            f"{called(name)}: {day(value)}" for name in _DAYS if (value := getattr(line, name))
        ),
    )


def _missing(seen: Inspection) -> Iterator[str]:
    """Say what no column and no message field gives, as checks depend on it."""
    if not seen.lines:
        return
    mapped = {field for column in seen.columns for field in column.fields}
    lines = seen.lines
    has = {
        _("consignment number"): any(e.consignment != f"row {e.row}" for e in lines),
        _("HS code"): "hs" in mapped or any(e.hs for e in lines),
        _("route"): any(e.route or route_of(e) != Route() for e in lines),
        _("date"): any(name in mapped or any(getattr(e, name) for e in lines) for name in _DAYS),
    }
    absent = [words(name) for name, there in has.items() if not there]
    if absent:
        text = words(
            "Nothing was read as: {fields}. If a column has it, choose it below; otherwise the "
            "checks that need it are left out."
        )
        yield text.format(fields=", ".join(absent))


_DAYS = ("lodged", "departure", "arrival", "release")


def _gaps(found: Coverage) -> Iterator[str]:
    """Describe missing descriptions and unscreened texts of the first lines."""
    if found.worded and not found.described:
        yield words(
            "No column was recognised as the goods description. Other text is screened "
            "as weaker evidence. If a column describes the goods, choose it below."
        )
    if found.bare:
        yield words(
            "{bare} of the first {lines} lines have no goods description and no HS, CAS, "
            "UN or CUS number: screening cannot clear them."
        ).format(bare=number(found.bare), lines=number(found.lines))
    if found.unscreened:
        yield words("Text columns that are not screened: {columns}.").format(
            columns=", ".join(f"“{column}”" for column in found.unscreened[:_GAPS])
        )


def _formats(seen: Inspection, said: ReadOptions) -> tuple[tuple[str, str], ...]:
    """Return the selectable formats; empty: no ambiguity."""
    names = dict.fromkeys((*seen.may_be, *filter(None, (said.format,))))
    found = [(name, MESSAGES[name].title) for name in names if name in MESSAGES]
    return (("", words("as detected")), *found) if found else ()


def _as_last_time(page: UploadPage) -> bool:
    """Return whether the upload has the corrected options of the last one with its columns."""
    like, mine = page.like, page.upload.options.reading
    return like is not None and like.options.reading == mine != ReadOptions()
