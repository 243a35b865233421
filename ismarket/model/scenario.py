"""Scenarios: the choices behind a forecast, and nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ..errors import InputError, unknown
from ..sampling.points import SAMPLERS
from .strict_toml import LARGEST_FILE, read_toml, shown

BEYOND = ("drivers", "published")
DEFAULT_WITHOUT = ("pricing",)
"""Left out unless said otherwise: the report does not name it."""
PIN = r"[\w.!+-]+(\s+sha256:[0-9a-f]{64})?"
"""A pin: a version, and if it is to hold the very files, their hash."""
MOST_DRAWS = 10_000_000_000


@dataclass(frozen=True)
class Scenario:
    """Choices only; the defaults are those of the shipped scenario ``published``.

    anchor      the published estimate that sets the level, or ``bottom-up``
    through     last year of the forecast; None: the anchor's own last year
    beyond      after the anchor's last year: ``drivers`` alone, or the ``published`` rate goes on
    periods     yearly steps of published growth, for a report that can be read two ways
    without     drivers left out
    fixed       parameter values set by hand, by key (``video_eeg.ratio``), unit of the parameter
    strength    factor on all shifts of a driver, 0 to 10, 1 if not named
    correlation rank correlation (Spearman, -1 to 1) by pair of keys, ``"a.ratio ~ b.ratio"``
    overlap     0 to 1: 1 counts a cause that several drivers claim once, 0 once for each
    draws       how many draws of the uncertain parameters
    seed        any integer from 0 to 2**63 - 1
    sampler     ``sobol`` (stratified) or ``random`` (plain Monte Carlo)
    market      name of the market
    plugins     plugins to load besides the bundled ones, by name; None: all that are installed
    pins        distributions held to a version and hash, as ``0.1.0 sha256:...``; without
                ``plugins`` no other distribution's plugins load; the command line and
                ``load_drivers(scenario)`` heed both

    Raises InputError for a value that no market could accept.
    """

    anchor: str = "techsci-2022"
    through: int | None = None
    beyond: str = "drivers"
    periods: int | None = None
    without: tuple[str, ...] = DEFAULT_WITHOUT
    fixed: Mapping[str, float] = field(default_factory=dict)
    strength: Mapping[str, float] = field(default_factory=dict)
    correlation: Mapping[str, float] = field(default_factory=dict)
    overlap: float = 1.0
    draws: int = 10_000
    seed: int = 20717
    sampler: str = "sobol"
    market: str = "infantile-spasms"
    name: str = ""
    title: str = ""
    plugins: tuple[str, ...] | None = None
    pins: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked: dict[str, Any] = {
            "without": _names("without", self.without, "driver"),
            "plugins": None if self.plugins is None else _names("plugins", self.plugins, "plugin"),
            "pins": _pins(self.pins),
            "fixed": {key: _number(f"fixed {key}", value) for key, value in self.fixed.items()},
            "strength": {
                driver: _number(f"strength {driver}", value, 0.0, 10.0)
                for driver, value in self.strength.items()
            },
            "correlation": _correlations(self.correlation),
            "overlap": _number("overlap", self.overlap, 0.0, 1.0),
            "draws": _whole("draws", self.draws, 1, MOST_DRAWS),
            "seed": _whole("seed", self.seed, 0, 2**63 - 1),
            "through": None
            if self.through is None
            else _whole("through", self.through, 1900, 2200),
            "periods": None if self.periods is None else _whole("periods", self.periods, 1, 100),
        }
        for name in ("anchor", "beyond", "sampler", "market", "name", "title"):
            if not isinstance(getattr(self, name), str):
                raise InputError(f"{name} = {getattr(self, name)!r} must be text")
        for name, allowed in (("beyond", BEYOND), ("sampler", SAMPLERS)):
            if getattr(self, name) not in allowed:
                raise unknown(name, "choice", getattr(self, name), allowed)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def pairs(self) -> dict[tuple[str, str], float]:
        """Rank correlations by pair of parameter keys."""
        return {tuple(name.split(" ~ ")): rho for name, rho in self.correlation.items()}  # type: ignore[misc]

    def changed(self, **choices: Any) -> Scenario:
        """The same scenario with some choices made differently."""
        return replace(self, **choices)


def _names(key: str, value: object, kind: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InputError(f"{key} = {value!r} must be a list of {kind} names")
    names = tuple(value)
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"{key} holds {name!r}, which is not a {kind} name")
    return tuple(dict.fromkeys(names))


def _pins(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InputError(f"pins = {value!r} must be a table, [pins]")
    for name, pin in value.items():
        if not isinstance(pin, str) or not re.fullmatch(PIN, pin.strip()):
            raise InputError(f"pins {name} = {pin!r} must be like '0.1.0 sha256:' and 64 digits")
    return dict(value)


def _number(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> float:
    number = math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
    if not math.isfinite(number):
        raise InputError(f"{name} = {shown(value)} is not a finite number")
    if not low <= number <= high:
        raise InputError(f"{name} = {number:g} is outside {low:g} to {high:g}")
    return number


def _correlations(given: Mapping[str, float]) -> dict[str, float]:
    """Correlations by ``first ~ second``, the keys in order, so that a pair is named one way."""
    found: dict[str, float] = {}
    for pair, value in given.items():
        keys = sorted(part.strip() for part in pair.split("~"))
        if len(keys) != 2 or not all(keys) or keys[0] == keys[1]:
            raise InputError(f'correlation {pair!r}: name two parameters, "a.ratio ~ b.ratio"')
        name = " ~ ".join(keys)
        if name in found:
            raise InputError(f"correlation {name!r} is given twice")
        found[name] = _number(f"correlation {name}", value, -1.0, 1.0)
    return found


def _whole(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{name} = {shown(value)} must be a whole number from {low} to {high}")
    return value


def shipped_scenarios() -> dict[str, Traversable]:
    """The scenarios that come with the package, by name."""
    folder = files("ismarket").joinpath("data", "scenarios")
    found = {Path(f.name).stem: f for f in folder.iterdir() if f.name.endswith(".toml")}
    return dict(sorted(found.items(), reverse=True))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The shipped scenario of that name, or the one in a TOML file.

    Raises InputError with file, line and key for what cannot be read.
    """
    text, file = scenario_text(name_or_path)
    scenario = parse_scenario(text, file)
    for key in ("name", "title"):
        if not getattr(scenario, key).isprintable():
            raise InputError(f"{_where(file, text, key)}: {key} holds a control character")
    return scenario


def scenario_text(name_or_path: str | Path) -> tuple[str, str]:
    """The TOML of a shipped scenario or of a file, and the name of the file."""
    shipped = shipped_scenarios()
    source: Path | Traversable = Path(name_or_path)
    if str(name_or_path) in shipped:
        source = shipped[str(name_or_path)]
    elif not source.is_file():
        if Path(name_or_path).suffix == ".toml" or len(Path(name_or_path).parts) > 1:
            raise InputError(f"{name_or_path}: no such file")
        raise unknown("scenario", "shipped scenario or file", str(name_or_path), shipped)
    try:
        with source.open("rb") as stream:
            text = stream.read(LARGEST_FILE + 1)
        if len(text) > LARGEST_FILE:
            raise InputError(f"{source.name}: larger than {LARGEST_FILE} bytes, not a scenario")
        return text.decode("utf-8"), source.name
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source.name}: cannot be read as UTF-8 text ({error})") from None


def parse_scenario(text: str, file: str = "scenario") -> Scenario:
    """The scenario written in TOML; ``file`` is what an error calls it."""
    values = read_toml(text, file)
    known = {f.name for f in fields(Scenario)}
    for key in values:
        if key not in known:
            raise unknown(_where(file, text, key), "key", key[:60], known)
    for key in ("fixed", "strength", "correlation"):
        if key in values:
            if not isinstance(values[key], dict):
                raise InputError(f"{_where(file, text, key)}: {key} must be a table, [{key}]")
            values[key] = _once(values[key], key, file, text)
    values.setdefault("name", Path(file).stem)
    for key, value in values.items():  # one at a time, so that an error names its line
        try:
            Scenario(**{key: value})
        except InputError as error:
            found = re.match(r"(?:fixed|strength|pins) ([\w.-]+)", str(error))
            line = _where(file, text, found.group(1).split(".")[-1] if found else key)
            raise InputError(f"{line}: {error}") from None
    return Scenario(**values)


def _once(table: Mapping[str, Any], key: str, file: str, text: str) -> dict[str, Any]:
    """The entries of a table by dotted key, each set once however it is quoted."""
    found: dict[str, Any] = {}
    for name, value in _flat(table):
        if name in found:
            line = _where(file, text, name.split(".")[-1])
            raise InputError(f"{line}: {key} {name[:60]} is set twice")
        found[name] = value
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Dotted keys of nested tables: ``video_eeg.ratio`` may be written with or without quotes."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _where(file: str, text: str, key: str) -> str:
    """File and line at which ``key`` is set, as far as a look at the text can tell."""
    pattern = re.compile(rf"""\s*\[?\s*["']?(?:[\w."'-]*\.)?{re.escape(key)}["']?\s*[=.\]]""")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return f"{file}, line {number}"
    return file


def write_scenario(scenario: Scenario) -> str:
    """The scenario as TOML that ``parse_scenario`` reads back to an equal one."""
    lines, tables = [], []
    for f in fields(Scenario):
        value = getattr(scenario, f.name)
        if isinstance(value, Mapping):
            if value:
                entries = (f"{_toml(key)} = {_toml(value[key])}" for key in sorted(value))
                tables += ["", f"[{f.name}]", *entries]
        elif value is not None:
            lines.append(f"{f.name} = {_toml(value)}")
    return "\n".join([*lines, *tables, ""])


def _toml(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m.group()):04x}", escaped) + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)
