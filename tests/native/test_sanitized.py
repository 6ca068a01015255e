"""The C functions on hostile text, watched by sanitizers of addresses and undefined behaviour."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tidewaiter.native import library

SRC = Path(__file__).parents[2] / "src"
LIST = Path(__file__).parents[1] / "data" / "parties" / "matching.jsonl"

_BUILT = """
import ctypes, random, sys
import numpy as np
from tidewaiter.native import calls

built = ctypes.CDLL(sys.argv[1])
calls._library = lambda: built
chance = random.Random(1988)
"""

# Each line is an array of its own, so that a read beyond it is seen.
_GOODS = """
from tidewaiter.identify.engine.hashing import first_of_each
from tidewaiter.identify.engine.scan import scan
from tidewaiter.identify.engine.triggers import find_triggers
from tidewaiter.identify.engine.unknown_words import make_verdicts
from tidewaiter.identify.engine.words import fold_keys, hash_texts, hash_words
from tidewaiter.identify.lexicon.loading import load_lexicon

lexicon = load_lexicon(street=True)
names = [entry.text for entry in lexicon.names.entries]
numbers = [number.cas for number in lexicon.names.numbers]
said = [text for texts in lexicon.rules.phrases.__struct_fields__
        for text in getattr(lexicon.rules.phrases, texts)]
between = ["", " ", "-", ", ", "\\n", ".", "%", "\\u200b", "0 % ", "0", " free ", "kg ", "rn", "|"]

def edited(text):
    signs = list(text)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(signs) + 1)
        signs[at : at + chance.randrange(2)] = chance.choice("m0e-\\u03b1\\u9178")
    return "".join(signs)

def piece():
    return chance.choice([
        lambda: edited(chance.choice(names)),
        lambda: edited(chance.choice(numbers)),
        lambda: chance.choice(said),
        lambda: chance.choice(["CAS ", "HS ", "UN", "H.S. ", "CUS "]) + str(chance.getrandbits(40)),
        lambda: chr(chance.choice([chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)])),
        lambda: chance.choice("=#[]()-N/,+") * 3 + chance.choice(["methyl", "InChI=", "C" * 14]),
        lambda: chance.choice("rnml10|.9a\\u00e9") * chance.randrange(1, 90),
    ])()

def hostile(pieces):
    text = "".join(piece() + chance.choice(between) for _ in range(pieces))
    line = bytearray(text.encode())
    for _ in range(chance.randrange(3) if chance.random() < 0.3 else 0):
        line[chance.randrange(len(line))] = chance.randrange(256)
    return bytes(line)

def read(lines):
    text = np.array(np.frombuffer(b"".join(lines), np.uint8))
    offsets = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    first_of_each(text, offsets)
    find_triggers(text, offsets)
    return len(scan(text, offsets, lexicon.tables, verdicts))

verdicts = make_verdicts()
lines = [hostile(chance.randrange(1, 8)) for _ in range(1500)]
found = sum(read([line]) for line in lines) + read([b"", *lines, b""]) + read([hostile(900)])
texts = [line.decode("utf-8", "replace") for line in lines[:300]]
hash_texts(texts, lexicon.tables.fold)
hash_words(texts, lexicon.tables.fold)
fold_keys(texts, lexicon.tables.fold)
print(found)
"""

# Each name is a batch of its own, whose words are appended to those before; then all are one.
_PARTIES = """
from pathlib import Path
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.kernels.alignment import SIZE
from tidewaiter.parties.matching.kernels.linking import TOP, new_room
from tidewaiter.parties.matching.kernels.search import gather
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty, read_rows

parties = read_rows(Path(sys.argv[2]))
index = build_index(parties)
kinds = ["unknown", "person", "organisation", "vessel", "aircraft"]
names = [name.text for party in parties for name in party.names]

def edited(text):
    signs = list(text)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(signs) + 1)
        signs[at : at + chance.randrange(2)] = chance.choice("ae -.1\\u0430\\u738b")
    return "".join(signs)

def hostile():
    return chance.choice([
        lambda: edited(chance.choice(names)),
        lambda: " ".join(edited(chance.choice(names)) for _ in range(chance.randrange(2, 9))),
        lambda: chance.choice(["ab ", "1 ", "\\u738b", "x-", "A. "]) * chance.randrange(1, 90),
        lambda: chance.choice("abx") * chance.choice([1, 61, 62, 63, 300, 70000]),
        lambda: chr(chance.choice([chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)])),
        lambda: "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(chance.randrange(9))),
    ])()

asked = [AskedParty(id="", text=hostile(), kind=chance.choice(kinds)) for _ in range(1500)]
matcher = Matcher(index)
found = sum(len(matcher.match([each], 0.1)[0].matches) for each in asked)
every = Matcher(index).match(asked, 0.1)
assert found == sum(len(each.matches) for each in every)
asking = matcher.ask(asked)
most = len(asking.forms.owner) * TOP
values = np.zeros((most, SIZE), np.float32)
gather(index.listed, asking, new_room(index.listed), np.zeros((most, 4), np.int32), values)
print(found)
"""


def _sanitizer() -> str | None:
    """Return the path of GCC's address sanitizer."""
    if shutil.which("gcc") is None:
        return None
    asked = ["gcc", "-print-file-name=libasan.so"]
    place = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return place if Path(place).is_absolute() else None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the library with sanitizers."""
    if _sanitizer() is None:
        pytest.skip("needs GCC with its address sanitizer")
    checks = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CC", "gcc")
        return library.build(tmp_path_factory.mktemp("native"), *checks)


@pytest.mark.parametrize("script", [_GOODS, _PARTIES], ids=["goods", "parties"])
def test_hostile_text_is_read_within_its_bounds(built: Path, script: str) -> None:
    """No byte outside an array is read or written, and no step is undefined in C."""
    done = subprocess.run(
        [sys.executable, "-c", _BUILT + script, str(built), str(LIST)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "LD_PRELOAD": str(_sanitizer()),
            "ASAN_OPTIONS": "detect_leaks=0",  # of the interpreter
            "PYCRYPTODOME_DISABLE_DEEPBIND": "1",  # sanitizers refuse libraries loaded so
            "PYTHONMALLOC": "malloc",
            "PYTHONPATH": str(SRC),
        },
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout) > 100
