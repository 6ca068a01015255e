"""Entity resolution and the network in the database."""
