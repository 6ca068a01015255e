"""Prebuilding: what a first start would compile is made when the package is installed.

Run ``python -m tidewaiter.identify.prebuilding``; the build of a wheel does. What it makes is found
by a digest of its sources, as in the cache: changed lists or code are never answered from it.
"""

import os
import shutil

from tidewaiter.base.cache import PREBUILT
from tidewaiter.identify.lexicon.loading import load_lexicon
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.structure.index import load_keys
from tidewaiter.parties.names.dictionary import load_pinyin


def prebuild() -> None:
    """Make what a first start needs: registry, lexicon, classes, structures, pinyin."""
    shutil.rmtree(PREBUILT, ignore_errors=True)
    os.environ["TIDEWAITER_CACHE"] = str(PREBUILT)
    registry = load_lexicon().registry
    load_members(registry)
    load_keys(registry)
    load_pinyin()


if __name__ == "__main__":
    prebuild()
