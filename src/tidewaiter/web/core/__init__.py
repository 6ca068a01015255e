"""The application: security, requests, responses and errors."""
