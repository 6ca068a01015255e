"""The lexicon: all lookup tables of the scan, compiled once and cached."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.mapped_arrays import load_arrays, save_arrays
from tidewaiter.base.resources import data, toml_files
from tidewaiter.identify.engine.rules import ContextRules, load_context_rules
from tidewaiter.identify.engine.scan import Tables
from tidewaiter.identify.lexicon.entries import Names
from tidewaiter.identify.lexicon.unlisted_chemicals import Respelt
from tidewaiter.law.registry import Registry, load_registry

_KIND = "lexicon"


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The scan tables, their names, and the registry."""

    registry: Registry
    rules: ContextRules
    tables: Tables
    names: Names
    respelt: Respelt


def _key(registry: Registry, *, street: bool) -> str:
    """Hash all inputs of a lexicon."""
    files = [data("rules", name) for name in ("fold.toml", "context.toml", "respelling.toml")]
    files += [data("hs", "own.toml"), data("other_chemicals", "hashes.bin")]
    files += sorted(data("words").iterdir(), key=lambda file: file.name)
    files += toml_files(data("rules", "languages"))
    folder = Path(__file__).parents[1]
    code = sorted(each for kind in ("py", "c", "h") for each in folder.rglob(f"*.{kind}"))
    return digest([*files, *code], registry.digest, str(street))


def load_lexicon(
    own: tuple[Path, ...] = (),
    *,
    street: bool = False,
    compiling: Callable[[], None] = lambda: None,
) -> Lexicon:
    """Load the compiled lexicon; recompile it after a change of registry, rules or code.

    Args:
        own: Folders with an authority's own lists, as in `load_registry`.
        street: Recognise slang too.
        compiling: Called before a compilation, which takes some seconds.
    """
    registry = load_registry(own)
    key = _key(registry, street=street)

    def make(folder: Path) -> None:
        # Imported here: loading the compiler takes as long as a whole answer, and it is needed only
        # after a change.
        from tidewaiter.identify.lexicon.compilation import compile_lexicon  # noqa: PLC0415

        compiling()
        tables, names, respelt = compile_lexicon(registry, street=street)
        save_arrays(folder, "tables", tables)
        save_arrays(folder, "respelt", respelt)
        (folder / "names.msgpack").write_bytes(msgspec.msgpack.encode(names))

    folder = cached(_KIND, key, make)
    names = msgspec.msgpack.decode((folder / "names.msgpack").read_bytes(), type=Names)
    tables = load_arrays(folder, "tables", Tables)
    respelt = load_arrays(folder, "respelt", Respelt)
    return Lexicon(registry, load_context_rules(), tables, names, respelt)
