"""Pages of the network of parties."""
