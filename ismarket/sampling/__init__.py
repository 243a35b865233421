"""From seed and name to draws."""

SAMPLERS = ("sobol", "random")
"""How points are drawn: stratified along the Sobol sequence, or plain Monte Carlo."""
