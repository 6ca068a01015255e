"""`tidewaiter mirror`: comparing files, and fetching from the preview."""

import csv
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from benchmarks.mirror_made import NEW, Made, make, rows, write
from click.testing import Result

Call = Callable[..., Result]
DATA = Path(__file__).parents[2] / "data" / "mirror"
SAMPLE = str(DATA / "comtrade.csv")


@pytest.fixture(scope="module")
def made() -> Made:
    """Make a little trade."""
    return make(seed=3, planted=4, flows=60)


def test_a_sample_is_compared_and_what_is_refused_is_said(call: Call) -> None:
    """Without the word compare too; exit status 1, as four rows cannot be read."""
    result = call("mirror", SAMPLE)
    assert result.exit_code == 1
    assert "291524" in result.stdout
    assert "US>MX" in result.stdout
    assert "+0.54" in result.stdout
    assert "refused: comtrade.csv, row 11" in result.stderr
    assert result.output == call("mirror", "compare", SAMPLE).output


def test_the_result_says_what_a_difference_is_not(call: Call) -> None:
    """Innocent explanations are in the table, in JSON and on the page, and nothing is an alert."""
    told = call("mirror", SAMPLE, "--json", "--report", "page.html")
    found = json.loads(told.stdout)
    page = Path("page.html").read_text(encoding="utf-8")
    table = " ".join(call("mirror", SAMPLE).stdout.split())
    for text in (found["notice"], *found["reasons"]):
        assert text in page.replace("&#39;", "'")
        assert text in table
    assert "not an alert" in found["notice"]
    assert "suspicious" not in page.casefold().replace("goods are not suspicious", "")


def test_every_part_of_the_computation_is_in_json(call: Call) -> None:
    """X, M, tau, M', m, z, weights, and what was re-exported or without a partner."""
    found = json.loads(call("mirror", SAMPLE, "--json", "--all").stdout)
    (one,) = found["discrepancies"]
    assert {name: one[name] for name in ("basis", "x", "m", "m_fob", "tau", "gap")} == {
        "basis": "kg",
        "x": 50_000,
        "m": 15_000,
        "m_fob": 15_000,
        "tau": None,
        "gap": 35_000,
    }
    assert (one["again_kg"], one["unspecified_kg"], one["own"]) == (4_000, 11_000, True)
    assert found["gaps"][0]["total_kg"] == 61_000
    assert [each["other"] for each in found["orphans"]] == ["reports others"]


def test_files_page_and_options(call: Call, here: Path, made: Made) -> None:
    """Rows of the countries and years asked for alone; each flow drawn over all years."""
    write(here / "made.csv", rows(made), NEW)
    options = ("--since", "2018", "--reporters", "US,CN,DE", "--floor-kg", "500")
    names = (
        "--out",
        "out.csv",
        "--orphans",
        "orphans.csv",
        "--report",
        "page.html",
        "--prices",
        "prices.csv",
    )
    result = call("mirror", "made.csv", *options, *names)
    assert result.exit_code == 0
    with (here / "out.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert listed
    for one in listed:
        assert {one["exporter"], one["importer"]} & {"United States", "China", "Germany"}
        assert int(one["period"]) >= 2018
        assert abs(float(one["gap"])) >= 500
        assert float(one["m"]) == pytest.approx(
            (float(one["exports_x"]) - float(one["imports_fob"]))
            / (float(one["exports_x"]) + float(one["imports_fob"]))
        )
    assert (here / "prices.csv").read_text(encoding="utf-8").startswith("code,own_code,")
    page = (here / "page.html").read_text(encoding="utf-8")
    assert page.count("<article") == len(listed)
    assert '<a class="line-' in page
    assert 'id="chart-flow-0"' in page
    assert "2014" in page
    assert "http" not in page.replace("http-equiv", "")


def test_baci_alone_has_no_mirror_and_says_so(call: Call) -> None:
    """One figure for both sides: nothing to compare with."""
    result = call("mirror", str(DATA / "BACI_HS17_Y2019_V202501.csv"), "--json")
    found = json.loads(result.stdout)
    assert found["discrepancies"] == found["orphans"] == []
    assert any("no second side" in each for each in found["notes"])


@pytest.mark.parametrize(
    "options",
    [("--codes", "2915"), ("--reporters", "world"), ("--out", "a.txt"), ("--out", SAMPLE)],
)
def test_what_cannot_be_asked_is_refused(options: tuple[str, str], call: Call) -> None:
    """A heading, no country, no format, an output that is an input."""
    assert call("mirror", SAMPLE, *options).exit_code == 2


class Preview:
    """A server of our own that answers as the preview does."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.most = 500
        self.error = ""
        self.address = ""

    def rows(self, asked: dict[str, str]) -> list[dict[str, str | float | None]]:
        """Give a row for each code and partner."""
        return [
            {
                "period": asked["period"],
                "reporterCode": int(asked["reporterCode"]),
                "reporterISO": None,
                "flowCode": asked["flowCode"],
                "partnerCode": partner,
                "partner2Code": 0,
                "classificationCode": "H6",
                "cmdCode": code,
                "customsCode": "C00",
                "motCode": 0,
                "netWgt": 1_000.5,
                "primaryValue": 9_000.0,
                "isNetWgtEstimated": False,
                "cifvalue": None,
            }
            for code in asked["cmdCode"].split(",")
            for partner in (484, 124, 156)
        ][: self.most]


@pytest.fixture
def preview() -> Iterator[Preview]:
    """Serve a preview."""
    held = Preview()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
            held.asked.append(asked)
            found = held.rows(asked)
            body = {"elapsedTime": "0", "count": len(found), "data": found, "error": held.error}
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.address = f"http://127.0.0.1:{server.server_port}/public/v1/preview/C/A/HS"
    yield held
    server.shutdown()
    server.server_close()


def _fetch(call: Call, preview: Preview, *options: str) -> Result:
    names = ("--reporters", "US", "--years", "2022-2023", "--out", "got.csv")
    return call("mirror", "fetch", *names, "--address", preview.address, "--pause", "0", *options)


def test_each_year_and_flow_is_asked_for_and_the_file_can_be_compared(
    call: Call, preview: Preview
) -> None:
    """One period at a time, sums alone."""
    result = _fetch(call, preview, "--codes", "2915.24,2914.31")
    assert result.exit_code == 0
    asked = [(each["period"], each["flowCode"]) for each in preview.asked]
    assert asked == [("2022", "X"), ("2022", "M"), ("2023", "X"), ("2023", "M")]
    assert preview.asked[0]["cmdCode"] == "291524,291431"
    assert preview.asked[0]["customsCode"] == "C00"
    found = json.loads(call("mirror", "got.csv", "--json").stdout)
    assert (found["files"][0]["used"], found["refused_rows"]) == (24, 0)


def test_a_full_answer_is_asked_for_in_parts(call: Call, preview: Preview) -> None:
    """500 rows may be all or not: the codes are asked for by halves."""
    codes = ",".join(f"29{n:04d}" for n in range(1000, 1200))
    result = _fetch(call, preview, "--years", "2022", "--codes", codes)
    assert result.exit_code == 0
    assert [len(each["cmdCode"].split(",")) for each in preview.asked[:3]] == [200, 100, 100]
    assert len(Path("got.csv").read_text().splitlines()) == 1 + 2 * 600


def test_an_error_of_the_server_is_said_and_nothing_written(call: Call, preview: Preview) -> None:
    """The preview tells errors with status 200."""
    preview.error = "Maximum number of periods for preview is 1"
    result = _fetch(call, preview)
    assert result.exit_code == 2
    assert "Maximum number of periods" in result.stderr
    assert not Path("got.csv").exists()


@pytest.mark.parametrize("years", ["x", "2023-2019", "1900-2023"])
def test_a_span_that_is_none_is_refused(years: str, call: Call, preview: Preview) -> None:
    """Nothing is asked then."""
    assert _fetch(call, preview, "--years", years).exit_code == 2
    assert preview.asked == []
