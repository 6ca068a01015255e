"""The home page in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.explain.languages import counted, day, number, words
from tidewaiter.explain.sentences import AlertSentence, alert_sentence
from tidewaiter.explain.words import days_in_words
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.alerts.queue import Workload
from tidewaiter.web.alerts.queue_query import QueueRow
from tidewaiter.web.home.figures import Figure, Mood, Section, Subject
from tidewaiter.web.uploads.schemas import Shown
from tidewaiter.web.uploads.views import JobView, job_view

_QUEUE = "queue=status%3Dopen"
_AS_SENTENCE = ("law-age", "lists-age", "counts-age", "disk-free")  # their count stands in the text


class Line(Record, frozen=True, kw_only=True):
    """A figure, as displayed."""

    number: str  # "": it stands in the text
    text: str
    path: str
    mood: Mood


class SectionView(Record, frozen=True, kw_only=True):
    """A section, as displayed."""

    title: str
    lines: tuple[Line, ...]  # without those of 0


class WorstView(Record, frozen=True, kw_only=True):
    """An alert as one sentence."""

    severity: Severity
    sentence: AlertSentence
    path: str
    due: str
    late: bool
    assignee: str


class StepView(Record, frozen=True, kw_only=True):
    """A step of the first start, as displayed."""

    text: str
    more: str
    path: str
    done: bool


class HomeView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    day: str
    headline: str
    worst_title: str
    worst: tuple[WorstView, ...]
    act: str  # on the button of an alert
    total: str  # link to the queue
    sections: tuple[SectionView, ...]  # with any line
    quiet: str  # which sections have none; "": all have some
    steps: tuple[StepView, ...]
    steps_done: int
    running: tuple[JobView, ...]
    rows: bool  # the fragment of running files is for a page that reloads itself


def title_of(subject: Subject) -> str:
    """Return the heading of a section."""
    told = {
        "alerts": words("Alerts and files"),
        "cases": words("Your cases"),
        "supervision": words("Second officer and review"),
        "exchange": words("Exchange with other authorities"),
        "law": words("Law and party lists"),
        "counts": words("Overdose deaths"),
        "server": words("Server and accounts"),
    }
    return told[subject]


_Text = Callable[[int], str]
FIGURES: Mapping[str, _Text] = MappingProxyType(
    {
        "mine-due": lambda n: counted(
            "alert assigned to you is due or overdue",
            "alerts assigned to you are due or overdue",
            n,
        ),
        "mine": lambda n: counted(
            "open alert is assigned to you", "open alerts are assigned to you", n
        ),
        "critical": lambda n: counted("critical alert is open", "critical alerts are open", n),
        "overdue": lambda n: counted("open alert is overdue", "open alerts are overdue", n),
        "due-today": lambda n: counted("open alert is due today", "open alerts are due today", n),
        "open": lambda n: counted("alert is open in all", "alerts are open in all", n),
        "files-unanswered": lambda n: counted(
            "uploaded file needs an answer before it can be screened",
            "uploaded files need an answer before they can be screened",
            n,
        ),
        "files-ready": lambda n: counted(
            "uploaded file is ready to be screened", "uploaded files are ready to be screened", n
        ),
        "files-failed": lambda n: counted(
            "uploaded file could not be screened", "uploaded files could not be screened", n
        ),
        "tasks-due": lambda n: counted(
            "case has a task of yours that is due", "cases have a task of yours that is due", n
        ),
        "cases-mine": lambda n: counted("open case of yours", "open cases of yours", n),
        "bulk-waiting": lambda n: counted(
            "alert of a bulk decision awaits a second officer",
            "alerts of bulk decisions await a second officer",
            n,
        ),
        "cases-waiting": lambda n: counted(
            "case is proposed for closing", "cases are proposed for closing", n
        ),
        "suppressions-waiting": lambda n: counted(
            "suppression awaits approval", "suppressions await approval", n
        ),
        "rules-waiting": lambda n: counted(
            "change of a strong rule awaits approval", "changes of strong rules await approval", n
        ),
        "overrode": lambda n: counted(
            "decision in 90 days overrode a colleague's",
            "decisions in 90 days overrode a colleague's",
            n,
        ),
        "undone": lambda n: counted(
            "decision in 90 days was undone", "decisions in 90 days were undone", n
        ),
        "noisy": lambda n: counted(
            "noisy rule: many alerts, hardly any confirmed",
            "noisy rules: many alerts, hardly any confirmed",
            n,
        ),
        "bulk-acts": lambda n: counted(
            "bulk decision in the last 7 days", "bulk decisions in the last 7 days", n
        ),
        "notices-late": lambda n: counted(
            "incoming pre-export notification is overdue",
            "incoming pre-export notifications are overdue",
            n,
        ),
        "notices-ours": lambda n: counted(
            "incoming pre-export notification awaits your reply",
            "incoming pre-export notifications await your reply",
            n,
        ),
        "notices-back": lambda n: counted(
            "notification of yours needs a clarification or an outcome",
            "notifications of yours need a clarification or an outcome",
            n,
        ),
        "notices-sent": lambda n: counted(
            "notification of yours awaits a reply", "notifications of yours await a reply", n
        ),
        "objections": lambda n: counted(
            "notification of yours was objected to in the last 30 days",
            "notifications of yours were objected to in the last 30 days",
            n,
        ),
        "drafts": lambda n: counted(
            "draft of a notification is not sent", "drafts of notifications are not sent", n
        ),
        "requests-late": lambda n: counted(
            "request to you is overdue", "requests to you are overdue", n
        ),
        "requests-open": lambda n: counted(
            "request awaits your answer", "requests await your answer", n
        ),
        "licences-ending": lambda n: counted(
            "licence or permit ends within 30 days", "licences and permits end within 30 days", n
        ),
        "quotas-low": lambda n: counted(
            "permit or annual requirement has less than a tenth left",
            "permits and annual requirements have less than a tenth left",
            n,
        ),
        "peers-stuck": lambda n: counted(
            "peer cannot be reached or is silent", "peers cannot be reached or are silent", n
        ),
        "law-changes": lambda n: counted(
            "change of the law in the next 30 days", "changes of the law in the next 30 days", n
        ),
        "law-age": lambda _: words(
            "Half of the legal instruments were checked until {day} or later"
        ),
        "law-old": lambda n: counted(
            "legal instrument was last checked more than 6 months ago",
            "legal instruments were last checked more than 6 months ago",
            n,
        ),
        "lists-age": lambda _: words("Oldest party list loaded on {day}"),
        "counts-added": lambda n: counted(
            "file of official counts was added in the last 30 days",
            "files of official counts were added in the last 30 days",
            n,
        ),
        "counts-age": lambda _: words("Newest file of official counts added on {day}"),
        "accounts-waiting": lambda n: counted(
            "account awaits its first password or a new one",
            "accounts await their first password or a new one",
            n,
        ),
        "accounts": lambda n: counted("active account", "active accounts", n),
        "webhooks-lost": lambda n: counted(
            "webhook message could not be delivered", "webhook messages could not be delivered", n
        ),
        "disk-free": lambda n: counted(
            "{count} GB of disk space is free", "{count} GB of disk space are free", n
        ),
    }
)
"""What each figure counts."""


def section_view(section: Section) -> SectionView:
    """Render a section: what is late first, then what waits, then what is good to know."""
    order: Sequence[Mood] = ("act", "soon", "fact")
    told = [each for each in section.figures if each.count or each.what in _AS_SENTENCE]
    told.sort(key=lambda each: order.index(each.mood))
    return SectionView(title=title_of(section.subject), lines=tuple(map(line_of, told)))


def quiet_words(sections: Sequence[SectionView]) -> str:
    """Name the sections in which nothing waits; "": there are none."""
    titles = [each.title for each in sections if not each.lines]
    return f"{words('Nothing waits for you in')}: {'; '.join(titles)}." if titles else ""


def line_of(figure: Figure) -> Line:
    """Render a figure."""
    text = FIGURES[figure.what](figure.count)
    told = text.format(day=day(figure.day) if figure.day else "", count=number(figure.count))
    if figure.what == "law-changes" and figure.day:
        first = words("the first on {day}").format(day=day(figure.day))
        told = f"{told}, {first}"
    return Line(
        number="" if figure.what in _AS_SENTENCE else number(figure.count),
        text=told,
        path=figure.path,
        mood=figure.mood,
    )


def worst_view(row: QueueRow, today: date) -> WorstView:
    """Render an alert as one sentence."""
    left = (row.alert.due - today).days if row.alert.due else None
    return WorstView(
        severity=row.alert.severity,
        sentence=alert_sentence(row.alert),
        path=f"/alerts/{row.alert.id}?{_QUEUE}",
        due=days_in_words(left),
        late=left is not None and left <= 0,
        assignee=row.standing.assignee or "",
    )


def headline_of(load: Workload) -> str:
    """Say how much is open, in one sentence."""
    if not load.total:
        return words("No alerts are open.")
    told = [
        f"{number(count)} {FIGURES[what](count)}"
        for what, count in (
            ("critical", load.severity["critical"]),
            ("overdue", load.overdue),
            ("due-today", load.due_today),
        )
        if count
    ]
    return "; ".join(told or [f"{number(load.total)} {FIGURES['open'](load.total)}"]) + "."


def total_of(load: Workload) -> str:
    """Return the words of the link to all open alerts."""
    text = counted("Open the queue: {count} alert", "Open the queue: {count} alerts", load.total)
    return text.format(count=number(load.total))


def step_view(code: str, path: str, *, done: bool) -> StepView:
    """Render a step of the first start."""
    told = {
        "lists": (
            words("Load party lists"),
            words("Without them, senders and receivers are not compared with sanctions lists."),
        ),
        "file": (
            words("Upload a first file"),
            words("A manifest as CSV, Excel, JSON or PDF. Until then, look around in the sample."),
        ),
        "people": (
            words("Invite a colleague"),
            words(
                "Important decisions need a second officer. Alone, you can also work as an analyst."
            ),
        ),
    }
    text, more = told[code]
    return StepView(text=text, more=more, path=path, done=done)


def running_views(running: Sequence[Shown]) -> tuple[JobView, ...]:
    """Render the files that are being screened."""
    return tuple(map(job_view, running))


def worst_title(user: User) -> str:
    """Return the heading above the most urgent alerts."""
    return words("Decide first") if "decide" in user.rights else words("Most urgent alerts")
