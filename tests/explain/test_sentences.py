"""An alert as one sentence."""

import pytest
from msgspec import structs
from tests.casework.ranking.made import alert

from tidewaiter.base.phrases import Phrase
from tidewaiter.explain.languages import speaking
from tidewaiter.explain.sentences import alert_sentence, short_amount, short_route
from tidewaiter.trade.types import Line, Party, PartyMatch, Stop

LINE = Line(
    row=1,
    consignment="C1",
    seq=1,
    goods="drums of solvent",
    net_mg=4_400_000_000,
    parties=(
        Party(role="consignee", name="Beispiel GmbH", country="DE"),
        Party(role="consignor", name="Muestra SA", country="MX"),
        Party(role="notify", name="Example Ltd"),
    ),
)


def _match(name: str, **more: object) -> PartyMatch:
    return PartyMatch(
        role="notify",
        name=name,
        list="made-up",
        list_name="Made-up list",
        version="",
        list_day=None,
        entry="1",
        listed_name=name,
        name_kind="primary",
        kind="organisation",
        probability=0.9,
        action="blocked",
        **more,  # type: ignore[arg-type]
    )


def test_the_sender_stands_before_the_receiver_and_listed_parties_are_marked() -> None:
    """A notify party is named only because a list entry resembles it."""
    made = structs.replace(
        alert(), line=LINE, parties=(_match("Example Ltd"), _match("Muestra SA", judged="cleared"))
    )
    told = alert_sentence(made)
    assert [each.name for each in told.parties] == ["Muestra SA", "Beispiel GmbH", "Example Ltd"]
    assert [bool(each.listed) for each in told.parties] == [False, False, True]
    assert "Made-up list" in told.parties[2].listed
    assert (told.amount, told.route) == ("4,400 kg", "MX → DE")


@pytest.mark.parametrize(
    ("parties", "said"),
    [
        (
            (("consignor", "Muestra SA,"), ("consignee", "Beispiel GmbH")),
            "Muestra SA → Beispiel GmbH",
        ),
        ((("consignor", "Muestra SA"), ("consignee", "Muestra SA")), "Muestra SA → Muestra SA"),
        ((("consignee", "Beispiel GmbH"),), "→ Beispiel GmbH"),
        ((("consignor", "Muestra SA"),), "Muestra SA"),
        ((("notify", "Example Ltd"),), ""),
    ],
)
def test_an_arrow_leads_to_the_receiver(parties: tuple[tuple[str, str], ...], said: str) -> None:
    """Who is alone is a sender without it; what is left of an address is not part of a name."""
    made = tuple(Party(role=role, name=name) for role, name in parties)
    told = alert_sentence(structs.replace(alert(), line=structs.replace(LINE, parties=made)))
    assert told.names == said
    assert told.text.endswith(said)
    assert "  " not in told.text


def test_another_party_that_resembles_an_entry_is_not_on_the_way() -> None:
    """The notify party neither sends nor receives."""
    made = structs.replace(alert(), line=LINE, parties=(_match("Example Ltd"),))
    assert alert_sentence(made).names == "Muestra SA → Beispiel GmbH; Example Ltd"


def test_a_charge_is_named_with_its_outcome() -> None:
    """Charged is not convicted."""
    made = structs.replace(alert(), line=LINE, parties=(_match("Muestra SA", outcome="acquitted"),))
    (said,) = [each.listed for each in alert_sentence(made).parties if each.listed]
    assert said == alert_sentence(made).parties[0].listed
    assert "acquittal" in said


def test_goods_stand_in_for_substances() -> None:
    """An alert for a party names no substance."""
    made = structs.replace(
        alert(), line=LINE, substances=(), mentions=(), title=Phrase("title/plain", name="x")
    )
    assert alert_sentence(made).what == "drums of solvent"


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        (structs.replace(LINE, net_mg=None, volume_ul=2_500_000), "2.5 l"),
        (structs.replace(LINE, net_mg=None, quantity="3 boxes", gross_mg=9_000_000), "3 boxes"),
        (structs.replace(LINE, net_mg=None, gross_mg=9_000_000), "9 kg"),
        (structs.replace(LINE, net_mg=None, quantity="98"), "98 ×"),
        (structs.replace(LINE, net_mg=None), ""),
        (structs.replace(LINE, net_mg=0, volume_ul=0, quantity="2 drums"), "2 drums"),
    ],
)
def test_the_amount_is_the_best_that_the_document_gives(line: Line, amount: str) -> None:
    """Net mass, volume, quantity as written, gross mass."""
    assert short_amount(line) == amount


def test_the_route_goes_by_transit_and_names_each_country_once() -> None:
    """Countries come from the places, else from the parties."""
    stops = (
        Stop(function="loading", locode="DEHAM"),
        Stop(function="transit", locode="PAONX"),
        Stop(function="transit", locode="PACTB"),
        Stop(function="unlading", locode="MXZLO"),
    )
    assert short_route(structs.replace(LINE, route=stops)) == "DE → PA → MX"
    assert short_route(structs.replace(LINE, parties=())) == ""


def test_figures_follow_the_language() -> None:
    """Digits are grouped as the reader's language does."""
    with speaking("es"):
        assert short_amount(structs.replace(LINE, net_mg=12_345_500_000)) == "12.345,5 kg"
