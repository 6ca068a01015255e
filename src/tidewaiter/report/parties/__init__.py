"""Tables and files of party matches and resolved entities."""
