"""Joint cases: bundles by reference, redaction, and both sides' decisions side by side."""

import hashlib
import io
from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.exchange import AMBER, TODAY, changed
from tests.support.raising import raises

from tidewaiter.exchange.cases import (
    GONE,
    Bundle,
    Decision,
    JointCase,
    Offer,
    Redacted,
    Spoken,
    Taking,
    check_decision,
    check_joint,
    check_offer,
    joint_case_of,
    redact,
)
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.ledger.bundles import source_of, write_bundle
from tidewaiter.ledger.signed_notes import SecretKey

CASE = JointCase(
    id="j-1",
    opener="north",
    partners=("south",),
    title="Drums",
    purpose="investigation",
    day=date(2026, 11, 20),
    marking=AMBER,
)
FILE = b'{"parties": [{"name": "Alpha", "role": "consignee"}], "a/b": {"~": 1}}'
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("abc~/", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab~/01", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def _bundle() -> Bundle:
    """Return a bundle as `tidewaiter cases export` writes one, by reference."""
    out = io.BytesIO()
    secret = SecretKey(name="north.example", seed=bytes(range(32)))
    manifest = write_bundle(
        out, [source_of("case.json", FILE)], secret, of="case 7", made="2026-11-20T00:00:00Z"
    )
    return Bundle(
        sha256=hashlib.sha256(out.getvalue()).hexdigest(),
        manifest=hashlib.sha256(str(manifest).encode()).hexdigest(),
        of=manifest.of,
        made=manifest.made,
        key=str(manifest.key),
        size=len(out.getvalue()),
    )


def _talk(*told: tuple[Spoken, str]) -> list[Said[Spoken]]:
    return [
        Said(id=f"m-{number}", sender=sender, at="2026-11-26T00:00:00Z", body=body)
        for number, (body, sender) in enumerate(told)
    ]


def _joined(number: int = 1) -> Taking:
    return Taking(case="j-1", opener="north", number=number, part="joined")


def _decided(number: int, verdict: str, subject: str = "incident north/inc-7") -> Decision:
    base = Decision(
        case="j-1",
        opener="north",
        number=number,
        subject=subject,
        verdict="hold",
        reason="suspicious",
        day=date(2026, 11, 21),
    )
    return changed(base, verdict=verdict)


def test_decisions_stand_side_by_side() -> None:
    """Each side has its own last decision on each subject; neither speaks for the other."""
    talk = _talk(
        (CASE, "north"),
        (_joined(), "south"),
        (_decided(1, "hold"), "north"),
        (_decided(2, "release"), "south"),
        (_decided(3, "confirm"), "south"),
        (_decided(4, "hold", "party north/p-1"), "south"),
    )
    rows = joint_case_of("north", "j-1", talk).side_by_side()
    assert list(rows) == ["incident north/inc-7", "party north/p-1"]
    north, south = rows["incident north/inc-7"].values()
    assert north is not None
    assert south is not None
    assert (north.verdict, south.verdict) == ("hold", "confirm")
    assert rows["party north/p-1"]["north"] is None


def test_a_bundle_is_named_by_its_hash() -> None:
    """A bundle as written by `tidewaiter cases export` is imported once, despite repeats."""
    offer = Offer(case="j-1", opener="north", number=1, bundle=_bundle())
    again = changed(offer, number=2)
    assert check_offer(offer) == ()
    found = joint_case_of(
        "north", "j-1", _talk((CASE, "north"), (offer, "north"), (again, "north"))
    )
    assert found.sides["north"].bundles == (offer.bundle,)


def test_who_has_not_joined_has_no_side() -> None:
    """Outsiders are shown, and so is what a partner brings before it joins or after it left."""
    left = Taking(case="j-1", opener="north", number=3, part="left")
    talk = _talk(
        (CASE, "north"),
        (_decided(1, "hold"), "east"),
        (_decided(1, "hold"), "south"),
        (_joined(2), "south"),
        (left, "south"),
        (_decided(4, "hold"), "south"),
        (Taking(case="j-1", opener="north", number=9, part="declined"), "north"),
    )
    found = joint_case_of("north", "j-1", talk)
    assert [each.said.id for each in found.unheeded] == ["m-1", "m-2", "m-5", "m-6"]
    assert found.sides["south"].part == "left"
    assert found.side_by_side() == {}
    assert joint_case_of("north", "j-1", talk[1:]).case is None


@given(
    told=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    CASE,
                    _joined(),
                    _decided(2, "hold"),
                    _decided(3, "release"),
                    Taking(case="j-1", opener="north", number=4, part="left"),
                ]
            ),
            st.sampled_from(["north", "south", "east"]),
        ),
        max_size=10,
    ),
    order=st.randoms(use_true_random=False),
)
def test_duplicates_and_order_change_nothing(told: list[tuple[Spoken, str]], order: Random) -> None:
    """The same messages, twice and in any order, leave the same joint case."""
    talk = _talk(*told)
    twice = [*talk, *talk]
    order.shuffle(twice)
    once, again = joint_case_of("north", "j-1", talk), joint_case_of("north", "j-1", twice)
    assert once.sides == again.sides
    assert once.side_by_side() == again.side_by_side()


def test_problems_of_a_joint_case_and_of_a_bundle() -> None:
    """Partners are others, the purpose is allowed, hashes are valid, reasons are given."""
    assert check_joint(CASE) == ()
    shut = Marking(tlp="amber", purposes=("statistics",))
    bad = changed(CASE, title="", partners=("north",), marking=shut)
    assert [each.at for each in check_joint(bad)] == ["title", "partners", "marking"]
    assert [each.at for each in check_joint(changed(CASE, partners=()))] == ["partners"]
    _, told = redact("case.json", FILE, [Redacted(pointer="/parties/0/name", why="")])
    bundle = changed(_bundle(), sha256="x", size=0, redacted=(told, told))
    offer = Offer(case="j-1", opener="north", number=1, bundle=bundle)
    why = "case.json, /parties/0/name"
    assert [each.at for each in check_offer(offer)] == [
        "bundle, sha256",
        "bundle, size",
        "bundle, redacted",
        why,
        why,
    ]


def test_problems_of_a_decision() -> None:
    """It is about something, of a day that has come, for a reason that there is."""
    good = changed(_decided(1, "hold"), reason="inspect")
    assert check_decision(good, TODAY) == ()
    bad = changed(good, subject="", day=date(2027, 1, 1), reason="mood")
    assert [each.at for each in check_decision(bad, TODAY)] == ["subject", "day", "reason"]


def test_a_field_is_taken_out_and_its_place_is_told() -> None:
    """Other fields stay; the map names both hashes; any other difference is detected."""
    fields = [
        Redacted(pointer="/parties/0/name", why="court"),
        Redacted(pointer="/a~1b/~0", why="x"),
    ]
    given, told = redact("case.json", FILE, fields)
    assert msgspec.json.decode(given) == {
        "parties": [{"name": GONE, "role": "consignee"}],
        "a/b": {"~": GONE},
    }
    assert redact("case.json", FILE, told.fields) == (given, told)
    assert redact("case.json", FILE, told.fields[:1]) != (given, told)
    assert redact("case.json", FILE.replace(b"consignee", b"importer"), fields) != (given, told)


@pytest.mark.parametrize("pointer", ["/nothing", "/parties/1", "/parties/00", "/parties/0/name/x"])
def test_only_what_is_there_is_taken_out(pointer: str) -> None:
    """A missing place is reported, and so is a document that is not JSON."""
    with raises("exchange/no-such-field"):
        redact("case.json", FILE, [Redacted(pointer=pointer, why="x")])
    with raises("exchange/not-json"):
        redact("note.txt", b"words", [])


@given(document=JSON, choice=st.randoms(use_true_random=False))
def test_what_was_taken_out_is_all_that_differs(document: Any, choice: Random) -> None:
    """Redacting any field of any document holds, and its value is gone."""
    places = list(_places(document))
    if not places:
        return
    pointer = choice.choice(places)
    original = msgspec.json.encode(document)
    given, told = redact("x.json", original, [Redacted(pointer=pointer, why="x")])
    assert redact("x.json", original, told.fields) == (given, told)
    assert GONE in str(msgspec.json.decode(given))


def _places(document: Any, at: str = "") -> list[str]:
    if isinstance(document, dict):
        items = [
            (key.replace("~", "~0").replace("/", "~1"), each) for key, each in document.items()
        ]
    elif isinstance(document, list):
        items = [(str(number), each) for number, each in enumerate(document)]
    else:
        items = []
    return [
        place for key, each in items for place in (f"{at}/{key}", *_places(each, f"{at}/{key}"))
    ]
