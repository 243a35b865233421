"""Reports of a forecast: one HTML page, a workbook with live formulas, a deck with native charts.

Each is written from a Forecast and nothing else, and says how to make the forecast again.
"""
