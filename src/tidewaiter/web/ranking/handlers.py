"""The ranker: what decisions taught, how it did beside the rules, and whether it still holds."""

from litestar import Response, get

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.ranking.model import Backtest, Model, Pair, Scale, Training
from tidewaiter.selection.yields import Yields, yields_of
from tidewaiter.store.database import Work
from tidewaiter.store.resultrows import results_of
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode
from tidewaiter.web.node import Node
from tidewaiter.web.rankerview import ranker_view
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may
from tidewaiter.web.taught import Drifted


class RankerPage(Record, frozen=True, kw_only=True):
    """What decisions taught, and what became of it."""

    sha256: str  # of the model; "": there is none
    training: Training | None
    backtest: Backtest | None  # on the last part of the time, which taught nothing
    usual: float | None  # share of all training alerts that was right
    most_points: int | None  # that it would add to a score
    slope: float | None  # what the numbers of all tables are multiplied with
    tables: tuple[Scale, ...]  # log odds by bin or level of each feature
    pairs: tuple[Pair, ...]  # and of two features together
    drifted: Drifted | None  # of the newest alerts since training
    yields: Yields | None  # of the inspection lists that came back; None: there are none
    problem: str  # why the model cannot be read; "": it can
    lists_problem: str  # why a list cannot be read


@get("/ranker", guards=[may("decide")], sync_to_thread=True)
def ranker_page(request: Asked, node: TheNode) -> Response[RankerPage]:
    """Show what decisions taught, how well it did beside the rules, and whether it still holds."""
    with node.read() as work:
        page = _page(node, work)
    return reply(request, "ranker.html", page, view=lambda: ranker_view(page, node.library()))


def _page(node: Node, work: Work) -> RankerPage:
    problem = lists_problem = ""
    ranker, yields = None, None
    try:
        ranker = node.taught.ranker()
    except (TidewaiterError, OSError) as error:
        problem = str(error)
    try:
        yields = _yields(node, work)
    except (TidewaiterError, OSError) as error:
        lists_problem = str(error)
    model: Model | None = ranker.model if ranker else None
    return RankerPage(
        sha256=model.sha256 if model else "",
        training=model.training if model else None,
        backtest=model.backtest if model else None,
        usual=model.usual if model else None,
        most_points=model.most_points if model else None,
        slope=model.slope if model else None,
        tables=model.scales if model else (),
        pairs=model.pairs if model else (),
        drifted=node.taught.drifted(work, ranker, node.now) if ranker else None,
        yields=yields,
        problem=problem,
        lists_problem=lists_problem,
    )


def _yields(node: Node, work: Work) -> Yields | None:
    rows = node.taught.lists()
    if not rows:
        return None
    return yields_of(rows, results_of(work, [row.alert for row in rows if row.alert]))


HANDLERS = [ranker_page]
