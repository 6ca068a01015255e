"""Make the screenshots of the documentation, so that they show the pages as they are.

Run it after a change of a page: make screenshots, or python -m tools.screenshots [NAME ...]
"""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page
from tests.support.browsers import find_chromium, headless
from tools.screenshot_sites import SITES, Site, SiteName

from tidewaiter.accounts.roles import Role
from tidewaiter.base.records import Record
from tidewaiter.web.core.security import COOKIE

DOCS = Path(__file__).resolve().parent.parent / "docs"
IMAGES = DOCS / "images"
MOST = 150_000  # bytes of a picture
WIDE, PHONE = 1280, 390  # pixels
_COLOURS = 256
_PATIENCE = 300_000  # milliseconds; the machine may be busy
_LANGUAGE = "en-GB"
_UPLOAD = FilePayload(
    name="november.csv",
    mimeType="text/csv",
    buffer=b"""\
Consignment,Goods,Code,Net,Weight,Arrival,Remark
EX-501,Acetic anhydride 99 pct,108-24-7,200 kg,214 kg,28/11/2026,drums
EX-502,Cotton towels,,ca. 3,410 kg,29/11/2026,
EX-503,Ephedrine hydrochloride,50-98-6,25 kg,28 kg,31/11/2026,sealed
EX-504,Printing paper,,900 kg,950 kg,30/11/2026,on pallets
""",
)


class Picture(Record, frozen=True, kw_only=True):
    """A screenshot, and where it is shown."""

    name: str
    site: SiteName
    path: str  # the page that is opened first
    alt: str  # as the documents give it
    documents: tuple[str, ...]  # that show it, from docs
    steps: Callable[[Page], None] | None = None  # from the first page to what is shown
    element: str = ""  # CSS selector; "": the window
    role: Role = "analyst"
    width: int = WIDE  # of the window, pixels
    height: int = 800


def _follow(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("link", name=name).first.click()


def _upload(page: Page) -> None:
    page.set_input_files("#files", _UPLOAD)
    page.wait_for_url("**/screen/*")


def _expand_network(page: Page) -> None:
    for link in ("Yangben Sample Industry Co Ltd", "Show network", "Expand by one step"):
        _follow(link)(page)


def _hide_time(page: Page) -> None:
    """Leave out how long the screening took, which differs each time."""
    page.locator("dl > div", has_text="Time taken").evaluate("element => element.remove()")


PICTURES = (
    Picture(
        name="queue",
        site="office",
        path="/queue",
        alt="The alert queue: rows with amount, route, parties and days left, and a preview",
        documents=("../README.md", "how-to/triage-alerts.md", "readers/officer.md"),
    ),
    Picture(
        name="queue-phone",
        site="office",
        path="/queue",
        width=PHONE,
        height=844,
        alt="The alert queue on a phone: filters behind a button, a card for each alert",
        documents=("how-to/triage-alerts.md",),
    ),
    Picture(
        name="alert",
        site="office",
        path="/queue",
        steps=_follow("Ephedrine"),
        height=1100,
        alt="An alert: matched words, risk indicators with their points, and the form to decide",
        documents=("how-to/read-an-alert.md",),
    ),
    Picture(
        name="party-match",
        site="office",
        path="/queue",
        steps=_follow("Acetic anhydride"),
        element="section:has(> h2:text('Possible matches'))",
        alt="A possible match with a listed party: entry, list, probability and evidence",
        documents=("how-to/match-parties.md", "readers/compliance-staff.md"),
    ),
    # Before the upload, which adds entries to the log.
    Picture(
        name="audit",
        site="office",
        path="/audit",
        role="administrator",
        alt="The audit log: number, time, person, action and details of each entry, newest first",
        documents=("how-to/verify-the-audit-log.md", "readers/administrator.md"),
    ),
    Picture(
        name="upload",
        site="office",
        path="/screen",
        steps=_upload,
        element="main",
        alt="An uploaded file: how each column is read, options, and two unreadable values",
        documents=("how-to/upload-and-screen.md",),
    ),
    Picture(
        name="law",
        site="office",
        path="/law?what=acetic+anhydride&from=CN&to=MX&amount=25+kg",
        height=1100,
        alt="The law page: a question about acetic anhydride from China to Mexico, and its answers",
        documents=("how-to/look-up-the-law-in-the-browser.md",),
    ),
    Picture(
        name="network",
        site="office",
        path="/parties?q=yangben",
        steps=_expand_network,
        height=900,
        alt="The network of a party: arrows from senders to receivers, two steps from the party",
        documents=("how-to/investigate-a-party.md",),
    ),
    Picture(
        name="overdose-deaths",
        site="office",
        path="/burden?indicator=T40.4",
        height=1240,
        alt="Deaths with synthetic opioids in the United States since 2015; the last year enlarged",
        documents=("how-to/chart-overdose-deaths.md", "readers/public-health-analyst.md"),
    ),
    Picture(
        name="report",
        site="report",
        path="/report.html",
        steps=_hide_time,
        width=1200,
        height=1050,
        alt="The report of the sample: counts by severity, the three most urgent, all alerts",
        documents=("index.md", "tutorial/first-screening.md"),
    ),
    Picture(
        name="board",
        site="asteria",
        path="/coalition",
        height=903,
        alt="The cooperation dashboard: notifications of each country, and replies on time",
        documents=(
            "how-to/read-the-cooperation-board.md",
            "readers/coalition-secretary.md",
        ),
    ),
    Picture(
        name="notice",
        site="borealia",
        path="/notices",
        steps=_follow("QR-QN-108-12"),
        height=1100,
        alt="A notification that awaits a reply: goods, law, parties, available actions, history",
        documents=(
            "how-to/handle-pre-export-notifications.md",
            "readers/competent-authority.md",
        ),
    ),
)


def draw(browser: Browser, pictures: Sequence[Picture]) -> Iterator[tuple[Picture, bytes]]:
    """Make pictures.

    Args:
        browser: Speaks English.
        pictures: Any of them.

    Yields:
        Each picture, and its PNG file.
    """
    with TemporaryDirectory() as folder:
        for name, serve in SITES.items():
            wanted = [each for each in pictures if each.site == name]
            if not wanted:
                continue
            with serve(Path(folder)) as site:
                for each in wanted:
                    yield each, small(_shot(browser, each, site))


def _shot(browser: Browser, picture: Picture, site: Site) -> bytes:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        locale=_LANGUAGE,
        timezone_id="UTC",
    )
    if secret := site.secrets.get(picture.role):
        context.add_cookies([{"name": COOKIE, "value": secret, "url": site.address}])
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    page.goto(f"{site.address}{picture.path}")
    if picture.steps is not None:
        picture.steps(page)
    page.wait_for_load_state("networkidle")
    shown = page.locator(picture.element) if picture.element else page
    taken = shown.screenshot(animations="disabled", caret="hide")
    context.close()
    return taken


def small(png: bytes) -> bytes:
    """Return a PNG image as one with a palette."""
    packed = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main(names: Sequence[str]) -> None:
    """Write the pictures of these names, or all."""
    known = {each.name: each for each in PICTURES}
    if unknown := set(names) - set(known):
        sys.exit(f"no such picture: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    found = find_chromium()
    if found is None:
        sys.exit("Chromium is not installed. On Debian: apt install chromium")
    wanted = [known[name] for name in names] or PICTURES
    with headless(found) as browser:
        for picture, png in draw(browser, wanted):
            if len(png) > MOST:
                sys.exit(f"{picture.name}: {len(png):,} bytes are more than {MOST:,}; show less")
            (IMAGES / f"{picture.name}.png").write_bytes(png)
            print(f"{picture.name}: {len(png):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
