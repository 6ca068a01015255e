"""Results of inspections and laboratories on the web page."""

from collections.abc import Callable

import pytest
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

LOOK = {
    "kind": "inspection",
    "outcome": "not-as-declared",
    "day": "2026-11-24",
    "person": "Team 4",
    "checks": ["opened"],
    "quantity": "25 kg",
    "note": "<b>painted</b> over",
}


def _lab(substance: str, **change: object) -> dict[str, object]:
    told: dict[str, object] = {
        "kind": "laboratory",
        "outcome": "identified",
        "day": "2026-11-24",
        "person": "State lab",
        "methods": ["gc-ms"],
        "strength": "confirmatory",
        "found": [f"{substance} = 98,5"],
    }
    return {**told, **change}


def test_a_result_is_recorded_from_a_form_and_from_json(desk: Callable[..., Desk]) -> None:
    """The page and the record tell it, with what it says of the reasons; markup stays text."""
    one = desk("analyst")
    name = one.alerts()[0]
    answer = one.post(f"/alerts/{name}/results", {**LOOK, "found": "", "place": "", "replaces": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{name}/results")
    slug = one.get(f"/alerts/{name}.json").json()["alert"]["substances"][0]
    made = one.send(f"/alerts/{name}/results", _lab(slug)).json()
    assert made["observed"]["findings"][0] | {"name": "", "cas": ""} == {
        "substance": slug,
        "name": "",
        "cas": "",
        "found": True,
        "percent": "98.5",
    }
    record = one.get(f"/alerts/{name}/results.json").json()
    assert [each["id"] for each in record["results"]] == [1, 2]
    assert record["results"][0]["observed"]["mass_mg"] == 25_000_000
    assert {each["words"] for each in record["sayings"]} == {"confirmed conclusively"}
    for page in (one.get(f"/alerts/{name}/results").text, one.get(f"/alerts/{name}").text):
        assert "&lt;b&gt;painted&lt;/b&gt;" in page
        assert "Confirmed conclusively" in page


def test_a_result_is_corrected_and_withdrawn(desk: Callable[..., Desk]) -> None:
    """The later of two officers is refused; the number of another alert's result is invalid."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    name = one.alerts()[0]
    first = one.send(f"/alerts/{name}/results", LOOK).json()["id"]
    page = one.get(f"/alerts/{name}/results?replaces={first}").text
    assert f'name="replaces" value="{first}"' in page
    assert one.post(f"/alerts/{name}/results", {**LOOK, "replaces": first}).status_code == 303
    late = other.post(f"/alerts/{name}/results", {**LOOK, "replaces": first})
    assert (late.status_code, "was superseded" in late.text) == (409, True)
    rows = one.get("/queue.json").json()["rows"]
    elsewhere = next(row["alert"]["id"] for row in rows if row["alert"]["id"] != name)
    gone = {"number": 2, "reason": "mixed-up"}
    assert one.post(f"/alerts/{elsewhere}/results/withdraw", gone).status_code == 400
    assert one.post(f"/alerts/{name}/results/withdraw", gone).status_code == 303
    again = other.post(f"/alerts/{name}/results/withdraw", gone)
    assert (again.status_code, "was withdrawn" in again.text) == (409, True)
    assert "Samples mixed up" in one.get(f"/alerts/{name}/results").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"checks": []},
        {"day": "2999-01-01"},
        {"outcome": "identified"},
        {"quantity": "much"},
        {"found": ["x / 50-00-1"]},
    ],
)
def test_a_report_that_does_not_fit_is_refused(
    desk: Callable[..., Desk], wrong: dict[str, object]
) -> None:
    """With the reason; nothing is kept."""
    one = desk("analyst")
    name = one.alerts()[0]
    assert one.send(f"/alerts/{name}/results", {**LOOK, **wrong}).status_code == 400
    assert one.get(f"/alerts/{name}/results.json").json()["results"] == []


def test_a_viewer_reads_and_records_nothing(desk: Callable[..., Desk]) -> None:
    """Nor is the form shown."""
    one = desk("viewer")
    name = one.alerts()[0]
    assert one.post(f"/alerts/{name}/results", LOOK).status_code == 403
    gone = {"number": 1, "reason": "entered"}
    assert one.post(f"/alerts/{name}/results/withdraw", gone).status_code == 403
    page = one.get(f"/alerts/{name}/results")
    assert (page.status_code, "<textarea" in page.text) == (200, False)
    assert one.get("/alerts/nothing/results").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_used_by_all(
    opened: Opened, desk: Callable[..., Desk], width: int, scheme: str
) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    name = desk("analyst", "reader").alerts()[0]
    page, told = opened(f"/alerts/{name}/results", width=width, color_scheme=scheme)
    check_page(page, told, width)


@pytest.mark.browser
def test_an_inspection_is_recorded_by_keyboard(opened: Opened, desk: Callable[..., Desk]) -> None:
    """From the alert: i, the outcome, what was done, who; Ctrl Enter."""
    name = desk("analyst", "reader").alerts()[0]
    page, told = opened(f"/alerts/{name}")
    page.keyboard.press("i")
    page.wait_for_url("**/results")
    look = page.get_by_role("form", name="Inspection")
    look.get_by_label("Not as declared").focus()
    page.keyboard.press("Space")
    look.get_by_label("Packages opened").focus()
    page.keyboard.press("Space")
    look.get_by_label("Officer or team").fill("Team 4")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Inspection: Not as declared")
    assert told == []
