"""The meeting pack: one page that needs no network, for the screen and for paper."""

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.coalition.packs import Pack
from tidewaiter.report.boards import BoardView, board_view
from tidewaiter.report.coalitioncharts import TimelineView, timeline_view
from tidewaiter.report.languages import language, speaking
from tidewaiter.report.library import Library
from tidewaiter.report.memberviews import (
    GroupView,
    MemberView,
    PledgeView,
    group_view,
    initiative_words,
    member_view,
    pledge_view,
)
from tidewaiter.report.pages import environment, hashed, static


class _Page(Record, frozen=True, kw_only=True):
    pack: Pack
    board: BoardView
    members: tuple[MemberView, ...]
    groups: tuple[GroupView, ...]
    pledges: tuple[PledgeView, ...]
    initiatives: tuple[tuple[str, str, str], ...]  # name, who carries it out, owner
    timeline: TimelineView
    language: str
    css: Markup
    policy: str


def render_pack(pack: Pack, library: Library, *, spoken: str = "en") -> str:
    """Return what a meeting needs as one page of HTML that holds all that it shows.

    Args:
        pack: What it shows.
        library: The words for slugs of the law.
        spoken: The language.
    """
    with speaking(spoken):
        return environment().get_template("pack.html").render(page=_page(pack, library))


def _page(pack: Pack, library: Library) -> _Page:
    names = dict(pack.names)
    css = static("colours.css", "report.css", "coalition.css")
    return _Page(
        pack=pack,
        board=board_view(pack.board, names),
        members=tuple(member_view(each) for each in pack.members),
        groups=tuple(group_view(each) for each in pack.groups),
        pledges=tuple(pledge_view(each, names) for each in pack.pledges.commitments),
        initiatives=initiative_words(pack.pledges, names),
        timeline=timeline_view(pack.timeline, names, library),
        language=language(),
        css=css,
        policy=(
            f"default-src 'none'; style-src {hashed(css)}; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        ),
    )
