"""Alerts at the register's desk: which goods are asked about, with what question, and what it says.

The register is that of Mexico, with 100 kg of ephedrine permitted to op-1.
"""

from datetime import date
from typing import Any, get_args

import pytest
from tests.support.notices import changed
from tests.support.register import BEGUN, DAY, KG, LICENCE, NEED, OPERATOR, OTHER, PERMIT, registry

from tidewaiter.base.phrases import Phrase
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.screening import Kept, RegisterDesk
from tidewaiter.exchange.register.types import Direction, Entry, Grant, Register, Stop, Verdict
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Alert, Holding, Line, Mention, Party, Reason

FREE = (OPERATOR, OTHER, changed(LICENCE, sites=()), changed(PERMIT, sites=()))
SENDER = Party(role="exporter", name="Nordchemie Muster GmbH", country="DE")
RECEIVER = Party(
    role="importer",
    name="Química Ejemplo SA",
    address="Calle 1, Veracruz",
    country="MX",
    id="QEJ-010101-AB1",
)
LINE = Line(
    row=1,
    consignment="C1",
    seq=1,
    goods="ephedrine",
    net_mg=30 * KG,
    parties=(SENDER, RECEIVER),
    licences=("IA 26/01",),
)
MENTION = Mention(
    substance="ephedrine",
    name="Ephedrine",
    cas="299-42-3",
    field="goods",
    start=0,
    end=9,
    text="ephedrine",
    how="exact",
    tier="strong",
    score=1.0,
)
TABLE = Holding(
    substance="ephedrine",
    regime="un-1988",
    schedule="Table I",
    since=date(1990, 11, 11),
    scope="",
    source="",
    mark="read",
    role="import",
)
OWN = changed(TABLE, regime="mx-precursors", schedule="essential", role="transit, import")
ALERT = Alert(
    id="a1",
    file="manifest.csv",
    row=1,
    consignment="C1",
    seq=1,
    day=DAY,
    severity="low",
    score=20,
    rank=20,
    due=None,
    days_left=None,
    substances=("ephedrine",),
    title=Phrase("who/nothing"),
    line=LINE,
    mentions=(MENTION,),
    reasons=(Reason(rule="control", says=Phrase("who/nothing"), points=20, source=""),),
    law=(TABLE, OWN),
)


def _desk(*entries: Entry, country: str = "MX") -> RegisterDesk:
    kept = Kept(country=country, register=Register(entries=entries or FREE), digest="a")
    return RegisterDesk(kept, registry(), load_alert_rules(), DAY)


def _alert(**line: Any) -> Alert:
    """Make an alert of a line with other fields."""
    made: Alert = changed(ALERT, line=changed(LINE, **line))
    return made


def _said(alert: Alert, desk: RegisterDesk | None = None) -> list[str]:
    """Return what the register says of each substance of an alert: the codes of its reasons."""
    before, after = alert.reasons, (desk or _desk()).told(alert).reasons
    assert after[: len(before)] == before
    return [each.rule.removeprefix("register-") for each in after[len(before) :]]


def _why(alert: Alert, desk: RegisterDesk | None = None) -> list[Phrase]:
    """Return the parts of what the register says of one substance."""
    (reason,) = (desk or _desk()).told(alert).reasons[1:]
    why = reason.says.parameters["why"]
    return list(why)  # type: ignore[arg-type]


def _asked(alert: Alert, desk: RegisterDesk | None = None) -> list[object]:
    """Return which parts were asked about, beside who it is."""
    return [each.parameters.get("part") for each in _why(alert, desk)[1:]]


def test_what_the_register_says_is_a_reason_of_the_alert() -> None:
    """With its rule, its points and where it is written."""
    told = _desk().told(ALERT)
    (said,) = told.reasons[1:]
    assert (said.rule, said.points) == ("register-covered", 0)
    assert said.source == f"{LICENCE.source}; {PERMIT.source}"
    assert (said.says.code, said.says.parameters["direction"]) == ("register-covered", "import")
    assert said.says.parameters["name"] == "Ephedrine"
    assert told.score == 20
    nothing = _desk(OPERATOR).told(ALERT)
    assert (nothing.reasons[-1].rule, nothing.score) == ("register-none", 40)
    assert nothing.reasons[-1].source == "register of MX"


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_each_verdict_has_its_rule(verdict: Verdict) -> None:
    """Questions that the register cannot decide are called open."""
    stops = tuple(
        Stop(kind=kind, since=BEGUN, source="order")
        for kind in ("suspended", "revoked")
        if kind == verdict
    )
    permit = changed(
        FREE[3],
        stops=stops,
        until=date(2026, 4, 7) if verdict == "expired" else None,
        sites=("S1",) if verdict == "cannot tell" else (),
        amount=Amount(mass_mg=KG if verdict == "exceeded" else 100 * KG),
        substance="safrole" if verdict == "none" else "ephedrine",
    )
    code = "open" if verdict == "cannot tell" else verdict
    assert _said(ALERT, _desk(*FREE[:3], permit)) == [code]


@pytest.mark.parametrize(
    ("origin", "destination", "direction"),
    [
        ("DE", "MX", "import"),
        ("MX", "DE", "export"),
        ("MX", "MX", None),
        ("DE", "FR", None),
        ("DE", None, None),
        (None, "MX", "import"),
    ],
)
def test_goods_that_cross_the_border_are_asked_about(
    origin: str | None, destination: str | None, direction: Direction | None
) -> None:
    """Other lines stay as they are."""
    parties = (changed(SENDER, country=origin), changed(RECEIVER, country=destination))
    alert = changed(_alert(parties=parties), law=(changed(TABLE, role=""),))
    told = _desk().told(alert)
    if direction is None:
        assert told is alert
    else:
        assert told.reasons[-1].says.parameters["direction"] == direction


EXPORT = changed(OWN, role="export")


@pytest.mark.parametrize(
    ("law", "asked"),
    [
        ((OWN,), True),
        ((changed(OWN, answer="not assessable"),), True),
        ((changed(OWN, answer="free by amount"),), False),
        ((changed(OWN, answer="free by amount"), OWN), True),
        ((TABLE,), True),
        ((changed(TABLE, answer="not listed"),), False),
        ((changed(OWN, answer="free by amount"), TABLE), False),
        ((EXPORT,), False),
        ((EXPORT, TABLE), True),
        ((changed(OWN, regime="un-1961"),), False),
        ((changed(OWN, substance="safrole"),), False),
        ((), False),
    ],
)
def test_what_the_law_holds_is_asked_about(law: tuple[Holding, ...], *, asked: bool) -> None:
    """This country's law on the route of the goods; else the tables."""
    alert = changed(ALERT, law=law)
    assert bool(_said(alert)) == asked
    assert asked or _desk().told(alert) is alert


@pytest.mark.parametrize(
    ("mentions", "asked"),
    [
        ((MENTION,), True),
        ((changed(MENTION, how="fuzzy"),), True),
        ((changed(MENTION, how="hs"),), False),
        ((changed(MENTION, how="unno"),), False),
        ((changed(MENTION, downgraded=(Phrase("who/nothing"),)),), False),
        ((changed(MENTION, how="hs"), MENTION), True),
        ((changed(MENTION, substance="safrole"),), False),
    ],
)
def test_what_the_line_names_is_asked_about(mentions: tuple[Mention, ...], *, asked: bool) -> None:
    """A tariff code names no substance, and neither does a word that the line contradicts."""
    assert bool(_said(changed(ALERT, mentions=mentions))) == asked


@pytest.mark.parametrize(
    ("entries", "asked"),
    [
        ((OPERATOR,), False),
        ((changed(LICENCE, substances=("safrole", "ephedrine")),), True),
        ((PERMIT,), True),
        ((NEED,), True),
        ((changed(PERMIT, substance="safrole"),), False),
    ],
)
def test_beside_the_tables_what_an_entry_is_about_is_asked_about(
    entries: tuple[Entry, ...], *, asked: bool
) -> None:
    """Of what is in neither, a register has nothing to say; of the tables it always has."""
    assert bool(_said(changed(ALERT, law=(OWN,)), _desk(*entries))) == asked
    assert _said(changed(ALERT, law=(OWN, TABLE)), _desk(*entries)) != []


def test_each_substance_is_asked_about_by_itself() -> None:
    """With its own law, and its own permit of those that the papers name."""
    oil = changed(MENTION, substance="safrole", cas="94-59-7")
    alert = changed(
        _alert(licences=("IA-26/01", "IA-26/02")),
        substances=("safrole", "ephedrine"),
        mentions=(MENTION, oil),
        law=(TABLE, changed(TABLE, substance="safrole")),
    )
    more = changed(FREE[3], id="gr-2", number="IA-26/02", substance="safrole")
    licence = changed(FREE[2], substances=("ephedrine", "safrole"))
    desk = _desk(OPERATOR, licence, FREE[3], more)
    assert _said(alert, desk) == ["covered", "covered"]
    assert _said(alert, _desk(OPERATOR, licence, FREE[3])) == ["none", "covered"]


def test_the_papers_name_a_permit_and_a_licence() -> None:
    """An unknown number is reported; without a permit, any of the operator's is accepted."""
    other = changed(FREE[3], id="gr-2", number="IA-26/02", amount=Amount(mass_mg=KG))
    desk = _desk(*FREE, other)
    assert _said(_alert(licences=None), desk) == ["covered"]
    assert _said(_alert(licences=("IA-26/02",)), desk) == ["exceeded"]
    missing = Phrase("answer/missing", numbers=["X-1", "X-2"])
    assert _why(_alert(licences=("X-1", "IA-26/02", "MX-7", "X-2")), desk)[-1] == missing
    assert all(each.code != missing.code for each in _why(ALERT, desk))


def test_of_the_permits_that_are_named_one_of_the_substance_is_asked_about() -> None:
    """Two papers may bear its number; where none is of the substance, the first that is named."""
    oil = changed(FREE[3], id="gr-2", number="A-1", substance="safrole")
    theirs = changed(FREE[3], id="gr-0", issuer="DE", substance="safrole")
    assert _said(_alert(licences=("A-1", "IA-26/01")), _desk(*FREE, oil, theirs)) == ["covered"]
    # That another one would cover the goods is nothing that their papers say.
    assert _said(_alert(licences=("A-1",)), _desk(*FREE, oil)) == ["none"]
    second = changed(oil, id="gr-3", number="A-2")
    whys = [
        _why(_alert(licences=each), _desk(*FREE, oil, second))
        for each in (("A-1",), ("A-1", "A-2"))
    ]
    assert whys[0] == whys[1]


def _part_of(phrase: Phrase) -> object:
    return phrase.parameters.get("part")


def test_the_receiver_of_an_import_and_the_sender_of_an_export_are_asked_about() -> None:
    """By the number and the name that the papers have for them."""
    at_home = changed(RECEIVER, role="exporter")
    for parties, law in (
        ((SENDER, RECEIVER), OWN),
        ((at_home, changed(SENDER, role="importer")), changed(OWN, role="export")),
    ):
        who = _why(changed(_alert(parties=parties), law=(law, TABLE)))[0]
        assert who == Phrase("who/number", operator="op-1")


def test_who_is_not_known_is_told_once() -> None:
    """What it holds cannot be asked about; a permit that the papers name can."""
    nobody = (SENDER, changed(RECEIVER, name="Gänzlich Anders", id="XYZ 1"))
    alert = _alert(parties=nobody, licences=None)
    assert [each.code for each in _why(alert)] == ["who/unknown"]
    assert [_part_of(each) for each in _why(_alert(parties=nobody))] == [None, "permit"]
    assert _asked(ALERT) == ["standing", "permit"]


def test_a_name_a_country_and_an_address_are_asked_with() -> None:
    """A name alone is a lead, and so is that of a line that has only a consignee name."""
    named = Party(role="importer", name="Quimica Ejemplo S.A.", country="MX")
    who = _why(_alert(parties=(SENDER, named), licences=None))[0]
    assert who == Phrase("who/alike", names=["op-1"])
    abroad = changed(OPERATOR, id="op-3", address="Rue de la Paix 9, Lyon")
    nearly = changed(named, name="Química Ejempla", address="Rue de la Paix 9, Lyon")
    desk = _desk(*FREE, abroad)
    assert _why(_alert(parties=(SENDER, nearly), licences=None), desk)[0] == Phrase(
        "who/alike", names=["op-3", "op-1"]
    )
    foreign = changed(OPERATOR, country="FR", business_numbers=())
    assert _why(_alert(parties=(SENDER, nearly), licences=None), _desk(foreign))[0].code == (
        "who/nothing"
    )
    empty = Party(role="importer", country="MX")
    assert _why(_alert(parties=(SENDER, empty), licences=None))[0].code == "who/nothing"


def test_a_licence_number_tells_who_it_is() -> None:
    """Also if the documents name no one."""
    alert = changed(
        _alert(parties=None, origin="MX", licences=("mx 7",)),
        law=(changed(OWN, role="export"), TABLE),
    )
    assert _why(alert)[0] == Phrase("who/number", operator="op-1")


def _duty(kind: str, direction: str = "import") -> Phrase:
    return Phrase("demanded/plain", direction=direction, demand=Phrase("demand/plain", duty=kind))


@pytest.mark.parametrize(
    ("duties", "parts"),
    [
        ((), ["standing", "permit"]),
        (("import permit",), ["permit"]),
        (("export permit",), ["permit"]),
        (("import authorisation",), ["permit"]),
        (("import licence",), ["permit"]),
        (("import or export licence",), ["permit"]),
        (("licence of the operator",), ["standing"]),
        (("registration of the operator",), ["standing"]),
        (("licence of the operator", "import permit"), ["standing", "permit"]),
        (("pre-export notification",), ["standing", "permit"]),
    ],
)
def test_what_the_law_demands_is_asked_about(duties: tuple[str, ...], parts: list[str]) -> None:
    """Where it demands nothing that a register holds, all of it is asked about."""
    law = changed(OWN, duties=tuple(map(_duty, duties)))
    assert _asked(changed(ALERT, law=(law, TABLE))) == parts


def test_what_another_law_or_the_other_way_demands_is_not_asked_about() -> None:
    """Each substance has its own law, and each direction its own duties."""
    away = changed(OWN, duties=(_duty("import permit", "export"),))
    other = changed(OWN, substance="safrole", duties=(_duty("licence of the operator"),))
    assert _asked(changed(ALERT, law=(away, TABLE))) == ["standing", "permit"]
    permit = changed(OWN, duties=(_duty("import permit"),))
    assert _asked(changed(ALERT, law=(permit, other, TABLE))) == ["permit"]


def test_an_import_is_asked_about_in_the_requirement_of_its_year() -> None:
    """An export is not, nor is a substance or a year that has none."""
    parts = ["standing", "permit", "requirement"]
    assert _asked(ALERT, _desk(*FREE, NEED)) == parts
    assert _asked(ALERT, _desk(*FREE, changed(NEED, year=2025))) == parts[:2]
    assert _asked(ALERT, _desk(*FREE, changed(NEED, substance="safrole"))) == parts[:2]
    away = (changed(RECEIVER, role="exporter"), changed(SENDER, role="importer"))
    leaving = changed(_alert(parties=away), law=(changed(OWN, role="export"), TABLE))
    assert _asked(leaving, _desk(*FREE, NEED)) == parts[:2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"net_mg": 100 * KG}, "covered"),
        ({"net_mg": 100 * KG + 1}, "exceeded"),
        ({"net_mg": None, "gross_mg": 20 * KG}, "open"),
        ({"net_mg": None}, "open"),
        ({"net_mg": 200 * KG, "percent": "50"}, "covered"),
        ({"net_mg": 200 * KG, "percent": "50.01"}, "exceeded"),
        ({"net_mg": 200 * KG, "percent": ">=50"}, "exceeded"),
        ({"net_mg": None, "volume_ul": 20 * KG}, "open"),
    ],
)
def test_the_amount_of_a_line_is_that_of_the_substance_in_it(
    line: dict[str, Any], said: str
) -> None:
    """By its net mass and its content; a gross mass, or a least content, is neither."""
    assert _said(_alert(**line)) == [said]


def test_a_salt_takes_its_base() -> None:
    """122 kg of the hydrochloride are 99.9 kg of ephedrine; of ephedrine they are too much."""
    alert = _alert(net_mg=122 * KG)
    assert _said(alert) == ["exceeded"]
    salt = changed(alert, mentions=(changed(MENTION, cas="50-98-6"),))
    assert _said(salt) == ["covered"]


def test_a_content_is_of_the_one_substance_of_a_line() -> None:
    """Where it names two, a content could be of either."""
    alert = _alert(net_mg=200 * KG, percent="50")
    two = (MENTION, changed(MENTION, substance="safrole", start=10, end=17))
    assert _said(changed(alert, mentions=two)) == ["exceeded"]


def _after(desk: RegisterDesk, *lines: dict[str, Any]) -> list[str]:
    """Ask about lines one after the other."""
    return [each for line in lines for each in _said(_alert(**line), desk)]


def test_what_is_covered_takes_of_what_is_left() -> None:
    """In the order of the file; what is not covered takes nothing."""
    sixty, forty, one = ({"net_mg": kilos * KG} for kilos in (60, 40, 1))
    assert _after(_desk(), sixty, sixty, forty, one) == [
        "covered",
        "exceeded",
        "covered",
        "exceeded",
    ]


def test_a_permit_takes_goods_or_content_and_a_requirement_content() -> None:
    """Of 60 kg of 50 %: a permit of goods takes 60 kg, one of content and a requirement 30 kg."""
    half = {"net_mg": 60 * KG, "percent": "50"}
    permit = changed(FREE[3], counts="goods", amount=Amount(mass_mg=120 * KG))
    assert _after(_desk(*FREE[:3], permit), half, half, half) == ["covered", "covered", "exceeded"]
    content = changed(permit, counts="content", amount=Amount(mass_mg=60 * KG))
    assert _after(_desk(*FREE[:3], content), half, half, half) == ["covered", "covered", "exceeded"]
    need = changed(NEED, amount=Amount(mass_mg=60 * KG))
    much: Grant = changed(permit, amount=Amount(mass_mg=900 * KG))
    assert _after(_desk(*FREE[:3], much, need), half, half, half) == [
        "covered",
        "covered",
        "exceeded",
    ]


def test_a_permit_and_a_requirement_under_one_id_are_taken_of_once() -> None:
    """Of 100 kg and 150 kg, two lines of 40 kg take 80 kg of each."""
    forty = {"net_mg": 40 * KG}
    entries = (*FREE[:3], changed(FREE[3], id="1"), changed(NEED, id="1"))
    assert _after(_desk(*entries), forty, forty, forty) == ["covered", "covered", "exceeded"]


def test_volumes_are_taken_as_volumes() -> None:
    """From a permit of litres, and nothing of them from one that names no amount."""
    litres = {"net_mg": None, "volume_ul": 60 * KG}
    permit = changed(FREE[3], counts="goods", amount=Amount(volume_ul=100 * KG))
    assert _after(_desk(*FREE[:3], permit), litres, litres) == ["covered", "exceeded"]
    open_ = changed(FREE[3], amount=Amount())
    assert _after(_desk(*FREE[:3], open_), litres, {"net_mg": KG}, litres) == 3 * ["covered"]
