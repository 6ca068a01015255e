"""The C functions on hostile text, watched by sanitizers of addresses and undefined behaviour."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tidewaiter.native import library

SRC = Path(__file__).parents[2] / "src"

# Each line is an array of its own, so that a read beyond it is seen.
_RUN = """
import ctypes, random, sys
import numpy as np
from tidewaiter.identify.engine.hashing import first_of_each
from tidewaiter.identify.engine.scan import scan
from tidewaiter.identify.engine.triggers import find_triggers
from tidewaiter.identify.engine.unknown_words import make_verdicts
from tidewaiter.identify.engine.words import fold_keys, hash_texts, hash_words
from tidewaiter.identify.lexicon.loading import load_lexicon
from tidewaiter.native import calls

built = ctypes.CDLL(sys.argv[1])
calls._library = lambda: built
lexicon = load_lexicon(street=True)
chance = random.Random(1988)
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
lines = [hostile(chance.randrange(1, 8)) for _ in range(int(sys.argv[2]))]
found = sum(read([line]) for line in lines) + read([b"", *lines, b""]) + read([hostile(900)])
texts = [line.decode("utf-8", "replace") for line in lines[:300]]
hash_texts(texts, lexicon.tables.fold)
hash_words(texts, lexicon.tables.fold)
fold_keys(texts, lexicon.tables.fold)
print(found)
"""


def _sanitizer() -> str | None:
    """Return the path of GCC's address sanitizer."""
    if shutil.which("gcc") is None:
        return None
    asked = ["gcc", "-print-file-name=libasan.so"]
    place = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return place if Path(place).is_absolute() else None


def test_hostile_text_is_read_within_its_bounds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No byte outside an array is read or written, and no step is undefined in C."""
    sanitizer = _sanitizer()
    if sanitizer is None:
        pytest.skip("needs GCC with its address sanitizer")
    monkeypatch.setenv("CC", "gcc")
    checks = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1")
    built = library.build(tmp_path, *checks)
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(built), "1500"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "LD_PRELOAD": sanitizer,
            "ASAN_OPTIONS": "detect_leaks=0",  # of the interpreter
            "PYTHONMALLOC": "malloc",
            "PYTHONPATH": str(SRC),
        },
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout) > 1000
