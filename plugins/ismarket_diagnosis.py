"""Diagnostic advances: more affected infants are recognised, and earlier."""

from ismarket import Driver, hookimpl

DRIVER = Driver(
    name="diagnosis",
    title="Diagnostic advances",
    description="More affected infants are recognised in time to be treated.",
    claims=(
        "awareness",
        "video_eeg",
        "risk_screening",
        "genetic_testing",
        "precision_medicine",
        "neuroimaging",
        "clinical_criteria",
        "telemedicine",
        "ai_eeg",
        "specialist_networks",
        "biomarkers",
        "treatment_monitoring",
        "hard_to_observe",
    ),
)


@hookimpl
def register_drivers():
    """The report's heading on advances in diagnosis."""
    return [DRIVER]
