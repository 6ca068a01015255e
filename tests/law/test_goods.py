"""Goods: what a listing holds of salts, mixtures, solutions, medicines and extracts."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import Found, Goods, Listing, Question
from tidewaiter.law.controls import kinds_of
from tidewaiter.law.rules import AmountFile, FormRule, LawBook, Limit
from tidewaiter.law.scope import Place, goods_of, judge_goods
from tidewaiter.law.types import Form, Variant

DAY = date(2026, 11, 25)


SALT: tuple[Variant, ...] = ("salt",)
ESTER: tuple[Variant, ...] = ("ester",)


def _listing(
    schedule: str = "A",
    clauses: tuple[str, ...] = (),
    holds: tuple[Variant, ...] = (),
    leaves_out: tuple[Variant, ...] = (),
) -> Listing:
    return Listing(
        schedule=schedule,
        clauses=clauses,
        holds=holds,
        leaves_out=leaves_out,
        decided=None,
        since=None,
        until=None,
        source="s",
        mark="read",
        dates="read",
    )


def _place(
    goods: Goods | None, *, forms: tuple[FormRule, ...] = (), limits: tuple[Limit, ...] = ()
) -> Place:
    book = LawBook(amounts={"law": AmountFile(forms=forms, limits=limits)})
    return Question(day=DAY, goods=goods), "law", book, Found(name="X"), ("export",)


def _rule(effect: str, goods: Goods = "mixture", **more: object) -> FormRule:
    given = {"goods": (goods,), "effect": effect, "text": "t", "clause": "c", "source": "s", **more}
    return FormRule(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kinds", "goods"),
    [
        ("Ephedrine hydrochloride", ("salt",), None),
        ("Ephedrine sulphate", ("salt",), None),
        ("Sodium salt of X", ("salt",), None),
        ("Ephedra extract", ("extract",), "extract"),
        ("Hemihydrate", None, None),
        ("Oleum", None, None),
    ],
)
def test_the_name_of_a_form_tells_its_kind_where_nothing_else_does(
    name: str, kinds: tuple[Variant, ...] | None, goods: Goods | None
) -> None:
    """A salt and an extract are recognised by their words; stored data of the form win."""
    form = Form(name=name, cas="1-2-3", sources=())
    assert kinds_of(form) == kinds
    assert kinds_of(structs.replace(form, kinds=("ester",))) == ("ester",)
    assert goods_of(Question(day=DAY), Found(name=name, form=form)) == goods
    assert goods_of(Question(day=DAY, goods="medicine"), Found(name=name, form=form)) == "medicine"
    assert goods_of(Question(day=DAY), Found(name="X")) is None


@pytest.mark.parametrize("goods", [None, "substance"])
def test_the_substance_itself_is_held_by_all(goods: Goods | None) -> None:
    """Without another form every listing goes on to hold."""
    listings = (_listing("A", leaves_out=("salt",)), _listing("B"))
    assert judge_goods(listings, _place(goods)) == (listings, None, [])


@pytest.mark.parametrize(
    ("listings", "held", "open_"),
    [
        ((_listing(holds=SALT),), 1, False),
        ((_listing(leaves_out=SALT),), 0, False),
        ((_listing(),), 0, True),
        ((_listing(), _listing(holds=SALT)), 1, False),
        ((_listing(leaves_out=SALT), _listing()), 0, True),
        ((_listing(holds=ESTER),), 0, True),
    ],
)
def test_a_salt_is_held_where_the_scope_says_so(
    listings: tuple[Listing, ...], held: int, *, open_: bool
) -> None:
    """A scope that is silent on salts leaves the answer open; one that leaves them out does not."""
    kept, why, _ = judge_goods(listings, _place("salt"))
    assert (len(kept), bool(why)) == (held, open_)


def test_a_class_holds_its_salts() -> None:
    """A class was matched with the structure, salt or not."""
    kept, why, _ = judge_goods([_listing(clauses=("(A)",))], _place("salt"))
    assert (len(kept), why) == (1, None)


@pytest.mark.parametrize(
    ("effect", "mark", "held", "open_"),
    [
        ("held", "read", 1, False),
        ("outside", "read", 0, False),
        ("judge", "read", 0, True),
        ("outside", "unverified", 0, True),
        ("outside", "second-hand", 0, False),
    ],
)
def test_a_rule_on_mixtures_decides(effect: str, mark: str, held: int, *, open_: bool) -> None:
    """A rule holds, leaves out or asks a person; one that is remembered leaves nothing out."""
    place = _place("mixture", forms=(_rule(effect, mark=mark),))
    kept, why, remarks = judge_goods([_listing()], place)
    assert (len(kept), bool(why), [each.text for each in remarks]) == (held, open_, ["t"])


def test_without_a_rule_a_mixture_is_open() -> None:
    """A rule of other goods, another day or another schedule is none."""
    for rule in (
        _rule("held", "medicine"),
        _rule("held", until=DAY),
        _rule("held", since=date(2026, 11, 26)),
        _rule("held", schedules=("B",)),
        _rule("held", substances=("acetone",)),
    ):
        kept, why, _ = judge_goods([_listing()], _place("mixture", forms=(rule,)))
        assert (kept, why) == ((), Phrase("gap/goods", schedule="A", form="mixture"))


def test_a_rule_on_the_schedule_comes_first() -> None:
    """One that names the schedule wins over one on all."""
    rules = (_rule("outside"), _rule("held", schedules=("A",)))
    kept, why, _ = judge_goods([_listing("A"), _listing("B")], _place("mixture", forms=rules))
    assert ([each.schedule for each in kept], why) == (["A"], None)


@pytest.mark.parametrize(
    ("goods", "limit", "held"),
    [
        ("mixture", {"percent": Decimal(30)}, 1),
        ("solution", {"none": True}, 1),
        ("medicine", {"percent": Decimal(30)}, 0),
        ("mixture", {"mass_mg": 5}, 0),
        ("mixture", {"percent": Decimal(30), "roles": ("import",)}, 0),
        ("mixture", {"percent": Decimal(30), "schedules": ("B",)}, 0),
    ],
)
def test_a_limit_of_content_judges_mixtures(
    goods: Goods, limit: dict[str, object], held: int
) -> None:
    """Where a limit on content is about the route and the schedule, mixtures go on to it."""
    rule = Limit(clause="c", source="s", **limit)  # type: ignore[arg-type]
    kept, why, _ = judge_goods([_listing()], _place(goods, limits=(rule,)))
    assert (len(kept), bool(why)) == (held, not held)
