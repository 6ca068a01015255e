"""The boxes of notices: by deadline, counted and sought in the database, on both databases."""

from datetime import date, timedelta

import pytest
from msgspec import structs
from tests.support.notices import DAY, DISPATCH, NOTICE, REPLY_BY
from tests.support.peers import Party
from tests.transport.test_notices import YES, Pair, _do

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.exchange.notices.drafts import WrittenNotice, written_of
from tidewaiter.exchange.notices.types import Queried, Sent, Side
from tidewaiter.store.core.database import Stamp, Work
from tidewaiter.store.notices.drafts import (
    Draft,
    KeptDraft,
    add_draft,
    change_draft,
    count_drafts,
    drafts_of,
    drop_draft,
    find_draft,
)
from tidewaiter.store.notices.events import deliveries, send_notice
from tidewaiter.store.notices.lookup import (
    Show,
    Wish,
    count_notices,
    cursor_of,
    notice_list,
)


def _send(one: Party, other: Party, reference: str, reply_by: date) -> None:
    notice = structs.replace(NOTICE, reference=reference, reply_by=reply_by)
    with one.desk.database.work(one.desk.stamp()) as work:
        send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=notice))
    one.send(other)


def _pages(party: Party, side: Side, day: date, show: Show = "all", *, text: str = "") -> list[str]:
    """Read all pages of a box, two rows each."""
    rows, found = 2, list[str]()
    after = ""
    for _ in range(10):
        wish = Wish(side=side, show=show, text=text, after=after)
        with party.desk.database.work() as work:
            page = notice_list(work, day, wish, rows=rows)
        found += [f"{each.row.reference}{'!' if each.overdue else ''}" for each in page]
        if len(page) < rows:
            break
        after = cursor_of(page[-1].row)
    return found


def test_the_first_deadline_stands_first_and_each_box_is_counted(pair: Pair) -> None:
    """Decided ones have no deadline; a peer's question is due by us; paging is complete."""
    one, other = pair
    for number, days in enumerate((5, 1, 9, 3, 7)):
        _send(one, other, f"AX-{number}", REPLY_BY + timedelta(days=days))
    other.send(one)
    _do(other, YES, number=3)
    _do(other, Queried(text="Who?"), number=4)
    other.send(one)
    day = REPLY_BY + timedelta(days=2)
    assert _pages(other, "importer", day) == ["AX-1!", "AX-3", "AX-0", "AX-4", "AX-2"]
    assert _pages(one, "exporter", day)[:4] == ["AX-1!", "AX-3", "AX-0", "AX-4"]
    assert _pages(one, "exporter", day, "ours") == ["AX-3", "AX-2"]
    assert _pages(other, "importer", day, "overdue") == ["AX-1!"]
    assert _pages(other, "importer", day, text="ax-_") == []
    assert _pages(other, "importer", day, text="ALAND") == _pages(other, "importer", day)
    with one.desk.database.work() as work:
        counts = count_notices(work, day)
        with pytest.raises(InputError):
            notice_list(work, DAY, Wish(side="exporter", after="1 or 1=1"))
    assert counts["exporter"] == {"ours": 2, "theirs": 3, "overdue": 1, "decided": 1, "all": 5}
    assert counts["importer"] == dict.fromkeys(counts["importer"], 0)


def test_after_a_yes_return_information_is_due(pair: Pair) -> None:
    """By the exporting side: its deadline is in both lists from then on."""
    one, other = pair
    _send(one, other, "AX-1", REPLY_BY)
    _do(other, YES)
    other.send(one)
    with one.desk.database.work() as work:
        (found,) = notice_list(work, DISPATCH, Wish(side="exporter", show="ours"))
    assert found.row.due is not None
    assert found.row.due > DISPATCH
    late = found.row.due + timedelta(days=1)
    assert _pages(one, "exporter", late, "overdue") == ["AX-1!"]


def test_what_became_of_our_messages_is_told(pair: Pair) -> None:
    """Ours waits, then is receipted; theirs arrived; only ours names the person."""
    one, other = pair
    with one.desk.database.work(Stamp(who="account 7", at=one.desk.clock())) as work:
        notice = Sent(notice=NOTICE)
        send_notice(work, one.desk.ring.lock, one.name, other.name, notice)
        assert [each.state for each in deliveries(work, 1)] == ["waiting"]
    one.send(other)
    _do(other, YES)
    other.send(one)
    with one.desk.database.work() as work:
        told = deliveries(work, 1)
    assert [(each.by, each.state, each.who) for each in told] == [
        ("exporter", "processed", "account 7"),
        ("importer", None, ""),
    ]


def _draft(party: Party, who: str, draft: Draft) -> KeptDraft:
    with party.desk.database.work(Stamp(who=who, at=party.desk.clock())) as work:
        return add_draft(work, party.desk.ring.lock, draft)


def _as(party: Party, who: str) -> Stamp:
    return Stamp(who=who, at=party.desk.clock())


def test_a_draft_is_its_writers_own(pair: Pair) -> None:
    """Others cannot read, change, delete or overwrite it, and it is stored encrypted."""
    one, _ = pair
    safe, written = one.desk.ring.lock, written_of(NOTICE)
    kept = _draft(one, "account 1", Draft(written=written))
    with one.desk.database.work(_as(one, "account 2")) as work:
        assert drafts_of(work, safe, "account 2") == []
        for deny in (
            lambda: find_draft(work, safe, "account 2", kept.number),
            lambda: change_draft(work, safe, kept.number, Draft(), 1),
            lambda: drop_draft(work, safe, kept.number, 1),
        ):
            with pytest.raises(MissingError):
                deny()
        assert count_drafts(work, "account 1") == 1
        assert NOTICE.parties.importer.name.encode() not in _all_drafts(work)
    with one.desk.database.work(_as(one, "account 1")) as work:
        again = change_draft(work, safe, kept.number, Draft(written=WrittenNotice()), 1)
        assert again.version == 2
        with pytest.raises(ConflictError):
            change_draft(work, safe, kept.number, Draft(), 1)
        drop_draft(work, safe, kept.number, 2)
        assert drafts_of(work, safe, "account 1") == []


def _all_drafts(work: Work) -> bytes:
    held = work.connection.exec_driver_sql("SELECT written FROM notice_draft").scalars()
    return b"".join(bytes(each) for each in held)
