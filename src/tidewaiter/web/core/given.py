"""What every handler can ask for: the installation, and who asks."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import PathParameter

from tidewaiter.store.sessions import User
from tidewaiter.web.node import Node

TheNode = NamedDependency[Node]
TheUser = NamedDependency[User]
Number = Annotated[int, PathParameter(ge=1, le=2**53)]
"""A number in a path."""
