"""Evidence for and against a line: each rule applies where it should, and only there."""

from collections.abc import Callable
from typing import Any

import pytest

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.identify import Lexicon
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.screening import Screened
from tidewaiter.trade.types import Alert, Reason

Weigh = Callable[..., Alert | None]


@pytest.fixture(scope="module")
def rules() -> AlertRules:
    """Load our own rules."""
    return load_alert_rules()


@pytest.fixture(scope="module")
def weigh(screen: Callable[..., Screened]) -> Weigh:
    """Screen one line; None: no alert."""

    def found(**row: Any) -> Alert | None:
        alerts = screen(row).alerts
        return alerts[0] if alerts else None

    return found


def _reasons(alert: Alert | None) -> dict[str, Reason]:
    return {} if alert is None else {reason.rule: reason for reason in alert.reasons}


FIRES: list[tuple[str, dict[str, Any]]] = [
    ("hs-mismatch", {"goods": "acetic anhydride", "hs": "340290"}),
    ("hs-mismatch", {"goods": "acetic anhydride", "hs": "2914"}),
    ("cas-mismatch", {"goods": "acetic anhydride", "cas": ["67-64-1"]}),
    ("cas-mismatch", {"goods": "acetic anhydride", "cas": ["50-00-0"]}),
    ("cas-mismatch", {"goods": "acetic anhydride (CAS 67-64-1)"}),
    ("cas-digit", {"goods": "acetic anhydride", "cas": ["108-24-8"]}),
    ("un-mismatch", {"goods": "acetic anhydride", "un": "1090"}),
    ("un-mismatch", {"goods": "acetic anhydride", "un": "9999"}),
    ("vague", {"goods": "chemical products", "hs": "2914"}),
    ("vague", {"goods": "Productos químicos, 25 kg", "hs": "28"}),
    ("vague", {"goods": "化工原料 样品", "hs": "29152400"}),
    ("vague", {"goods": "химический реактив", "hs": "2921"}),
    ("vague", {"goods": "مواد كيميائية", "hs": "2921"}),
    ("hidden", {"goods": "Ерhеdrinе base"}),
    ("hidden", {"goods": "ephe\u200bdrine base"}),
    ("imprint", {"goods": 'Punch and die set "M" "30" for TDP5'}),
    ("imprint", {"goods": "TDP 5 tablet press with m30 mold"}),
    ("downgraded", {"goods": "tablets, free of methamphetamine"}),
    ("both", {"goods": "acetic anhydride", "cas": ["108-24-7"]}),
    ("both", {"goods": "acetic anhydride CAS 108-24-7"}),
    ("more", {"goods": "acetic anhydride, acetone"}),
    ("cas", {"goods": "drums", "cas": ["108-24-7"]}),
    ("unno", {"goods": "liquid in drums", "un": "1715"}),
    ("squeezed", {"goods": "acet1c anhydr1de"}),
    ("exact", {"commercial": "acetic anhydride"}),
    ("fuzzy-1", {"goods": "acetic anhydrde x pseudoephedrinne"}),
]
QUIET: list[tuple[str, dict[str, Any]]] = [
    ("hs-mismatch", {"goods": "acetic anhydride", "hs": "29152400"}),
    ("hs-mismatch", {"goods": "acetic anhydride", "hs": "2915"}),
    ("hs-mismatch", {"goods": "acetic anhydride", "hs": "29"}),
    ("hs-mismatch", {"goods": "ephedrine tablets", "hs": "300441"}),
    ("hs-mismatch", {"goods": "acetic anhydride"}),
    ("cas-mismatch", {"goods": "acetic anhydride", "cas": ["108-24-7"]}),
    ("cas-mismatch", {"goods": "acetic anhydride", "cas": ["67-64-1", "108-24-7"]}),
    ("cas-mismatch", {"goods": "acetic anhydride, acetone", "cas": ["50-00-0"]}),
    ("cas-mismatch", {"goods": "drums", "cas": ["108-24-7"]}),
    ("cas-digit", {"goods": "acetic anhydride", "cas": ["108-24-7"]}),
    ("cas-digit", {"goods": "acetic anhydride", "cas": ["none"]}),
    ("un-mismatch", {"goods": "acetic anhydride", "un": "1715"}),
    ("un-mismatch", {"goods": "acetic anhydride", "un": "1993"}),
    ("un-mismatch", {"goods": "ephedrine", "un": "1715"}),
    ("vague", {"goods": "chemical products", "hs": "3824"}),
    ("vague", {"goods": "chemical products"}),
    ("vague", {"goods": "acetone samples", "hs": "2914"}),
    ("vague", {"goods": "sodium benzoate", "hs": "2916"}),
    ("vague", {"goods": "samples " * 40, "hs": "2916"}),
    ("hidden", {"goods": "Ephedrine base"}),
    ("hidden", {"goods": "Эфедрина гидрохлорид"}),
    ("imprint", {"goods": "M30 threading die set, steel"}),
    ("imprint", {"goods": "TDP 5 tablet press, 30 mm"}),
    ("imprint", {"goods": "TDP 5 tablet press, XM301"}),
    ("downgraded", {"goods": "methamphetamine"}),
    ("weak", {"goods": "acetic anhydride"}),
    ("both", {"goods": "acetic anhydride", "cas": ["67-64-1"]}),
    ("both", {"goods": "acetic anhydride", "hs": "29152400", "un": "1715"}),
    ("more", {"goods": "acetic anhydride, acetic anhydride"}),
    ("exact", {"goods": "acet1c anhydr1de"}),
]


@pytest.mark.parametrize(("rule", "row"), FIRES)
def test_a_rule_fires(rule: str, row: dict[str, Any], weigh: Weigh, rules: AlertRules) -> None:
    """The reason is in the alert, with the points of the rules and a complete sentence."""
    reasons = _reasons(weigh(**row))
    assert rule in reasons
    made = (rules.check | rules.evidence)[rule]
    assert reasons[rule].points == made.points
    assert english(reasons[rule].says)
    assert "{" not in english(reasons[rule].says)


@pytest.mark.parametrize(("rule", "row"), QUIET)
def test_a_rule_does_not_fire(rule: str, row: dict[str, Any], weigh: Weigh) -> None:
    """The reason is not there."""
    assert rule not in _reasons(weigh(**row))


def test_a_weak_name_weighs_less_than_a_strong_one(weigh: Weigh, lexicon: Lexicon) -> None:
    """A short or ambiguous name next to a cue is a separate reason, with fewer points."""
    weak = [
        _reasons(weigh(goods=f"{name.text}, chemical, 25 kg drum", hs="2932"))
        for substance in lexicon.registry.substances
        for name in substance.names
        if name.tier == "weak"
    ]
    points = {reasons["weak"].points for reasons in weak if "weak" in reasons}
    assert points == {5}


def test_a_negated_name_is_no_alert(weigh: Weigh) -> None:
    """A name that the documents say is absent is below the minimum score."""
    assert weigh(goods="nail polish remover, free of acetone") is None


def test_further_substances_count_a_little(weigh: Weigh) -> None:
    """Of many names the first counts in full, three a little, and the others nothing."""
    names = ("ephedrine", "acetone", "toluene", "sulphuric acid", "safrole", "piperonal")
    alert = weigh(goods=", ".join(names))
    assert alert is not None
    more = [reason.points for reason in alert.reasons if reason.rule == "more"]
    assert more == [4, 4, 4, 0, 0]
    assert len(alert.substances) == 6


def test_a_cas_number_of_another_names_both(weigh: Weigh) -> None:
    """The sentence names the substance and the number that is not of it."""
    alert = weigh(goods="benzaldehyde", cas=["103-79-7"])
    says = _reasons(alert)["cas-mismatch"].says
    assert says == Phrase("cas-mismatch", name="Benzaldehyde", cas="103-79-7")


def test_an_empty_description_is_as_vague_as_a_blank_one(weigh: Weigh) -> None:
    """Under a chemical chapter no description says no more than a description of signs."""
    blank, nothing = weigh(goods=" - ", hs="2914"), weigh(goods=None, hs="2914")
    assert set(_reasons(blank)) == {"vague"}
    assert set(_reasons(nothing)) == {"vague"}
