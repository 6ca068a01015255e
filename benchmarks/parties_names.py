"""How fast names are read: names per CPU second, the first time and again.

``python -m benchmarks.parties_names`` reads the names of the list of parties beside the checkout,
per kind and script. The first time fills what is kept of each distinct word; again, all words are
known.
"""

import json
import time
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.evaluation import data

from tidewaiter.parties.names import keys_of, read_name, read_names
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.types import PartyKind

WANTED = 40_000  # names in plain Latin letters per CPU second


def main() -> None:
    """Print the table."""
    file = data("parties/partybench/list.jsonl")
    if file is None:
        print("no list of parties beside the checkout")
        return
    names: dict[tuple[str, PartyKind], list[str]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        kind: PartyKind = "person" if entry["schema"] == "Person" else "organisation"
        for name in entry["names"]:
            names[_script(name), kind].append(name)
    read_name("Nova Co Ltd", "organisation")  # the tables are loaded
    print(f"{'script':12}{'kind':14}{'names':>8}{'first':>10}{'again':>10}")
    for (writing, kind), those in sorted(names.items()):
        first, again = _rate(those, kind), _rate(those, kind)
        print(f"{writing:12}{kind:14}{len(those):8}{first:10,.0f}{again:10,.0f}")
        assert writing != "plain" or again >= WANTED
    words = {word for those in names.values() for name in those for word in name.lower().split()}
    start = time.process_time()
    for word in words:
        keys_of(word)
    print(f"keys of {len(words):,} words: {len(words) / (time.process_time() - start):,.0f}")


def _rate(names: Sequence[str], kind: PartyKind) -> float:
    start = time.process_time()
    found = read_names(names, kind)
    assert len(found) == len(names)
    return len(names) / (time.process_time() - start)


def _script(name: str) -> str:
    if name.isascii():
        return "plain"
    return next((each for each in map(script, name) if each not in {"latin", "common"}), "latin")


if __name__ == "__main__":
    main()
