"""The value in an edit field is complete: saving it again loses nothing."""

import html
import re
from collections.abc import Callable

from tests.web.casedesk import open_case
from tests.web.conftest import Desk

LONG = "Seal 17 & <b>18</b>. " + "word " * 300 + "the end"


def _areas(text: str, name: str) -> list[str]:
    found = re.findall(rf'<textarea name="{name}"[^>]*>(.*?)</textarea>', text, flags=re.DOTALL)
    return [html.unescape(each) for each in found]


def test_a_long_note_is_corrected_from_its_whole_text(desk: Callable[..., Desk]) -> None:
    """Elsewhere on the page it is shortened, and says so; in the field it is not."""
    anna = desk("analyst", "anna")
    number = open_case(anna)
    anna.post(f"/cases/{number}/notes", {"text": LONG})
    page = anna.get(f"/cases/{number}").text
    assert LONG in _areas(page, "text")
    assert "<b>18</b>" not in page


def test_a_long_question_is_asked_again_whole(desk: Callable[..., Desk]) -> None:
    """The law compared for many substances at once."""
    what = "; ".join(["acetone"] * 200)
    page = desk("analyst").get(f"/law/compare?what={what.replace(' ', '+')}").text
    assert what in _areas(page, "what")
