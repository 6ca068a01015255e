"""Parties of a bill: N1, and the names and addresses of N2 to N4 behind it."""

from tidewaiter.consignments.messages.x12.segments import Segment

OTHER = "other"
"""The role of a party whose code has none here: it is compared with the lists all the same."""

_ROLES = {
    "SH": "consignor",
    "CN": "consignee",
    "N1": "notify",
    "N2": "notify",
    "NP": "notify",
    "EX": "exporter",
    "IM": "importer",
    "BY": "buyer",
    "SE": "seller",
    "CB": "declarant",
    "CA": "carrier",
    "FW": "forwarder",
}


class Party:
    """One party, while its segments come."""

    def __init__(self, segment: Segment) -> None:
        """Begin with N1."""
        self.role = _ROLES.get(segment.get(1), OTHER)
        self._id = segment.get(4)
        self._country = ""
        self._names, self._address = [segment.get(2)], list[str]()

    def add(self, segment: Segment) -> None:
        """Take N2, N3 or N4."""
        tag = segment.get(0)
        told = [segment.get(place) for place in range(1, len(segment.elements))]
        if tag == "N2":
            self._names += told
            return
        if tag == "N4":
            self._country = segment.get(4) or self._country
            told = told[:3]
        self._address += told

    def told(self) -> dict[str, str | None]:
        """Return it with the keys of types.PARTY."""
        return {
            "role": self.role,
            "name": " ".join(filter(None, self._names)) or None,
            "address": ", ".join(filter(None, self._address)) or None,
            "country": self._country or None,
            "id_scheme": None,
            "id": self._id or None,
        }
