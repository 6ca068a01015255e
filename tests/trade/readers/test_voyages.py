"""Ships and voyages in one column: parted where it is certain, and else as written."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.trade.readers.codes import Ship, ship_of
from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]

CERTAIN = [
    ("MSC OSCAR / 123W", "MSC OSCAR", "123W"),
    ("MSC OSCAR/123W", "MSC OSCAR", "123W"),
    ("MSC OSCAR ／ 123W", "MSC OSCAR", "123W"),
    ("MAERSK ALABAMA V.204N", "MAERSK ALABAMA", "204N"),
    ("NICOLAI MAERSK V.639S", "NICOLAI MAERSK", "639S"),
    ("MAERSK V.001", "MAERSK", "001"),
    ("MAERSK ALABAMA V. 204N", "MAERSK ALABAMA", "204N"),
    ("MAERSK ALABAMA V204N", "MAERSK ALABAMA", "204N"),
    ("MAERSK ALABAMA V 204N", "MAERSK ALABAMA", "204N"),
    ("EVER GIVEN 0817-021W", "EVER GIVEN", "0817-021W"),
    ("EVER GIVEN V.0817-021W", "EVER GIVEN", "0817-021W"),
    ("M/V EVER GIVEN V.0817-021W", "M/V EVER GIVEN", "0817-021W"),
    ("M/V EVER GIVEN / 0817-021W", "M/V EVER GIVEN", "0817-021W"),
    ("CMA CGM MARCO POLO / 0FL5RW1MA", "CMA CGM MARCO POLO", "0FL5RW1MA"),
    ("CMA CGM MARCO POLO - 0FL5RW1MA", "CMA CGM MARCO POLO", "0FL5RW1MA"),
    ("HYUNDAI FORCE VOY. 0098W", "HYUNDAI FORCE", "0098W"),
    ("HYUNDAI FORCE VOY NO. 98", "HYUNDAI FORCE", "98"),
    ("HYUNDAI FORCE VOYAGE: 98E", "HYUNDAI FORCE", "98E"),
    ("HYUNDAI FORCE, VOY 98E", "HYUNDAI FORCE", "98E"),
    ("COSCO SHIPPING ARIES 045E", "COSCO SHIPPING ARIES", "045E"),
    ("ONE APUS (024E)", "ONE APUS", "024E"),
    ("ONE APUS; 024E", "ONE APUS", "024E"),
    ("ONE APUS | 024E", "ONE APUS", "024E"),
    ("WAN HAI 305 / W123", "WAN HAI 305", "W123"),
    ("WAN HAI 305 V.E123", "WAN HAI 305", "E123"),
    ("SEASPAN HARRIER/FA123R", "SEASPAN HARRIER", "FA123R"),
    ("KOTA LAYANG/0123", "KOTA LAYANG", "0123"),
    ("Ever Given v.021w", "Ever Given", "021w"),
    ("MSC ANNA VIAJE 12", "MSC ANNA", "12"),
]
AS_WRITTEN = [
    "MSC OSCAR",
    "M/V EVER GIVEN",
    "M/V123",
    "WAN HAI 305",
    "SEASPAN 101/102",
    "BARGE 101",
    "COSCO 8",
    "ODYSSEY V",
    "ODYSSEY V 12",
    "GALAXY 2000",
    "MSC OSCAR / MSC ANNA",
    "MSC OSCAR/",
    "/ 123W",
    "MSC OSCAR / 2026-03-12",
    "MSC OSCAR / 12-03-26",
    "EVER GIVEN 9811000",
    "EVER GIVEN / 9811000",
    "EVER GIVEN IMO 9811000 / 123W",
    "EK / 9215",
    "XIN YA ZHOU / T2",
    "LADY D 12E",
    "N/A",
    "123W",
    "MSC OSCAR / 123W / 124E",
    "0817-021W",
    "船123",
    "MSC OSCAR " * 9 + "/ 123W",
    "EVER GIVEN/IMO9811000",
    "EVER GIVEN (IMO9811000)",
    "EVER GIVEN - IMO-9811000",
    "EVER GIVEN / 353136000",
    "EVER GIVEN (MMSI353136)",
    "EVER GIVEN (H3RC)",
    "EVER GIVEN / D5AB2",
    "34ABC123/34DEF456",
    "TRUCK 34ABC123/34DEF456",
]


@pytest.mark.parametrize(("text", "vessel", "voyage"), CERTAIN)
@pytest.mark.parametrize("joint", [True, False])
def test_a_voyage_behind_a_name_is_parted_from_it(
    text: str, vessel: str, voyage: str, *, joint: bool
) -> None:
    """Behind a sign, behind a word for it, or with the letter of a direction."""
    assert ship_of(text, joint=joint) == Ship(vessel, voyage)


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_what_could_be_part_of_a_name_stays(text: str) -> None:
    """Numbers of ships, call signs, two ships, two plates, a day or two voyages are left alone."""
    assert ship_of(text) == Ship(text, None)


@pytest.mark.parametrize(
    ("text", "vessel", "voyage"),
    [
        ("MSC OSCAR/12", "MSC OSCAR", "12"),
        ("EVER GIVEN 0817", "EVER GIVEN", "0817"),
        ("SEASPAN 101/102", "SEASPAN 101", "102"),
        ("XIN YA ZHOU / T2", "XIN YA ZHOU", "T2"),
        ("WAN HAI 305", "WAN HAI 305", None),
        ("MSC OSCAR", "MSC OSCAR", None),
        ("MSC OSCAR / 2026-03-12", "MSC OSCAR / 2026-03-12", None),
        ("EVER GIVEN / IMO9811000", "EVER GIVEN / IMO9811000", None),
    ],
)
def test_a_column_of_both_parts_more(text: str, vessel: str, voyage: str | None) -> None:
    """With a header that names a voyage."""
    assert ship_of(text, joint=True) == Ship(vessel, voyage)


@given(st.text(max_size=90), st.booleans())
def test_nothing_but_signs_is_lost(text: str, joint: bool) -> None:  # noqa: FBT001 - drawn
    """Any text is parted into two of its parts, or stays."""
    ship = ship_of(text, joint=joint)
    assert ship.vessel in text
    if ship.voyage is None:
        assert ship.vessel == text
    else:
        assert text.rindex(ship.voyage) >= len(ship.vessel)


@pytest.mark.parametrize(
    "header",
    [
        "VESSEL / VOYAGE",
        "Vessel Name & Voyage No.",
        "Ocean Vessel/Voy. No.",
        "vesselVoyage",
        "VSL/VOY",
        "Buque y viaje",
        "船名/航次",
        "船名航次",
        "судно/рейс",
        "Vessel/Flight No",
    ],
)
def test_columns_of_both_are_known(read: Read, header: str) -> None:
    """In several languages; the line has the name and the voyage."""
    raw = f"goods,{header}\nacetone,EVER GIVEN / 0817\nacetone,EVER SO\n"
    lines, refusals = read(raw)
    assert refusals == []
    assert [(line["vessel"], line["voyage"]) for line in lines] == [
        ("EVER GIVEN", "0817"),
        ("EVER SO", None),
    ]


def test_a_column_of_voyages_wins(read: Read) -> None:
    """Where it says another one, the vessel stays as it is written."""
    raw = "goods,Vessel,Voyage No\na,MSC OSCAR / 123W,\na,MSC OSCAR / 123W,123w\n"
    raw += "a,MSC OSCAR / 123W,77E\na,MSC OSCAR,77E\n"
    lines, refusals = read(raw)
    assert refusals == []
    assert [(line["vessel"], line["voyage"]) for line in lines] == [
        ("MSC OSCAR", "123W"),
        ("MSC OSCAR", "123w"),
        ("MSC OSCAR / 123W", "77E"),
        ("MSC OSCAR", "77E"),
    ]
