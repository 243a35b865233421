"""Validate a run crate with roc-validator; runs in the validator's own environment.

The one document that it would fetch, the JSON-LD context of RO-Crate 1.1, is answered from the
copy that the package rocrate 0.13 ships; every other address fails, as without a network.
"""

import json
import sys
from importlib.resources import files

import requests
from requests.adapters import HTTPAdapter
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILES = ("ro-crate-1.1", "process-run-crate-0.5")


def answer(self, request, **how):
    if request.url != CONTEXT:
        raise requests.ConnectionError(f"no network: {request.url}")
    response = requests.Response()
    response.status_code, response.url, response.request = 200, request.url, request
    response.headers["Content-Type"] = "application/ld+json"
    response._content = files("rocrate").joinpath("data", "ro-crate.jsonld").read_bytes()
    response.encoding = "utf-8"
    return response


def main(crate):
    HTTPAdapter.send = answer
    found = {}
    for profile in PROFILES:
        for severity in (Severity.REQUIRED, Severity.RECOMMENDED):
            settings = ValidationSettings(
                rocrate_uri=crate, profile_identifier=profile, requirement_severity=severity,
                no_cache=True,
            )  # fmt: skip
            result = services.validate(settings)
            issues = result.get_issues(min_severity=severity)
            found[f"{profile} {severity.name}"] = [
                f"{issue.check.identifier} {issue.severity.name}: {issue.message}"
                for issue in issues
            ]
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
