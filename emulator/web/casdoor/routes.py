"""Casdoor's routes: which controller answers a method and a path."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext

#: Takes the context and what the path's `<application>` stands for, empty without one.
View: TypeAlias = Callable[[CasdoorContext, str], Reply]


@dataclass(frozen=True, kw_only=True)
class Route:
    """An operation such as `casdoor.login`, and the controller that answers it."""

    operation: str
    view: View


@dataclass(kw_only=True)
class Routes:
    """Routes by path and method; one trailing slash more does no harm."""

    exact: dict[str, dict[str, Route]] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], str, dict[str, Route]]] = field(default_factory=list)

    def add(self, path: str, *methods: str) -> Callable[[View], View]:
        """Have a view answer a path, which may hold one `<application>`; it is named after the view's function."""

        def register(view: View) -> View:
            route = Route(operation=f"casdoor.{view.__name__}", view=view)
            by_method = dict.fromkeys(methods, route)
            if "<application>" in path:
                before, _, after = path.partition("<application>")
                pattern = re.compile(f"{re.escape(before)}([^/]+){re.escape(after)}")
                self.patterns.append((pattern, path, by_method))
            else:
                self.exact.setdefault(path, {}).update(by_method)
            return view

        return register

    def find(self, method: str, path: str) -> tuple[Route | None, str]:
        """Return the route of a decoded path, and what its `<application>` stands for; HEAD is routed as GET."""
        wanted = "GET" if method == "HEAD" else method
        plain = path.removesuffix("/")
        exact = self.exact.get(plain)
        if exact is not None:
            return exact.get(wanted), ""
        for pattern, _, by_method in self.patterns:
            found = pattern.fullmatch(plain)
            if found is not None:
                return by_method.get(wanted), found[1].encode("latin-1").decode("utf-8", "replace")
        return None, ""

    def listed(self) -> list[tuple[str, str, str]]:
        """Return every route as method, path and operation."""
        tables = [*self.exact.items(), *((path, by_method) for _, path, by_method in self.patterns)]
        return [(method, path, route.operation) for path, table in tables for method, route in table.items()]


routes = Routes()
