"""The charts of a forecast by name, a command that draws one, and a view of price and volume."""

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


def price_and_volume(forecast):
    """What people, volume, mix, price and rebates did between the first year and the last."""
    import altair as alt
    import pandas as pd

    bridge = forecast.price_volume()
    _, *roles, _ = bridge.whole
    table = pd.DataFrame(
        {
            "role": [row.title for row in roles],
            f"{bridge.dollars}": [row.reference / 1e6 for row in roles],
            "P5": [row.p5 / 1e6 for row in roles],
            "P95": [row.p95 / 1e6 for row in roles],
        }
    )
    most = max(roles, key=lambda row: abs(row.reference))
    what = "Most is added by" if most.reference > 0 else "Most is taken by"
    title = most.title[:1].lower() + most.title[1:]
    sides = " to ".join(bridge.sides)
    finding = f"{what} {title}: USD {abs(most.reference) / 1e6:,.3g} M, {sides}"
    chart = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X(f"{bridge.dollars}:Q", axis=alt.Axis(labelOverlap=True, tickCount=8)),
            y=alt.Y("role:N", sort=None, title=None),
        )
        .properties(width="container", height=240)
    )
    return finding, chart, table


@hookimpl
def register_charts():
    """Each chart of one forecast."""
    return {name: partial(draw, name) for name in NAMES}


@hookimpl
def register_views():
    """Price, volume and mix as a tab of the explorer."""
    return {"Price and volume": price_and_volume}


@hookimpl
def register_commands(cli):
    """``ismarket chart NAME``: a chart, of this package or of a plugin, as a file."""
    import click

    @cli.command()
    @click.argument("name")
    @click.argument("scenario", default="published")
    @click.option("--out", help="File: .html, .json, .svg or .png; NAME.html by default.")
    def chart(name, scenario, out):
        """Draw the chart NAME of SCENARIO, or of a kept run."""
        from ismarket import InputError, charts, load_charts, study

        known = load_charts()
        if name not in known:
            raise InputError(f"chart: no chart {name!r}; known: {', '.join(sorted(known))}")
        click.echo(charts.save(known[name](study(scenario).forecast()), out or f"{name}.html"))
