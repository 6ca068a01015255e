"""Commands of party lists."""
