"""Pages of requests and joint cases."""
