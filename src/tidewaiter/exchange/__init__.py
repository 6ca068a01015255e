"""Exchange: what nodes of different authorities say to each other, and how it is proved."""
