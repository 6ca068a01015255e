"""Forms: what a browser sends becomes what a program sends."""

import pytest
from msgspec import convert

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.drafts import WrittenLine, WrittenNotice
from tidewaiter.web.core.request_parsing import check_names, formed


class Outer(Record, frozen=True, kw_only=True):
    """A record with records inside."""

    notice: WrittenNotice = WrittenNotice()
    words: tuple[str, ...] = ()


def test_a_name_with_points_is_a_field_inside() -> None:
    """Rows are in the order of their indices, for any gaps and order in the form."""
    told = formed(
        [
            ("notice.lines.10.name", "second"),
            ("notice.lines.2.name", "first"),
            ("notice.lines.2.contains.0.name", "inner"),
            ("notice.lines.10.packages", ""),
            ("notice.parties.broker.name", "B"),
            ("notice.parties.exporter.name", ""),
            ("words", "a"),
            ("words", "b"),
        ],
        Outer,
    )
    made = convert(told, Outer, strict=False)
    assert [line.name for line in made.notice.lines] == ["first", "second"]
    assert made.notice.lines[0].contains[0].name == "inner"
    assert made.notice.lines[1] == WrittenLine(name="second")
    assert made.notice.parties.broker is not None
    assert made.notice.parties.broker.name == "B"
    assert made.words == ("a", "b")


def test_a_name_of_no_field_is_left_to_be_refused() -> None:
    """As it would be in JSON; a row without a number is none."""
    assert formed([("lines.0.name", "x")], Outer) == {"lines.0.name": "x"}
    assert formed([("notice.nothing", "x")], Outer) == {"notice": {"nothing": "x"}}
    assert formed([("notice.lines.x.name", "x")], Outer) == {"notice": {"lines": []}}


def test_an_unknown_query_field_names_the_allowed_ones() -> None:
    """The error is at the field; fields of nested records go by the name of their record."""
    check_names(["notice.lines.0.name", "words"], Outer)
    with pytest.raises(InputError) as caught:
        check_names(["words", "colour"], Outer)
    assert caught.value.code == "web/parameter-unknown"
    assert caught.value.at == "colour"
    assert caught.value.values["known"] == "notice, words"
