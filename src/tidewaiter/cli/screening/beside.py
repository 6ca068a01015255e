"""What is told of alerts beside their score: what decisions taught, where a ranker is named."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from tidewaiter.consignments.types import Alert
from tidewaiter.ranking.explaining import explained
from tidewaiter.ranking.folder import model_at
from tidewaiter.ranking.model import read_ranker

learned_option = click.option(
    "--ranker",
    type=click.Path(exists=True, path_type=Path),
    help="Tell what decisions taught beside the score: a model, or its folder.",
)


def beside_of(place: Path | None) -> Callable[[Alert], Alert]:
    """Return what adds to an alert what decisions taught; None: nothing is added.

    Args:
        place: A model, or the folder that holds it.

    Raises:
        InputError: It is none.
    """
    return (
        (lambda alert: alert) if place is None else partial(explained, read_ranker(model_at(place)))
    )
