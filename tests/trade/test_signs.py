"""Signs of shells in a screening: they add to alerts that are there, and never make one."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.phrases import english
from tidewaiter.parties.names import keys_of, loose_key
from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.members import read_written
from tidewaiter.parties.resolution.name_comparison import names_of
from tidewaiter.parties.resolution.shared_attributes import (
    Sought,
    things_of,
    things_written,
)
from tidewaiter.parties.resolution.shell_signs import sign_rules
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.screening import Screened
from tidewaiter.trade.shell_companies import PartySigns, parties_of
from tidewaiter.trade.types import Alert

ROOM = "Room 5, 12 Keji Road, Shenzhen"
Batch = Callable[..., pa.RecordBatch]
Screen = Callable[..., Screened]
Row = dict[str, Any]


def row(goods: str, name: str, address: str = "", country: str = "CN") -> Row:
    """Make a line with one party."""
    party = {"role": "consignor", "name": name, "address": address, "country": country}
    return {"goods": goods, "parties": [party]}


@pytest.fixture
def signed(batch: Batch, screen: Screen, rules: AlertRules) -> Callable[..., list[Alert]]:
    """Screen lines; return the alerts with the signs that all lines give."""

    def found(*rows: Row, others: Sequence[Row] = (), by: AlertRules = rules) -> list[Alert]:
        alerts = screen(*rows).alerts
        signs = PartySigns(by)
        for alert in alerts:
            signs.want(parties_of(alert))
        if signs.begin():
            signs.look(batch(*each) for each in (rows, others))
            signs.finish()
        return [signs.mark(alert) for alert in alerts]

    return found


def told(alert: Alert) -> list[tuple[str, int]]:
    """Return the signs of an alert."""
    return [(english(each.says), each.points) for each in alert.reasons if each.rule == "sign"]


def test_a_room_of_many_names_adds_a_little_to_an_alert(
    signed: Callable[..., list[Alert]], screen: Screen
) -> None:
    """Firms of lines without alerts count; the source is that of the red flag."""
    rows = [
        row("ephedrine", "Alpha Chem", ROOM),
        row("steel bolts", "Beta Foods", ROOM),
        row("paper", "Gamma Bio", ROOM),
    ]
    (alert,) = signed(*rows)
    (before,) = screen(*rows).alerts
    ((text, points),) = told(alert)
    assert "consignor Alpha Chem: Parties with other names at the same room or unit: 2" in text
    assert "Beta Foods; Gamma Bio" in text or "Gamma Bio; Beta Foods" in text
    assert points == 4
    assert alert.score == before.score + 4
    assert alert.rank == before.rank + 4
    assert "FIN-2024-A002" in alert.reasons[-1].source
    assert alert.id == before.id


def test_signs_alone_are_no_alert(signed: Callable[..., list[Alert]]) -> None:
    """Five firms in a room, ordinary goods: nothing to look at."""
    assert signed(*(row("steel bolts", f"Firm {name}", ROOM) for name in "ABCDE")) == []


def test_a_country_is_no_sign(signed: Callable[..., list[Alert]]) -> None:
    """The same firm in any country has the same reasons."""
    made = {
        country: [
            (each.rule, each.points)
            for each in signed(row("ephedrine", "Alpha Chem", "12 Long Street", country))[0].reasons
        ]
        for country in ("CN", "DE", "IN", "MX", "IR", "US")
    }
    assert len({str(each) for each in made.values()}) == 1


def test_earlier_files_count(signed: Callable[..., list[Alert]]) -> None:
    """A party with the same telephone may be in another file."""
    address = "{}, TEL +86 755 8888 7777"
    (alert,) = signed(
        row("ephedrine", "Alpha Chem", address.format("1 Long Street, Wuhan")),
        others=[row("paper", "Zeta Paper", address.format("9 Short Street, Tianjin"))],
    )
    assert any("same telephone" in text for text, _ in told(alert))


def test_all_signs_of_an_alert_weigh_no_more_than_the_rules_allow(
    signed: Callable[..., list[Alert]], rules: AlertRules
) -> None:
    """A shared room, a shared telephone, and one of another country: at most `most` points."""
    where = f"{ROOM}, TEL +1 212 555 0123"
    rows = [row("ephedrine", name, where) for name in ("Alpha Chem", "Beta Foods", "Gamma Bio")]
    for alert in signed(*rows):
        points = [points for _, points in told(alert)]
        assert len(points) >= 2
        assert sum(points) <= rules.sign.most


def test_without_alerts_nothing_is_looked_for(rules: AlertRules) -> None:
    """A file without alerts costs no second reading."""
    assert not PartySigns(rules).begin()


def test_a_thing_that_very_many_share_is_told_as_a_lower_bound(
    signed: Callable[..., list[Alert]],
) -> None:
    """No more than 200 parties are compared for one room."""
    words = [f"{a}{b}" for a in "bcdfghklmnprstvw" for b in ("ana", "elo", "iru", "omi", "usa")]
    rows = [
        row("paper", f"{a.title()} {b.title()}", ROOM) for a in words[:20] for b in words[40:55]
    ]
    (alert,) = signed(row("ephedrine", "Alpha Chem", ROOM), *rows)
    assert any("at least" in text for text, _ in told(alert))


def test_every_sign_has_points_and_each_points_a_sign(rules: AlertRules) -> None:
    """The two files of rules name the same signs; a sign is small beside a reason."""
    assert set(rules.sign.points) == set(sign_rules().signs)
    assert rules.sign.most < rules.severity.low


ADDRESSES = st.sampled_from(
    [
        "",
        ROOM,
        "E-mail A.B@c.example.com.",
        "x@y.example..z",
        "P.O. Box 12, Dubai",
        "c/o Forwarder, 3 Quay",
        "tel 0755-8888777",
        "深圳市科技路12号",
    ]
)


@given(
    st.builds(
        Written,
        name=st.sampled_from(["Alpha", "c/o Beta", "a@b.example.com", ""]),
        address=st.lists(ADDRESSES, max_size=3).map(", ".join),
        country=st.sampled_from(["CN", "", "Germany"]),
        id_scheme=st.sampled_from(["", "phone", "RFC"]),
        id=st.sampled_from(["", "+49 30 1234567", "x@y.example.org"]),
    )
)
def test_what_is_looked_at_first_misses_nothing(written: Written) -> None:
    """The quick look finds all that the whole reading finds."""
    things = set(things_of(read_written(written)))
    assert things <= set(Sought(things).shared(written))


WORDS = st.sampled_from(
    [
        "12",
        "12a",
        "No.7",
        "Rm301",
        "Bldg",
        "Building 4",
        "1st Fl.",
        "Keji",
        "keji-lu",
        "RD",
        "Rd.",
        "O'Connor",
        "St",
        "Straße",
        "Ste 5",
        "Dubai",
        "90210",
        "EC1A 1BB",
        "P.O. Box 12",
        "Blvd",
        "N",
    ]
)


@given(st.lists(WORDS, max_size=7), st.sampled_from([" ", ", ", "-", ""]))
def test_short_forms_of_addresses_miss_nothing(words: list[str], sign: str) -> None:
    """Short forms, glued numbers, codes and boxes: an address that shares a place is read."""
    written = Written(name="Alpha", address=sign.join(words))
    things = set(things_of(read_written(written)))
    assert things <= set(Sought(things).shared(written))


def test_a_telephone_is_found_however_it_is_written() -> None:
    """Separators, a national format and a separate number give one telephone."""
    things = list(things_of(read_written(Written(name="A", address="Tel +49 30 1234567"))))
    for written in (
        Written(name="B", address="phone 030/123 45-67", country="DE"),
        Written(name="B", address="9 Quay", country="DE", id_scheme="phone", id="(030) 1234567"),
        Written(name="B, Tel: +49-30-123.4567"),
    ):
        assert set(things) & set(Sought(things).shared(written)), written
    assert not list(Sought(things).shared(Written(name="B", address="12 Road, +49 30 7654321")))


def test_an_address_far_from_those_looked_for_is_not_read() -> None:
    """Another street of the same town shares no place."""
    things = list(things_of(read_written(Written(name="A", address=ROOM))))
    assert not list(Sought(things).shared(Written(name="B", address="12 Long Road, Shenzhen")))


CARE = st.sampled_from(
    [
        "",
        " C/O Other Ltd",
        " care of: Other",
        " attn: X",
        " o/b/o Y",
        " A/C of Z",
        " acc0unt of Q",
        " (HK) Ltd",
        " 香港",
        " t/a Shop",
        " Tel +86 755 2345 6789",
        " s@example.com",
    ]
)


@given(st.text("abcdefgh C/.&0", max_size=12), CARE, st.sampled_from(["", "Room 5, 12 High St"]))
def test_what_parties_of_alerts_share_is_found_without_reading_names(
    name: str, care: str, address: str
) -> None:
    """A name is only parsed if it may contain "care of"; the results are the same."""
    written = Written(name=name + care, address=address + care, country="CN", id_scheme="", id="")
    assert things_written(written) == tuple(things_of(read_written(written)))


def test_names_of_alerts_are_not_read_to_look_for_what_they_share(rules: AlertRules) -> None:
    """Reading them took longer than all else that settles what is looked for."""
    signs = PartySigns(rules)
    signs.want(
        Written(
            name=f"Firm {at} Ltd", address=f"{at} High Street", country="CN", id_scheme="", id=""
        )
        for at in range(50)
    )
    names_of.cache_clear()
    assert signs.begin()
    assert names_of.cache_info().misses == 0


@given(st.text("abcdefghijklmnopqrstuvwxyzé1", min_size=1, max_size=12))
def test_the_loose_key_is_the_first_of_all_keys(word: str) -> None:
    """Computing that one alone does not compute the others."""
    assert loose_key(word) == next(iter(keys_of(word)), "")
