"""The web: pages for officers, and the same records for programs."""
