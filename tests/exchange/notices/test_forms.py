"""Forms: data that name fields of ours, with their sources."""

from datetime import date

import pytest
from tests.support.notices import ANHYDRIDE, DAY, IMPORTER, NOTICE, changed

from tidewaiter.base.resources import data
from tidewaiter.exchange.notices.checks import missing_fields
from tidewaiter.exchange.notices.forms import (
    Form,
    load_forms,
    load_sources,
    of_basis,
    suggested,
    values,
)
from tidewaiter.exchange.notices.types import Amount, Authority, Notice

FORMS = list(load_forms().values())
ALL: Notice = changed(NOTICE, parties=changed(NOTICE.parties, others=(IMPORTER,)))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_every_box_is_filled_by_a_field_of_ours(form: Form) -> None:
    """A path that leads to no field raises."""
    for need in form.needs:
        assert list(values(ALL, need.field)), need.field
        assert need.label


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_what_a_form_surely_asks_rests_on_more_than_memory(form: Form) -> None:
    """A verified box has a source that was read, or is a rule of our own."""
    kinds = {load_sources()[source].kind for source in form.sources}
    assert kinds - {"memory"}


def test_every_source_is_used() -> None:
    """No source is listed without need."""
    names = ("forms.toml", "reply_times.toml", "content_factors.toml")
    text = "".join(data("exchange", name).read_text(encoding="utf-8") for name in names)
    assert [name for name in load_sources() if f'"{name}"' not in text] == []


def test_the_treaty_asks_for_its_four_points() -> None:
    """Article 12 (10) (a): parties, substance, quantity, point of entry and day of dispatch."""
    points = {need.box for need in load_forms()["treaty"].needs}
    assert points == {"(i)", "(ii)", "(iii)", "(iv)"}


def test_a_voluntary_notice_asks_for_less() -> None:
    """Its mandatory fields are fewer than those of the treaty, and include no place or day."""
    must = {
        slug: {need.field for need in load_forms()[slug].needs if need.must}
        for slug in ("treaty", "voluntary")
    }
    assert len(must["voluntary"]) < len(must["treaty"])
    assert not [field for field in must["voluntary"] if field.startswith("transport.")]


def test_each_basis_has_the_header_and_a_part_of_its_own() -> None:
    """The requirements of a notice depend on its basis."""
    slugs = {basis: [form.slug for form in of_basis(basis)] for basis in ("treaty", "voluntary")}
    assert slugs == {"treaty": ["header", "treaty"], "voluntary": ["header", "voluntary"]}
    assert [form.slug for form in of_basis("national")] == ["header", "national"]


def test_forms_are_suggested_by_the_two_countries() -> None:
    """Of the exporter's country its export form, of the importer's its import form."""
    to_us = changed(NOTICE, recipient=Authority(name="a", country="US"))
    assert suggested(to_us, {"acetic-anhydride"}, DAY) == ("eu-export",)
    assert suggested(to_us, {"ephedrine"}, DAY) == ("eu-export", "us-486a")
    several = changed(to_us, shipments="multi")
    assert "eu-simplified" in suggested(several, set(), DAY)
    elsewhere = changed(NOTICE, sender=Authority(name="a", country="IN"))
    assert suggested(elsewhere, set(), DAY) == ()


def test_a_member_that_left_the_union_has_its_form_no_more() -> None:
    """The United Kingdom was under the Union's law until the end of 2020."""
    british = changed(NOTICE, sender=Authority(name="a", country="GB"))
    assert suggested(british, set(), DAY) == ()


def test_a_salt_a_mixture_and_a_raw_material_need_what_they_are() -> None:
    """Canada requires the salt's name, the content of a mixture, otherwise the purity."""
    canada = load_forms()["ca-class-a"]

    def empty(**line: object) -> set[str]:
        notice = changed(NOTICE, lines=(changed(ANHYDRIDE, **line),))
        return {p.at for p in missing_fields(notice, [canada]) if p.at.startswith("line 1")}

    assert empty(goods="salt") == {"line 1, form", "line 1, purity"}
    assert empty(goods="mixture") == {"line 1, content"}
    assert empty() == {"line 1, purity"}


def test_the_simplified_notice_covers_6_or_12_months() -> None:
    """The last day is the one before the same day of a later month."""
    form = load_forms()["eu-simplified"]

    def periods(until: date) -> list[str]:
        notice = changed(
            NOTICE, shipments="multi", period_since=date(2026, 4, 1), period_until=until
        )
        return [p.at for p in missing_fields(notice, [form]) if p.at == "period until"]

    assert periods(date(2026, 9, 30)) == []
    assert periods(date(2027, 3, 31)) == []
    assert periods(date(2026, 9, 29)) == ["period until"]
    assert periods(date(2026, 12, 31)) == ["period until"]


def test_an_empty_amount_says_nothing() -> None:
    """A quantity without a number is missing."""
    notice = changed(NOTICE, lines=(changed(ANHYDRIDE, net=Amount()),))
    places = [p.at for p in missing_fields(notice, of_basis("treaty"))]
    assert places == ["line 1, quantity"]
