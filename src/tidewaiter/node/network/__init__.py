"""Network of parties: queries, graph, layout and paths."""
