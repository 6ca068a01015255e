"""Flows: totals in the database equal those of its alerts, and the counts of the queue."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date

import pyarrow as pa
import pytest
from msgspec import structs

from tidewaiter.casework.flows import Flows, RouteSum, Sum
from tidewaiter.store.alerts.decisions import Wanted, decide, standings
from tidewaiter.store.alerts.filters import AlertFilter, Queue
from tidewaiter.store.alerts.flows import BLOCK, flows
from tidewaiter.store.alerts.queue import count_alerts, queue_page
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import LINES, Alert, Line, Stop

TODAY = date(2026, 3, 1)
Stored = Callable[..., list[Alert]]


def queue(*, cleared: bool = False, **wanted: object) -> Queue:
    """Return a view of the queue."""
    return Queue(wanted=AlertFilter(**wanted), today=TODAY, cleared=cleared)  # type: ignore[arg-type]


def line(row: int, *stops: str, net_mg: int | None = None) -> Line:
    """Return a line that is loaded, goes through and is bound for some countries."""
    functions = ("loading", *["transit"] * (len(stops) - 2), "destination")
    route = tuple(Stop(function=f, country=c) for f, c in zip(functions, stops, strict=True) if c)
    return Line(row=row, consignment=f"C{row}", seq=1, net_mg=net_mg, route=route)


@pytest.fixture
def store(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_alert: Callable[..., Alert],
    make_lines: Callable[[int, int], pa.RecordBatch],
) -> Stored:
    """Store alerts about lines, in as many batches as there are lists."""

    def put(*batches: Sequence[tuple[Line, dict[str, object]]]) -> list[Alert]:
        made = []
        with database.work(stamp) as work:
            screening = begin_screening(work, *reading)
            last = max(each.row for batch in batches for each, _ in batch)
            add_batch(work, screening.id, Batch(lines=make_lines(1, last), done_row=0))
        for batch in batches:
            alerts = [
                make_alert(each.row, line=each, **({"id": f"alert-{each.row}"} | said))
                for each, said in batch
            ]
            made += alerts
            with database.work(stamp) as work:
                nothing = pa.RecordBatch.from_pylist([], schema=LINES)
                add_batch(work, screening.id, Batch(lines=nothing, alerts=alerts, done_row=last))
        return made

    return put


def read(database: Database, wanted: Queue, **options: object) -> Flows:
    """Read flows."""
    with database.work() as work:
        return flows(work, wanted, **options)  # type: ignore[arg-type]


def test_routes_are_added_up(database: Database, store: Stored) -> None:
    """By route, country, month and substance, and masses apart from lines without one."""
    store(
        [
            (line(1, "CN", "SG", "MX", net_mg=25_000_000), {"due": date(2026, 3, 5)}),
            (line(2, "CN", "SG", "MX"), {"due": date(2026, 4, 1), "substances": ("toluene",)}),
        ],
        [
            (line(3, "CN", "SG", "MX", net_mg=1), {"due": None}),
            (line(4, "IN", "", net_mg=7), {"due": date(2026, 3, 9)}),
        ],
    )
    found = read(database, queue())
    assert found.routes == (
        RouteSum(
            origin="CN",
            via=("SG",),
            destination="MX",
            sum=Sum(alerts=3, lines=3, net_mg=25_000_001, unweighed=1),
        ),
        RouteSum(origin="IN", via=(), destination="", sum=Sum(alerts=1, lines=1, net_mg=7)),
    )
    assert found.ends == tuple(structs.replace(each, via=()) for each in found.routes)
    assert found.total == Sum(alerts=4, lines=4, net_mg=25_000_008, unweighed=1)
    assert found.countries == {"CN": 3, "SG": 3, "MX": 3, "IN": 1}
    assert found.months == {"2026-03": 2, "2026-04": 1}
    assert found.undated == 1
    assert found.substances == {"acetone": 3, "toluene": 1}


def test_what_is_cut_off_is_counted_as_others(database: Database, store: Stored) -> None:
    """The routes beside the largest are one sum, whatever makes a route large."""
    store(
        [
            (line(1, "CN", "MX", net_mg=5), {}),
            (line(2, "CN", "MX", net_mg=5), {}),
            (line(3, "IN", "US", net_mg=90), {}),
            (line(4, "DE", "US"), {}),
        ]
    )
    by_alerts = read(database, queue(), most=1)
    assert [each.origin for each in by_alerts.routes] == ["CN"]
    assert by_alerts.other_routes == 2
    assert by_alerts.others == Sum(alerts=2, lines=2, net_mg=90, unweighed=1)
    by_mass = read(database, queue(), measure="mass", most=1)
    assert [each.origin for each in by_mass.routes] == ["IN"]
    assert by_mass.others == Sum(alerts=3, lines=3, net_mg=10, unweighed=1)


def test_a_line_with_two_alerts_is_one_line(database: Database, store: Stored) -> None:
    """Its mass counts once, also where its alerts come in different batches."""
    two = line(1, "CN", "MX", net_mg=40)
    store([(two, {"id": "first"}), (two, {"id": "second"})], [(two, {"id": "third"})])
    assert read(database, queue()).total == Sum(alerts=3, lines=1, net_mg=40)


def test_restricted_alerts_are_in_no_sum(database: Database, store: Stored) -> None:
    """Who is not cleared sees neither their numbers nor their routes, countries or months."""
    secret = {"restricted": True, "due": date(2026, 5, 1), "substances": ("ephedrine",)}
    open_ = {"due": date(2026, 3, 1)}
    both = line(1, "CN", "MX", net_mg=3)
    store(
        [
            (both, {"id": "open", **open_}),
            (both, {"id": "secret", **secret}),
            (line(2, "IR", "SY", net_mg=8), secret),
        ]
    )
    seen = read(database, queue())
    assert seen.total == Sum(alerts=1, lines=1, net_mg=3)
    assert (seen.countries, seen.months) == ({"CN": 1, "MX": 1}, {"2026-03": 1})
    assert seen.substances == {"acetone": 1}
    assert "IR" not in repr(seen)
    assert read(database, queue(cleared=True)).total == Sum(alerts=3, lines=2, net_mg=11)


def test_flows_follow_decisions_and_filters(
    database: Database, store: Stored, stamp: Stamp
) -> None:
    """What is dismissed moves to the dismissed, and a period leaves the months as they are."""
    store([(line(row, "CN", "MX"), {"due": date(2026, row, 1)}) for row in (1, 2, 3)])
    with database.work(stamp) as work:
        seen = standings(work, ["alert-2"])["alert-2"]
        decide(work, seen, Wanted(verdict="dismiss", reason="other-goods"))
    assert read(database, queue(status=("open",))).total.alerts == 2
    dismissed = read(database, queue(status=("dismissed",)))
    assert dismissed.months == {"2026-02": 1}
    brushed = read(database, queue(due_from=date(2026, 2, 1), due_to=date(2026, 3, 31)))
    assert brushed.total.alerts == 2
    assert brushed.months == {"2026-01": 1, "2026-02": 1, "2026-03": 1}


def test_flows_are_those_of_the_queue(database: Database, store: Stored) -> None:
    """Over more than one block of alerts, each route has as many as the queue shows of it."""
    ends = ["CN", "IN", "United Kingdom", "", "MX"]
    store(
        [
            (line(1, ends[n % 5], *["SG"][: n % 2], ends[n % 3]), {"id": f"a{n}", "rank": n % 1000})
            for n in range(BLOCK - 5)
        ],
        [
            (line(2 + n % 2, ends[n % 4], "US", net_mg=1), {"id": f"b{n}", "rank": n})
            for n in range(20)
        ],
    )
    found = read(database, queue())
    sums: dict[tuple[str, str], int] = Counter()
    assert len(found.ends) < len(found.routes)
    for each in found.routes:
        sums[each.origin, each.destination] += each.sum.alerts
    with database.work() as work:
        told = {(each.origin, each.destination): each.sum.alerts for each in found.ends}
        assert told == sums
        for (origin, destination), alerts in sums.items():
            page = queue_page(work, queue(origin=origin, destination=destination))
            assert page.total == alerts
        assert found.countries == count_alerts(work, queue(), "country")
    assert found.total.alerts == BLOCK + 15
    assert found.total.lines == 3
    by_country: dict[str, int] = defaultdict(int)
    for each in found.routes:
        for code in {each.origin, *each.via, each.destination} - {""}:
            by_country[code] += each.sum.alerts
    assert by_country == found.countries
    assert "GB" in by_country


@pytest.mark.parametrize("first", [date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 15), None])
@pytest.mark.parametrize("last", [date(2026, 2, 15), date(2026, 3, 1), date(2026, 10, 31), None])
def test_a_period_has_the_days_in_it(
    database: Database, store: Stored, first: date | None, last: date | None
) -> None:
    """Both ends are in it, and no day of the last month behind its end."""
    days = [
        date(2025, 12, 31),
        *(date(2026, month, day) for month in (1, 2, 3, 9, 10, 11) for day in (1, 15, 28)),
    ]
    store([(line(row, "CN", "MX"), {"due": day}) for row, day in enumerate(days, start=1)])
    found = read(database, queue(due_from=first, due_to=last))
    inside = [d for d in days if (first or date.min) <= d <= (last or date.max)]
    assert found.total.alerts == len(inside)


def test_an_empty_database_has_no_flows(database: Database) -> None:
    """Nothing is counted, by either measure."""
    for measure in ("alerts", "mass"):
        found = read(database, queue(), measure=measure, most=5)
        assert found.total == found.others == Sum()
        assert (found.routes, found.ends, found.countries, found.months) == ((), (), {}, {})
