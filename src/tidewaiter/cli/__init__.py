"""The command line: reads input, calls the node, writes data to stdout and messages to stderr."""
