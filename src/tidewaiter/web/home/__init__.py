"""Home page by role, and the jump box."""
