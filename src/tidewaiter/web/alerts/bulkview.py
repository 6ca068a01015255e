"""A look at an act on many alerts before it is done, in words."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES
from tidewaiter.casework.decisions import Verdict, load_decision_rules
from tidewaiter.consignments.types import Severity
from tidewaiter.report.languages import counted, number, words


class Asked(Protocol):
    """What was asked for."""

    @property
    def to(self) -> str:
        """Whom they are to be assigned to."""

    @property
    def do(self) -> str:
        """What is to be done."""

    @property
    def decision(self) -> str:
        """Verdict and reason."""

    @property
    def queue(self) -> str:
        """The query of the queue."""


class Preview(Protocol):
    """What an act would do."""

    @property
    def asked(self) -> Asked:
        """What was asked for."""

    @property
    def verdict(self) -> Verdict | None:
        """What would be decided."""

    @property
    def change(self) -> int:
        """Alerts that would be changed."""

    @property
    def severities(self) -> Mapping[str, int]:
        """Of these, by severity."""

    @property
    def second(self) -> Mapping[str, int]:
        """Of those that would be proposed, by severity."""

    @property
    def listed(self) -> int:
        """Of those: that rest on a list."""

    @property
    def left(self) -> int:
        """That are left out."""

    @property
    def replaced(self) -> int:
        """That are decided or assigned already."""

    @property
    def beyond(self) -> int:
        """More than are done at once."""


class SeverityRow(Record, frozen=True, kw_only=True):
    """How many alerts of a severity an act would change, and propose."""

    severity: Severity
    change: int
    second: int


class ConfirmView(Record, frozen=True, kw_only=True):
    """A look at an act before it is done, in words."""

    title: str
    reason: str  # "": alerts are assigned
    rows: tuple[SeverityRow, ...]
    told: tuple[str, ...]  # what is to be known before it is done
    button: str
    back: str  # address
    decides: bool
    nothing: bool  # nothing would be done


def confirm_view(page: Preview) -> ConfirmView:
    """Put a look at an act into words."""
    second = sum(page.second.values())
    total = page.change + second
    alerts = counted("%(num)s alert", "%(num)s alerts", total) % {"num": number(total)}
    if page.verdict is None:
        who = page.asked.to.strip()
        title = words("Assign {alerts} to {who}?") if who else words("Assign {alerts} to nobody?")
        if page.asked.do == "take":
            title = words("Assign {alerts} to yourself?")
        title, button, reason = title.format(alerts=alerts, who=who), words("Assign"), ""
    else:
        rules = load_decision_rules()
        verdict = words(rules.verdict[page.verdict].says)
        title = words("{verdict}: {alerts}?").format(verdict=verdict, alerts=alerts)
        reason = words(rules.reason[page.asked.decision.partition("/")[2]].says)
        button = words("Propose") if not page.change else verdict
    return ConfirmView(
        title=title,
        reason=reason,
        rows=tuple(
            SeverityRow(
                severity=each,
                change=page.severities.get(each, 0),
                second=page.second.get(each, 0),
            )
            for each in SEVERITIES
            if each in page.severities or each in page.second
        ),
        told=tuple(_told(page, second)),
        button=button,
        back=f"/queue?{page.asked.queue}" if page.asked.queue else "/queue",
        decides=page.verdict is not None,
        nothing=not total,
    )


def _told(page: Preview, second: int) -> Iterator[str]:
    if second:
        text = counted(
            "%(num)s alert is critical or has a list hit. It is not decided now: it waits until a "
            "second officer confirms or rejects it.",
            "%(num)s alerts are critical or have a list hit. They are not decided now: they wait "
            "until a second officer confirms or rejects them.",
            second,
        )
        yield text % {"num": number(second)}
    if page.listed:
        text = counted(
            "%(num)s of them has a list hit.", "%(num)s of them have a list hit.", page.listed
        )
        yield text % {"num": number(page.listed)}
    if page.left:
        text = counted(
            "%(num)s alert is left out: someone else decided it, or a decision on it is waiting.",
            "%(num)s alerts are left out: someone else decided them, or a decision on them is "
            "waiting.",
            page.left,
        )
        yield text % {"num": number(page.left)}
    if page.replaced and page.verdict is None:
        text = counted(
            "%(num)s alert is assigned to someone else now.",
            "%(num)s alerts are assigned to someone else now.",
            page.replaced,
        )
        yield text % {"num": number(page.replaced)}
    elif page.replaced:
        text = counted(
            "%(num)s alert has a decision already; it is replaced.",
            "%(num)s alerts have a decision already; it is replaced.",
            page.replaced,
        )
        yield text % {"num": number(page.replaced)}
    if page.beyond:
        text = counted(
            "%(num)s alert is beyond what one act can change.",
            "%(num)s alerts are beyond what one act can change.",
            page.beyond,
        )
        yield text % {"num": number(page.beyond)}
