"""The charts of a forecast that the explorer shows, by name, for scripts and other plugins."""

from functools import partial

from ismarket import hookimpl

NAMES = (
    "fan", "contributions", "funnel", "launches", "regions", "classes", "tornado", "levels",
    "causes",
)  # fmt: skip


def draw(name, forecast):
    """The chart of that name; Altair (extra ``notebook``) is imported only now."""
    from ismarket import charts

    return charts.OF_ONE[name](forecast)


@hookimpl
def register_charts():
    """Each chart of one forecast."""
    return {name: partial(draw, name) for name in NAMES}
