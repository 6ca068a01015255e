"""Law packs: archives, from a publisher to a user, signed by The Update Framework."""
