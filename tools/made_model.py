"""A small hand-made model for the API examples and for tests."""

from datetime import date

from tidewaiter.casework.ranking.features import FEATURES
from tidewaiter.casework.ranking.model import Backtest, Depth, Model, Scale, Training

DAY = date(2026, 3, 1)
SCALES = (
    Scale(
        feature=FEATURES[1],
        levels=("acetone", "ephedrine"),
        values=(-0.5, 1.5, 0.0),
        seen=(600, 200, 10),
    ),
    Scale(
        feature=FEATURES[6],
        edges=(10.0, 100.0),
        values=(-0.25, 0.0, 0.5, 0.0),
        seen=(300, 300, 200, 10),
    ),
)


def model() -> Model:
    """Make a model from two tables."""
    training = Training(
        first=DAY,
        last=DAY,
        alerts=810,
        hits=162,
        results=400,
        digest="d" * 64,
        settings="1",
        seed=1,
        rounds=1,
        library="none",
    )
    depth = Depth(share=0.1, alerts=1, learned=0, score=0, both=0)
    test = Backtest(
        first=DAY,
        last=DAY,
        alerts=1,
        hits=0,
        expected=0.2,
        auc=0.5,
        auc_score=0.5,
        brier=0.1,
        depths=(depth,),
    )
    return Model(
        format="tidewaiter-ranker-1",
        made=DAY,
        training=training,
        backtest=test,
        base=-1.5,
        slope=1.0,
        shift=0.0,
        usual=0.2,
        most_points=15,
        scales=SCALES,
        chances=(200, 400, 100, 60, 20, 10, 10, 10, 0, 0),
    )
