"""The model: coefficients of a logistic regression, kept as data."""

from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.parties.matching.features import NAMES, SIZE
from tidewaiter.parties.thresholds import Threshold, asked_for


class Model(Record, frozen=True):
    """Log-odds for a unit of each feature, for persons and for all others."""

    source: str  # what it was trained on
    threshold: float  # probability from which a match is shown
    person: dict[str, float]
    organisation: dict[str, float]


@cache
def model_record() -> Model:
    """Load the model."""
    place = files("tidewaiter") / "data" / "parties" / "model.toml"
    return msgspec.toml.decode(place.read_bytes(), type=Model)


@cache
def load_model() -> NDArray[np.float64]:
    """Return the coefficients, persons first, shape ``(2, SIZE)``."""
    record = model_record()
    out = np.zeros((2, SIZE))
    for row, part in enumerate((record.person, record.organisation)):
        for at, name in enumerate(NAMES):
            out[row, at] = part.get(name, 0.0)
    return out


def threshold_of(asked: float | Threshold | None) -> Threshold:
    """Return a threshold as a record; None: that of the model."""
    if asked is None:
        return Threshold(least=model_record().threshold, origin="of the model")
    return asked if isinstance(asked, Threshold) else asked_for(asked)
