"""Ownership data as CSV."""

from collections.abc import Callable
from typing import Any

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.types import Identifier, ListedParty, Tie

Read = Callable[..., Any]
_HEAD = "owner,owned,percent,from,to,source\n"


def test_each_party_named_is_an_entry_that_is_not_listed(read: Read) -> None:
    """Rows of one name are about one party; shares, dates and sources stay with the link."""
    text = (
        f"{_HEAD}Arvo Zelentas,Qorvex Works,25,2019,2026-01-31,Register\n"
        "Mira Tonders,QORVEX  WORKS,33.3 %,2020-05,,\n"
    )
    _, parties, refusals = read(a_csv=text)
    assert refusals == []
    firm = next(each for each in parties if each.id == "qorvex works")
    assert {each.action for each in parties} == {"unlisted"}
    assert len(parties) == 3
    assert firm.ties == (
        Tie(
            kind="owned-by",
            party="arvo zelentas",
            share="25 %",
            since="2019",
            until="2026-01-31",
            source="Register",
        ),
        Tie(kind="owned-by", party="mira tonders", share="33.3 %", since="2020-05"),
    )


def test_ids_numbers_kinds_and_other_links(read: Read) -> None:
    """An id names an entry of a list or of the data; without one, the name's only id is taken."""
    head = "owner;owner_id;owner_kind;owned;owned_id;owned_country;owned_identifiers;percent;link\n"
    text = (
        f"{head}Arvo Zelentas;ofac-sdn 7;person;Qorvex Works;R-1;CY;registration:HE1:CY;60;\n"
        "Qorvex Works;;;Tonders BV;;NL;;;controls\n"
    )
    _, parties, refusals = read(a_csv=text)
    assert refusals == []
    firm, other = parties
    assert (firm.id, firm.countries) == ("R-1", ("CY",))
    assert firm.identifiers == (Identifier(scheme="registration", value="HE1", country="CY"),)
    assert firm.ties == (Tie(kind="owned-by", party="ofac-sdn 7", share="60 %"),)
    assert other.ties == (Tie(kind="controlled-by", party="R-1"),)


@pytest.mark.parametrize(
    ("row", "code", "kept"),
    [
        ("A Firm,,20,,,", "parties/ownership-without-party", False),
        ("A Firm,B Firm,many,,,", "parties/not-a-share", True),
        ("A Firm,B Firm,120,,,", "parties/not-a-share", True),
        ("A Firm,B Firm,20,yesterday,,", "base/not-a-date", True),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    row: str, code: str, *, kept: bool, read: Read
) -> None:
    """A row without a party is no link; a share or a date that is none leaves the link."""
    _, parties, refusals = read(a_csv=f"{_HEAD}C Firm,D Firm,10,,,\n{row}\n")
    assert [(each.kept, each.place[:5]) for each in refusals] == [(kept, "row 2")]
    assert refusals[0].code.split("/")[1] == code.split("/")[1]
    assert len(parties) == (4 if kept else 2)


def test_an_unknown_column_is_refused() -> None:
    """A mistyped column would be left out in silence."""
    file = ListFile(name="a.csv", content=b"owner,owned,procent\nA Firm,B Firm,20\n")
    assert find_format([file]) == "ownership-csv"
    with pytest.raises(InputError) as error:
        list(list_readers()["ownership-csv"]([file]))
    assert error.value.code == "parties/not-a-column-of-ownership"


def test_firms_of_followthemoney_that_are_no_targets_are_kept_if_owned(read: Read) -> None:
    """A non-target with an ownership is an unlisted party; others are left out, as before."""
    lines = [
        '{"id":"o","schema":"Person","target":true,"properties":{"name":["Arvo Zelentas"]}}',
        '{"id":"f","schema":"Company","target":false,"properties":{"name":["Qorvex Works"]}}',
        '{"id":"g","schema":"Company","target":false,"properties":{"name":["Other Works"]}}',
        (
            '{"id":"l","schema":"Ownership","properties":{"owner":["o"],"asset":["f"],'
            '"percentage":["60"],"startDate":["2020-01-02"],"sourceUrl":["https://example.com"]}}'
        ),
    ]
    _, parties, _ = read(a_json="\n".join(lines))
    held: dict[str, ListedParty] = {each.id: each for each in parties}
    assert {key: each.action for key, each in held.items()} == {"o": "other", "f": "unlisted"}
    assert held["f"].ties == (
        Tie(
            kind="owned-by",
            party="o",
            share="60 %",
            since="2020-01-02",
            source="https://example.com",
        ),
    )


def test_a_firm_nested_in_its_listed_owner_is_kept(read: Read) -> None:
    """In targets.nested.json the firm stands in the ownership, and nowhere else."""
    firm = '{"id":"f","schema":"Company","properties":{"name":["Qorvex Works"]}}'
    line = (
        '{"id":"o","schema":"Person","target":true,"properties":{"name":["Arvo Zelentas"],'
        '"ownershipOwner":[{"id":"l","schema":"Ownership","properties":{"asset":['
        f'{firm}],"percentage":["25-50"]}}}}]}}}}'
    )
    _, parties, refusals = read(a_json=line)
    assert refusals == []
    held: dict[str, ListedParty] = {each.id: each for each in parties}
    assert {key: each.action for key, each in held.items()} == {"o": "other", "f": "unlisted"}
    assert held["f"].ties == (Tie(kind="owned-by", party="o", share="25-50 %"),)
