"""Mappings that nobody changes: what is handed to drivers is read and no more."""

from __future__ import annotations

from typing import NoReturn, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class FrozenError(TypeError):
    """Something tried to change what it was handed to read."""


class Frozen(dict[K, V]):
    """A mapping that is not to be changed; FrozenError for whoever tries."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise FrozenError("it is frozen; make a new one, as {**old, key: value}")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Frozen[K, V]], tuple[dict[K, V]]]:
        return Frozen, (dict(self),)
