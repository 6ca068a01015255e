"""List entries and candidates in the shape of yente."""

from datetime import date
from typing import Any

from tidewaiter.base.phrases import english
from tidewaiter.explain.matches import features
from tidewaiter.node.matching.service import Candidate, Levels, LoadedLists, Place
from tidewaiter.parties.matching.ftm import properties_in, schema_of
from tidewaiter.parties.types import ListVersion
from tidewaiter.trade.party_matches import link_phrase
from tidewaiter.web.matching.schemas import EntityResponse, Evidence, ScoredEntity


def moment(day: date | None) -> str | None:
    """Return the beginning of a day, as yente writes it."""
    return f"{day.isoformat()}T00:00:00" if day else None


def day_of(version: ListVersion) -> date:
    """Return the date of a list, or else the day it was loaded."""
    return version.dated or version.read


def entity(lists: LoadedLists, place: Place, *, nested: bool = False) -> EntityResponse:
    """Return a list entry as an entity.

    Args:
        lists: All lists.
        place: The entry.
        nested: Whether it contains its sanction.
    """
    told = _fields(lists, place)
    if nested:
        told["properties"]["sanctions"] = [_sanction(told, place)]
    return EntityResponse(**told)


def scored(lists: LoadedLists, candidate: Candidate, levels: Levels) -> ScoredEntity:
    """Return a candidate with its evidence."""
    match = candidate.match
    explained = features(match.explanation)
    return ScoredEntity(
        **_fields(lists, candidate.place),
        score=match.probability,
        features={name: each.score for name, each in explained.items()},
        explanations=explained,
        match=candidate.is_match,
        tidewaiter=Evidence(
            list=candidate.place.list,
            name=match.name,
            name_kind=match.name_kind,
            log_odds=match.log_odds,
            threshold=levels.match.of(match.kind),
            action=match.action,
            outcome=match.outcome,
            outcome_day=match.outcome_day,
            listed=match.listed,
            judged=match.judged,
            links=tuple(english(link_phrase(each)) for each in match.links),
            blocked_share=match.blocked_share,
            confidential=match.confidential,
        ),
    )


def _fields(lists: LoadedLists, place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "caption": place.party.names[0].text,
        "schema": schema_of(place.party),
        "properties": properties_in(place.party),
        "datasets": (place.list,),
        "referents": (place.party.id,),
        "target": True,
        "last_seen": moment(day_of(lists.versions[place.list])),
    }


def _sanction(told: dict[str, Any], place: Place) -> EntityResponse:
    """Return what the list says of an entry as an entity of its own."""
    party = place.party
    found = {
        "entity": [place.id],
        "program": party.programmes,
        "reason": [party.basis],
        "status": [party.outcome],
        "listingDate": [party.listed.isoformat() if party.listed else ""],
        "sourceUrl": told["properties"].get("sourceUrl", ()),
    }
    kept = {name: [each for each in held if each] for name, held in found.items()}
    return EntityResponse(
        id=f"{place.id}:listing",
        caption=party.programmes[0] if party.programmes else "Sanction",
        schema="Sanction",
        properties={name: held for name, held in kept.items() if held},
        datasets=(place.list,),
        referents=(),
        target=False,
        last_seen=told["last_seen"],
    )
