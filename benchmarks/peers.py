"""Peers: what other libraries do of the same work, each at its best.

An engine is built from names and scans a text of many lines in one call, which spares it the
cost of a call per line; it gives the spans of its hits. All look for names as they stand:
none of them sees a misspelling, a homoglyph or a salt.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from types import MappingProxyType

Spans = list[tuple[int, int]]
Scan = Callable[[str], Spans]
Engine = Callable[[Sequence[str]], Scan]


def token_dictionary(names: Sequence[str]) -> Scan:
    """Look up runs of words in a set, longest first: the loop one writes without a library."""
    known = frozenset(names)
    longest = max(name.count(" ") for name in names) + 1

    def scan(text: str) -> Spans:
        found: Spans = []
        words = [match.span() for match in re.finditer(r"[^\s,;()]+", text)]
        at = 0
        while at < len(words):
            begin, step = words[at][0], 1
            for size in range(min(longest, len(words) - at), 0, -1):
                end = words[at + size - 1][1]
                if text[begin:end] in known:
                    found.append((begin, end))
                    step = size
                    break
            at += step
        return found

    return scan


def rust_aho_corasick(names: Sequence[str]) -> Scan:
    """Scan with ahocorasick_rs, leftmost and longest."""
    from ahocorasick_rs import AhoCorasick, MatchKind  # noqa: PLC0415 - an extra

    automaton = AhoCorasick(list(names), matchkind=MatchKind.LeftmostLongest)
    return lambda text: [(a, b) for _, a, b in automaton.find_matches_as_indexes(text)]


def daachorse(names: Sequence[str]) -> Scan:
    """Scan with daachorse, leftmost and longest, over bytes."""
    import daachorse as library  # noqa: PLC0415 - an extra

    automaton = library.DoubleArrayAhoCorasick(
        [name.encode() for name in names], library.MATCH_KIND_LEFTMOST_LONGEST
    )
    return lambda text: [(a, b) for a, b, _ in automaton.find(text.encode())]


def pyahocorasick(names: Sequence[str]) -> Scan:
    """Scan with pyahocorasick; `iter`, as `iter_long` loses matches."""
    import ahocorasick  # noqa: PLC0415 - an extra

    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(name, len(name))
    automaton.make_automaton()
    return lambda text: [(end + 1 - size, end + 1) for end, size in automaton.iter(text)]


def flashtext(names: Sequence[str]) -> Scan:
    """Scan with flashtext: whole words only."""
    from flashtext import KeywordProcessor  # noqa: PLC0415 - an extra

    processor = KeywordProcessor(case_sensitive=True)
    processor.add_keywords_from_list(list(names))
    return lambda text: [(a, b) for _, a, b in processor.extract_keywords(text, span_info=True)]


def hyperscan(names: Sequence[str]) -> Scan:
    """Scan with hyperscan in block mode: every match, overlapping ones too."""
    import hyperscan as library  # noqa: PLC0415 - an extra

    database = library.Database(mode=library.HS_MODE_BLOCK)
    database.compile(
        expressions=[re.escape(name).encode() for name in names],
        flags=[library.HS_FLAG_SOM_LEFTMOST] * len(names),
    )

    def scan(text: str) -> Spans:
        found: Spans = []

        def keep(_name: int, begin: int, end: int, _flags: int, _context: object) -> None:
            found.append((begin, end))

        database.scan(text.encode(), match_event_handler=keep)
        return found

    return scan


ENGINES: Mapping[str, tuple[str, Engine]] = MappingProxyType(
    {
        "dictionary of words": ("", token_dictionary),
        "ahocorasick_rs": ("ahocorasick_rs", rust_aho_corasick),
        "daachorse": ("daachorse", daachorse),
        "pyahocorasick": ("ahocorasick", pyahocorasick),
        "flashtext": ("flashtext", flashtext),
        "hyperscan": ("hyperscan", hyperscan),
    }
)
"""Each engine's name, with the module that it needs."""


def installed() -> dict[str, Engine]:
    """Return the engines with an installed library."""
    return {
        name: engine
        for name, (module, engine) in ENGINES.items()
        if not module or find_spec(module)
    }


def whole_words(text: str, spans: Spans) -> set[tuple[int, int]]:
    """Keep the spans that do not begin or end inside a word."""
    return {
        (begin, end)
        for begin, end in spans
        if not (begin and text[begin - 1].isalnum())
        and not (end < len(text) and text[end].isalnum())
    }
