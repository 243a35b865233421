"""A chart that works on any market: what each drug class is worth, first and last year."""


def class_shares(forecast):
    """Value by drug class in the first and last year of the reference case, as an Altair chart."""
    import altair as alt
    import pandas as pd

    table = forecast.columns["drug_class"]
    first, last = forecast.years[0], forecast.years[-1]
    rows = pd.DataFrame(
        {
            "drug class": [*table["name"], *table["name"]],
            "year": [str(first)] * len(table["name"]) + [str(last)] * len(table["name"]),
            "USD million": [value / 1e6 for value in (*table["base"], *table["final"])],
        }
    )
    return (
        alt.Chart(rows, title=f"{forecast.plan.market.title}: drug classes")
        .mark_bar()
        .encode(x="USD million:Q", y="drug class:N", yOffset="year:N", color="year:N")
    )


def classes_view(forecast):
    """A view of the explorer: what the largest drug class is worth, the chart and its table."""
    import pandas as pd

    table = forecast.columns["drug_class"]
    largest = max(zip(table["final"], table["name"], strict=True))
    finding = f"{largest[1]} is worth most in {forecast.years[-1]}, USD {largest[0] / 1e6:,.0f} M"
    rows = pd.DataFrame(
        {
            "Drug class": table["name"],
            f"{forecast.years[0]}, USD M": [value / 1e6 for value in table["base"]],
            f"{forecast.years[-1]}, USD M": [value / 1e6 for value in table["final"]],
        }
    )
    return finding, class_shares(forecast), rows
