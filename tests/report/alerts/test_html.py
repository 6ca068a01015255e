"""The page holds everything it needs, and nothing that a stranger put into it runs."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from tests.report.conftest import summarise
from tests.support.english import english_left

from tidewaiter.base.phrases import as_written, english
from tidewaiter.explain.languages import speaking
from tidewaiter.explain.summary import Summary
from tidewaiter.explain.words import Library
from tidewaiter.report.alerts.page import render_report, write_report
from tidewaiter.trade.types import Alert, Refusal

VOID = frozenset({"meta", "input", "link", "br", "hr", "img"})


class Reader(HTMLParser):
    """Reads a page into its tags, attributes and texts, and checks that tags close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself, as SVG has them."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Check that the tag which closes is the one that is open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text that is neither style nor script."""
        if self.open and self.open[-1] not in {"style", "script"}:
            self.text += data


@pytest.fixture(scope="module")
def page(summary: Summary, library: Library) -> str:
    """Return the page of the sample."""
    return render_report(summary, library)


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    """Return the page of the sample, read."""
    return Reader(page)


def test_tags_close_and_names_are_unique(read: Reader) -> None:
    """The page is well-formed, and every link inside of it leads somewhere."""
    names = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    links = [attrs.get("href") or "" for tag, attrs in read.tags if tag == "a"]
    assert read.open == []
    assert len(names) == len(set(names))
    assert {link[1:] for link in links if link.startswith("#")} <= set(names)


def test_nothing_is_loaded(page: str, read: Reader) -> None:
    """No tag asks the network for anything, and the style sheet does not either."""
    assert not [tag for tag, _ in read.tags if tag in {"img", "link", "iframe", "object", "base"}]
    assert not [attrs for _, attrs in read.tags if attrs.keys() & {"src", "style", "onerror"}]
    assert "url(" not in page
    assert "@import" not in page


def test_the_policy_names_our_style_and_script_alone(page: str, read: Reader) -> None:
    """The policy allows nothing but the two texts that it gives the hashes of."""
    policy = next(a["content"] for _, a in read.tags if a.get("http-equiv")) or ""
    for tag in ("style", "script"):
        texts = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = b64encode(sha256(texts[0].encode()).digest()).decode()
        assert len(texts) == 1
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_hostile_texts_are_only_shown(page: str, read: Reader) -> None:
    """Markup, templates and controls in a line are text on the page and nothing else."""
    assert "<script>alert(1)" not in page
    assert "<script>alert(1)</script>" in read.text
    assert "<img src=x onerror=alert(2)>" in read.text
    assert "{{ 7 * 7 }}" in read.text
    assert "⟦U+202E⟧gnihton⟦U+202C⟧" in read.text
    assert "⟦U+0000⟧" in read.text
    assert not set(page) & set("\u202e\u202c\u200b\0")


def test_only_web_addresses_become_links(read: Reader) -> None:
    """The URL of a source becomes a link if it is http(s), and is otherwise omitted."""
    links = [attrs.get("href") or "" for tag, attrs in read.tags if tag == "a"]
    assert "https://example.org/un" in links
    assert not [link for link in links if "javascript" in link]


def test_every_alert_is_told(read: Reader, summary: Summary) -> None:
    """Each alert shows its title, its severity as a word, its reasons and its law."""
    cards = [attrs for tag, attrs in read.tags if tag == "article"]
    assert [card["data-severity"] for card in cards] == [a.severity for a in summary.top]
    for alert in summary.top:
        assert english(alert.title) in read.text
        assert all(english(reason.says) in read.text for reason in alert.reasons)
    for word in (
        "unverified",
        "secondary source",
        '"-free" follows the name',
        "−25",
        "due 1 day ago",
    ):
        assert word in read.text


def test_what_was_not_read_is_told(read: Reader) -> None:
    """The top says how much was not read and links to the rows, which are folded at the end."""
    assert read.text.index("Not read") < read.text.index("Alerts, by priority")
    assert ("a", {"href": "#unread"}) in read.tags
    assert read.text.index("1 row was not screened at all.") > read.text.index(
        "Alerts, by priority"
    )
    assert "2 columns, not 9" in read.text


def test_names_that_opsin_does_not_know_are_counted_as_not_read(
    summary: Summary, library: Library
) -> None:
    """They alone are reason enough for the section, in the reader's language."""
    counts = msgspec.structs.replace(
        summary.counts, refused_rows=0, refused_fields=0, refusals=(), unread=0, unknown=2
    )
    with speaking("ru"):
        page = Reader(render_report(msgspec.structs.replace(summary, counts=counts), library))
    assert ("a", {"href": "#unread"}) in page.tags
    assert "2 строки с систематическим названием" in page.text
    assert "OPSIN" in page.text


def test_a_remark_without_a_hint_is_a_sentence(summary: Summary, library: Library) -> None:
    """Remarks on the whole file are shown, without empty brackets."""
    told = Refusal(row=0, column="", value="", problem="2 more sheets", hint="", screened=True)
    counts = msgspec.structs.replace(summary.counts, refusals=(told,), refused_fields=1)
    page = render_report(msgspec.structs.replace(summary, counts=counts), library)
    assert ">2 more sheets</b>." in page


def test_the_page_says_what_it_does_not_say(read: Reader) -> None:
    """The page is no legal advice, and a line without an alert is not called permitted."""
    assert "It is not legal advice" in read.text
    assert "The absence of an alert does not mean" in read.text


def test_the_page_is_in_the_language_that_is_spoken(summary: Summary, library: Library) -> None:
    """Names and what a file says stay as they are; no sentence of ours stays English."""
    with speaking("ar"):
        page = render_report(summary, library)
    assert '<html lang="ar" dir="rtl">' in page
    assert list(english_left(page)) == []


def test_charts_can_be_heard(read: Reader) -> None:
    """Each chart has a title and a description that its picture points to, and a table."""
    charts = [a for t, a in read.tags if t == "svg" and a.get("role") == "img"]
    names = {attrs.get("id") for _, attrs in read.tags}
    assert len(charts) == 4
    assert all(set((c["aria-labelledby"] or "").split()) <= names for c in charts)
    assert read.text.count("Data table") == 4


def test_headings_step_down_by_one(read: Reader) -> None:
    """No heading level is skipped on the way down."""
    levels = [int(t[1]) for t, _ in read.tags if re.fullmatch("h[1-6]", t)]
    assert levels[0] == 1
    assert all(two - one <= 1 for one, two in pairwise(levels))


def test_an_empty_screening_is_a_page(summary: Summary) -> None:
    """Without an alert the page says so, and says that it means little."""
    empty = Reader(render_report(summarise([], summary.counts)))
    assert "No line raised an alert" in empty.text
    assert "does not mean that the goods are permitted" in empty.text


def test_a_score_that_is_not_the_sum_is_told(summary: Summary, alerts: tuple[Alert, ...]) -> None:
    """Points over 100 are explained, and a score that is wrong is not hidden."""
    wrong = msgspec.structs.replace(alerts[2], score=81)
    shown = Reader(render_report(summarise([wrong, alerts[0]], summary.counts))).text
    assert "The points add up to 120; scores are limited to the range 0 to 100." in shown
    assert "The points add up to 80, which does not match the score" in shown


def test_a_find_that_stands_elsewhere_is_told(summary: Summary, alerts: tuple[Alert, ...]) -> None:
    """Evidence that does not stand where it should is listed and never lost."""
    moved = msgspec.structs.replace(alerts[4].mentions[0], start=1, end=4)
    lost = msgspec.structs.replace(alerts[4], mentions=(moved,), reasons=())
    shown = Reader(render_report(summarise([lost], summary.counts)))
    assert "Tablet press: “tablet press” (goods description, characters 2 to 4)" in shown.text
    assert "mark" not in [tag for tag, _ in shown.tags]


def test_huge_and_odd_texts_make_a_small_page(
    summary: Summary, alerts: tuple[Alert, ...], tmp_path: Path
) -> None:
    """Ten million characters, in any field, and lone surrogates give a page that can be read."""
    huge = "\ud800<" * 5_000_000
    line = msgspec.structs.replace(alerts[0].line, goods=huge, quantity=huge, procedure=huge)
    odd = msgspec.structs.replace(alerts[0], line=line, title=as_written(huge), consignment=huge)
    path = tmp_path / "report.html"
    write_report(path, summarise([odd], summary.counts))
    text = path.read_text(encoding="utf-8")
    assert len(text) < 300_000
    assert "characters omitted" in text
    assert Reader(text).open == []


def test_colours_can_be_told_from_their_ground(page: str) -> None:
    """Text has a contrast of at least 4.5 and a shape of 3, by day, by night and in print."""
    css = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert css
    day, night, printed = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", css[1], re.DOTALL)
    )
    texts = ["ink paper", "ink card", "soft card", "soft paper", "accent card", "accent paper"]
    texts += ["mark-ink mark", "mark-ink several", "ink warn", "accent warn", "soft warn"]
    texts += ["pill-ink pill", "critical card"]
    texts += [f"{s}-ink {s}" for s in ("critical", "high", "medium", "low")]
    shapes = [f"{s} card" for s in ("critical", "high", "medium", "low", "accent")]
    for colours in (day, day | night, day | printed):
        poor = {p: contrast(*(colours[n] for n in p.split())) for p in texts + shapes}
        assert not [p for p, c in poor.items() if c < (4.5 if p in texts else 3)]


def contrast(one: str, two: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour written as #rrggbb, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_scope_of_a_listing_stands_as_the_law_says_it(
    summary: Summary, alerts: tuple[Alert, ...], library: Library
) -> None:
    """It is not a name of related substances, and it is English on every page."""
    scope = "held as an ester of the acid, not by name"
    law = tuple(msgspec.structs.replace(each, scope=scope) for each in alerts[0].law)
    one = msgspec.structs.replace(alerts[0], law=law)
    with speaking("es"):
        page = render_report(msgspec.structs.replace(summary, top=(one,)), library)
    assert f'<span class="soft" lang="en">({scope})</span>' in page
