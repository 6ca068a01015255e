"""Trade statistics that are made, in the layouts of UN Comtrade and BACI, with planted differences.

Every number is drawn from a seed; nothing is of a real trade. Countries report well, fairly or
badly; goods arrive late, are weighed by estimate, are reported without a partner or under a wrong
one, and some countries do not report. Into that, differences are planted.
"""

import csv
import gzip
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

CODES = ("291524", "291431", "293941", "293942", "284161", "292640", "291411", "290911", "292690")
COUNTRIES = (
    842,
    156,
    276,
    528,
    699,
    76,
    484,
    392,
    410,
    251,
    757,
    826,
    643,
    792,
    702,
    458,
    764,
    704,
    360,
    36,
    124,
    170,
    32,
    710,
    566,
    818,
    682,
    784,
    376,
    616,
    203,
    724,
    620,
    300,
    752,
    579,
    208,
    246,
    372,
    56,
)
YEARS = tuple(range(2014, 2024))
_QUALITY = (0.04, 0.15, 0.5)  # spread of ln(amount) of good, fair and bad reporters


class Flow(msgspec.Struct, frozen=True, order=True):
    """A flow of one year."""

    code: str
    exporter: int
    importer: int
    year: int


class Said(msgspec.Struct):
    """What one side reports."""

    kg: float
    usd: float
    estimated: bool = False


class Made(msgspec.Struct):
    """All that is reported, and what was planted."""

    exports: dict[Flow, Said]
    imports: dict[Flow, Said]
    unspecified: list[tuple[str, Flow, Said]]  # side, flow, amount: reported without a partner
    missing: set[Flow]  # imports that fall short by half or more in one year
    excess: set[Flow]  # imports that exceed the exports twice or more in one year
    orphans: set[Flow]  # of a flow with two sides otherwise, one side reports nothing in one year
    standing: set[tuple[str, int, int]]  # imports that fall short by two thirds in all years
    quality: dict[int, float]  # spread of ln(amount) by reporter
    lags: set[Flow]  # half of the goods arrive in the next year: innocent


def make(seed: int, planted: int = 40, flows: int = 1_200) -> Made:
    """Make trade statistics.

    Args:
        seed: Of all numbers.
        planted: How many differences of each sort.
        flows: Pairs of countries and codes that trade.
    """
    draw = random.Random(seed)
    quality = {each: draw.choices(_QUALITY, (5, 4, 1))[0] for each in COUNTRIES}
    pairs: set[tuple[str, int, int]] = set()
    for _ in range(flows):
        exporter, importer = draw.sample(COUNTRIES, 2)
        pairs.add((draw.choice(CODES), exporter, importer))
    made = Made({}, {}, [], set(), set(), set(), set(), quality, set())
    for pair in sorted(pairs):
        _trade(made, draw, pair, quality)
    _plant(made, draw, planted)
    _blur(made, draw)
    return made


def _trade(
    made: Made, draw: random.Random, pair: tuple[str, int, int], quality: dict[int, float]
) -> None:
    """Make one flow over the years."""
    size, price = draw.lognormvariate(9.5, 1.8), draw.lognormvariate(2, 0.8)
    freight = draw.uniform(0.02, 0.14)
    for year in YEARS:
        size *= draw.lognormvariate(0, 0.25)
        kg = max(size * draw.lognormvariate(0, 0.2), 1.0)
        flow = Flow(*pair, year)
        sold, bought = (kg * draw.lognormvariate(0, quality[each]) for each in pair[1:])
        made.exports[flow] = Said(sold, sold * price)
        made.imports[flow] = Said(bought, bought * price * (1 + freight))


def _plant(made: Made, draw: random.Random, count: int) -> None:
    """Plant differences in flows of some size, one in a flow."""
    large = sorted(
        flow
        for flow, said in made.exports.items()
        if said.kg >= 2_000 and YEARS[0] < flow.year < YEARS[-1]
    )
    draw.shuffle(large)
    taken: set[tuple[str, int, int]] = set()

    def some() -> Iterator[Flow]:
        left = count
        while left and large:
            flow = large.pop()
            pair = flow.code, flow.exporter, flow.importer
            if pair not in taken:
                taken.add(pair)
                left -= 1
                yield flow

    for flow in some():
        _scale(made.imports[flow], draw.uniform(0.05, 0.5))
        made.missing.add(flow)
    for flow in some():
        _scale(made.imports[flow], draw.uniform(2, 8))
        made.excess.add(flow)
    for flow in some():
        del (made.imports if draw.random() < 0.5 else made.exports)[flow]
        made.orphans.add(flow)
    for flow in some():
        for year in YEARS:
            _scale(made.imports[Flow(flow.code, flow.exporter, flow.importer, year)], 0.3)
        made.standing.add((flow.code, flow.exporter, flow.importer))
    for flow in some():
        late, after = (
            made.imports[flow],
            Flow(flow.code, flow.exporter, flow.importer, flow.year + 1),
        )
        kg, usd = late.kg * 0.5, late.usd * 0.5
        late.kg, late.usd = late.kg - kg, late.usd - usd
        made.imports[after].kg += kg
        made.imports[after].usd += usd
        made.lags.add(flow)


def _blur(made: Made, draw: random.Random) -> None:
    """Estimate some weights, report some goods without a partner, and silence some years."""
    silent = {(country, draw.choice(YEARS)) for country in draw.sample(COUNTRIES, 6)}
    planted = made.missing | made.excess | made.orphans | made.lags
    for side, held in (("X", made.exports), ("M", made.imports)):
        for flow in sorted(held):
            reporter = flow.exporter if side == "X" else flow.importer
            if (reporter, flow.year) in silent:
                del held[flow]
                for kind in (made.missing, made.excess, made.orphans, made.lags):
                    kind.discard(flow)  # there is nothing left to compare
            elif flow in planted:
                continue
            elif draw.random() < 0.03:
                said = held[flow]
                held[flow] = Said(said.usd / 8, said.usd, estimated=True)
            elif draw.random() < 0.01:
                made.unspecified.append((side, flow, held.pop(flow)))


def _scale(said: Said, factor: float) -> None:
    said.kg *= factor
    said.usd *= factor


NEW = (
    "typeCode",
    "freqCode",
    "refPeriodId",
    "refYear",
    "refMonth",
    "period",
    "reporterCode",
    "reporterISO",
    "reporterDesc",
    "flowCode",
    "flowDesc",
    "partnerCode",
    "partnerISO",
    "partnerDesc",
    "partner2Code",
    "partner2ISO",
    "partner2Desc",
    "classificationCode",
    "classificationSearchCode",
    "isOriginalClassification",
    "cmdCode",
    "cmdDesc",
    "aggrLevel",
    "isLeaf",
    "customsCode",
    "customsDesc",
    "mosCode",
    "motCode",
    "motDesc",
    "qtyUnitCode",
    "qtyUnitAbbr",
    "qty",
    "isQtyEstimated",
    "altQtyUnitCode",
    "altQtyUnitAbbr",
    "altQty",
    "isAltQtyEstimated",
    "netWgt",
    "isNetWgtEstimated",
    "grossWgt",
    "isGrossWgtEstimated",
    "cifvalue",
    "fobvalue",
    "primaryValue",
    "legacyEstimationFlag",
    "isReported",
    "isAggregate",
)
LEGACY = (
    "Classification",
    "Year",
    "Period",
    "Period Desc.",
    "Aggregate Level",
    "Is Leaf Code",
    "Trade Flow Code",
    "Trade Flow",
    "Reporter Code",
    "Reporter",
    "Reporter ISO",
    "Partner Code",
    "Partner",
    "Partner ISO",
    "2nd Partner Code",
    "2nd Partner",
    "2nd Partner ISO",
    "Customs Proc. Code",
    "Customs",
    "Mode of Transport Code",
    "Mode of Transport",
    "Commodity Code",
    "Commodity",
    "Qty Unit Code",
    "Qty Unit",
    "Qty",
    "Alt Qty Unit Code",
    "Alt Qty Unit",
    "Alt Qty",
    "Netweight (kg)",
    "Gross weight (kg)",
    "Trade Value (US$)",
    "CIF Trade Value (US$)",
    "FOB Trade Value (US$)",
    "Flag",
)


def rows(made: Made, *, legacy: bool = False) -> Iterator[dict[str, str]]:
    """Give the rows of a file of UN Comtrade, flow by flow."""
    cell = _legacy if legacy else _new
    for side, held in (("X", made.exports), ("M", made.imports)):
        for flow, said in held.items():
            partner = flow.importer if side == "X" else flow.exporter
            yield cell(side, flow, said, partner)
    for side, flow, said in made.unspecified:
        yield cell(side, flow, said, 899)


def _new(side: str, flow: Flow, said: Said, partner: int) -> dict[str, str]:
    reporter = flow.exporter if side == "X" else flow.importer
    return {
        "typeCode": "C",
        "freqCode": "A",
        "refYear": str(flow.year),
        "period": str(flow.year),
        "reporterCode": str(reporter),
        "flowCode": side,
        "partnerCode": str(partner),
        "partner2Code": "0",
        "classificationCode": "H5",
        "isOriginalClassification": "false",
        "cmdCode": flow.code,
        "customsCode": "C00",
        "motCode": "0",
        "qtyUnitCode": "8",
        "netWgt": f"{said.kg:.3f}",
        "isNetWgtEstimated": str(said.estimated).lower(),
        "cifvalue": f"{said.usd:.2f}" if side == "M" else "",
        "fobvalue": f"{said.usd:.2f}" if side == "X" else "",
        "primaryValue": f"{said.usd:.2f}",
        "legacyEstimationFlag": "4" if said.estimated else "0",
        "isReported": "true",
        "isAggregate": "false",
    }


def _legacy(side: str, flow: Flow, said: Said, partner: int) -> dict[str, str]:
    reporter = flow.exporter if side == "X" else flow.importer
    return {
        "Classification": "H5",
        "Year": str(flow.year),
        "Period": str(flow.year),
        "Trade Flow Code": "2" if side == "X" else "1",
        "Reporter Code": str(reporter),
        "Partner Code": str(partner),
        "Commodity Code": flow.code,
        "Netweight (kg)": f"{said.kg:.3f}",
        "Trade Value (US$)": f"{said.usd:.2f}",
        "Flag": "4" if said.estimated else "0",
    }


def write(path: Path, made: Iterable[dict[str, str]], columns: tuple[str, ...]) -> None:
    """Write rows to a CSV file, or to a .gz of one."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(made)


def write_baci(path: Path, made: Made) -> None:
    """Write the imports as BACI would reconcile them: thousands of dollars, tons."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow("tijkvq")
        for flow in sorted(set(made.exports) & set(made.imports)):
            said = made.imports[flow]
            exporter, importer = flow.exporter, flow.importer
            writer.writerow(
                [
                    flow.year,
                    exporter,
                    importer,
                    flow.code,
                    f"{said.usd / 1e3:.3f}",
                    f"{said.kg / 1e3:.3f}",
                ]
            )
