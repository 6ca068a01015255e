"""The pages on notices say what the data and the records say."""

import re
from typing import get_args

import pytest
from tests.support.notices import DAY
from tools.notice_pages import ROOT, page

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import fields_of, records_of
from tidewaiter.exchange.notices.state import StateName, state_of
from tidewaiter.exchange.notices.types import Event, What
from tidewaiter.exchange.notices.xml import read_xml, write_xml

XML = ROOT / "docs" / "reference" / "notice-xml.md"
STATES = (ROOT / "docs" / "reference" / "notices.md").read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_data() -> None:
    """Forms and periods: run tools.notice_pages after a change."""
    assert page(STATES) == STATES


def test_the_page_shows_the_fields_of_every_record() -> None:
    """The page has a table of each, generated from its declarations."""
    held = [each for each in records_of(Event) if fields_of(each)]
    shown = re.findall(r"^<!-- begin record ([\w.]+) -->$", STATES, re.MULTILINE)
    assert set(shown) == {f"{each.__module__}.{each.__name__}" for each in held}


@pytest.mark.parametrize("record", list(records_of(Event)), ids=lambda record: record.__name__)
def test_every_field_has_its_meaning(record: type[Record]) -> None:
    """Nothing of a notice or an event is without a declaration."""
    assert [each.name for each in fields_of(record) if not each.meaning] == []


@pytest.mark.parametrize("kind", [kind.__struct_config__.tag for kind in get_args(What)])
def test_every_event_has_an_entry(kind: str) -> None:
    """The table of events names each."""
    assert f"`{kind}`" in STATES


@pytest.mark.parametrize("name", get_args(StateName))
def test_every_state_has_an_entry(name: str) -> None:
    """The table of states names each."""
    table = STATES[STATES.index("| State |") : STATES.index("## Deadlines")]
    assert re.search(rf"\b{name}\b", table)


def test_the_example_is_read_and_goes_round() -> None:
    """The file of the page is a notice; its reply waits for the event that it had seen."""
    found = re.search(r"```xml\n(.*?)```", XML.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    file = read_xml(found[1].encode(), "notice-xml.md")
    assert read_xml(write_xml(file), "again") == file
    assert file.notice.lines[0].net.mass_mg == 800_000_000
    state = state_of(file.events, DAY)
    assert state.name == "draft"
    assert state.waiting == ("importer-1",)
