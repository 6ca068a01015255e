"""Splitting text into clauses of one number each, and the periods of linked clauses.

`Deaths fell 27 % in 2024, from 110,037 to 80,391, officials said.` has three: the change, its base
and its result; the remaining words assert nothing countable.
"""

import re
from itertools import pairwise
from typing import Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.burden.claims.numbers import counted, find_interval, find_numbers
from tidewaiter.burden.claims.periods import BRACKETED, without_periods
from tidewaiter.burden.claims.types import Claim
from tidewaiter.burden.claims.vocabulary import Scanner, bearing, words

Link = Literal["", "from", "to"]

RANK = re.compile(
    r"(?:the )?(?:(?:no\.? ?|number |#)(?P<number>[1-9]|one|two|three)"
    r"|(?P<order>second|third|fourth|fifth)?[ -]?(?:single )?(?:leading|top|biggest|main|primary))"
    r" (?:killers?|causes? of (?:all )?deaths?)\b"
)
AGES = re.compile(
    r"(?:(?:among )?(?:people |those |adults |persons )?(?:between )?(?:the )?"
    r"\b(?:ages?|aged)(?: of)?(?: from| between)? )"
    r"(?P<low>\d{1,3})(?:\s*-\s*| to | through | and )(?P<high>\d{1,3})\b"
    r"|\b(?P<low2>\d{1,3})[ -]*(?:to|-)[ -]*(?P<high2>\d{1,3})[ -]years?[ -]olds?"
    r"|\badults (?P<low3>\d{2})(?:\s*-\s*| to )(?P<high3>\d{2})\b"
)
RATES = re.compile(
    r"\bper (?:100,000|100k|hundred thousand|million|1 million)\b"
    r"|\bage[ -](?:adjusted|standardi[sz]ed)|(?<!at a )\brates?\b"
)
_SENTENCE = re.compile(
    r"(?<!\bno)(?<!\b[a-z])(?<!\b(?:vs|st|dr))(?<!\b(?:sen|rep|gov))[.!?]\s+", re.IGNORECASE
)
_PIECE = re.compile(
    r";\s+|,\s+(?!\d{4}\b)|\s+(?=of which\b|of whom\b)|\s+-\s+|\s*[()]\s*", re.IGNORECASE
)
_LINK = re.compile(
    r"\b(?:(?P<from>(?:down |up )?from|than|compared (?:with|to)|versus|vs\.?|against)|(?P<to>to)"
    r"|and|while|but|with|or|include[sd]?|including|resulting in|of which|of whom|at|for|is|was"
    r"|were|represent(?:s|ed|ing)?|mark(?:s|ed|ing)?)\b"
)
_LEADS = re.compile(
    r"\b(?:(?P<from>(?:down |up )?from|than|(?P<sure>compared (?:with|to)|versus|vs\.?|against))"
    r"|(?P<to>to))(?: (?:an?|the|estimated|some))*\s*$"
)
_COMMENT = re.compile(
    r"(?:according to|sa(?:id|ys?)|as|the|officials|a|an|making|marking|setting|which|he|she|they"
    r"|we|underscoring|reflecting|despite|although|though|but|and|because|amid|thanks|calling"
    r"|prompting|it|this|these|federal|new|cdc|per the)\b"
)
_IN_COMMENTS = frozenset(
    ("more", "communities", "cost", "costs", "month", "months", "as", "period")
)
_CONJUNCTION = re.compile(r"(?:and|while|whereas|but)\b", re.IGNORECASE)
_ADDED = re.compile(r"(?:and|while|but|with)\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:%|percent|per cent|thirds|quarters?|half|out of \w+|in \w+) of (?:the|these|those)"
    r" (?P<number>(?:(?:nearly|almost|about|over|more than|an estimated|estimated|some) )*"
    r"\d{1,3}(?:,\d{3})+) "
    r"(?P<what>(?:drug |fatal |opioid |overdose )*(?:deaths|overdoses|people|persons|fatalities))"
    r"(?P<period> in (?:19|20)\d\d)?",
    re.IGNORECASE,
)


class Clause(Record, frozen=True, kw_only=True):
    """A clause with one number or rank."""

    text: str
    sentence: int
    link: Link = ""  # "from": base of a change; "to": its result
    rates: bool = False  # its sentence is about rates
    comments: tuple[str, ...] = ()  # trailing remarks that assert nothing countable


def cut(text: str) -> tuple[tuple[Clause, ...], tuple[tuple[int, str], ...]]:
    """Split a text into clauses.

    Returns:
        The clauses, and the sentences without a number or rank, each with its position.
    """
    clauses: list[Clause] = []
    others: list[tuple[int, str]] = []
    for number, sentence in enumerate(_SENTENCE.split(Scanner(text).whole)):
        rates = RATES.search(sentence.lower()) is not None
        main, asides = _without_asides(sentence.strip(" .!?"), rates=rates)
        found = _of_sentence(main, number, rates=rates)
        for aside in asides:
            found += _of_sentence(aside, number, rates=rates)
        clauses += found
        if not found and sentence.strip():
            others.append((number, sentence.strip(" .!?")))
    return tuple(clauses), tuple(others)


def blanked(text: str) -> str:
    """Return a text in lower case without times, ages and ranks; other numbers stay."""
    left = without_periods(Scanner(text).left)
    return RANK.sub(_blank, AGES.sub(_blank, left))


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


def _counts(piece: str, *, rates: bool, strict: bool) -> list[tuple[int, int]]:
    left = blanked(piece)
    every = find_interval(left)
    numbers = find_numbers(left, rates=rates)
    found = [(start, end) for start, end, _ in counted(left, numbers, strict=strict)]
    if every and not any(start >= every[0] and end <= every[1] for start, end in found):
        found.append(every[:2])
    return sorted(found)


def _without_asides(sentence: str, *, rates: bool) -> tuple[str, list[str]]:
    """Remove numbers that only name a comparison.

    "In 2016 (19.8) it was higher than in 2015 (16.3)" gets a clause per parenthesis, and "75 % of
    the 91,799 deaths in 2020" its base.
    """
    main = sentence
    asides: list[str] = []
    for match in reversed(list(BRACKETED.finditer(sentence))):
        if _counts(match["number"], rates=rates, strict=True):
            asides.insert(0, f"{match['number']} in {_the(match['time'])}")
            main = main[: match.end("time")] + main[match.end() :]
    if whole := _WHOLE.search(main):
        asides.insert(0, f"{whole['number']} {whole['what']}{whole['period'] or ''}")
        main = main[: whole.start("number")] + main[whole.start("what") :]
    if not _counts(main, rates=rates, strict=True):
        return sentence, []  # the only number is in parentheses: the words before belong to it
    return main, asides


def _the(time: str) -> str:
    return time if time[-1].isdigit() else f"the {time}"


def _of_sentence(sentence: str, number: int, *, rates: bool) -> list[Clause]:
    clauses: list[Clause] = []
    waiting: list[str] = []
    pieces = [" ".join(each.split()) for each in _PIECE.split(sentence)]
    counts = [_counts(piece, rates=rates, strict=True) for piece in pieces]
    if not any(counts):
        counts = [_counts(piece, rates=rates, strict=False) for piece in pieces]
    numbered = [
        bool(found or RANK.search(piece.lower()))
        for piece, found in zip(pieces, counts, strict=True)
    ]
    for place, piece in enumerate(pieces):
        if not piece:
            continue
        if not numbered[place]:
            ahead = not clauses or (_CONJUNCTION.match(piece) and any(numbered[place:]))
            if ahead:
                waiting.append(piece)
            else:
                clauses[-1] = _followed(clauses[-1], piece)
            continue
        for part, link in _split(piece, counts[place], first=not clauses and not waiting):
            head = ", ".join([*waiting, part])
            waiting = []
            clauses.append(Clause(text=head, sentence=number, link=link, rates=rates))
    return clauses


def _followed(clause: Clause, piece: str) -> Clause:
    if _is_comment(piece) or (
        _ADDED.match(piece) and _names_drug(piece) and _names_drug(clause.text)
    ):
        return Clause(
            text=clause.text,
            sentence=clause.sentence,
            link=clause.link,
            rates=clause.rates,
            comments=(*clause.comments, piece.strip()),
        )
    return Clause(
        text=f"{clause.text}, {piece}",
        sentence=clause.sentence,
        link=clause.link,
        rates=clause.rates,
        comments=clause.comments,
    )


def _names_drug(text: str) -> bool:
    found = Scanner(text)
    return (
        found.take_phrase(None, tuple(w for each in words().topics for w in each.words)) is not None
    )


def _is_comment(piece: str) -> bool:
    """Return whether a piece without a number is only a remark: nothing narrows a count."""
    scan = Scanner(piece)
    if not _COMMENT.match(scan.left) or without_periods(scan.left) != scan.left:
        return False
    spoken = re.match(r"(?:according to|sa(?:id|ys?)|told|announced)\b", scan.left)
    names = set(words().sources.words)
    if not spoken and any(
        scan.whole[start].isupper() and scan.left[start:end] not in names
        for start, end in scan.tokens()
    ):
        return False  # ", the Bronx" is a place
    told = {scan.left[start:end] for start, end in scan.tokens()}
    topics = {word for topic in words().topics for word in topic.words}
    return not (told & bearing().keys() - _IN_COMMENTS or told & topics)


def _split(piece: str, counts: list[tuple[int, int]], *, first: bool) -> list[tuple[str, Link]]:
    """Split a piece before the last word that connects two numbers."""
    left = blanked(piece)
    parts: list[tuple[str, Link]] = []
    begin, link = 0, _leading(left, counts)
    for (_, end), (start, stop) in pairwise(counts):
        between = left[end:stop]
        found = [each for each in _LINK.finditer(between) if end + each.start() <= start]
        if not found:
            continue
        last = found[-1]
        at = end + last.start()
        parts.append((piece[begin:at].strip(" ,"), link))
        link = "from" if last["from"] else "to" if last["to"] else ""
        begin = at if link else end + last.end()
    parts.append((piece[begin:].strip(" ,"), link))
    if not first and [each for _, each in parts] == ["", "to"] and not left[: counts[0][0]].strip():
        parts[0] = (parts[0][0], "from")  # "(8.2 to 8.6)"
    return parts


def _leading(left: str, counts: list[tuple[int, int]]) -> Link:
    if not counts:
        return ""
    match = _LEADS.search(left[: counts[0][0]])
    directions = (*words().directions.down, *words().directions.up)
    if not match:
        return ""
    before = left[: match.start()]
    moved = any(re.search(rf"\b{word}\b", before) for word in directions)
    alone = not before.strip("\0 ,")
    if not (moved or alone or match["sure"] or match[0].startswith(("down", "up"))):
        return ""
    return "from" if match["from"] else "to"


_TWELVE = 12
_BEFORE = "the number that it is counted from is of the twelve months before"


class Draft(Record, frozen=True, kw_only=True):
    """A claim from its clause alone."""

    claim: Claim
    link: Link
    sentence: int
    own: bool  # it states its own period
    before: bool  # it refers to "the year before"
    end: int | None = None  # of the base of a change: last month of the result


def linked(drafts: list[Draft]) -> list[Draft]:
    """Assign periods to the linked numbers of a change, sentence by sentence."""
    done: list[Draft] = []
    for number, draft in enumerate(drafts):
        rest = [each for each in drafts[number + 1 :] if each.sentence == draft.sentence]
        earlier = [each for each in done if each.sentence == draft.sentence]
        done.append(_placed(draft, earlier, rest))
    return done


def _placed(draft: Draft, earlier: list[Draft], rest: list[Draft]) -> Draft:
    claim = draft.claim
    if claim.measure == "change":
        return _dated(draft, _change(claim, rest, own=draft.own))
    if claim.measure == "rank" or (draft.own and claim.last is not None) or claim.since is not None:
        return draft
    if draft.link == "from" or draft.before:
        last = _base(earlier, rest)
        return _dated(
            draft,
            msgspec.structs.replace(
                claim, last=last, assumed=(*claim.assumed, *(() if last is None else (_BEFORE,)))
            ),
        )
    if draft.link == "to":
        return _dated(draft, msgspec.structs.replace(claim, last=_end(earlier, rest)))
    return draft


def _dated(draft: Draft, claim: Claim) -> Draft:
    return msgspec.structs.replace(draft, claim=claim)


def _base(earlier: list[Draft], rest: list[Draft]) -> int | None:
    """Return the last month of a change's base."""
    span = next((each for each in earlier if each.link == "from" and each.end is not None), None)
    if span:
        return span.claim.last  # its two years apply to the whole sentence
    latest = [each for each in reversed(earlier) if each.claim.last is not None]
    for each in latest:
        if each.claim.measure == "change" and each.claim.against is not None:
            return each.claim.against
    for each in latest:
        if each.claim.last is not None:
            return each.claim.last if each.link == "from" else each.claim.last - _TWELVE
    ends = [each.claim.last for each in rest if each.own and each.link != "from"]
    return next((last - _TWELVE for last in ends if last is not None), None)


def _end(earlier: list[Draft], rest: list[Draft]) -> int | None:
    """Return the last month of a change's result."""
    for each in reversed(earlier):
        if each.link != "from" and each.claim.last is not None:
            return each.claim.last
    for each in reversed(earlier):
        if each.link == "from" and each.claim.last is not None:
            return each.end if each.end is not None else each.claim.last + _TWELVE
    bases = [each.claim.last for each in rest if each.own and each.link == "from"]
    return next((last + _TWELVE for last in bases if last is not None), None)


def _change(claim: Claim, rest: list[Draft], *, own: bool) -> Claim:
    """Take the two ends of a change from the following numbers."""
    bases = [each.claim.last for each in rest if each.own and each.link == "from"]
    ends = [each.claim.last for each in rest if each.own and each.link == "to"]
    base = next((last for last in bases if last is not None), None)
    end = next((last for last in ends if last is not None), None)
    last = claim.last if own and claim.last is not None else end if end is not None else claim.last
    if base is None:
        return msgspec.structs.replace(
            claim,
            last=last,
            against=claim.against
            if last == claim.last
            else None
            if last is None
            else last - _TWELVE,
        )
    if last is None and base % _TWELVE == _TWELVE - 1:
        last = base + _TWELVE
    if last is not None and base >= last:
        return claim
    return msgspec.structs.replace(claim, last=last, against=base)
