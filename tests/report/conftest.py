"""Alerts written by hand, of every kind that a page must show; the firms in them are invented."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tidewaiter.base.phrases import as_written
from tidewaiter.explain.summary import Counts, Summary, SummaryBuilder
from tidewaiter.explain.words import Library
from tidewaiter.law.types import Regime, Source
from tidewaiter.trade.types import (
    Alert,
    Evidence,
    Holding,
    Line,
    Mention,
    Party,
    Reason,
    Refusal,
    Severity,
    Stop,
)

DAY = date(2026, 3, 1)
EXPORTER = Party(
    role="exporter", name="Beispiel Handels GmbH", address="Musterweg 1, Hamburg", country="DE"
)
IMPORTER = Party(
    role="importer", name="Ejemplo S.A. de C.V.", country="MX", id_scheme="RFC", id="X1"
)
ROUTE = (
    Stop(function="loading", locode="DEHAM", name="Hamburg", country="DE"),
    Stop(function="transit", locode="PAONX", name="Colon", country="PA"),
    Stop(function="destination", locode="MXZLO", name="Manzanillo", country="MX"),
)


def mention(
    line: Line, text: str, name: str, *, how: str = "exact", field: str = "goods"
) -> Mention:
    """Return a mention of the first occurrence of `text` in a field of a line."""
    value = getattr(line, field)
    start = 0 if isinstance(value, tuple) else value.index(text)
    return Mention(
        substance=name.lower().replace(" ", "-"),
        name=name,
        cas=None,
        field=field,
        start=start,
        end=start + len(text),
        text=text,
        how=how,
        tier="weak" if how == "hs" else "strong",
        score=0.93 if how == "fuzzy" else 1.0,
    )


def holding(substance: str, regime: str, schedule: str, mark: str) -> Holding:
    """Return a listing that is in force since 2018, or since a day not known."""
    return Holding(
        substance=substance,
        regime=regime,
        schedule=schedule,
        since=None if mark == "unverified" else date(2018, 7, 7),
        scope="salts" if regime == "eu-precursors" else "",
        source=f"{regime}-annex",
        mark=mark,
    )


def alert(
    line: Line, severity: Severity, mentions: Sequence[Mention], reasons: Sequence[Reason]
) -> Alert:
    """Return an alert on a line, with a law of three marks for each substance."""
    due = line.arrival or line.release
    slugs = tuple(dict.fromkeys(m.substance for m in mentions))
    score = max(0, min(100, sum(reason.points for reason in reasons)))
    marks = [("un-1988", "Table I", "read"), ("eu-precursors", "Category 1", "second-hand")]
    laws = [holding(s, *m) for s in slugs for m in [*marks, ("cn", "Category 1", "unverified")]]
    return Alert(
        id=f"{line.row:016x}",
        file="manifest.csv",
        row=line.row,
        consignment=line.consignment,
        seq=line.seq,
        day=DAY,
        severity=severity,
        score=score,
        rank=score * 100 - ((due - DAY).days if due else 60),
        due=due,
        days_left=(due - DAY).days if due else None,
        substances=slugs,
        title=as_written(
            " and ".join(dict.fromkeys(m.name for m in mentions)) or "Goods under a watched code"
        ),
        line=line,
        mentions=tuple(mentions),
        reasons=tuple(reasons),
        law=tuple(laws),
    )


def reason(rule: str, text: str, points: int, of: Mention | None = None) -> Reason:
    """Return a reason, with the place of a mention as its evidence."""
    at = Evidence(field=of.field, start=of.start, end=of.end, text=of.text) if of else None
    return Reason(rule=rule, says=as_written(text), points=points, source="rules-note", evidence=at)


def line(row: int, goods: str, days: int | None = 5, **more: object) -> Line:
    """Return a line of a consignment that arrives `days` after the day of the law."""
    facts = {"parties": (EXPORTER, IMPORTER), "route": ROUTE, "origin": "DE"} | more
    arrival = None if days is None else DAY + timedelta(days)
    record = Line(
        row=row, consignment=f"MRN-2026-{row:04}", seq=row % 3 + 1, goods=goods, arrival=arrival
    )
    fields = {f: getattr(record, f) for f in record.__struct_fields__}
    return Line(**(fields | facts))


def overlapping() -> Alert:
    """Return an alert on a text where one name stands inside another."""
    what = line(
        17,
        "20 drums N-phenethyl-4-piperidone, CAS 39742-60-4, for research",
        2,
        quantity="20 drums, 500 KG",
        net_mg=500_000_000,
        gross_mg=541_500_000,
        packages=20,
        pack="drums",
        value=Decimal("48000.0000"),
        currency="EUR",
        containers=("MSKU1234565",),
        lodged=date(2026, 2, 27),
    )
    outer = mention(what, "N-phenethyl-4-piperidone", "N-Phenethyl-4-piperidone")
    inner = mention(what, "4-piperidone", "4-Piperidone", how="squeezed")
    number = mention(what, "39742-60-4", "N-Phenethyl-4-piperidone", how="cas")
    told = [
        reason("controlled-name", "The line names a controlled substance.", 70, outer),
        reason("cas-agrees", "A CAS number in the text names the same substance.", 30, number),
        reason("soon", "The goods arrive within three days.", 20),
    ]
    return alert(what, "critical", [outer, inner, number], told)


def misspelt() -> Alert:
    """Return an alert on a name that is spelt wrong, on goods that are a day late."""
    what = line(240, "CHEMICAL RAW MATERIAL - ACETLC ANHYDR1DE 99% IN IBC", -1, un="1715")
    found = mention(what, "ACETLC ANHYDR1DE", "Acetic anhydride", how="fuzzy")
    code = mention(what, "1715", "Acetic anhydride", how="unno", field="un")
    told = [
        reason("near-name", "The line nearly names a controlled substance.", 55, found),
        reason("un-agrees", "The UN number is that of the same substance.", 20, code),
    ]
    return alert(what, "high", [found, code], told)


def chinese() -> Alert:
    """Return an alert on a text in Chinese."""
    what = line(
        31, "化工原料 盐酸麻黄碱 25公斤/桶 纯度99%", 9, commercial="Ephedrine hydrochloride"
    )
    found = mention(what, "麻黄碱", "Ephedrine")
    second = mention(what, "Ephedrine", "Ephedrine", field="commercial")
    told = [reason("controlled-name", "The line names a controlled substance.", 80, found)]
    return alert(what, "high", [found, second], told)


def numbered() -> Alert:
    """Return an alert on a CAS number in a separate column."""
    what = line(52, "Laboratory reagents, various", None, cas=("67-64-1", "7732-18-5"))
    found = mention(what, "67-64-1", "Acetone", how="cas", field="cas")
    told = [reason("controlled-number", "The line gives the CAS number of acetone.", 35, found)]
    return alert(what, "medium", [found], told)


def equipment() -> Alert:
    """Return an alert on equipment."""
    what = line(77, "Rotary tablet press ZP-9, 9 punches, with dies", 14, hs="847989")
    found = mention(what, "tablet press", "Tablet press")
    told = [reason("equipment", "The line names watched equipment.", 40, found)]
    return alert(what, "medium", [found], told)


def downgraded() -> Alert:
    """Return an alert that a negation takes down."""
    what = line(98, "Nail polish remover, acetone-free, 12 x 200 ml", 40)
    found = mention(what, "acetone", "Acetone")
    facts = {f: getattr(found, f) for f in found.__struct_fields__}
    down = Mention(**(facts | {"downgraded": (as_written('"-free" follows the name'),)}))
    told = [
        reason("controlled-name", "The line names a controlled substance.", 35, down),
        reason("negated", 'The text says "free" after the name.', -25, down),
    ]
    return alert(what, "low", [down], told)


def hostile() -> Alert:
    """Return an alert with texts that try to execute, to hide and to reverse text."""
    what = line(
        666,
        '=cmd|calc <script>alert(1)</script> safrole \u202egnihton\u202c "onload=x" 👩‍🔬 e\u0301\0',
        3,
        consignment="<img src=x onerror=alert(2)>",
        quantity="\t=1+1",
        parties=(Party(role="importer", name="＠SUM(A1) </td><b>", country="\u200b-1"),),
    )
    found = mention(what, "safrole", "Safrole")
    told = [reason("controlled-name", "<b>Named</b> {{ 7 * 7 }}.", 60, found)]
    return alert(what, "high", [found], told)


def coded() -> Alert:
    """Return an alert based on a tariff code alone, with no substance named."""
    what = line(120, "Organic chemicals n.e.s.", 0, hs="293941")
    told = [reason("watched-code", "The tariff code is that of watched goods.", 15)]
    return alert(what, "low", [], told)


@pytest.fixture(scope="session")
def alerts() -> tuple[Alert, ...]:
    """Return one alert of each kind, in the order of their rows in no file."""
    kinds = (overlapping, misspelt, chinese, numbered, equipment, downgraded, hostile, coded)
    return tuple(kind() for kind in kinds)


@pytest.fixture(scope="session")
def refusals() -> tuple[Refusal, ...]:
    """Return a row that could not be read and a field that could not."""
    return (
        Refusal(row=5, column="", value="a;b", problem="2 columns, not 9", hint="", screened=False),
        Refusal(
            row=9,
            column="mass",
            value="=25 kgs",
            problem='"=25 kgs" is not a mass',
            hint='write a number and a unit, like "25 kg"',
            screened=True,
        ),
    )


@pytest.fixture(scope="session")
def summary(alerts: tuple[Alert, ...], refusals: tuple[Refusal, ...]) -> Summary:
    """Return the summary of the alerts written here."""
    counts = Counts(
        file="manifest.csv",
        day=DAY,
        registry="2026.11",
        lines=48_211,
        refused_rows=1,
        refused_fields=1,
        refusals=refusals,
        elapsed_seconds=3.42,
    )
    return summarise(alerts, counts)


def summarise(alerts: Iterable[Alert], counts: Counts, *, top: int = 500) -> Summary:
    """Fold alerts into a summary."""
    builder = SummaryBuilder(top=top)
    builder.add(alerts)
    return builder.finish(counts)


@pytest.fixture(scope="session")
def library() -> Library:
    """Return words for some of the slugs, so that both ways are seen."""
    return Library(
        sources={
            "un-1988-annex": Source(
                title="Convention of 1988, Tables I and II", url="https://example.org/un", read=DAY
            ),
            "eu-precursors-annex": Source(title="Annex I", url="javascript:alert(3)", read=DAY),
        },
        regimes={
            "un-1988": Regime(
                slug="un-1988",
                name="UN Convention of 1988, Tables I and II",
                jurisdiction="UN",
                authority="Commission on Narcotic Drugs",
                source="un-1988-annex",
                checked=DAY,
            )
        },
    )
