"""What every handler can ask for: the installation, and who asks."""

from litestar.di import NamedDependency

from tidewaiter.store.sessions import User
from tidewaiter.web.node import Node

TheNode = NamedDependency[Node]
TheUser = NamedDependency[User]
