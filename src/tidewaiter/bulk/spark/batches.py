"""Batches of lines through the screen, and through the look for parties that share something."""

import platform
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.garbage import look_seldom
from tidewaiter.bulk.run import Settings, screen_batch
from tidewaiter.bulk.spark.reading import lines_in, one_row, rows_in
from tidewaiter.bulk.spark.types import LOOKED, SCREENED, Step, Task
from tidewaiter.consignments.past.marking import Past
from tidewaiter.consignments.restricted import open_version
from tidewaiter.consignments.rules import AlertRules, load_alert_rules
from tidewaiter.consignments.signs import Look, parties_of
from tidewaiter.consignments.switched import switched_rules
from tidewaiter.consignments.together import HOLDING, Sums, Together
from tidewaiter.consignments.types import Alert
from tidewaiter.parties.resolution.sharing import Thing
from tidewaiter.report.exports import json_line
from tidewaiter.substances.registry import Registry, load_registry

Digest = Callable[[Settings], str]


def screen_lines(task: Task, digest: Digest) -> Step:
    """Return the step from `READ` to `SCREENED`.

    Args:
        task: The screening.
        digest: Tells what settles the findings on a machine; a function of a module.
    """

    def screen(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pa.set_cpu_count(1)
        look_seldom()
        check_machine(task, digest)
        for row in rows_in(batches, task):
            yield one_row(_screened(row, task), SCREENED)

    return screen


@cache
def _digest(settings: Settings, digest: Digest) -> str:
    return digest(settings)


def check_machine(task: Task, digest: Digest) -> None:
    """Check that this machine would find what the one that asks finds.

    Raises:
        InputError: It has another version, other lists or other rules.
    """
    if _digest(task.settings, digest) != task.digest:
        raise InputError(
            "this machine has another version of Tidewaiter, or other lists or rules",
            at=platform.node(),
            hint="install one version, and put lists and rules where all machines see the same",
        )


def _screened(row: dict[str, Any], task: Task) -> dict[str, object]:
    place = {name: row[name] for name in ("file", "batch", "refusals")}
    lines, asked = lines_in(row["lines"]), task.inputs[row["file"]]
    if not len(lines):
        return {**place, "lines": 0}
    settings = structs.replace(task.settings, file=asked.name, sha256=row["source"])
    found = screen_batch(lines, settings)
    rules = rules_of(task.settings)
    alerts = [each for each in (open_version(alert, rules) for alert in found.alerts) if each]
    adding = together_of(task.settings)
    for alert in alerts:
        adding.add(alert, earlier=asked.earlier)
    parties = dict.fromkeys(each for alert in alerts for each in parties_of(alert))
    counts = {name: getattr(found, name) for name in ("lines", "noted", "unread", "unknown")}
    written = b"".join(map(json_line, alerts))
    return {
        **place,
        **counts,
        "count": len(alerts),
        "alerts": written,
        "limited": HOLDING in written,
        "sums": msgspec.json.encode((list(adding.sums.items()), adding.left_out)),
        "parties": msgspec.json.encode(list(parties)),
        "scripts": msgspec.json.encode(found.scripts),
    }


@lru_cache(2)
def _registry(own: tuple[Path, ...], state: str) -> Registry:
    del state  # another one: the folders hold something else by now
    return load_registry(own)


def together_of(settings: Settings, sums: Sums | None = None) -> Together:
    """Return what adds amounts up, and what is added up already."""
    registry = _registry(settings.own, settings.state)
    return Together(registry, rules_of(settings), settings.day, sums)


def past_of(settings: Settings, together: Together | None = None) -> Past:
    """Return what gathers the past, or takes up what was gathered."""
    rules = rules_of(settings)
    registry, adding = _registry(settings.own, settings.state), together or together_of(settings)
    return Past(registry, rules, adding, settings.day)


@lru_cache(2)
def rules_of(settings: Settings) -> AlertRules:
    """Return the rules for what is added after lines were weighed."""
    return switched_rules(load_alert_rules(settings.rules, settings.switches))


def look_for(things: Sequence[Thing], task: Task) -> Step:
    """Return the step from `READ` to `LOOKED`.

    Args:
        things: What parties may share with those of alerts.
        task: The screening.
    """

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pa.set_cpu_count(1)
        look_seldom()
        looking = Look(things)
        for row in rows_in(batches, task):
            shared = list(looking.among(lines_in(row["lines"])))
            place = {"file": row["file"], "batch": row["batch"]}
            told = msgspec.json.encode(shared) if shared else None
            yield one_row({**place, "shared": told}, LOOKED)

    return look


def alerts_in(raw: bytes) -> list[Alert]:
    """Return the alerts of a row of `SCREENED`."""
    return [_ALERT.decode(line) for line in raw.splitlines()]


_ALERT = msgspec.json.Decoder(Alert)
