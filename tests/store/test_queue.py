"""The queue: what filters let through, in what order, how many, and who sees what."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, get_args

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.found import TODAY

from tidewaiter.base.errors import InputError
from tidewaiter.casework.decisions import Status
from tidewaiter.consignments.types import Alert, Line, Party, PartyMatch, Reason, Stop
from tidewaiter.store import ordering, terms
from tidewaiter.store.alerts import add_alerts
from tidewaiter.store.audit import audit_size
from tidewaiter.store.batches import Batch, add_batch
from tidewaiter.store.database import Database, Stamp, Work
from tidewaiter.store.decisions import (
    Wanted,
    assign,
    decide,
    decide_each,
    last_decision,
    standings,
    take_back,
    trail,
)
from tidewaiter.store.notes import Entry, Note, add_notes, due_notes
from tidewaiter.store.ordering import ORDERS
from tidewaiter.store.queue import WITHIN, count_alerts, queue_counts, queue_page
from tidewaiter.store.queuefilter import AlertFilter, Queue, Sort, View
from tidewaiter.store.screenings import Run, Source, begin_screening

MakeAlert = Callable[..., Alert]
SEVERITIES = ("critical", "high", "medium", "low")
GOODS = (
    "Acetone in DRUMS, lot 4711",
    "acétone, fûts de 25 kg",
    "麻黄碱 盐酸盐 25公斤",
    "Ａｃｅｔｏｎｅ (full width)",
    "уксусный ангидрид",
    "toluene; drummed",
    "",
)
NAMES = ("Acme Chem Ltd", "ACME  chem", "Büro Öl GmbH", "上海化工有限公司", "Muster SA")
PLACES = ("CN", "MX", "DE", "in", "Mexico", None)
CODES = {"CN": "CN", "MX": "MX", "DE": "DE", "in": "IN", "Mexico": "MX"}


def _alert(make: MakeAlert, row: int) -> Alert:
    """Make an alert that differs from its neighbours in all that is filtered by."""
    name, place, bound = NAMES[row % 5], PLACES[row % 6], PLACES[row % 5]
    line = Line(
        row=row, consignment=f"C{row // 3}", seq=row % 3 + 1, goods=GOODS[row % 7], hs="29141100",
        cas=("67-64-1",) if row % 2 else None,
        parties=(Party(role="consignor", name=name, country=place, id=f"EORI{row % 4}"),),
        route=(Stop(function="loading", country=place), Stop(function="transit", locode="NLRTM"),
               Stop(function="destination", country=bound)),
    )  # fmt: skip
    match = PartyMatch(
        role="consignor", name=name, list="watch", list_name="Watch", version="0", list_day=None,
        entry=f"E{row % 4}", listed_name=name, name_kind="primary", kind="organisation",
        probability=0.9, action="watched",
    )  # fmt: skip
    rules = ("control", *(("exact",) if row % 2 else ("fuzzy", "hs")))
    return make(
        row,
        id=f"{row * 7919 % 999_983:06x}{row:06}",
        consignment=line.consignment,
        seq=line.seq,
        line=line,
        severity=SEVERITIES[row % 4],
        score=row * 7 % 101,
        rank=row * 5 % 9,
        day=TODAY - timedelta(days=row % 40),
        due=None if row % 11 == 0 else TODAY + timedelta(days=row * 13 % 90 - 45),
        substances=("acetone", "toluene") if row % 3 else ("toluene",),
        title=f"{GOODS[row % 7][:5]} (List {row % 2})",
        reasons=tuple(Reason(rule=rule, text=rule, points=1, source="x") for rule in rules),
        parties=(match,) if row % 5 == 0 else (),
        restricted=row % 9 == 0,
    )


@pytest.fixture
def screening_id(
    database: Database, stamp: Stamp, source: Source, run: Run,
    make_lines: Callable[[int, int], pa.RecordBatch],
) -> int:  # fmt: skip
    """Screen 120 lines without an alert."""
    with database.work(stamp) as work:
        screening = begin_screening(work, source, run)
        add_batch(work, screening.id, Batch(lines=make_lines(1, 120), done_row=120))
        return screening.id


class Filled(tuple[Alert, ...]):
    """Alerts, without the long print that a failing example would give."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Say how many they are."""
        return f"{len(self)} alerts"


@pytest.fixture
def stored(database: Database, stamp: Stamp, screening_id: int, make_alert: MakeAlert) -> Filled:
    """Store 120 alerts in three goes; some are assigned, and some decided."""
    found = [_alert(make_alert, row) for row in range(1, 121)]
    for start in range(0, 120, 40):
        with database.work(stamp) as work:
            add_alerts(work, screening_id, found[start : start + 40])
    with database.work(stamp) as work:
        assign(work, [alert.id for alert in found[::4]], "reyes")
        assign(work, [alert.id for alert in found[::8]], "ünal")
        held = Wanted(verdict="hold", reason="inspect")
        for each in standings(work, [alert.id for alert in found[::6]]).values():
            decide(work, each, held)
    return Filled(found)


class Said:
    """What the tests know of an alert, without the index."""

    def __init__(self, place: int, alert: Alert) -> None:
        self.place, self.alert = place, alert
        self.status = "held" if place % 6 == 0 else "open"
        self.assignee = "ünal" if place % 8 == 0 else "reyes" if place % 4 == 0 else ""
        line = alert.line
        party = (line.parties or ())[0]
        stops = line.route or ()
        self.country = {"NL", *(CODES[stop.country] for stop in stops if stop.country)}
        loading, bound = stops[0].country, stops[2].country
        self.origin = CODES[loading] if loading else None
        self.destination = CODES[bound] if bound else None
        self.party = " ".join((party.name or "").split())
        texts = (line.goods or "", alert.title, party.name or "", line.consignment, party.id or "",
                 line.hs or "", *(line.cas or ()), alert.id)  # fmt: skip
        self.text = _folded(" ".join(texts))

    def fits(self, wanted: AlertFilter) -> bool:
        """Say whether a filter lets the alert through."""
        a = self.alert
        late = wanted.due_within is None or (
            a.due is not None and a.due <= TODAY + timedelta(days=wanted.due_within)
        )
        return (
            _any(wanted.severity, [a.severity])
            and _any(wanted.status, [self.status])
            and _any(wanted.substance, a.substances)
            and _any(wanted.rule, [reason.rule for reason in a.reasons])
            and _any(wanted.country, self.country)
            and wanted.assignee in {None, self.assignee}
            and wanted.origin in {None, self.origin}
            and wanted.destination in {None, self.destination}
            and _folded(self.party).startswith(_folded(" ".join((wanted.party or "").split())))
            and wanted.entry in {None, *(f"{m.list}/{m.entry}" for m in a.parties)}
            and wanted.consignment in {None, a.consignment}
            and _within(a.due, wanted.due_from, wanted.due_to)
            and _within(a.day, wanted.day_from, wanted.day_to)
            and late
            and self.has(wanted.words)
        )

    def has(self, typed: str) -> bool:
        """Say whether all words occur: whole where they are short, and Han anywhere."""
        pieces = re.findall(r"\w+", _folded(typed))
        if typed and not pieces:
            return False
        words = re.findall(r"\w+", self.text)
        return all(
            piece in self.text if not piece.isascii() and piece[0] >= "\u4e00"
            else any(w == piece or (len(piece) > 2 and w.startswith(piece)) for w in words)
            for piece in pieces
        )  # fmt: skip


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _any(values: tuple[str, ...], have: Any) -> bool:
    return not values or bool(set(values) & set(have))


def _within(day: date | None, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    return day is not None and (first or date.min) <= day <= (last or date.max)


def _sorted(said: list[Said], sort: Sort) -> list[Said]:
    """Put alerts in order, as the reference says it."""
    newest = sorted(said, key=lambda each: each.place, reverse=True)
    by_rank = sorted(newest, key=lambda each: each.alert.rank, reverse=True)
    none = date.max
    if sort in {"due", "-due"}:
        by_due = sorted(by_rank, key=lambda each: each.alert.due or none, reverse=sort == "-due")
        return sorted(by_due, key=lambda each: each.alert.due is None)
    if sort in {"score", "-score"}:
        return sorted(by_rank, key=lambda each: each.alert.score, reverse=sort == "score")
    if sort in {"consignment", "-consignment"}:
        both = sorted(said, key=lambda each: (each.alert.consignment, each.place))
        return both if sort == "consignment" else both[::-1]
    return {"rank": by_rank, "newest": newest, "oldest": newest[::-1]}[sort]


_DAYS = st.none() | st.dates(TODAY - timedelta(days=50), TODAY + timedelta(days=50))
_WORDS = ("", "acetone", "ace", "drums lot", "ACÉTONE", "麻黄", "碱", "盐酸", "уксус", "c1 drum",
          "acetone zzz", "67-64-1", "2914", "büro", "上海 化工", "eori2", "of", "()")  # fmt: skip


def _some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


WIDE = st.builds(AlertFilter, severity=_some(*SEVERITIES))
FILTERS: st.SearchStrategy[AlertFilter] = st.builds(
    AlertFilter,
    severity=_some(*SEVERITIES), status=_some("open", "held", "dismissed"),
    assignee=st.sampled_from([None, None, "", "reyes", "ünal", "nobody"]),
    substance=_some("acetone", "toluene", "ether"), rule=_some("control", "exact", "fuzzy", "none"),
    country=_some("CN", "MX", "DE", "IN", "FR"),
    origin=st.sampled_from([None, None, None, "CN", "IN"]),
    destination=st.sampled_from([None, None, None, "MX", "FR"]),
    party=st.sampled_from([None, None, None, "acme", "Acme Chem Ltd", "buro", "上海"]),
    entry=st.sampled_from([None, None, None, "watch/E0", "watch/E9"]),
    consignment=st.sampled_from([None, None, None, "C4", "X"]),
    due_within=st.none() | st.integers(-60, 60), due_from=_DAYS, due_to=_DAYS,
    day_from=_DAYS, day_to=_DAYS, words=st.sampled_from(_WORDS),
)  # fmt: skip


QUEUES = st.builds(Queue, wanted=FILTERS | WIDE, today=st.just(TODAY), cleared=st.booleans())
VIEWS = st.builds(View, sort=st.sampled_from(list(ORDERS)), rows=st.integers(1, 40))


@pytest.mark.parametrize("few", [0, 10, 10_000])
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(queue=QUEUES, view=VIEWS)
def test_the_index_answers_as_a_look_at_every_alert(
    few: int, database: Database, stored: Filled, queue: Queue, view: View
) -> None:
    """What is let through, in what order, page by page and back, and what is counted."""
    wanted = queue.wanted
    said = [Said(place, alert) for place, alert in enumerate(stored)]
    seen = [each for each in said if queue.cleared or not each.alert.restricted]
    expected = [each.alert.id for each in _sorted([e for e in seen if e.fits(wanted)], view.sort)]
    with database.work() as work, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "FEW", few)  # of more, the order is walked
        ahead, last = [], None
        while True:
            page = queue_page(work, queue, replace(view, after=last))
            assert page.total == len(expected), wanted
            ahead += [alert.id for alert in page.alerts]
            if not page.later:
                break
            last = ahead[-1]
        assert ahead == expected, (wanted, view)
        if expected:
            back = queue_page(work, queue, replace(view, before=expected[-1]))
            assert [alert.id for alert in back.alerts] == expected[:-1][-view.rows :]
            assert back.earlier == (len(expected) - 1 > view.rows)
        counts = queue_counts(work, queue, most=100)
    _check_counts(counts.by, seen, wanted)
    assert counts.total == len(expected)
    open_ = [e for e in seen if e.fits(_without(wanted, "due_within"))]
    for days in WITHIN:
        last_day = TODAY + timedelta(days=days)
        due = [e for e in open_ if e.alert.due and e.alert.due <= last_day]
        assert counts.due_within[days] == len(due)


def _without(wanted: AlertFilter, name: str) -> AlertFilter:
    told = {each: getattr(wanted, each) for each in wanted.__struct_fields__ if each != name}
    return AlertFilter(**told)


def _check_counts(by: Any, seen: list[Said], wanted: AlertFilter) -> None:
    read: dict[str, Callable[[Said], Any]] = {
        "severity": lambda e: [e.alert.severity], "status": lambda e: [e.status],
        "assignee": lambda e: [e.assignee], "substance": lambda e: e.alert.substances,
        "rule": lambda e: {reason.rule for reason in e.alert.reasons},
        "country": lambda e: e.country,
    }  # fmt: skip
    for name, values in read.items():
        others = _without(wanted, name)
        expected = Counter(v for e in seen if e.fits(others) for v in values(e))
        assert {c.value: c.alerts for c in by[name] if c.alerts} == dict(expected)


def test_many_are_decided_each_by_itself(database: Database, stamp: Stamp, stored: Filled) -> None:
    """Those that someone decided since the officer looked are left, and counted."""
    ids = [alert.id for alert in stored[1:12]]
    with database.work(stamp) as work:
        last, before = last_decision(work), audit_size(work)
        (mine,) = standings(work, ids[:1]).values()
        decide(work, mine, Wanted(verdict="release", reason="permitted"))
        wanted = Wanted(verdict="dismiss", reason="other-goods")
        done = decide_each(work, [*ids, ids[-1], "nowhere"], wanted, last=last)
        assert (done.decided, done.left) == (10, 1)
        assert audit_size(work) == before + 11
        assert [step.verdict for step in trail(work, ids[5])][-1] == "dismiss"
        counts = count_alerts(work, Queue(today=TODAY, cleared=True), "status")
        assert (counts["dismissed"], counts["released"]) == (10, 1)
        with pytest.raises(InputError, match="no reason to dismiss"):
            decide_each(work, ids, Wanted(verdict="dismiss", reason="inspect"), last=last)


def test_what_is_taken_back_is_found_where_it_was(
    database: Database, stamp: Stamp, stored: Filled
) -> None:
    """The filter follows each step of the trail."""
    name = stored[1].id

    def where(work: Work) -> list[str]:
        statuses = get_args(Status)
        return [s for s in statuses if name in _found(work, AlertFilter(status=(s,)))]

    with database.work(stamp) as work:
        (now,) = standings(work, [name]).values()
        for verdict, reason, status in (("hold", "inspect", "held"), ("hold", "sample", "held"),
                                        ("dismiss", "other-goods", "dismissed")):  # fmt: skip
            now = decide(work, now, Wanted(verdict=verdict, reason=reason))  # type: ignore[arg-type]
            assert where(work) == [status]
        for status in ("held", "held", "open"):
            now = take_back(work, now)
            assert where(work) == [now.status] == [status]


def test_a_note_makes_an_alert_found_by_its_rule(
    database: Database, stamp: Stamp, stored: Filled
) -> None:
    """What became of a list entry later is a reason too."""
    entry = Entry(list="watch", entry="E0")
    note = Note(entry=entry, rule="party-removed", day=date(2026, 5, 1), text="x", source="y")
    resting = {a.id for a in stored if any(match.entry == "E0" for match in a.parties)}
    with database.work(stamp) as work:
        add_notes(work, due_notes(work, [note]))
        assert _found(work, AlertFilter(rule=("party-removed",))) == resting
        some = AlertFilter(rule=("party-removed", "none"), severity=("high",))
        assert _found(work, some) < resting


def _found(work: Work, wanted: AlertFilter) -> set[str]:
    queue = Queue(wanted=wanted, today=TODAY, cleared=True)
    return {alert.id for alert in queue_page(work, queue, View(rows=1_000)).alerts}


@pytest.mark.usefixtures("stored")
def test_a_page_behind_no_alert_is_refused(database: Database) -> None:
    """And says what would do."""
    queue = Queue(today=TODAY, cleared=True)
    with database.work() as work, pytest.raises(InputError, match="go on from"):
        queue_page(work, queue, View(after="nowhere"))


@pytest.mark.usefixtures("stored")
def test_of_too_many_words_whole_ones_are_looked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is told of which."""
    monkeypatch.setattr(terms, "WIDE", 1)
    queue = Queue(wanted=AlertFilter(words="eori2 dru"), today=TODAY, cleared=True)
    with database.work() as work:
        page = queue_page(work, queue)
        assert page.whole == ("dru",)
        assert page.total == 0
