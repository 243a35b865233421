"""What an independent program finds for the second edition, as the design prints it."""

WITHOUT = ("inflation", "pricing")
NAMES = "inflation innovation incidence diagnosis technology pricing unexplained".split()
# anchor, choices, first year, value USD M, last year, value USD M, growth %, points in NAMES' order
VALUES = [
    ("techsci-2022", {}, 2022, 3200.00, 2028, 4025.72, 3.900,
     (3.068, 0.267, -0.190, 0.091, 0.040, None, 0.624)),
    ("techsci-2022", {"without": ()}, 2022, 3200.00, 2028, 3229.64, 0.154,
     (3.012, 0.281, -0.167, 0.092, 0.041, -3.717, 0.612)),
    ("techsci-2022", {"without": WITHOUT}, 2022, 3200.00, 2028, 3360.67, 0.820,
     (None, 0.263, -0.187, 0.090, 0.040, None, 0.614)),
    ("techsci-2022", {"price_basis": "real"}, 2022, 3200.00, 2028, 4822.37, 7.074,
     (3.115, 0.271, -0.193, 0.093, 0.041, None, 3.748)),
    ("techsci-2022", {"price_basis": "real", "without": WITHOUT}, 2022, 3200.00, 2028, 4025.72,
     3.900, (None, 0.267, -0.190, 0.091, 0.040, None, 3.691)),
    ("techsci-2024", {}, 2024, 146.34, 2030, 181.67, 3.670,
     (2.658, 0.292, 0.216, 0.086, 0.043, None, 0.374)),
    ("techsci-2024", {"without": WITHOUT}, 2024, 136.53, 2030, 144.91, 0.999,
     (None, 0.288, 0.213, 0.085, 0.043, None, 0.369)),
    ("coherent-2017", {}, 2022, 129.42, 2026, 146.23, 3.100,
     (3.329, 0.184, -0.438, 0.093, 0.038, None, -0.106)),
    ("bottom-up", {}, 2022, 40.566, 2028, 49.194, 3.266, None),
    ("bottom-up", {"without": ()}, 2022, 40.566, 2028, 39.466, -0.457, None),
]  # fmt: skip
