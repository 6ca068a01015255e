"""The command line: reads, asks the node, writes data to stdout and talk to stderr."""
