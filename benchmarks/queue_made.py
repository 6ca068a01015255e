"""Alerts made for the benchmark of the queue: a seed, five lines per consignment, real skew.

A few substances and rules are in most alerts, most of which are undecided; one in two hundred is
restricted. Substances and their law are those of the registry, names of parties and numbers are
made up, and some goods are written in Chinese.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import pyarrow as pa
from wordfreq import top_n_list

from tidewaiter.base.phrases import Phrase, as_written
from tidewaiter.law.registry import load_registry
from tidewaiter.law.types import Substance
from tidewaiter.store.screening.runs import Batch
from tidewaiter.trade.types import (
    LINES,
    Alert,
    Evidence,
    Holding,
    Line,
    Mention,
    Party,
    PartyMatch,
    Reason,
    Severity,
    Stop,
)

SEED = 1988
TODAY = date(2026, 11, 25)
LINES_EACH = 5  # of a consignment
PARTIES = 60_000
RESTRICTED = 200  # one alert in so many
LISTED = 12  # one alert in this many is based on a list entry
ENTRIES = 3_000
_CHECKS = (
    "exact",
    "squeezed",
    "fuzzy",
    "cas",
    "hs",
    "more",
    "hs-mismatch",
    "quantity",
    "route",
    "no-cas",
    "pieces",
    "vague",
    "script",
    "cas-mismatch",
    "amount",
    "detour",
    "weak",
    "unno",
    "cus",
    "structure",
    "systematic",
    "class",
    "label",
    "stated",
)
_COUNTRIES = (
    "CN",
    "IN",
    "MX",
    "US",
    "NL",
    "DE",
    "BE",
    "ES",
    "TR",
    "GB",
    "PL",
    "FR",
    "IT",
    "CA",
    "BR",
    "CO",
    "GT",
    "PA",
    "EC",
    "PE",
    "AR",
    "CL",
    "KR",
    "JP",
    "TH",
    "MM",
    "VN",
    "MY",
    "ID",
    "AU",
    "NZ",
    "ZA",
    "NG",
    "GH",
    "EG",
    "AE",
    "SA",
    "PK",
    "AF",
    "IR",
    "RU",
    "UA",
    "CZ",
    "AT",
    "CH",
    "SE",
    "FI",
    "NO",
    "DK",
    "IE",
    "PT",
    "GR",
    "RO",
    "BG",
    "HU",
    "HK",
    "SG",
    "TW",
    "LK",
    "BD",
)
_HAN = "有机化学中间体原料药粉末桶装进口级工业用高纯度试剂农药染料医药"


class Maker:
    """Makes batches of lines with an alert about each."""

    def __init__(self, alerts: int) -> None:
        self._alerts = alerts
        self._chance = random.Random(SEED)
        words = [word for word in top_n_list("en", 12_000) if word.isalpha() and len(word) > 2]
        self._words = words
        self._word_weights = _zipf(len(words), 0.8)
        registry = load_registry()
        self._substances = [s for s in registry.substances if s.controls][:400]
        self._chance.shuffle(self._substances)
        self._substance_weights = _zipf(len(self._substances), 1.1)
        self._country_weights = _zipf(len(_COUNTRIES), 0.9)
        self._check_weights = _zipf(len(_CHECKS), 1.0)
        self._names = [self._party_name() for _ in range(PARTIES)]
        self._name_weights = _zipf(PARTIES, 0.7)

    def batches(self, rows: int) -> Iterator[Batch]:
        """Yield all alerts with their lines.

        Args:
            rows: Of a batch.
        """
        for first in range(1, self._alerts + 1, rows):
            found = [self._alert(row) for row in range(first, min(first + rows, self._alerts + 1))]
            lines = [_plain(alert.line) for alert in found]
            yield Batch(
                lines=pa.RecordBatch.from_pylist(lines, schema=LINES),
                alerts=found,
                done_row=found[-1].row,
            )

    def _pick(self, some: Any, weights: list[float]) -> Any:
        return self._chance.choices(some, cum_weights=weights)[0]

    def _party_name(self) -> str:
        words = self._chance.choices(self._words, k=self._chance.randint(2, 3))
        kind = self._chance.choice(("Ltd", "GmbH", "SA de CV", "Co., Ltd.", "BV", "Trading", "Inc"))
        return f"{' '.join(words).title()} {kind}"

    def _goods(self, substance: Substance, row: int) -> tuple[str, int]:
        """Return a description, and the position of the substance in it."""
        chance = self._chance
        if chance.random() < 0.05:
            before = "".join(chance.choices(_HAN, k=6))
        else:
            some = chance.choices(self._words, cum_weights=self._word_weights, k=6)
            before = " ".join(some)
        tail = f" LOT {row:07}" if chance.random() < 0.3 else ""
        packs = f", {chance.randint(1, 80)} drums x {chance.choice((25, 50, 200))} kg{tail}"
        return f"{before} {substance.name}{packs}", len(before) + 1

    def _line(self, row: int, substance: Substance) -> tuple[Line, int]:
        goods, at = self._goods(substance, row)
        chance = self._chance
        consignment = (row - 1) // LINES_EACH
        fixed = random.Random(SEED + consignment)
        start, end = (
            fixed.choices(_COUNTRIES, cum_weights=self._country_weights)[0] for _ in range(2)
        )
        sender, receiver = fixed.choices(self._names, cum_weights=self._name_weights, k=2)
        line = Line(
            row=row,
            consignment=f"{start}{2026}{consignment:07}",
            seq=(row - 1) % LINES_EACH + 1,
            goods=goods,
            hs=substance.hs[0].replace(".", "") if substance.hs else "29420000",
            cas=tuple(substance.cas[:1]) or None,
            net_mg=chance.randint(1, 900) * 1_000_000,
            packages=chance.randint(1, 80),
            arrival=TODAY + timedelta(days=fixed.randint(-120, 200)),
            parties=(
                Party(role="consignor", name=sender, country=start),
                Party(role="consignee", name=receiver, country=end),
            ),
            route=(
                Stop(function="loading", name=f"Port of {start}", country=start),
                Stop(function="destination", name=f"Port of {end}", country=end),
            ),
        )
        return line, at

    def _alert(self, row: int) -> Alert:
        chance = self._chance
        substance = self._pick(self._substances, self._substance_weights)
        others = [
            self._pick(self._substances, self._substance_weights).slug
            for _ in range(chance.random() < 0.1)
        ]
        line, at = self._line(row, substance)
        score = min(100, max(1, int(chance.gauss(62, 18))))
        severity: Severity = (
            "critical"
            if score >= 80
            else "high"
            if score >= 60
            else "medium"
            if score >= 40
            else "low"
        )
        due = line.arrival if chance.random() < 0.92 else None
        left = (due - TODAY).days if due else None
        urgency = 0 if left is None else 30 if left <= 1 else 15 if left <= 7 else 0
        end = at + len(substance.name)
        evidence = Evidence(field="goods", start=at, end=end, text=substance.name)
        return Alert(
            id=f"{chance.getrandbits(96):024x}",
            file="made.csv",
            row=row,
            consignment=line.consignment,
            seq=line.seq,
            day=TODAY - timedelta(days=(self._alerts - row) * 300 // self._alerts),
            severity=severity,
            score=score,
            rank=score + urgency,
            due=due,
            days_left=left,
            substances=tuple(dict.fromkeys([substance.slug, *others])),
            title=Phrase(
                "title/listed",
                name=substance.name,
                regime=substance.controls[0].regime,
                schedule=substance.controls[0].schedule,
            ),
            line=line,
            mentions=(_mention(substance, evidence),),
            reasons=tuple(self._reasons(substance, evidence)),
            law=tuple(map(_holding, [substance] * 8, substance.controls)),
            parties=(self._match(line),) if chance.randrange(LISTED) == 0 else (),
            restricted=chance.randrange(RESTRICTED) == 0,
        )

    def _reasons(self, substance: Substance, evidence: Evidence) -> Iterator[Reason]:
        text = f"{substance.name}: {substance.controls[0].regime}. Precursor of the strictest list"
        yield Reason(rule="control", says=as_written(text), points=45, source="un-1988-tables")
        for rule in dict.fromkeys(self._pick(_CHECKS, self._check_weights) for _ in range(3)):
            said = f"{substance.name} stands in the description as {rule}"
            yield Reason(
                rule=rule,
                says=as_written(said),
                points=10,
                source="tidewaiter-rules",
                evidence=evidence,
            )

    def _match(self, line: Line) -> PartyMatch:
        number = int(ENTRIES * self._chance.random() ** 3)
        return PartyMatch(
            role="consignee",
            name=(line.parties or ())[1].name or "",
            list="made-list",
            list_name="Made list",
            version="0" * 64,
            list_day=TODAY,
            entry=f"M-{number}",
            listed_name=self._names[number],
            name_kind="primary",
            kind="organisation",
            probability=0.8,
            action="blocked",
        )


def _zipf(count: int, power: float) -> list[float]:
    return list(accumulate(1 / (place + 1) ** power for place in range(count)))


def _mention(substance: Substance, at: Evidence) -> Mention:
    return Mention(
        substance=substance.slug,
        name=substance.name,
        cas=next(iter(substance.cas), None),
        field=at.field,
        start=at.start,
        end=at.end,
        text=at.text,
        how="exact",
        tier="strong",
        score=1.0,
        reasons=(Phrase("found/name-of", name=at.text, substance=substance.name),),
    )


def _holding(substance: Substance, control: Any) -> Holding:
    return Holding(
        substance=substance.slug,
        regime=control.regime,
        schedule=control.schedule,
        since=control.since,
        scope="salts where they can exist",
        source=control.source,
        mark="read",
    )


def _plain(line: Line) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(line, name) for name in line.__struct_fields__}
    for name in ("parties", "route"):
        told[name] = [
            {field: getattr(each, field) for field in each.__struct_fields__}
            for each in told[name] or ()
        ]
    return told
