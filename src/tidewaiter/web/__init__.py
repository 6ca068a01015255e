"""Web: pages for officers, and the same records as JSON for programs."""
