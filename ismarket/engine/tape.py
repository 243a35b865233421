"""NumPy calls on fixed memory, recorded once and played again for whatever then lies in it.

Threads compute side by side inside NumPy and take turns in Python, so what is done between two
calls keeps two threads from being twice as fast as one.  A computation that makes the same calls
for every block of draws is run once on ``Taped`` arrays, which note each call with the memory that
it reads and writes; ``Tape.play`` repeats the calls and nothing else, to the same bits.

A taped array knows no values: what asks it for one (a comparison in an ``if``, a number taken out),
or for a call that cannot be repeated in place, is refused while the tape is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from ..arrays import Array, Number, Scratch

Memory = NDArray[Any]


class Tape(Scratch):
    """Calls in the order in which they were recorded, on the memory of ``scratch``."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._calls: list[Callable[[], object]] = []

    def of(self, kind: type[Number], name: str, *shape: int) -> Any:
        """The taped array of that name, shape and kind."""
        return Taped(self, self._scratch.of(kind, name, *shape))

    def record(self, call: Callable[..., object], /, *given: Any, **named: Any) -> None:
        """Make the call on the memory of the taped arrays among its arguments, and note it."""
        plain = [memory(each) for each in given]
        again = partial(call, *plain, **{name: memory(each) for name, each in named.items()})
        self._calls.append(again)
        again()

    def result(self, call: Callable[..., Memory], /, *given: Any, **named: Any) -> Taped:
        """Make and note a call that is given no ``out``; what it makes lies there from now on."""
        plain = [memory(each) for each in given]
        out = call(*plain, **named)
        if not isinstance(out, np.ndarray):
            raise _refused("a single number")
        self._calls.append(partial(call, *plain, **named, out=out))
        return Taped(self, out)

    def play(self) -> None:
        """Make all calls again."""
        for call in self._calls:
            call()


class Taped(NDArrayOperatorsMixin):
    """An array whose calls are noted on a tape; ``memory`` is where its values lie."""

    __slots__ = ("_tape", "memory")

    def __init__(self, tape: Tape, memory: Memory) -> None:
        self._tape, self.memory = tape, memory

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array."""
        return self.memory.shape

    def __len__(self) -> int:
        return len(self.memory)

    def __iter__(self) -> Iterator[Taped]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        raise _refused("its truth")

    def __array__(self, *_: object, **__: object) -> Memory:
        raise _refused("its values")

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *given: Any, out: Any = (None,), **named: Any
    ) -> Any:
        call = getattr(ufunc, method)
        (target,) = out
        if target is None:
            return self._tape.result(call, *given, **named)
        self._tape.record(call, *given, out=target, **named)
        return target

    def __array_function__(self, function: Any, _: Any, given: Any, named: Any) -> Any:
        if named.get("out") is None:
            raise _refused(f"{function.__name__} without out")
        self._tape.record(function, *given, **named)
        return named["out"]

    def __getitem__(self, key: Any) -> Taped:
        found: Any = self.memory[key]
        if not isinstance(found, np.ndarray) or not _is_basic(key):
            raise _refused("single values or a copy of some")
        return Taped(self._tape, found)

    def __setitem__(self, key: Any, value: Any) -> None:
        target = self[key]
        if not (isinstance(value, Taped) and _same(target.memory, value.memory)):
            self._tape.record(np.copyto, target, value)

    def reshape(self, *shape: int) -> Taped:
        """The same memory in another shape."""
        found = self.memory.reshape(*shape)
        if found.size and not np.may_share_memory(found, self.memory):
            raise _refused("a copy in another shape")
        return Taped(self._tape, found)

    def take(self, indices: Any, axis: int | None = None, *, out: Any, mode: Any) -> Any:
        """As of an array."""
        self._tape.record(self.memory.take, indices, axis=axis, out=out, mode=mode)
        return out


class Repeated:
    """The same computation again and again, recorded once on each scratch memory and then played.

    Its input is an array of ``shape``; what is made is good until that memory is used again.
    """

    def __init__(self, *shape: int) -> None:
        self._shape = shape
        self._known: dict[Scratch, tuple[Tape, Array, Any]] = {}

    def __call__(
        self,
        work: Callable[[Any, Scratch], Any],
        give: Callable[[Array], object],
        scratch: Scratch,
    ) -> Any:
        """What ``work(given, scratch)`` makes of what ``give`` writes to the array it is handed.

        ``work`` is the same in every call; it is not held, so that nothing holds itself.
        """
        known = self._known.get(scratch)
        with np.errstate(all="ignore"):
            if known is not None:
                tape, given, made = known
                give(given)
                tape.play()
            else:
                tape = Tape(scratch)
                taped = tape("given", *self._shape)
                give(memory(taped))
                made = memory(work(taped, tape))
                self._known[scratch] = tape, memory(taped), made
        return made


def memory(given: Any) -> Any:
    """Where taped arrays, also in a list or tuple, have their values; anything else as it is."""
    if isinstance(given, list | tuple):
        return type(given)(memory(each) for each in given)
    return given.memory if isinstance(given, Taped) else given


def _is_basic(key: Any) -> bool:
    parts = key if isinstance(key, tuple) else (key,)
    return all(part is None or part is ... or isinstance(part, int | slice) for part in parts)


def _same(one: Memory, other: Memory) -> bool:
    """Whether both are the same view: what ``a[...] += b`` assigns to itself."""
    return one.__array_interface__ == other.__array_interface__


def _refused(what: str) -> TypeError:
    return TypeError(f"a taped array was asked for {what}: that cannot be played again")
