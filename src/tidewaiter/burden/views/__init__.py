"""Views of official counts: trends, drugs, maps, ages and revisions; pure functions."""
