"""Registries: how a slice joins a page or command that stands lower than itself.

The kernel knows nothing of filings or money; a slice registers a function under a name, and the home page,
the search box, the person's card, `seed` and `check_books` run what is registered, in order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Entry(Generic[F]):
    """One registered function: `order` sorts, `name` is unique within its registry."""

    name: str
    order: int
    function: F


class Registry(Generic[F]):
    """Functions by name, run in (order, name)."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._entries: dict[str, Entry[F]] = {}

    def register(self, name: str, *, order: int = 100) -> Callable[[F], F]:
        """Decorate a function to join; the same name twice is a programming error."""

        def join(function: F) -> F:
            known = self._entries.get(name)
            if known is not None and known.function is not function:
                raise ValueError(f"{self.title}: {name} is registered twice")
            self._entries[name] = Entry(name, order, function)
            return function

        return join

    def __iter__(self) -> Iterator[Entry[F]]:
        return iter(sorted(self._entries.values(), key=lambda entry: (entry.order, entry.name)))

    def __getitem__(self, name: str) -> F:
        return self._entries[name].function

    def __contains__(self, name: str) -> bool:
        return name in self._entries


# Each comment says what the function is called with and what it gives back.
NAV: Registry[Callable[..., Any]] = Registry("nav")  # (user) -> NavItem | None
HOME: Registry[Callable[..., Any]] = Registry("home")  # (user, today) -> HomePart
SEARCH: Registry[Callable[..., Any]] = Registry("search")  # (user, term) -> SearchGroup
CARD: Registry[Callable[..., Any]] = Registry("card")  # (user, person, today) -> CardSection
UNMASK: Registry[Callable[..., Any]] = Registry("unmask")  # (user, subject_no) -> Unmasked | None
STANDING: Registry[Callable[..., Any]] = Registry("standing")  # (PrintedForm) -> Standing | None
SEEDERS: Registry[Callable[..., Any]] = Registry("seed")  # (seeds: Path, tally) -> None
DEMO: Registry[Callable[..., Any]] = Registry("demo")  # (seeds: Path, tally, now) -> None
CHECKS: Registry[Callable[..., Any]] = Registry("check_books")  # (period | None) -> Iterator[Broken]
BATCH_KINDS: Registry[Callable[..., Any]] = Registry("batch kinds")  # () -> BatchKind
JOB_KINDS: Registry[Callable[..., Any]] = Registry("job kinds")  # (job, progress) -> result dict
# () -> model class; order: its place in form 19
STATEFUL: Registry[Callable[..., Any]] = Registry("stateful models")
