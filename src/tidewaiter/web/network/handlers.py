"""The network of parties: who ships to whom and what ties them, drawn, in words and as a path."""

from typing import Annotated

import msgspec
from litestar import Response, get

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.network.drawing import Drawing, draw_graph, draw_ways
from tidewaiter.network.facts import NetworkRules, network_rules
from tidewaiter.network.graph import build_graph
from tidewaiter.network.neighbours import Seen
from tidewaiter.network.paths import Search, find_ways
from tidewaiter.store.entities import Profile
from tidewaiter.store.resolutions import Behind, Resolved, behind
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.networkview import network_view
from tidewaiter.web.parties import profile_of, run_of
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

_OPENED = 60  # parties that one address opens


class NetworkQuestion(Record, frozen=True, kw_only=True, rename={"start": "from"}):
    """What is looked at: the network around a party, or paths between two."""

    party: Annotated[int, msgspec.Meta(ge=0)] = 0
    open: Annotated[str, msgspec.Meta(max_length=1_000)] = ""  # "12,57:150": party, or party:shown
    steps: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1
    start: Annotated[int, msgspec.Meta(ge=0)] = 0
    to: Annotated[int, msgspec.Meta(ge=0)] = 0
    busy: bool = False  # go through parties that are tied to very many


class NetworkPage(Record, frozen=True, kw_only=True):
    """What is drawn around a party, or the paths between two, and how far that is counted."""

    asked: NetworkQuestion
    run: Resolved
    behind: Behind
    party: Profile | None
    ends: tuple[Profile, Profile] | None
    drawing: Drawing | None
    search: Search | None
    rules: NetworkRules


@get("/network", guards=[may("see")], sync_to_thread=True, query=NetworkQuestion)
def network_page(request: Asked, node: TheNode, user: TheUser) -> Response[NetworkPage]:
    """Show the network around a party, or the shortest paths between two."""
    asked = read_query(request, NetworkQuestion)
    rules = network_rules()
    with node.read() as work:
        run = run_of(work)
        seen = Seen(work, run.id, user.account.cleared)
        party = ends = drawing = search = None
        if asked.start or asked.to:
            ends = profile_of(work, run.id, asked.start), profile_of(work, run.id, asked.to)
            pair = asked.start, asked.to
            search = find_ways(seen, pair, rules, through_busy=asked.busy)
            drawing = draw_ways(search) if search.ways else None
        elif asked.party:
            party = profile_of(work, run.id, asked.party)
            graph = build_graph(seen, asked.party, _opened(asked, rules), asked.steps, rules)
            drawing = draw_graph(graph)
        page = NetworkPage(
            asked=asked,
            run=run,
            behind=behind(work, run),
            party=party,
            ends=ends,
            drawing=drawing,
            search=search,
            rules=rules,
        )
    return reply(request, "network.html", page, view=lambda: network_view(page))


def _opened(asked: NetworkQuestion, rules: NetworkRules) -> dict[int, int]:
    """Read which parties are opened, and how many neighbours of each kind they show.

    Raises:
        InputError: It is not written so.
    """
    opened: dict[int, int] = {}
    for part in filter(None, asked.open.split(",")):
        number, _, shown = part.partition(":")
        if not (number.isdecimal() and (not shown or shown.isdecimal())) or len(part) > 24:  # noqa: PLR2004
            hint = "write numbers of parties, like open=12,57:150"
            raise InputError(f'"{part[:40]}" opens no party', at="address", hint=hint)
        most = min(int(shown), rules.drawn) if shown else rules.first
        opened[int(number)] = most
    return dict(list(opened.items())[-_OPENED:])


HANDLERS = [network_page]
