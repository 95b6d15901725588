"""What keeps an image from being built or pulled: conda, pip, apt, registries. §18.6."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DRIVER

_BUILD = f"{DRIVER} §18.6"

IMAGES = (
    KnownProblem(
        id="conda_spec",
        pattern=r"CondaValueError|Malformed version string|\bInvalid(?:Match)?Spec\b|SpecNotFound|Invalid spec ",
        cause="A package in the environment's conda file has a version that conda cannot read.",
        fix="Correct the version of the package in the conda file of the environment.",
        reference=_BUILD,
    ),
    KnownProblem(
        id="conda_not_found",
        pattern=r"ResolvePackageNotFound|PackagesNotFoundError|PackageNotFoundError|nothing provides |UnsatisfiableError",
        cause="No channel of the environment has that version of a package, or versions are incompatible.",
        fix="Correct the name, version or channel of the package in the conda file.",
        reference=_BUILD,
    ),
    KnownProblem(
        id="conda_channel",
        pattern=r"CondaHTTPError|InvalidChannel|ChannelNotFound|CondaSSLError",
        cause="A channel of the environment's conda file could not be read.",
        fix="Check the URL of the channel in the conda file. Remove a channel that is gone. If the channel "
        "exists, build the image again.",
        reference=_BUILD,
    ),
    KnownProblem(
        id="pip_no_match",
        pattern=r"No matching distribution found|Could not find a version that satisfies",
        cause="The package has no such version, or none for this Python version.",
        fix="Pin a version of the package that exists for the environment's Python.",
        reference=_BUILD,
    ),
    KnownProblem(
        id="pip_conflict",
        pattern=r"ResolutionImpossible|because these package versions have conflicting dependencies",
        cause="Packages of the environment require incompatible versions of another package.",
        fix="Relax or change the versions that conflict. The lines above the error name them.",
        reference=_BUILD,
    ),
    KnownProblem(
        id="pip_wheel",
        pattern=r"Failed building wheel|Could not build wheels|Failed to build installable wheels",
        cause="A package has no ready-made wheel for this Python version, and building it failed.",
        fix="Use a version of the package that has a wheel for the Python version. Or add the compiler and headers to the "
        "image.",
        reference=_BUILD,
        confidence="medium",
    ),
    KnownProblem(
        id="apt_not_found",
        pattern=r"Unable to locate package|has no installation candidate",
        cause="apt-get does not find the package.",
        fix="Run `apt-get update` before it in the Dockerfile, or correct the name.",
        reference=_BUILD,
    ),
    KnownProblem(
        id="registry_denied",
        pattern=r"requested access to the resource is denied|unauthorized: authentication required|pull access denied"
        r"|^denied: |Reason: denied: ",
        cause="The registry denies access to the identity that pulls or pushes the image.",
        fix="Give the identity of the compute AcrPull on the registry. To push a built image it needs AcrPush.",
        reference=_BUILD,
    ),
    KnownProblem(
        id="image_not_found",
        pattern=r"manifest unknown|manifest for \S+ not found|failed to resolve source metadata|\S+/\S+:\S+: not found",
        cause="The registry has no image with that name and tag.",
        fix="Check the name and tag of the image, and of the base image in the Dockerfile.",
        reference=_BUILD,
    ),
)
