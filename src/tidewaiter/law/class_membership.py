"""Class membership: which class rules cover the structures of the registry, computed and cached.

A named control takes precedence over a class, but a substance controlled only through its class
must not be missed because the documents use its name. Computing this at each start would load
RDKit; so the results for all structures in the registry are cached.
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
    """Class membership for substances identified by name."""

    def __init__(self, registry: Registry, known: Mapping[str, Membership]) -> None:
        """Use computed memberships.

        Args:
            registry: The registry, with the class rules.
            known: Memberships by `key_of`; a substance without a structure is absent.
        """
        self._rules = {rule.slug: rule for rule in registry.classes}
        self._known = known

    def judge(self, found: Found, day: date) -> Found:
        """Add the class rules that cover a substance, or that could not be evaluated.

        Args:
            found: The substance, as identified by name.
            day: Day of the named controls that take precedence over a class.
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
        """Report class rules as not evaluated if the structure is not known."""
        if substance.kind not in {"drug", "precursor"}:
            return found
        why = Phrase("gap/no-structure")
        rules = [rule for rule in self._rules.values() if rule.holds_on(day)]
        gaps = tuple(ClassGap(regime=r.regime, rule=r.slug, reason=why) for r in rules)
        return msgspec.structs.replace(found, open_classes=gaps)

    def _left_out(self, hold: ClassHold, listed: set[str]) -> ClassHold:
        """Add the reason why a rule defers to a named control."""
        exclusions = self._rules[hold.rule].exclusions
        words = next((e.words for e in exclusions if listed.intersection(e.regimes)), None)
        return hold if words is None else msgspec.structs.replace(hold, excluded_by=(words,))


def load_members(registry: Registry) -> Members:
    """Load the class memberships of the registry's structures; recompute them after a change."""
    folder = Path(__file__).parent
    code = sorted((*folder.glob("*.py"), *(folder / "structure").glob("*.py")))
    key = digest(code, registry.digest)

    def make(place: Path) -> None:
        # Imported here, because RDKit is needed only after a change.
        from tidewaiter.law.structure.recognition import memberships  # noqa: PLC0415

        known = memberships(registry)
        (place / "members.msgpack").write_bytes(msgspec.msgpack.encode(known, enc_hook=structured))

    file = cached("members", key, make) / "members.msgpack"
    kind = dict[str, Membership]
    known = msgspec.msgpack.decode(file.read_bytes(), type=kind, dec_hook=read_phrase)
    return Members(registry, known)
