"""The command line itself: options, progress, errors."""
