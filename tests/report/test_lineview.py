"""The facts of a line as a page tells them, and the fields that reasons point at."""

import pytest

from tidewaiter.explain.languages import speaking
from tidewaiter.explain.lines import details_of
from tidewaiter.explain.words import field_in_words
from tidewaiter.trade.line_checks import check_transport
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Line, Party, Stop

_NAMED = (Party(role="consignor", name="A"), Party(name="B"))
_STOPS = (Stop(function="loading", name="C"), Stop(locode="CNSHA"))
LINE = Line(row=1, consignment="c", seq=1, parties=_NAMED, route=_STOPS)


@pytest.mark.parametrize(
    ("language", "parties", "route"),
    [
        ("en", ("consignor: A", "party: B"), ("loading: C", "place: CNSHA")),
        ("fr", ("expéditeur: A", "partie: B"), ("chargement: C", "lieu: CNSHA")),
        ("zh", ("发货人: A", "当事方: B"), ("装货: C", "地点: CNSHA")),
    ],
)
def test_a_role_is_told_in_the_language_and_none_as_such(
    language: str, parties: tuple[str, ...], route: tuple[str, ...]
) -> None:
    """A party or a place without a role in the documents is not called "None"."""
    with speaking(language):
        told = [each.values for each in details_of(LINE)]
    assert told == [parties, route]


def test_each_field_that_transport_points_at_has_a_name() -> None:
    """It stands above the number that is marked."""
    wrong = Line(
        row=1,
        consignment="020-12345676",
        seq=1,
        imo="9074728",
        mode="air",
        containers=("CSQU3054384",),
    )
    found = [each.evidence for each in check_transport(wrong, load_alert_rules())]
    fields = [each.field for each in found if each]
    assert fields == ["containers", "consignment", "imo"]
    with speaking("fr"):
        assert [field_in_words(each) for each in fields] == ["conteneurs", "envoi", "Numéro OMI"]
