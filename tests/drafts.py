"""A draft of an anchor as `read` writes it, to be spoilt."""

ANCHOR = """\
# Draft anchor read from a page; check every line against it.
name = "some-house-2023"
publisher = "Some House"
title = "Some Market, \\"2030\\""
market = "infantile-spasms"
base_year = 2023
value_usd = 1.5e8
cagr = 0.051   # a year
first_year = 2024
last_year = 2030
periods = 7
last_value_usd = 212_000_000.0
largest_region = "North America"
drivers_named = ["diagnosis", "technology"]
url = "https://example.org/page"
source = "Some House, page.html"
price_basis = "real"
contradictions = []
[evidence.last_value_usd]
half_unit = 500000.0
[evidence.cagr]
span = [120, 131]
quote = "CAGR of 5.1%"
"""
