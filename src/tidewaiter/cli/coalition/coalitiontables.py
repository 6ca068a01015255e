"""What `tidewaiter coalition` prints: boards, members and commitments as plain tables."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.cli.table import as_line
from tidewaiter.report.boards import BoardView, RowView
from tidewaiter.report.coalitioncharts import TimelineView
from tidewaiter.report.memberviews import GroupView, MemberView, PledgeView

_WIDE = 170  # columns where no terminal says how many there are


def console() -> Console:
    """Return where tables go: a file or another program gets them wide, and whole."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=_WIDE)


def board_tables(view: BoardView) -> Iterable[Table]:
    """Yield the tables of a board."""
    rows = []
    for each in view.countries:
        frozen = "".join(f"\n{one}" for one in each.frozen)
        rows.append((f"{each.name}, how others answer it", each.sent))
        rows.append((f"{each.name}, how it answers{frozen}", each.received))
    yield _board("country", rows)
    yield _board("from, to", [(f"{each.exporter}, {each.importer}", each) for each in view.pairs])


def member_table(members: Iterable[MemberView]) -> Table:
    """Lay out members, one a row."""
    return _table(
        ("node", "name", "country", "state", "since", "silent", "rosters say", "groups"),
        (
            (
                each.node,
                each.name,
                each.country,
                each.says,
                each.since,
                each.silence,
                "; ".join((*each.rosters, *(("DISPUTED",) if each.disputed else ()))),
                each.groups,
            )
            for each in members
        ),
    )


def group_table(groups: Iterable[GroupView]) -> Table:
    """Lay out working groups, one a row."""
    return _table(
        ("group", "part of", "since", "roster", "members"),
        ((each.name, each.part_of, each.since, each.roster, each.members) for each in groups),
    )


def pledge_table(pledges: Iterable[PledgeView]) -> Table:
    """Lay out commitments, one a row."""
    return _table(
        ("owner", "id", "what", "target", "due", "state", "last number"),
        (
            (
                each.owner,
                each.id,
                "; ".join(filter(None, (each.what, each.changed))),
                each.target,
                each.due,
                each.says,
                each.last,
            )
            for each in pledges
        ),
    )


def timeline_tables(view: TimelineView) -> Iterable[Table]:
    """Yield the months, the last first, and what happened in them."""
    yield _table([head.lower() for head in view.chart.heads], view.chart.rows)
    yield _table(
        ("day", "what", "of what, of whom", "source"),
        ((each.day, each.what, each.of, f"{each.source} {each.mark}") for each in view.events),
    )


def _board(first: str, rows: Iterable[tuple[str, RowView]]) -> Table:
    return _table(
        (
            first,
            "notices",
            "in time",
            "share",
            "95 %",
            "median days",
            "9 of 10",
            "no reply",
            "objections",
            "other",
            "incidents",
            "trend",
        ),
        (
            (
                name,
                f"{row.notices} ({row.more})",
                row.count,
                row.share,
                row.interval,
                f"{row.median}{'*' if row.method else ''}",
                row.ninetieth,
                row.silences,
                row.objections,
                _other(row),
                row.incidents,
                row.trend,
            )
            for name, row in rows
        ),
    )


def _other(row: RowView) -> str:
    released = () if row.released == "0" else (f"{row.released} released in silence",)
    frozen = () if row.frozen_days == "0" else (f"{row.frozen_days} frozen days",)
    return ", ".join((*row.rest, *released, *frozen))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text("\n".join(map(as_line, cell.split("\n")))) for cell in row))
    return table
