"""How numbers are written for people: one way for money, growth and ranges everywhere."""

from __future__ import annotations

MINUS = "\N{MINUS SIGN}"


def signed(value: float, decimals: int) -> str:
    """A change, always with its sign."""
    text = f"{abs(value):.{decimals}f}"
    return ("+" if value >= 0 or not float(text) else MINUS) + text


def number(value: float, decimals: int) -> str:
    """A figure with a true minus sign."""
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def money(usd: float) -> str:
    """USD with the unit that fits: 3.20 bn, 54 M."""
    if abs(usd) >= 0.9995e9:
        return f"{number(usd / 1e9, 2)} bn"
    return f"{number(usd / 1e6, 0 if abs(usd) >= 9.5e6 else 1)} M"


def money_range(low: float, high: float) -> str:
    """Two amounts as a range, the unit once where both have it: 3.64 to 4.47 bn."""
    first, second = money(low), money(high)
    if first.split()[1] == second.split()[1]:
        first = first.split()[0]
    return f"{first} to {second}"


def percent(share: float) -> str:
    """A share of a whole in percent: one decimal under 10, none above."""
    return f"{number(100 * share, 1 if abs(share) < 0.0995 else 0)}%"


def rate(fraction: float) -> str:
    """Growth a year in percent, two decimals."""
    return f"{number(100 * fraction, 2)}%"


def times(factor: float) -> str:
    """A multiple, with as many figures as it is worth."""
    return number(factor, 0 if factor >= 9.95 else 1 if factor >= 0.95 else 2)


def listed(names: list[str]) -> str:
    """Names in a sentence: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def figure(value: float) -> str:
    """An input's value with three figures, whole from a thousand on: 6.08 M, 69,000, 0.22."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:.3g} M".replace("-", MINUS)
    return number(value, 0) if abs(value) >= 1000 else f"{value:.3g}".replace("-", MINUS)


def one_in(share: float) -> str:
    """A share of draws as one in so many: 1 in 40."""
    if share <= 0.0:
        return "none"
    if share > 0.25:
        return "1 in 2" if share > 0.4 else "1 in 3"
    many = 1.0 / share
    if many >= 1e9:
        return "fewer than 1 in a billion"
    digits = 10 ** max(0, len(str(int(many))) - 2)
    return f"1 in {round(many / digits) * digits:,}"
