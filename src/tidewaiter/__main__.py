"""Run the command line as `python -m tidewaiter`."""

from tidewaiter.cli.core.main import main

if __name__ == "__main__":
    main(prog_name="tidewaiter")
