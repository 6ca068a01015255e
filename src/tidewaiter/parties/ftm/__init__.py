"""FollowTheMoney: its names, its entities as sightings, and entities of ours as its own."""
