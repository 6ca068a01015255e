"""The command `tidewaiter lists owners`, and ownership data from their file to the answer."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]
_LISTED = (
    "id,kind,name,action,listed\n"
    '7,person,"ZELENTAS, Arvo Mikel",blocked,2022-03-01\n'
    "8,organisation,Exampel Qorvex Holding Limited,blocked,2023-01-01\n"
)
_OWNERS = (
    "owner,owned,percent,from,to,source\n"
    "Arvo Mikel Zelentas,Tonders Chemie GmbH,25,2019,,Register of Examplia\n"
    "Exampl Qorvex Holding Ltd,Tonders Chemie GmbH,25,,,Register of Examplia\n"
    "Mira Harmless,Ordinary Goods Ltd,100,,,Register of Examplia\n"
)


@pytest.fixture
def filled(call: Call, here: Path) -> Call:
    """Keep a list and ownership data."""
    for name, text, slug in (("l.csv", _LISTED, "ofac-sdn"), ("o.csv", _OWNERS, "register")):
        (here / name).write_text(text, encoding="utf-8")
        done = call("lists", "add", name, "--as", slug, "--lists", "kept")
        assert done.exit_code == 0, done.output
    return call


def test_an_owner_under_another_spelling_is_shown_and_confirmed(filled: Call, here: Path) -> None:
    """Only the misspelled owner is unknown; its id makes the firm owned to half."""
    told = filled("lists", "owners", "--lists", "kept", "--json")
    (lead,) = map(json.loads, told.stdout.splitlines())
    assert (lead["owner"], lead["entry_list"], lead["entry"], lead["owns"]) == (
        "Exampl Qorvex Holding Ltd",
        "ofac-sdn",
        "8",
        1,
    )
    assert 'owner_id "ofac-sdn 8"' in filled("lists", "owners", "--lists", "kept").stdout
    before = json.loads(filled("match", "Tonders Chemie", "--lists", "kept", "--json").stdout)
    assert [t["result"] for t in before["matches"][0]["owned"]["tests"]] == ["below"]
    head, first, second, third = _OWNERS.splitlines()
    rows = [f"owner_id,{head}", f",{first}", f"ofac-sdn 8,{second}", f",{third}"]
    (here / "o.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    add = ("lists", "add", "o.csv", "--as", "register", "--lists", "kept", "--force")
    assert filled(*add).exit_code == 0
    after = json.loads(filled("match", "Tonders Chemie", "--lists", "kept", "--json").stdout)
    (test,) = after["matches"][0]["owned"]["tests"]
    assert (test["result"], test["share"]) == ("owned", "50 %")
    assert filled("lists", "owners", "--lists", "kept", "--json").stdout == ""


def test_match_tells_through_whom_and_what_the_law_makes_of_it(filled: Call) -> None:
    """Statements with share, day and source, the result, and what is not stated."""
    told = filled("match", "Tonders Chemie", "--lists", "kept").stdout
    assert "ZELENTAS, Arvo Mikel owns 25 % of Tonders Chemie GmbH" in told
    assert "since 2019" in told
    assert "Register of Examplia" in told
    assert "United States: listed parties own 25 %, which does not meet" in told
    assert "The owners of 50 % are not stated." in told
    none = filled("match", "Ordinary Goods Ltd", "--lists", "kept").stdout
    assert "no possible match" in none


def test_a_register_without_targets_is_ownership_data_where_said(call: Call, here: Path) -> None:
    """With --ownership no party of the file is listed."""
    lines = [
        '{"id":"o","schema":"Person","properties":{"name":["Arvo Zelentas"]}}',
        '{"id":"f","schema":"Company","properties":{"name":["Qorvex Works"]}}',
        '{"id":"l","schema":"Ownership","properties":{"owner":["o"],"asset":["f"]}}',
    ]
    (here / "r.json").write_text("\n".join(lines) + "\n", encoding="utf-8")
    add = ("lists", "add", "r.json", "--lists", "kept", "--ownership")
    assert call(*add).exit_code == 2
    assert call(*add, "--as", "register").exit_code == 0
    assert "no possible match" in call("match", "Qorvex Works", "--lists", "kept").stdout
