"""A notice and an incident that begin with what an alert says."""

from datetime import date

from msgspec import structs
from tests.casework.ranking.made import alert

from tidewaiter.exchange.incidents.prefill import incident_of_alert
from tidewaiter.exchange.notices.drafts import WrittenNotice
from tidewaiter.exchange.notices.prefill import notice_of_alert
from tidewaiter.exchange.notices.types import Authority
from tidewaiter.law.registry import load_registry
from tidewaiter.trade.types import Alert, Line, Party, Stop

SENDER = Authority(name="Made-up authority", country="DE")
BLANK = WrittenNotice(sender=SENDER)
LINE = Line(
    row=1,
    consignment="EX-1",
    seq=1,
    goods="Acetic anhydride, drums",
    hs="29152400",
    net_mg=4_400_500_000,
    gross_mg=4_700_000_000,
    mode="sea",
    vessel="Made Up Star",
    departure=date(2026, 12, 20),
    arrival=date(2027, 1, 14),
    containers=("ABCU1234560", "ABCU1234575"),
    parties=(
        Party(role="consignor", name="Beispiel GmbH", address="Hafen 1", country="DE"),
        Party(role="consignee", name="Muestra SA", country="MX"),
        Party(role="declarant", name="Example Ltd"),
    ),
    route=(
        Stop(function="loading", locode="DEHAM"),
        Stop(function="transit", locode="PAONX"),
        Stop(function="unlading", name="Manzanillo", locode="MXZLO"),
    ),
)


def _alert(*substances: str) -> Alert:
    return structs.replace(alert(), line=LINE, substances=substances)


def test_a_notice_takes_goods_amounts_parties_route_and_days() -> None:
    """What the line says is in its field, and the rest is empty."""
    made = notice_of_alert(_alert("acetic-anhydride"), load_registry(), BLANK)
    told = structs.asdict(made.lines[0])
    assert (told["name"], told["cas"], told["hs"]) == ("Acetic anhydride", "108-24-7", "29152400")
    assert (told["net"], told["gross"]) == ("4400.5 kg", "4700 kg")
    assert (made.parties.exporter.name, made.parties.exporter.address) == (
        "Beispiel GmbH",
        "Hafen 1",
    )
    assert (made.parties.importer.name, made.recipient.country) == ("Muestra SA", "MX")
    transport = structs.asdict(made.transport)
    assert (transport["mode"], transport["transit"]) == ("sea", "PA")
    assert (transport["exit_point"], transport["entry_point"]) == ("DEHAM", "Manzanillo")
    assert transport["containers"] == "ABCU1234560\nABCU1234575"
    assert (transport["dispatch"], transport["arrival"]) == (LINE.departure, LINE.arrival)
    assert (made.sender, made.reference) == (SENDER, "")


def test_the_quantity_of_a_line_is_not_that_of_each_of_its_substances() -> None:
    """With two substances both are named, and the amounts are left to the officer."""
    made = notice_of_alert(_alert("acetic-anhydride", "toluene"), load_registry(), BLANK)
    assert [structs.asdict(each)["net"] for each in made.lines] == ["", ""]
    assert [each.name for each in made.lines] == ["Acetic anhydride", "Toluene"]


def test_an_alert_for_a_party_alone_gives_one_empty_line() -> None:
    """The form has a line to fill in."""
    made = notice_of_alert(_alert(), load_registry(), BLANK)
    assert [each.name for each in made.lines] == [""]


def test_an_incident_takes_declared_goods_and_parties_and_alleges_nothing() -> None:
    """What was found, the kind and the evidence for a role are the officer's to say."""
    told = incident_of_alert(_alert("acetic-anhydride"))
    assert told["lines"] == [
        {
            "declared": {
                "text": "Acetic anhydride, drums",
                "substance": "acetic-anhydride",
                "mass": "4400.5 kg",
            }
        }
    ]
    assert [(each["role"], each["name"]) for each in told["parties"]] == [
        ("consignor", "Beispiel GmbH"),
        ("consignee", "Muestra SA"),
    ]
    assert told["transport"] == {"mode": "sea"}
    assert "kind" not in told
    assert all("basis" not in each for each in told["parties"])
