"""Scenarios: the choices behind a forecast, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ..errors import InputError, check_known, unknown
from ..sampling import SAMPLERS
from ..text.wording import title_of
from .anchor import BASES
from .choices import Choice, Keyed, Names, Real, Said, Text, Whole, choices_of, declared
from .tables import LARGEST_FILE, bytes_of, read_toml

DEFAULT_MARKET = "infantile-spasms"
"""The bundled market, where nothing names another."""
DEFAULT_WITHOUT = ("pricing",)
"""Left out unless said otherwise: the report does not name it."""
PIN = r"\s*[\w.!+-]+(\s+sha256:[0-9a-f]{64})?\s*"
"""A pin: a version, and if it is to hold the very files, their hash."""
DEFAULT_SCENARIO = "published"
"""The scenario of every command and function that is told no other."""
CHANGED = "-changed"
"""What the name of a scenario ends in once its choices are no longer those of that name."""
HOW_EXACT = ("draws", "seed", "sampler")
"""Choices that say how exactly a scenario is computed; they leave it its name."""
MOST_DRAWS = 10_000_000_000
INHERIT, GRID, PROBABILITY = "inherit", "grid", "probability"
"""What a file may hold beside choices: whose choices it starts from, and axes of many scenarios."""


def pair_name(pair: str) -> str:
    """A pair of parameters as ``first ~ second``, the keys in order, so that it has one name."""
    keys = sorted(part.strip() for part in pair.split("~"))
    if len(keys) != 2 or not all(keys) or keys[0] == keys[1]:
        raise InputError(
            f'correlation {pair!r}: name two parameters, "a.ratio ~ b.ratio"', f"correlation {pair}"
        )
    return " ~ ".join(keys)


@dataclass(frozen=True)
class Scenario:
    """Choices only; the defaults are those of the shipped scenario ``published``.

    Raises InputError, with the key that it is about, for a value that no market could accept.
    """

    anchor: str = declared(Choice(
        Text(), "techsci-2022", "Published estimate that sets the level, bottom-up, or a TOML file",
        flag="--anchor", completes="anchor", label="Market level (anchor)",
    ))  # fmt: skip
    through: int | None = declared(Choice(
        Whole(1900, 2200), None, "Last year of the forecast, up to that of the market's tables",
        flag="--through", label="Forecast through",
    ))  # fmt: skip
    beyond: str = declared(Choice(
        Text(("drivers", "published")), "drivers", "After the report's last year: {allowed}",
        flag="--beyond",
    ))  # fmt: skip
    periods: int | None = declared(Choice(
        Whole(1, 100), None, "Yearly steps of published growth, such as 5", flag="--periods",
    ))  # fmt: skip
    price_basis: str | None = declared(Choice(
        Text(BASES), None, "How the estimate's dollars are read: {allowed}; as the anchor says",
        flag="--price-basis", label="The report counts",
    ))  # fmt: skip
    without: tuple[str, ...] = declared(Choice(
        Names("driver"), DEFAULT_WITHOUT, "Leave a driver out",
        flag="--without", metavar="DRIVER", completes="driver",
        opposite=("--with", "Take a driver in that the scenario leaves out"),
    ))  # fmt: skip
    fixed: Mapping[str, float] = declared(Choice(
        Keyed(Real()), {}, "Fix a parameter, as video_eeg.ratio=2.6; 9! goes beyond its range",
        flag="--set", metavar="KEY=VALUE", completes="parameter", marks="outside",
    ))  # fmt: skip
    outside: tuple[str, ...] = declared(Choice(
        Names("parameter"), (), "Fixed parameters that may lie beyond their range of evidence",
    ))  # fmt: skip
    strength: Mapping[str, float] = declared(Choice(
        Keyed(Real(0.0, 10.0)), {}, "Scale all shifts of a driver, as diagnosis=1.5",
        flag="--strength", metavar="DRIVER=FACTOR", completes="driver", absent=1.0,
    ))  # fmt: skip
    correlation: Mapping[str, float] = declared(Choice(
        Keyed(Real(-1.0, 1.0), pair_name), {}, "Rank correlation, as 'a.ratio ~ b.ratio=0.5'",
        flag="--correlate", metavar="PAIR=RHO", absent=0.0,
    ))  # fmt: skip
    options: Mapping[str, str | float] = declared(Choice(
        Keyed(Said()), {}, "Set an option of a driver, as macro.path=low",
        flag="--option", metavar="DRIVER.OPTION=VALUE",
    ))  # fmt: skip
    claims: Mapping[str, str] = declared(Choice(
        Keyed(Text()), {}, "Whose numbers count for a cause, as video_eeg=mine",
        flag="--claim", metavar="CAUSE=DRIVER",
    ))  # fmt: skip
    overlap: float = declared(Choice(
        Real(0.0, 1.0), 1.0, "1 counts a shared cause once, 0 once for each driver",
        flag="--overlap", label="Overlap of shared causes",
    ))  # fmt: skip
    draws: int = declared(Choice(
        Whole(1, MOST_DRAWS), 10_000, "How many draws; {default} unless the scenario says more",
        flag="--draws", label="Draws",
    ))  # fmt: skip
    seed: int = declared(Choice(
        Whole(0, 2**63 - 1), 20717, "Seed of the draws", flag="--seed", label="Seed",
    ))  # fmt: skip
    sampler: str = declared(Choice(Text(SAMPLERS), "sobol", "{allowed}", flag="--sampler"))
    market: str = declared(Choice(Text(), DEFAULT_MARKET, "Name of the market"))
    name: str = declared(Choice(Text(), "", "Name of the scenario", moves=False))
    title: str = declared(Choice(Text(), "", "What the scenario says, in a line", moves=False))
    plugins: Mapping[str, tuple[str, ...]] = declared(Choice(
        Keyed(Names("plugin"), known=("only", "block")), {},
        "Plugins to load besides the bundled ones (only), all if none is named, or none of (block)",
    ))  # fmt: skip
    pins: Mapping[str, str] = declared(Choice(
        Keyed(Text((), PIN, "'0.1.0 sha256:' and 64 digits")), {},
        "Distributions held to a version and hash, as '0.1.0 sha256:...'; without plugins, no"
        " other distribution's plugins load",
    ))  # fmt: skip

    def __post_init__(self) -> None:
        for name, choice in CHOICES.items():
            object.__setattr__(self, name, choice.check(name, getattr(self, name)))
        outside = tuple(sorted({*self.outside} & {*self.fixed}))
        object.__setattr__(self, "outside", outside)

    @property
    def anchor_file(self) -> Path | None:
        """The file that holds the anchor, where the choice is a path and not a name."""
        is_path = self.anchor.endswith(".toml") or "/" in self.anchor or "\\" in self.anchor
        return Path(self.anchor) if is_path else None

    @property
    def pairs(self) -> dict[tuple[str, str], float]:
        """Rank correlations by pair of parameter keys."""
        return {tuple(name.split(" ~ ")): rho for name, rho in self.correlation.items()}  # type: ignore[misc]

    def changed(self, **choices: Any) -> Scenario:
        """With some choices made differently, called changed unless named; else InputError."""
        check_known("scenario", "choice", CHOICES, *choices)
        new = replace(self, **choices)
        return new if "name" in choices else named_after(new, self)


CHOICES = choices_of(Scenario)
"""Every choice by name, in the order in which a scenario is written."""
Scenario.__doc__ = "\n".join(
    [f"{Scenario.__doc__}", *(f"    {name:<12}{c.words}" for name, c in CHOICES.items())]
)


BEYOND = "!"
"""What stands behind a value that may lie beyond its range."""
MARKS = {choice.marks: name for name, choice in CHOICES.items() if choice.marks}
"""Choices that are written as marks on the values of another, by name."""


def spelled(scenario: Scenario, name: str) -> dict[str, Any]:
    """A choice by key as it is typed: ``9.0!`` where the scenario marks the key."""
    marked = getattr(scenario, CHOICES[name].marks, ())
    return {k: f"{v!r}{BEYOND}" if k in marked else v for k, v in getattr(scenario, name).items()}


def unspelled(name: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The choice of that name, and the one that its marks are, from values as they are typed."""
    marked = [k for k, v in typed.items() if isinstance(v, str) and v.endswith(BEYOND)]
    if not CHOICES[name].marks:
        return {name: dict(typed)}
    plain = {k: float(v[:-1]) if k in marked else v for k, v in typed.items()}
    return {name: plain, CHOICES[name].marks: tuple(marked)}


def entries(scenario: Scenario) -> dict[str, Any]:
    """All that moves a figure, a choice by key entry by entry: ``fixed video_eeg.ratio``."""
    found: dict[str, Any] = {}
    for name, choice in CHOICES.items():
        value = getattr(scenario, name)
        if name in MARKS:
            continue
        if choice.moves and isinstance(value, Mapping):
            found |= {f"{name} {key}": item for key, item in spelled(scenario, name).items()}
        elif choice.moves and isinstance(choice.default, tuple):
            found |= {f"{name} {one}": True for one in value}
        elif choice.moves:
            found[name] = value
    return found


def same_choices(one: Scenario, other: Scenario) -> bool:
    """True where two scenarios make the same choices, however exactly they are computed."""
    first, second = ({**entries(s), **dict.fromkeys(HOW_EXACT)} for s in (one, other))
    return first == second


def named_after(scenario: Scenario, origin: Scenario) -> Scenario:
    """The scenario under the name of its ``origin``, called changed where its choices differ."""
    if same_choices(scenario, origin) or not origin.name:
        return replace(scenario, name=origin.name, title=origin.title)
    return replace(scenario, name=f"{origin.name.removesuffix(CHANGED)}{CHANGED}", title="")


def from_entries(found: Mapping[str, Any]) -> Scenario:
    """The scenario that ``entries`` spell."""
    values: dict[str, Any] = {
        name: {} if isinstance(choice.kind, Keyed) else ()
        for name, choice in CHOICES.items()
        if isinstance(choice.default, dict | tuple)
    }
    for entry, value in found.items():
        name, _, key = entry.partition(" ")
        if isinstance(values.get(name), tuple):
            values[name] += (key,)
        elif name in values:
            values[name][key] = value
        else:
            values[name] = value
    for name in MARKS.values():
        values |= unspelled(name, values[name])
    return Scenario(**values)


def shipped_scenarios() -> dict[str, Traversable]:
    """The scenarios that come with the package, by name."""
    folder = files("ismarket").joinpath("data", "scenarios")
    found = {Path(f.name).stem: f for f in folder.iterdir() if f.name.endswith(".toml")}
    return dict(sorted(found.items(), reverse=True))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The shipped scenario of that name, or the one in a TOML file.

    Raises InputError with file, line and key for what cannot be read.
    """
    scenario, more = read_scenario(name_or_path)
    if more:
        raise InputError(
            f"{Path(name_or_path).name}: [{next(iter(more))}] makes it many scenarios: ismarket"
            f" grid {name_or_path}"
        )
    return scenario


def read_scenario(
    name_or_path: str | Path, heirs: tuple[Path, ...] = ()
) -> tuple[Scenario, dict[str, Any]]:
    """The scenario of that name or file, with what it inherits, and the tables of its grid.

    ``heirs`` are the files that inherit it.  Raises InputError for one that inherits itself.
    """
    text, file = scenario_text(name_or_path)
    place = Path(name_or_path).resolve()
    if place in heirs:
        raise InputError(f"{file}: inherits itself, by {', '.join(one.name for one in heirs)}")
    values = read_toml(text, file)
    more = {name: values.pop(name) for name in (GRID, PROBABILITY) if name in values}
    base, parent = None, values.pop(INHERIT, None)
    if parent is not None:
        where = _where(file, text, INHERIT)
        if not isinstance(parent, str):
            raise InputError(f"{where}: {INHERIT} = {parent!r} must name a scenario or its file")
        beside = place.parent / parent
        try:
            base, _ = read_scenario(beside if beside.is_file() else parent, (*heirs, place))
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
    scenario = _as_shipped(_made(values, text, file, base))
    for key in ("name", "title"):
        title_of(getattr(scenario, key), f"{_where(file, text, key)}: {key}")
    return scenario, more


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
        return bytes_of(source, LARGEST_FILE, "a scenario").decode("utf-8"), source.name
    except UnicodeDecodeError as error:
        raise InputError(f"{source.name}: cannot be read as UTF-8 text ({error})") from None


def given_scenario(text: str, file: str) -> Scenario:
    """The scenario that somebody gives as TOML: a shipped name goes with that one's choices."""
    return _as_shipped(parse_scenario(text, file))


def _as_shipped(scenario: Scenario) -> Scenario:
    if scenario.name not in shipped_scenarios():
        return scenario
    return named_after(scenario, parse_scenario(*scenario_text(scenario.name)))


def parse_scenario(text: str, file: str = "scenario") -> Scenario:
    """The scenario written in TOML; ``file`` is what an error calls it."""
    return _made(read_toml(text, file), text, file)


def _made(values: dict[str, Any], text: str, file: str, base: Scenario | None = None) -> Scenario:
    """The scenario of some values; what is given by key adds to that of the ``base``."""
    for name in values:
        check_known(_where(file, text, name), "key", CHOICES, name)
    values.setdefault("name", Path(file).stem)
    checked: dict[str, Any] = {"title": ""} if base else {}
    for name, value in values.items():
        choice = CHOICES[name]
        try:
            if isinstance(choice.kind, Keyed) and isinstance(value, dict):
                value = _once(value, name)
            checked[name] = choice.check(name, value)
        except InputError as error:
            entry = error.key.removeprefix(name).strip()
            wrong = InputError(str(error), f"{name} {entry}".strip())
            raise placed(wrong, text, file) from None
        if base and isinstance(choice.kind, Keyed):
            checked[name] = {**getattr(base, name), **checked[name]}
        elif base and name in MARKS.values():
            checked[name] = (*getattr(base, name), *checked[name])
    return replace(base, **checked) if base else Scenario(**checked)


def placed(error: InputError, text: str, file: str) -> InputError:
    """An error about a scenario with the file and line of the TOML that set what it is about."""
    choice, _, entry = error.key.partition(" ")
    where = _where(file, text, choice, entry) if choice else file
    return InputError(f"{where}: {error}", error.key)


def _once(table: Mapping[str, Any], choice: str) -> dict[str, Any]:
    """The entries of a table by dotted key, each set once however it is quoted."""
    found: dict[str, Any] = {}
    for key, value in flat(table):
        if key in found:
            raise InputError(f"{choice} {key[:60]} is set twice", f"{choice} {key}")
        found[key] = value
    return found


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Dotted keys of nested tables: ``video_eeg.ratio`` may be written with or without quotes."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _where(file: str, text: str, choice: str, entry: str = "") -> str:
    """File and line that set a choice, or an entry of it, as far as a look at the text can tell."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), start=1)]

    def first(key: str, start: int) -> int:
        pattern = re.compile(rf"""\[?\s*["']?(?:[\w."'-]*\.)?{re.escape(key)}["']?\s*[=.\]]""")
        return next((n for n, line in lines if n >= start and pattern.match(line)), 0)

    found = first(choice, 1)
    if entry:
        found = first(entry, found) or first(entry.rpartition(".")[2], found) or found
    return f"{file}, line {found}" if found else file


def write_scenario(scenario: Scenario) -> str:
    """The scenario as TOML that ``parse_scenario`` reads back to an equal one."""
    lines, tables = [], []
    for name in CHOICES:
        value = getattr(scenario, name)
        if isinstance(value, Mapping):
            if value:
                rows = (f"{_toml(key)} = {_toml(value[key])}" for key in sorted(value))
                tables += ["", f"[{name}]", *rows]
        elif value is not None:
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join([*lines, *tables, ""])


def _toml(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m.group()):04x}", escaped) + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)
