"""Ordinary chemicals under their own codes are not precursors; misspelt precursors alert."""

from collections.abc import Callable
from typing import Any

import pytest

from tidewaiter.trade.screening import Screened
from tidewaiter.trade.types import Alert, Mention

Screen = Callable[..., Screened]

# Goods in the words of the tariffs of their language, and as invoices inflect and shorten them.
ORDINARY = [
    ("es", "Melamina 99.8% bolsas 25 kg", "293361"),
    ("es", "Anhídrido ftálico en escamas, 25 kg", "291735"),
    ("es", "Anhídrido maleico briquetas", "29171400"),
    ("es", "Ácido fosfórico 85% IBC", "280920"),
    ("es", "Diclorometano tambor 270 kg", "290312"),
    ("es", "Difenilamina 99%", "292144"),
    ("es", "Piperazina anhidra", "293359"),
    ("es", "cloruro de benzoílo, bidones 250 kg", "291632"),
    ("es", "Butanos", "271113"),
    ("pt", "Ácido fosfórico grau alimentício, bombonas", "28092011"),
    ("pt", "Diclorometano (cloreto de metileno) tambores", "290312"),
    ("pt", "Hidroxilamina, sulfato 25 kg", "282510"),
    ("it", "propilene grado polimero", "290122"),
    ("it", "Melammina sacchi 25 kg", "293361"),
    ("it", "acido fluoridrico 70%", "281111"),
    ("fr", "Anhydride maléique 25 kg", "291714"),
    ("fr", "Diphénylamine, sacs de 25 kg", "292144"),
    ("de", "Chlormethan (Methylchlorid)", "290311"),
    ("de", "andere Butanole, 200 l", "290514"),
    ("ro", "etilenă lichefiată", "290121"),
    ("ro", "sulfonat de sodiu", "290410"),
    ("pl", "Melamina techniczna, worki 25 kg", "293361"),
    ("pl", "Kopolimery propylenu", "390230"),
    ("cs", "Vitaminy B1 a jejich deriváty", "293622"),
    ("cs", "podélně svařované trubky", "730511"),
    ("sk", "etylénu, kvapalného", "290121"),
    ("sv", "Vitaminer och provitaminer", "293690"),
    ("da", "Vitaminer, ublandede", "293627"),
    ("fi", "vitamiinit, synteettiset", "293628"),
    ("et", "trikloroetaan, tünnides", "290319"),
    ("hu", "triklóretán hordóban", "290319"),
    ("lt", "melaminas, maišai po 25 kg", "293361"),
    ("lv", "metilēnhlorīds (dihlormetāns)", "290312"),
    ("nl", "ftaalzuuranhydride, zakken", "291735"),
    ("el", "Μελαμίνη σε σάκους 25 kg", "293361"),
    ("bg", "Винилхлорид (хлороетилен)", "290321"),
    ("hr", "anhidrid ftalne kiseline, vreće", "291735"),
    ("sl", "difenilamin, vreče 25 kg", "292144"),
    ("ru", "Винилхлорид мономер, цистерна", "2903210000"),
    ("ru", "Дихлорметан технический, бочки", "2903120000"),
    ("ru", "меламин марка А", "2933610000"),
    ("ru", "Дифениламин 99%", "2921440000"),
]
ROWS = [pytest.param(goods, hs, id=f"{lang}-{goods[:24]}") for lang, goods, hs in ORDINARY]


@pytest.fixture(scope="module")
def screen_one(screen: Screen) -> Callable[..., Alert | None]:
    """Screen one line; None: no alert."""

    def found(**row: Any) -> Alert | None:
        return next(iter(screen(row).alerts), None)

    return found


@pytest.mark.parametrize(("goods", "hs"), ROWS)
def test_an_ordinary_chemical_under_its_own_code_is_at_most_a_low_alert(
    screen_one: Callable[..., Alert | None], goods: str, hs: str
) -> None:
    """A right word under its right code is not raised for being near to a listed name."""
    alert = screen_one(goods=goods, hs=hs)
    assert alert is None or alert.severity == "low"


@pytest.mark.parametrize(("goods", "hs"), ROWS)
def test_nor_is_it_without_a_code(
    screen_one: Callable[..., Alert | None], goods: str, hs: str
) -> None:
    """The words themselves are known: no code is needed to leave them alone."""
    alert = screen_one(goods=goods)
    assert hs
    assert alert is None or alert.severity == "low"


MISSPELT = [
    ("metilamna 40% tambores", "292111", "methylamine"),
    ("anhidrido acetco, bidones 200 kg", "291524", "acetic-anhydride"),
    ("Essigsäureanhydrit 25 kg", "291524", "acetic-anhydride"),
    ("anhydride acetque, futs", "291524", "acetic-anhydride"),
    ("efedrna clorhidrato 25 kg", "293941", "ephedrine"),
    ("Pseudoephedrn hydrochloride", "293942", "pseudoephedrine"),
    ("псевдоэфедрн 25 кг", "293942", "pseudoephedrine"),
    ("уксусный ангидрд, бочки", "291524", "acetic-anhydride"),
    ("permanganato de potasio".replace("mang", "mnag"), "284161", "potassium-permanganate"),
    ("acido fenilacetco 25 kg", "291634", "phenylacetic-acid"),
    ("safrlo, bidones", "293294", "safrole"),
    ("piperonl 25 kg", "293293", "piperonal"),
]


@pytest.mark.parametrize(("goods", "hs", "substance"), MISSPELT)
def test_a_misspelt_precursor_is_an_alert_with_and_without_its_code(
    screen_one: Callable[..., Alert | None], goods: str, hs: str, substance: str
) -> None:
    """What is known of other chemicals and of codes hides no misspelling of a listed name."""
    for code in (hs, f"{hs}00", hs[:4], None):
        alert = screen_one(goods=goods, hs=code)
        assert alert is not None
        assert substance in alert.substances
        assert not [
            mention
            for mention in alert.mentions
            if mention.substance == substance and mention.downgraded
        ]


def _mention(alert: Alert | None, substance: str) -> Mention | None:
    mentions = alert.mentions if alert else ()
    return next((each for each in mentions if each.substance == substance), None)


@pytest.mark.parametrize(
    ("field", "value"), [("hs", "950300"), ("un", "1263"), ("cas", ["108-78-1"])]
)
def test_a_number_of_something_else_refutes_a_find_by_edits(
    screen_one: Callable[..., Alert | None], field: str, value: object
) -> None:
    """It takes points off, says why, and never adds the points of papers that disagree."""
    plain = screen_one(goods="methylamne solution")
    refuted = screen_one(goods="methylamne solution", **{field: value})
    assert plain is not None
    assert plain.severity == "medium"
    assert refuted is not None
    assert refuted.score < plain.score
    assert refuted.severity == "low"
    found = _mention(refuted, "methylamine")
    assert found is not None
    assert found.downgraded
    assert {"hs-mismatch", "un-mismatch", "cas-mismatch"}.isdisjoint(
        reason.rule for reason in refuted.reasons
    )


@pytest.mark.parametrize("row", [{"cas": ["74-89-5"]}, {"un": "1061"}, {"hs": "292111"}])
def test_a_number_of_the_substance_outweighs_one_that_is_not(
    screen_one: Callable[..., Alert | None], row: dict[str, object]
) -> None:
    """A misspelt name with one number of its substance is not refuted by another number."""
    other = {"hs": "950300", "un": "1263"} | row
    found = _mention(screen_one(goods="methylamne solution", **other), "methylamine")
    assert found is not None
    assert found.downgraded == ()


def test_a_code_that_does_not_fit_still_adds_to_a_full_name(
    screen_one: Callable[..., Alert | None],
) -> None:
    """An exact name under another chemical's code is the purpose of the check."""
    alert = screen_one(goods="methylamine solution", hs="293361")
    assert alert is not None
    assert "hs-mismatch" in {reason.rule for reason in alert.reasons}


def test_a_code_that_does_not_fit_does_not_raise_a_weak_name(
    screen_one: Callable[..., Alert | None],
) -> None:
    """A short name that needs a cue may be anything: a code of other goods makes it no surer."""
    alone = screen_one(goods="MEK solvent 25 kg drum")
    coded = screen_one(goods="MEK solvent 25 kg drum", hs="847330")
    assert alone is not None
    assert coded is not None
    assert coded.score == alone.score


def test_the_word_of_the_code_decides_within_one_heading(
    screen_one: Callable[..., Alert | None],
) -> None:
    """Diphenylamine misspelt under its own subheading is not diethylamine of the same heading."""
    for goods in ("diphenylaminne", "difenilamyna"):
        alert = screen_one(goods=goods, hs="292144")
        assert alert is None or alert.severity == "low"
