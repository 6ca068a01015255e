"""Alerts of many kinds, what is known of each without the index, and filters over them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from tests.found import TODAY

from tidewaiter.base.phrases import as_written, english
from tidewaiter.store.alerts.filters import AlertFilter, Queue, Sort, View
from tidewaiter.store.alerts.queue import ORDERS
from tidewaiter.trade.types import Alert, Line, Party, PartyMatch, Reason, Stop

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


def made_alert(make: MakeAlert, row: int) -> Alert:
    """Make an alert that differs from its neighbours in all that is filtered by."""
    name, place, bound = NAMES[row % 5], PLACES[row % 6], PLACES[row % 5]
    line = Line(
        row=row,
        consignment=f"C{row // 3}",
        seq=row % 3 + 1,
        goods=GOODS[row % 7],
        hs="29141100",
        cas=("67-64-1",) if row % 2 else None,
        parties=(Party(role="consignor", name=name, country=place, id=f"EORI{row % 4}"),),
        route=(
            Stop(function="loading", country=place),
            Stop(function="transit", locode="NLRTM"),
            Stop(function="destination", country=bound),
        ),
    )
    match = PartyMatch(
        role="consignor",
        name=name,
        list="watch",
        list_name="Watch",
        version="0",
        list_day=None,
        entry=f"E{row % 4}",
        listed_name=name,
        name_kind="primary",
        kind="organisation",
        probability=0.9,
        action="watched",
    )
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
        title=as_written(f"{GOODS[row % 7][:5]} (List {row % 2})"),
        reasons=tuple(
            Reason(rule=rule, says=as_written(rule), points=1, source="x") for rule in rules
        ),
        parties=(match,) if row % 5 == 0 else (),
        restricted=row % 9 == 0,
    )


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
        texts = (
            line.goods or "",
            english(alert.title),
            party.name or "",
            line.consignment,
            party.id or "",
            line.hs or "",
            *(line.cas or ()),
            alert.id,
        )
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
            piece in self.text
            if not piece.isascii() and piece[0] >= "\u4e00"
            else any(w == piece or (len(piece) > 2 and w.startswith(piece)) for w in words)
            for piece in pieces
        )


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _any(values: tuple[str, ...], have: Any) -> bool:
    return not values or bool(set(values) & set(have))


def _within(day: date | None, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    return day is not None and (first or date.min) <= day <= (last or date.max)


def put_in_order(said: list[Said], sort: Sort) -> list[Said]:
    """Put alerts in order, as the reference says it."""
    newest = sorted(said, key=lambda each: each.place, reverse=True)
    by_rank = sorted(newest, key=lambda each: each.alert.rank, reverse=True)
    none = date.max
    by_day = sorted(by_rank, key=lambda each: each.alert.due or none)
    listed = sorted(by_day, key=lambda each: bool(each.alert.parties), reverse=True)
    priority = sorted(listed, key=lambda each: SEVERITIES.index(each.alert.severity))
    if sort in {"due", "-due"}:
        by_due = sorted(by_rank, key=lambda each: each.alert.due or none, reverse=sort == "-due")
        return sorted(by_due, key=lambda each: each.alert.due is None)
    if sort in {"score", "-score"}:
        return sorted(by_rank, key=lambda each: each.alert.score, reverse=sort == "score")
    if sort in {"consignment", "-consignment"}:
        both = sorted(said, key=lambda each: (each.alert.consignment, each.place))
        return both if sort == "consignment" else both[::-1]
    return {"rank": priority, "newest": newest, "oldest": newest[::-1]}[sort]


_DAYS = st.none() | st.dates(TODAY - timedelta(days=50), TODAY + timedelta(days=50))
_WORDS = (
    "",
    "acetone",
    "ace",
    "drums lot",
    "ACÉTONE",
    "麻黄",
    "碱",
    "盐酸",
    "уксус",
    "c1 drum",
    "acetone zzz",
    "67-64-1",
    "2914",
    "büro",
    "上海 化工",
    "eori2",
    "of",
    "()",
)


def _some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


WIDE = st.builds(AlertFilter, severity=_some(*SEVERITIES))
FILTERS: st.SearchStrategy[AlertFilter] = st.builds(
    AlertFilter,
    severity=_some(*SEVERITIES),
    status=_some("open", "held", "dismissed"),
    assignee=st.sampled_from([None, None, "", "reyes", "ünal", "nobody"]),
    substance=_some("acetone", "toluene", "ether"),
    rule=_some("control", "exact", "fuzzy", "none"),
    country=_some("CN", "MX", "DE", "IN", "FR"),
    origin=st.sampled_from([None, None, None, "CN", "IN"]),
    destination=st.sampled_from([None, None, None, "MX", "FR"]),
    party=st.sampled_from([None, None, None, "acme", "Acme Chem Ltd", "buro", "上海"]),
    entry=st.sampled_from([None, None, None, "watch/E0", "watch/E9"]),
    consignment=st.sampled_from([None, None, None, "C4", "X"]),
    due_within=st.none() | st.integers(-60, 60),
    due_from=_DAYS,
    due_to=_DAYS,
    day_from=_DAYS,
    day_to=_DAYS,
    words=st.sampled_from(_WORDS),
)
QUEUES = st.builds(Queue, wanted=FILTERS | WIDE, today=st.just(TODAY), cleared=st.booleans())
VIEWS = st.builds(View, sort=st.sampled_from(list(ORDERS)), rows=st.integers(1, 40))
