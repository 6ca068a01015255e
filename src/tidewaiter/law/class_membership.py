"""Class membership: which class rules cover the structures of the registry, computed and cached.

A named list comes before a class, but a law that holds a substance by its class alone must not be
missed because the papers name the substance. To look a structure up at each start would load
RDKit; so the answers for all structures of the registry are kept in the cache.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.phrases import Phrase, read_phrase, structured
from tidewaiter.law.answers import ClassGap, ClassHold, Found, Membership, key_of
from tidewaiter.law.controls import controls_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Substance


class Members:
    """Answers for substances that are found by their name."""

    def __init__(self, registry: Registry, known: Mapping[str, Membership]) -> None:
        """Take what is known.

        Args:
            registry: With the rules.
            known: By `key_of`; a substance without a structure is absent.
        """
        self._rules = {rule.slug: rule for rule in registry.classes}
        self._known = known

    def judge(self, found: Found, day: date) -> Found:
        """Say what the class rules say of a substance, or that they could not be evaluated.

        Args:
            found: It, as it was found by its name.
            day: The day whose lists decide what a class leaves to them.
        """
        if found.substance is None:
            return found
        slug = found.substance.slug
        known = self._known.get(key_of(slug, found.form.name if found.form else None))
        known = known or self._known.get(key_of(slug, None))
        if known is None:
            return self._unknown(found, found.substance, day)
        listed = {control.regime for control in controls_on(found.substance, day)}
        opened = {gap.rule for gap in known.gaps}
        rules = [rule for rule in self._rules.values() if rule.holds_on(day)]
        return msgspec.structs.replace(
            found,
            classes=tuple(self._left_out(hold, listed) for hold in known.holds),
            open_classes=tuple(g for g in known.gaps if self._rules[g.rule].holds_on(day)),
            evaluated=tuple(
                f"{rule.regime}: class {rule.slug} evaluated"
                for rule in rules
                if rule.slug not in opened
            ),
        )

    def _unknown(self, found: Found, substance: Substance, day: date) -> Found:
        """Say that class rules could not be evaluated where no structure is loaded."""
        if substance.kind not in {"drug", "precursor"}:
            return found
        why = Phrase("gap/no-structure")
        rules = [rule for rule in self._rules.values() if rule.holds_on(day)]
        gaps = tuple(ClassGap(regime=r.regime, rule=r.slug, reason=why) for r in rules)
        return msgspec.structs.replace(found, open_classes=gaps)

    def _left_out(self, hold: ClassHold, listed: set[str]) -> ClassHold:
        """Say why a rule leaves a substance to a list that names it."""
        exclusions = self._rules[hold.rule].exclusions
        words = next((e.words for e in exclusions if listed.intersection(e.regimes)), None)
        return hold if words is None else msgspec.structs.replace(hold, excluded_by=(words,))


def load_members(registry: Registry) -> Members:
    """Load what the class rules say of the registry's structures; work it out where it changed."""
    folder = Path(__file__).parent
    code = sorted((*folder.glob("*.py"), *(folder / "structure").glob("*.py")))
    key = digest(code, registry.digest)

    def make(place: Path) -> None:
        # Here and not above: RDKit is needed only where something changed.
        from tidewaiter.law.structure.recognition import memberships  # noqa: PLC0415

        known = memberships(registry)
        (place / "members.msgpack").write_bytes(msgspec.msgpack.encode(known, enc_hook=structured))

    file = cached("members", key, make) / "members.msgpack"
    kind = dict[str, Membership]
    known = msgspec.msgpack.decode(file.read_bytes(), type=kind, dec_hook=read_phrase)
    return Members(registry, known)
