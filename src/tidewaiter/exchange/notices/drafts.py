"""Notice drafts as a person fills them in, with amounts and shares as text."""

from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import (
    Authority,
    Basis,
    Contained,
    Mode,
    Notice,
    NoticeLine,
    Parties,
    Permit,
    PermitKind,
    Transport,
)
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.written import as_written, filled_in, read_record


@filled_in(Contained)
class WrittenContained(Record, frozen=True, kw_only=True):
    """A scheduled substance in a mixture; its content in percent."""

    name: str = ""


@filled_in(NoticeLine)
class WrittenLine(Record, frozen=True, kw_only=True):
    """A line; amounts like "25 kg", shares in percent."""

    number: int | None = None  # of an amendment, kept; None: next free number
    name: str = ""
    cas: str = ""
    net: str = ""
    content: str = ""
    gross: str = ""
    contains: tuple[WrittenContained, ...] = ()


@filled_in(Transport)
class WrittenTransport(Record, frozen=True, kw_only=True):
    """The journey; one country, place or container per line."""

    mode: Mode | None = None
    entry_point: str = ""
    dispatch: date | None = None


@filled_in(Permit)
class WrittenPermit(Record, frozen=True, kw_only=True):
    """A document that covers the goods."""

    kind: PermitKind | None = None
    number: str = ""


@filled_in(Notice, without={"version", "sent"})
class WrittenNotice(Record, frozen=True, kw_only=True):
    """A notice as filled in; for the fields see `Notice`."""

    reference: str = ""
    basis: Basis = "treaty"
    confidentiality: str = "TLP:AMBER"
    sender: Authority = Authority(name="", country="")
    recipient: Authority = Authority(name="", country="")
    parties: Parties = Parties()
    lines: tuple[WrittenLine, ...] = ()
    transport: WrittenTransport = WrittenTransport()
    permits: tuple[WrittenPermit, ...] = ()


def written_of(notice: Notice) -> WrittenNotice:
    """Convert a notice to its written form."""
    return as_written(notice, WrittenNotice)


def read_written(written: WrittenNotice) -> tuple[Notice, list[Problem]]:
    """Parse a written form.

    Returns:
        The notice without unreadable values, and an error for each of these.
    """
    problems: list[Problem] = []
    notice = read_record(written, Notice, problems)
    if notice is None:  # a notice has no mandatory choice
        raise AssertionError(problems)
    return notice, problems
