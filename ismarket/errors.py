"""The errors that a user sees: one clear line each, with the exit code that goes with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from numbers import Real
from typing import Any

MOST_SAID = 300
"""Characters of an exception that somebody else's code raised."""


class InputError(ValueError):
    """Bad usage or bad input; the message is one line that says what to do.

    ``key`` is the choice or entry that it is about, as ``draws`` or ``fixed video_eeg.ratio``.
    """

    exit_code = 2

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class DriverError(RuntimeError):
    """A driver broke its contract; the message names plugin, driver and what it did.

    ``law`` is the name of the law that it broke, as ``ismarket check`` prints it.
    """

    exit_code = 3
    law = ""


class DiskError(RuntimeError):
    """The disk or the environment failed, not what was asked; the message says what is safe."""

    exit_code = 4


def in_short(error: BaseException) -> str:
    """What an exception of somebody else's is and says, in one short line."""
    try:
        text = " ".join(str(error)[:MOST_SAID].split())
    except (Exception, SystemExit):  # a text is code of theirs too
        text = ""
    return f"{type(error).__name__}: {text}".rstrip(": ")


def unknown(where: str, kind: str, name: object, known: Iterable[str], key: str = "") -> InputError:
    """The error for a name that does not exist, with the nearest name that does."""
    return InputError(f"{where}: {no_such(kind, name, known)}", key)


def check_known(
    where: str, kind: str, known: Collection[object], *names: object, key: str = ""
) -> None:
    """Raise that error for the first of some names that is none of the known ones."""
    for name in names:
        if name not in known:
            raise unknown(where, kind, str(name)[:60], map(str, known), key)


def no_such(kind: str, name: object, known: Iterable[str]) -> str:
    """The same in words alone, for an error that says elsewhere who gave the name."""
    import difflib  # only on the way to an error

    names = sorted(known)
    folded = {known_name.lower(): known_name for known_name in names}
    near = difflib.get_close_matches(str(name).lower(), folded, n=1, cutoff=0.6)
    if near:
        hint = f"did you mean {folded[near[0]]!r}?"
    elif len(names) <= 12:
        hint = f"known: {', '.join(names) or 'none'}"
    else:
        hint = f"there are {len(names)}, such as {', '.join(names[:3])}"
    return f"no {kind} {name!r}; {hint}"


def mistaken(where: str, value: object, give: str) -> InputError:
    """The error for a value of the wrong kind; ``give`` says what to pass instead."""
    found = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
    return InputError(f"{where}: give {give}, not {found}")


def check_kind(where: str, value: object, kind: Any, give: str) -> None:
    """Raise that error for a value that is not of a kind, a class or several."""
    if not isinstance(value, kind):
        raise mistaken(where, value, give)


def list_of(
    where: str, values: object, kind: type | tuple[type, ...], give: str
) -> tuple[Any, ...]:
    """The values of a list; the error says what to ``give`` where it is none, or not of a kind."""
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise mistaken(where, values, give)
    found = tuple(values)
    for one in found:
        check_kind(where, one, kind, give)
    return found


def need_numbers(where: str, values: Mapping[str, object]) -> None:
    """Raise InputError for the first value by name that is no number."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, Real):
            raise mistaken(f"{where}, {name}", value, "a number")
