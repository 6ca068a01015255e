"""Plan: whether changed list entries are all that past lines must be screened for again."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.traders import fold_party
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.judgements import FILE as JUDGEMENTS
from tidewaiter.lists.judgements import Judgement
from tidewaiter.rescreen.basis import Basis, KeptFile
from tidewaiter.rescreen.entries import Difference, Held, difference, held_then
from tidewaiter.rescreen.lawdays import law_moves
from tidewaiter.store.screenings import Run

_OTHER = {
    "programme": "this is another version of Tidewaiter",
    "registry": "the substances or their law are others",
    "rules": "the rules are others",
    "street": "street names are looked for now, or were before",
    "settings": "a setting kept with the lists is another",
    "threshold": "parties are told from another probability on",
}


class Plan(NamedTuple):
    """What is screened again, and why."""

    why: str  # all is; "": only what changed entries and judgements touch
    difference: Difference | None  # None: not known, as it is not what lines were screened against
    judged: frozenset[str]  # folded names of parties of which something was decided since
    now: Held


def plan_of(runs: Iterable[Run], settings: Settings, basis: Basis, *, whole: bool) -> Plan:
    """Decide what must be screened again.

    Args:
        runs: By which the lines of the database were screened last.
        settings: By which they are screened now.
        basis: Of these settings.
        whole: All of it, whatever changed.
    """
    bases = sorted({(run.day, run.basis or "") for run in runs})
    known = [(day, was) for day, text in bases if (was := _decoded(text))]
    whys = ["all was asked for"] if whole else []
    if len(known) < len(bases):
        whys.append("what lines were screened by before is not known")
    kept = all(_is_kept(settings.lists, was) for _, was in known)
    if not kept:
        whys.append("a version of a list that lines were screened against is not kept here")
    judged: set[str] = set()
    for day, was in known:
        whys += _whys(was, basis, settings, day)
        added = added_judgements(settings.lists, was.judgements)
        if added is None:
            whys.append("judgements were changed otherwise than by adding some")
        judged |= {fold_party(each.name) for each in added or ()}
    now = _held(settings.lists, basis, settings.day)
    told = None
    if kept and len(known) == len(bases):
        told = difference((_held(settings.lists, was, day) for day, was in known), now)
    return Plan(whys[0] if whys else "", told, frozenset(judged), now)


def added_judgements(folder: Path | None, was: KeptFile | None) -> list[Judgement] | None:
    """Return the judgements that were added to those of a file as it was.

    Returns:
        None: what was there then is not there as it was.
    """
    place = folder / JUDGEMENTS if folder else None
    content = place.read_bytes() if place and place.is_file() else b""
    size = was.size if was else 0
    if was and hashlib.sha256(content[:size]).hexdigest() != was.sha256:
        return None
    lines = content[size:].splitlines()
    return [msgspec.json.decode(line, type=Judgement) for line in lines if line.strip()]


def _whys(was: Basis, now: Basis, settings: Settings, day: date) -> Iterator[str]:
    """Say what else than entries and judgements is not as it was."""
    for field, why in _OTHER.items():
        if getattr(was, field) != getattr(now, field):
            yield why
    if was.lists and now.lists and was.generation != now.generation:
        yield "it was counted anew how rare words are, as the lists have grown or shrunk"
    if law_moves(settings, day, settings.day):
        yield f"the law may be another on {settings.day} than on {day}"


def _decoded(text: str | None) -> Basis | None:
    try:
        return msgspec.json.decode(text or "", type=Basis)
    except msgspec.MsgspecError:
        return None


def _is_kept(folder: Path | None, was: Basis) -> bool:
    """Tell whether all versions of lists are there still."""
    if folder is None:
        return not was.lists
    archive = Archive(folder)
    there = {
        (slug, kept.version.sha256) for slug in archive.slugs() for kept in archive.versions(slug)
    }
    return all((each.list, each.sha256) in there for each in was.lists)


def _held(folder: Path | None, basis: Basis, day: date) -> Held:
    return held_then(Archive(folder), basis.lists, day) if folder and basis.lists else {}
