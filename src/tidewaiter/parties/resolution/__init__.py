"""From parties as consignments write them to the entities that they are, across time."""
