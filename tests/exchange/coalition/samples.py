"""What tests of the coalition use: invented nodes, their notices, and what both sides said."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from tests.support.notices import NOTICE, changed

from tidewaiter.exchange.coalition.outcomes import Counted, End, Freeze, Heard, Watched, counted
from tidewaiter.exchange.notices.types import Event, NoObjection, Sent, Side, What

MONDAY = date(2026, 3, 2)  # no holidays of Germany or Mexico until Monday the 16th
LAST = date(2026, 3, 13)  # a Friday: the tenth day
YES = NoObjection(decided_by="Section 4")


def days(number: int, start: date = MONDAY) -> date:
    """Return a day so many days later."""
    return start + timedelta(days=number)


class Story:
    """Writes what happens to one notice, and on which day each side had it."""

    def __init__(
        self,
        reference: str = "A-1",
        *,
        day: date = MONDAY,
        last: date | None = LAST,
        ends: tuple[str, str] = ("DE", "MX"),
        had: int | None = 0,
    ) -> None:
        """Send the first version; a receipt for it comes after `had` days, or never."""
        self.notice = changed(NOTICE, reference=reference, reply_by=last)
        self.ends = ends
        self.heard: list[Heard] = []
        self.say("exporter", Sent(notice=self.notice), day, had=had)

    def say(
        self, by: Side, what: What, day: date, *, version: int = 1, had: int | None = 0
    ) -> None:
        """Add an event that has seen all before it."""
        mine = sum(each.event.by == by for each in self.heard)
        event = Event(
            id=f"{by}-{mine + 1}",
            notice=self.notice.reference,
            by=by,
            seq=mine + 1,
            seen=len(self.heard) - mine,
            version=version,
            at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            what=what,
        )
        came = None if had is None else days(had, day)
        self.heard.append(Heard(event=event, kept=day, had=came))

    def watched(self) -> Watched:
        """Return it with all that was said."""
        exporter, importer = (End(node=f"node-{each}", country=each) for each in self.ends)
        return Watched(exporter=exporter, importer=importer, heard=tuple(self.heard))

    def on(self, day: date, freezes: Sequence[Freeze] = ()) -> Counted:
        """Compute it as of a day."""
        found = counted(self.watched(), freezes, day)
        assert found is not None
        return found


def frozen(since: date, until: date | None, ends: tuple[str, str] = ("DE", "MX")) -> Freeze:
    """Freeze the channel from the first to the second."""
    return Freeze(by=f"node-{ends[0]}", towards=f"node-{ends[1]}", since=since, until=until)
