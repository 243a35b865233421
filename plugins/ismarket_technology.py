"""Technology adoption: imaging, sequencing, telemedicine, AI and devices."""

from ismarket import Driver, hookimpl

DRIVER = Driver(
    name="technology",
    title="Technology adoption",
    description="Technology that finds, monitors or treats; half of it is diagnosis again.",
    claims=(
        "video_eeg",
        "neuroimaging",
        "functional_mri",
        "genetic_testing",
        "precision_medicine",
        "telemedicine",
        "ai_eeg",
        "treatment_monitoring",
        "drug_delivery",
        "neurostimulation",
        "tele_support",
    ),
)


@hookimpl
def register_drivers():
    """The report's heading on technology."""
    return [DRIVER]
