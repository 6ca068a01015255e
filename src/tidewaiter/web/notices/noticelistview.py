"""The boxes of notices in words: which are here, when the next act is due, and whose it is."""

from collections.abc import Mapping
from datetime import date
from typing import get_args
from urllib.parse import urlencode

from tidewaiter.base.records import Record
from tidewaiter.report.languages import country, words
from tidewaiter.report.languages import marked as _
from tidewaiter.store.noticelist import Listed, Show
from tidewaiter.web.noticepages import SIDES, BoxRow, NoticesPage
from tidewaiter.web.noticewords import state_in_words, time_left, waiting_in_words

_SHOWS: Mapping[Show, str] = {
    "ours": _("Waiting for us"),
    "theirs": _("Waiting for them"),
    "overdue": _("Overdue"),
    "decided": _("Decided"),
    "all": _("All"),
}


class Tab(Record, frozen=True, kw_only=True):
    """A way to see some of the notices."""

    label: str
    address: str
    count: int
    here: bool


class RowView(Record, frozen=True, kw_only=True):
    """A notice in words."""

    listed: Listed
    left: str  # how long there is
    state: str
    waits: str
    country: str  # of the peer


class NoticeListView(Record, frozen=True, kw_only=True):
    """A box in words."""

    boxes: tuple[Tab, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[RowView, ...]
    more: str  # address of the next page; "": this is the last


def notice_list_view(page: NoticesPage) -> NoticeListView:
    """Put a box of notices into words."""
    asked = page.asked
    side = SIDES[asked.box]
    onward = {"box": asked.box, "show": asked.show, "text": asked.text, "after": page.more}
    return NoticeListView(
        boxes=(
            Tab(
                label=words("Inbox: we import"),
                address="/notices?box=in",
                count=page.counts["importer"]["ours"],
                here=side == "importer",
            ),
            Tab(
                label=words("Outbox: we export"),
                address="/notices?box=out",
                count=page.counts["exporter"]["ours"],
                here=side == "exporter",
            ),
            Tab(
                label=words("My drafts"),
                address="/notices/drafts",
                count=page.drafts,
                here=False,
            ),
        ),
        tabs=tuple(
            Tab(
                label=words(_SHOWS[show]),
                address=f"/notices?box={asked.box}&show={show}",
                count=page.counts[side][show],
                here=show == asked.show,
            )
            for show in get_args(Show)
        ),
        rows=tuple(_row(each, page.day) for each in page.rows),
        more=f"/notices?{urlencode(onward)}" if page.more else "",
    )


def _row(each: BoxRow, today: date) -> RowView:
    row = each.listed.row
    return RowView(
        listed=each.listed,
        left=time_left(row.due, today, each.days),
        state=state_in_words(row.state),
        waits=waiting_in_words(row.waits_for, row.side, each.listed.name),
        country=country(each.listed.country) if each.listed.country else "",
    )
