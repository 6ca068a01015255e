"""Upload and screen: files sent in, read as they should be, screened, and their results fetched."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import xlsxwriter
from msgspec import structs
from tests.support.raising import says
from tests.web.conftest import Desk
from tests.web.sent import read, send, sent

from tidewaiter.node.uploads.arrivals import queue_sample
from tidewaiter.trade.readers.columns.own_layouts import parse_layout
from tidewaiter.web.core.node import Node

SignIn = Callable[..., Desk]

DATA = Path(__file__).parents[2] / "data"
FORMATS = DATA / "formats"
X12 = (DATA / "messages" / "manifest.x12").read_bytes().replace(b"ST*309", b"ST*358")
ODD = b"Alpha;Beta;Gamma;Delta\nacetic anhydride;drums;1.500;03/04/2026\npaper;x;2.500;04/04/2026\n"
NASTY = '"><script>alert(1)</script>\u202egpj.csv'


def upload_phase(someone: Desk, where: str) -> str:
    """Return the phase of an upload's screening."""
    return str(someone.get(f"{where}.json").json()["upload"]["phase"])


def test_a_file_is_sent_read_screened_and_found_in_the_queue(
    desk: SignIn, work: Callable[[], None], sample: bytes
) -> None:
    """From the form to the counts, the refused rows, and the way to its alerts."""
    one = desk("analyst")
    answer = send(one, sample, path="/screen/files")
    assert answer.status_code == 303
    where = answer.headers["location"]
    upload = one.get(f"{where}.json").json()["upload"]
    assert upload["state"] == "mapped"
    assert upload["inspection"]["columns"][2]["fields"] == ["goods"]
    assert "Steel bolts M12" in one.get(where).text
    assert read(one, upload, "screen", day="2026-11-25").json()["state"] == "queued"
    assert upload_phase(one, where) == "start"
    work()
    page = one.get(f"{where}.json").json()
    assert page["upload"]["state"] == "done"
    assert sum(page["upload"]["alerts"].values()) > 70
    assert page["refusals"][0]["row"] == 64
    shown = one.get(where).text
    assert f"/queue?screening={page['upload']['screening']}" in shown
    assert one.get(f"/queue?screening={page['upload']['screening']}").status_code == 200


def test_a_message_is_looked_at_and_its_kept_fields_stand_beside_its_alert(
    desk: SignIn, work: Callable[[], None]
) -> None:
    """The page of the upload names its format; that of the alert shows what is kept unused."""
    one = desk("analyst")
    bill = (FORMATS / "dcsa-ebl.json").read_bytes()
    item = b'"descriptionOfGoods": [\n        "Acetic anhydride",'
    upload = sent(one, bill.replace(b'"descriptionOfGoods": [', item, 1), "bill.json")
    assert (upload["state"], upload["inspection"]["form"]) == ("mapped", "dcsa")
    page = one.get(f"/screen/{upload['id']}").text
    assert "DCSA bill of lading (JSON)" in page
    assert "stored, not used" in page
    assert read(one, upload, "screen", day="2026-11-25").status_code == 200
    work()
    number = one.get(f"/screen/{upload['id']}.json").json()["upload"]["screening"]
    found = one.get(f"/queue.json?screening={number}").json()["rows"][0]["alert"]
    alert = one.get(f"/alerts/{found['id']}").text
    assert "fields not used in screening" in alert
    assert "transportDocumentStatus" in alert
    assert "Berlin Express" in alert.split("Consignment line")[1]
    kept = one.get(f"/alerts/{found['id']}.json").json()["alert"]["line"]["other"]
    assert {"name": "transportDocumentStatus", "text": "ISSUED"} in kept


def test_a_format_that_no_sample_confirms_is_chosen_by_hand(desk: SignIn) -> None:
    """The page offers it; chosen, it is used and marked."""
    one = desk("analyst")
    upload = sent(one, (FORMATS / "itmatt_like.json").read_bytes(), "item.json")
    assert '<option value="postal">' in one.get(f"/screen/{upload['id']}").text
    again = read(one, upload, "look", format="postal").json()
    assert (again["inspection"]["form"], again["inspection"]["confirmed"]) == ("postal", False)
    assert "format not confirmed by a sample" in one.get(f"/screen/{upload['id']}").text


def test_a_form_without_a_token_is_not_taken(desk: SignIn, node: Node) -> None:
    """Nor from another site, nor from who may only look; and nothing is kept of it."""
    one, viewer = desk("analyst"), desk("viewer")
    assert send(one, b"goods\nacetone\n", token="").status_code == 403
    assert send(viewer, b"goods\nacetone\n").status_code == 403
    assert not node.desk.spool.folder.exists()
    assert viewer.get("/screen").status_code == 200
    assert "data-drop" not in viewer.get("/screen").text


def test_a_question_is_asked_and_answered(desk: SignIn, work: Callable[[], None]) -> None:
    """Unknown columns are mapped by the user, and an ambiguous date is reported."""
    one = desk("analyst")
    upload = sent(one, ODD)
    assert upload["state"] == "received"
    page = one.get(f"/screen/{upload['id']}").text
    assert "Answer all questions before screening" in page
    assert read(one, upload, "screen").json()["state"] == "received"
    upload = one.get(f"/screen/{upload['id']}.json").json()["upload"]
    chosen = ["goods=Alpha", "commercial=Beta", "net=Gamma", "arrival=Delta"]
    upload = read(one, upload, "look", map=chosen).json()
    assert upload["state"] == "mapped"
    assert [each["how"] for each in upload["inspection"]["columns"]] == ["said"] * 4
    page = one.get(f"/screen/{upload['id']}").text
    assert page.count('<label class="asked">') == 2  # the decimal mark, and the order of days
    upload = read(one, upload, "screen", map=chosen, dates="dmy", decimal=",").json()
    assert upload["inspection"]["refusals"] == []
    work()
    assert one.get(f"/screen/{upload['id']}.json").json()["upload"]["state"] == "done"


def test_a_mapping_is_remembered_for_the_next_file_of_its_columns(
    desk: SignIn, work: Callable[[], None]
) -> None:
    """The next month's file is read as this month's was set right, and the page says so."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    chosen = ["goods=Alpha", "arrival=Delta"]
    read(one, sent(one, ODD), "screen", map=chosen, dates="dmy", decimal=",")
    following = sent(other, ODD + b"acetone;y;3;05/04/2026\n", "next.csv")
    assert following["state"] == "mapped"
    assert following["options"]["reading"]["columns"] == {"goods": "Alpha", "arrival": "Delta"}
    assert "Read with the same settings as" in other.get(f"/screen/{following['id']}").text
    same = sent(other, ODD, "same.csv")
    assert (
        "A file with identical content was uploaded before"
        in other.get(f"/screen/{same['id']}").text
    )
    work()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"map": ["goods=Alpha", "goods=Beta"]}, "assigned to goods"),
        ({"dates": "ymd"}, "dates"),
        ({"day": "tomorrow"}, "day"),
        ({"encoding": "x" * 41}, "encoding"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: SignIn, form: dict[str, Any], told: str) -> None:
    """The place is named, and nothing is changed."""
    one = desk("analyst")
    upload = sent(one, ODD)
    answer = read(one, upload, "look", **form)
    assert answer.status_code == 400
    assert told in answer.text
    assert one.get(f"/screen/{upload['id']}.json").json()["upload"]["version"] == upload["version"]


def test_options_that_do_not_fit_are_told_with_the_columns(desk: SignIn) -> None:
    """A missing column, an unknown field, an unknown encoding."""
    one = desk("analyst")
    for form, told in (
        ({"map": ["goods=Nowhere"]}, "trade/no-column-for-field"),
        ({"map": ["colour=Alpha"]}, "trade/not-a-field"),
        ({"encoding": "klingon"}, "trade/asked-encoding-not-known"),
    ):
        upload = read(one, sent(one, ODD), "screen", **form).json()
        assert upload["state"] == "received"
        assert says(upload["inspection"]["problem"], told)
        page = one.get(f"/screen/{upload['id']}")
        assert page.status_code == 200
        assert "--" not in page.text.split("<main")[1].split('<form method="post"')[0]


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"a" + b"," * 20_000 + b"\n", "m.csv", "trade/too-many-columns"),
        (b"PK\x03\x04" + bytes(40), "m.xlsx", "base/spreadsheet-damaged"),
    ],
)
def test_why_a_file_is_not_read_is_found_on_the_page(
    desk: SignIn, content: bytes, name: str, told: str
) -> None:
    """No hint of a page names an option of the command line."""
    one = desk("analyst")
    upload = sent(one, content, name)
    assert says(upload["inspection"]["problem"], told)
    main = one.get(f"/screen/{upload['id']}").text.split("<main")[1]
    assert "--" not in main.split('<form method="post"')[0]
    assert says(main.split('role="alert"')[1].split("</div>")[0], told)


@pytest.mark.parametrize(
    ("content", "name", "options"),
    [
        (X12, "m.edi", {}),
        (b'<?xml version="1.0"?><cars><car>acetone</car></cars>', "cars.xml", {}),
        (b"a,b\nacetone,1\n", "a.csv", {"format": "text"}),
    ],
)
def test_a_file_of_unknown_layout_can_be_screened(
    desk: SignIn, work: Callable[[], None], content: bytes, name: str, options: dict[str, str]
) -> None:
    """All words are, and a table also if no column is chosen."""
    one = desk("analyst")
    upload = sent(one, content, name)
    assert upload["inspection"]["problem"] == ""
    assert set(options.values()) <= set(upload["inspection"]["may_be"])
    assert read(one, upload, "screen", **options).status_code < 400
    work()
    assert one.get(f"/screen/{upload['id']}.json").json()["upload"]["state"] == "done"


def test_the_same_bytes_are_named_and_screened_once(
    desk: SignIn, work: Callable[[], None], sample: bytes
) -> None:
    """Also where the first upload of them only waits to be screened."""
    one = desk("analyst")
    first, second = sent(one, sample), sent(one, sample, "copy.csv")
    other = sent(one, sample + b"X-2,1,Acetone" + b"," * 18 + b"\n", "other.csv")
    page = one.get(f"/screen/{second['id']}").text
    assert "A file with identical content was uploaded before" in page
    queued = one.post("/screen/ready.json").json()["uploads"]
    assert [each["id"] for each in queued] == [first["id"], other["id"]]
    work()
    states = {each["id"]: each["state"] for each in one.get("/screen.json").json()["uploads"]}
    assert (states[first["id"]], states[second["id"]], states[other["id"]]) == (
        "done",
        "mapped",
        "done",
    )
    assert one.post("/screen/ready.json").json()["uploads"] == []


def test_the_phase_of_each_waiting_file_is_said(desk: SignIn) -> None:
    """The first one starts next; the one behind it waits for its turn."""
    one = desk("analyst")
    wheres = []
    for name in ("one.csv", "two.csv"):
        upload = sent(one, b"consignment,goods\nC1,acetone " + name.encode() + b"\n", name)
        assert read(one, upload, "screen").json()["state"] == "queued"
        wheres.append(f"/screen/{upload['id']}")
    assert [upload_phase(one, where) for where in wheres] == ["start", "turn"]
    now = one.get("/queue/screening.json").json()
    assert [each["phase"] for each in now["running"]] == ["start", "turn"]
    assert 'id="screening-now"' in one.get("/queue").text


def test_the_queue_says_it_until_the_last_file_is_screened(
    desk: SignIn, work: Callable[[], None], sample: bytes
) -> None:
    """Then the polled part makes the page reload."""
    one = desk("viewer")
    officer = desk("analyst")
    read(officer, sent(officer, sample), "screen")
    assert "HX-Refresh" not in one.get("/queue/screening").headers
    assert 'hx-get="/queue/screening"' in one.get("/queue?status=referred").text
    work()
    assert one.get("/queue/screening").headers["HX-Refresh"] == "true"
    assert 'id="screening-now"' not in one.get("/queue").text


def test_a_page_that_shows_alerts_is_not_loaded_anew_under_the_hands_of_its_reader(
    desk: SignIn, work: Callable[[], None], sample: bytes
) -> None:
    """What is ticked and typed there would be lost; a link loads it."""
    officer = desk("analyst")
    read(officer, sent(officer, sample), "screen")
    assert 'hx-get="/queue/screening?alerts=true"' in officer.get("/queue").text
    now = officer.get("/queue/screening?alerts=true").text
    assert 'hx-get="/queue/screening?alerts=true"' in now
    work()
    ended = officer.get("/queue/screening?alerts=true")
    assert "HX-Refresh" not in ended.headers
    assert 'href="/queue"' in ended.text
    assert "hx-get" not in ended.text


def test_the_sample_is_announced_before_it_is_among_the_uploads(
    desk: SignIn, node: Node, work: Callable[[], None]
) -> None:
    """A queue that is still empty says what is going on, and not that no alert matches."""
    one = desk("viewer")
    node.serving = structs.replace(node.serving, sample=True)
    page = one.get("/queue?status=referred").text
    assert "sample manifest is being prepared" in page
    assert "No alerts match" not in page
    queue_sample(node.database, node.desk, node.today())
    assert "sample manifest.csv" in one.get("/queue?status=referred").text
    work()
    assert "No alerts match" in one.get("/queue?status=referred").text


def test_a_change_of_what_another_changed_is_refused(desk: SignIn) -> None:
    """Two officers with one upload: the second is refused."""
    one, other = desk("analyst", "one"), desk("analyst", "other")
    upload = sent(one, b"goods\nacetone\n")
    assert read(one, upload, "screen").status_code == 200
    assert read(other, upload, "look").status_code == 409
    for action in ("cancel", "drop"):
        form = {"version": upload["version"]}
        assert other.post(f"/screen/{upload['id']}/{action}.json", form).status_code == 409
    assert other.get("/screen/999").status_code == 404


def test_a_hostile_name_does_no_harm(desk: SignIn, work: Callable[[], None]) -> None:
    """Markup, folders, hidden characters and length: it is shown as text, and fits."""
    one = desk("analyst")
    for name in (NASTY, "../../etc/passwd.csv", "x" * 10_000 + ".csv", "\u202e\u0000.csv"):
        upload = sent(one, b"goods\nacetic anhydride\n", name)
        assert len(upload["name"]) <= 200
        assert "/" not in upload["name"]
        read(one, upload, "screen")
        work()
        for path in ("/screen", f"/screen/{upload['id']}"):
            page = one.get(path).text
            assert "<script>alert" not in page
            assert "\u202e" not in page
        saved = one.get(f"/screen/{upload['id']}/alerts.csv")
        assert (
            saved.headers["content-disposition"]
            == f'attachment; filename="alerts-{upload["id"]}.csv"'
        )


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense", 400),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 400),
        ("multipart/form-data", b"x", 400),
        ("application/octet-stream", b"goods\nacetone\n", 400),
        (
            "multipart/form-data; boundary=b",
            (
                b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
                b"\r\ngoods\nace"
            ),
            400,
        ),
    ],
)
def test_a_broken_form_leaves_nothing(
    kind: str, body: bytes, status: int, desk: SignIn, node: Node
) -> None:
    """Cut short, without files, or of another kind: refused, and the spool is empty."""
    one = desk("analyst")
    headers = {**one._headers(None), "content-type": kind}
    answer = one.client.post(f"/screen/files?csrf={one.token()}", content=body, headers=headers)
    assert answer.status_code == status
    folder: Path = node.desk.spool.folder
    assert not folder.exists() or list(folder.iterdir()) == []
    assert one.get("/screen.json").json()["uploads"] == []


def test_what_is_not_screened_is_marked(desk: SignIn) -> None:
    """A row with too few cells is skipped whole, and is shown as it was written."""
    one = desk("analyst")
    upload = sent(one, b"Ref\tGoods\tWeight\n1\tacetone\t2 kg\n2\tephedrine\n", "list.txt")
    page = one.get(f"/screen/{upload['id']}").text
    assert says(page, "trade/row-width-wrong")
    assert "<b>Not screened</b>: " in page
    assert "2 ephedrine" in page


def test_a_cover_is_not_the_table(desk: SignIn) -> None:
    """The columns of the sheet that describes goods are shown; a sheet can be chosen."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, text in (("Cover", "November"), ("Lines", "Goods")):
            book.add_worksheet(name).write_column(0, 0, [text, "acetone"])
    one = desk("analyst")
    upload = sent(one, file.getvalue(), "m.xlsx")
    assert upload["inspection"]["sheet"] == "Lines"
    assert read(one, upload, "look", sheet="Lines").json()["state"] == "mapped"


def test_all_sheets_are_screened(desk: SignIn, work: Callable[[], None]) -> None:
    """No sheet of a workbook is left out."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name in ("One", "Two"):
            book.add_worksheet(name).write_column(0, 0, ["Goods", "acetone"])
    one = desk("analyst")
    upload = sent(one, file.getvalue(), "m.xlsx")
    assert read(one, upload, "screen").status_code < 400
    work()
    assert "warning on the file" not in one.get(f"/screen/{upload['id']}").text
    assert "'lines': 2" in str(one.get(f"/screen/{upload['id']}.json").json())


def test_settings_are_saved_as_a_layout_file_and_used_for_another(desk: SignIn) -> None:
    """The file is that of the command line, and one of other columns is refused."""
    one = desk("analyst")
    first = sent(one, ODD, "a.csv")
    assert first["inspection"]["needed"]
    assert read(one, first, "look", map=["goods=Alpha"], decimal=".").status_code == 200
    saved = one.get(f"/screen/{first['id']}/layout.toml")
    assert (saved.status_code, saved.headers["content-type"]) == (200, "application/toml")
    assert parse_layout(saved.content, at="").columns == {"goods": ("Alpha",)}
    second = sent(one, ODD.replace(b"Beta", b"Other"), "b.csv")
    assert use(one, second, saved.content).status_code == 200
    reading = one.get(f"/screen/{second['id']}.json").json()["upload"]["options"]["reading"]
    assert (reading["columns"], reading["decimal"]) == ({"goods": "Alpha"}, ".")
    third = sent(one, b"x;y\n1;2\n", "c.csv")
    refused = use(one, third, saved.content)
    assert (refused.status_code, refused.json()["code"]) == (400, "web/layout-of-other-columns")
    assert use(one, third, b"no layout").status_code == 400


def use(who: Desk, upload: dict[str, Any], content: bytes) -> httpx.Response:
    """Send a layout file for an upload."""
    return who.client.post(
        f"/screen/{upload['id']}/layout.json?csrf={who.token()}",
        files={"file": ("layout.toml", content, "application/toml")},
        headers=who._headers(None),
        follow_redirects=False,
    )


def test_the_layout_of_a_table_is_named(desk: SignIn) -> None:
    """With what is to be known of it."""
    one = desk("analyst")
    upload = sent(one, b"ND;G33;G31_1;G38\n1;2915240000;acetic anhydride;2\n", "a.csv")
    layout = upload["inspection"]["layout"]
    assert layout["name"] == "eaeu-declarations"
    assert layout["title"] in one.get(f"/screen/{upload['id']}").text
