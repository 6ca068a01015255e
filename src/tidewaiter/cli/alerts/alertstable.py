"""What `tidewaiter alerts` prints: the queue as a table, one alert whole."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from tidewaiter.casework.decisions import Decided, load_decision_rules
from tidewaiter.casework.results import Result
from tidewaiter.cli.table import STYLES, as_line, goods_text
from tidewaiter.consignments.types import Alert, Holding, PartyMatch
from tidewaiter.report.resultwords import result_in_words, result_views, sayings
from tidewaiter.store.decisions import Standing

_ID = 10  # characters of an id that are shown
_NARROW = 12  # columns of a terminal


def queue_table(found: Sequence[Alert], where: Mapping[str, Standing]) -> Table:
    """Lay out alerts, one a row."""
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    for title in ("alert", "severity", "due", "consignment", "status"):
        table.add_column(title, overflow="fold", max_width=_NARROW)
    table.add_column("goods, as written", overflow="fold", ratio=3)
    table.add_column("why", overflow="fold", ratio=4)
    for alert in found:
        stands = where[alert.id]
        marks = ["restricted"] if alert.restricted else []
        status = ", ".join(filter(None, [stands.status, stands.assignee, *marks]))
        table.add_row(
            Text(alert.id[:_ID]),
            Text(f"{alert.severity} {alert.score}", style=STYLES[alert.severity]),
            Text(alert.due.isoformat() if alert.due else ""),
            Text(as_line(f"{alert.consignment}/{alert.seq}")),
            Text(as_line(status)),
            goods_text(alert),
            Text(as_line(alert.title)),
        )
    return table


def show_alert(alert: Alert, where: Standing, steps: Sequence[Decided]) -> Iterator[str]:
    """Yield the lines of one alert whole."""
    yield f"{alert.id}  {alert.severity} {alert.score}  {where.status}"
    if alert.restricted:
        yield "  RESTRICTED: it rests on entries for the authority that keeps the list only"
    yield f"  {as_line(alert.title)}"
    yield f"  {as_line(alert.file)}, row {alert.row}; consignment {as_line(alert.consignment)}"
    if alert.due:
        yield f"  due {alert.due}, law of {alert.day}"
    yield "The line"
    yield from _line(alert)
    yield "Why"
    for reason in alert.reasons:
        yield f"  {reason.points:+d}  {as_line(reason.text)} [{reason.rule}; {reason.source}]"
    if alert.law:
        yield "Law"
        yield from map(_held, alert.law)
    if alert.parties:
        yield "Listed parties that it resembles: no verdict on any of them"
        yield from map(_party, alert.parties)
    yield "Decided"
    yield from map(_step, steps)
    if not steps:
        yield "  nothing yet"


def show_results(alert: Alert, found: Sequence[Result]) -> Iterator[str]:
    """Yield what inspections and laboratories found, and what that says; nothing: no line."""
    if not found:
        return
    names = {mention.substance: mention.name for mention in alert.mentions}
    yield "Found by inspections and laboratories"
    for view in result_views(found, names):
        yield from (f"  {as_line(line)}" for line in result_in_words(view))
    for said in sayings(alert, found):
        yield f"  {said.words}: {as_line(said.claim)}"


def _line(alert: Alert) -> Iterator[str]:
    line = alert.line
    told = {
        "goods": line.goods or line.commercial,
        "HS": line.hs,
        "CAS": ", ".join(line.cas or ()),
        "UN": line.un,
        "quantity": line.quantity,
        "origin": line.origin,
        "vessel": line.vessel,
        "IMO number": line.imo,
        "voyage or flight": line.voyage,
    }
    for title, text in told.items():
        if text:
            yield f"  {title}: {as_line(text)}"
    for party in line.parties or ():
        words = ", ".join(filter(None, (party.name, party.address, party.country)))
        yield f"  {party.role or 'party'}: {as_line(words)}"


def _held(held: Holding) -> str:
    since = f", since {held.since}" if held.since else ""
    demands = f": {'; '.join(held.duties)}" if held.duties else ""
    return f"  {held.substance}: {held.regime} {held.schedule}{since}, {held.answer}{demands}"


def _party(match: PartyMatch) -> str:
    outcome = f", {match.outcome} {match.outcome_day or ''}".rstrip() if match.outcome else ""
    since = f", listed {match.listed}" if match.listed else ""
    judged = f"; {match.judged}" if match.judged else ""
    who = f"{as_line(match.role or 'party')} {as_line(match.name)}"
    return (
        f"  {match.probability:.2f}  {who} resembles "
        f"{as_line(match.listed_name)} ({match.name_kind}) on {as_line(match.list_name)}: "
        f"{match.action}{outcome}{since}{judged}"
    )


def _step(step: Decided) -> str:
    if step.verdict is None:
        return f"  {step.id}  {step.at}  {as_line(step.by)} took the decision back"
    rules = load_decision_rules()
    why = rules.reason[step.reason].says if step.reason in rules.reason else step.reason
    note = f": {as_line(step.note)}" if step.note else ""
    says = rules.verdict[step.verdict].says.lower()
    return f"  {step.id}  {step.at}  {as_line(step.by)}: {says}. {why}{note}"
