"""How the documentation is built: offline, and with warnings as errors."""

import logging
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "extensions"), str(HERE.parent / "src")]

from tidewaiter import __version__ as release  # noqa: E402, F401 - once the path is set

logging.getLogger("alembic").setLevel(logging.WARNING)

project = "Tidewaiter"
author = "The Tidewaiter maintainers"
copyright = "The Tidewaiter maintainers, Apache-2.0"  # noqa: A001

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "facts", "searchwords"]
exclude_patterns = ["_build", "benchmarks/*.txt"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # pages of records begin their sections at level 2

autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False

smartquotes_action = "De"  # dashes alone: quotes are shown as they are typed

html_theme = "furo"
html_title = "Tidewaiter"
html_copy_source = False
html_show_sphinx = False
html_use_index = True
html_search_scorer = str(HERE / "extensions" / "scorer.js")
