"""What knowing a normal gain is worth, in closed form, for tests of information."""

import math


def closed_form(mean, deviation):
    """E max(X, 0) - max(E X, 0) for a normal X."""
    z = mean / deviation
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    below = 0.5 * (1 + math.erf(z / math.sqrt(2)))
    return deviation * density + mean * below - max(mean, 0.0)
