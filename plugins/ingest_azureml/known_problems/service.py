"""What the service itself reports of a job: quota, compute, assets, containers, faults of its own. §18.2."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DRIVER

_CONTROL = f"{DRIVER} §18.2"

SERVICE = (
    KnownProblem(
        id="quota_exceeded",
        pattern=r"exceed\w*\b[^\n]{0,40}\bquota|quota[^\n]{0,40}\bexceed|QuotaExceeded|not enough quota",
        cause="The subscription or the workspace has too few cores for the nodes.",
        fix="Use fewer nodes or smaller VM sizes, or request a higher core quota.",
        reference=_CONTROL,
    ),
    KnownProblem(
        id="compute_not_found",
        pattern=r"ComputeNotFound|ComputeTargetNotFound|compute (?:target )?'?[\w-]+'? (?:was not found"
        r"|does not exist|is not found)",
        cause="The workspace has no compute target with that name.",
        fix="Create the compute target, or name another one.",
        reference=_CONTROL,
    ),
    KnownProblem(
        id="asset_not_found",
        pattern=r"(?i:\b(?:asset|dataset|model|environment|component) '?[\w./:@-]+'? "
        r"(?:was |is )?(?:not found|does not exist))",
        cause="The workspace has no asset with that name and version.",
        fix="Check the name and version of the asset. It must be registered in this workspace.",
        reference=_CONTROL,
    ),
    KnownProblem(
        id="datastore_not_found",
        pattern=r"DatastoreNotFound|(?i:\bdatastore '?[\w-]+'? (?:was |is )?(?:not found|does not exist))",
        cause="The workspace has no datastore with that name.",
        fix="Check the name of the datastore. It must be registered in this workspace.",
        reference=_CONTROL,
    ),
    KnownProblem(
        id="environment_without_image",
        pattern=r"environment has no image|no image (?:name|was)",
        cause="The environment of the job has no image.",
        fix="Give the environment an image, then submit the job again.",
        reference=_CONTROL,
        confidence="medium",
    ),
    KnownProblem(
        id="output_not_registered",
        pattern=r"Failed to register\b",
        cause="An output of the job could not be registered.",
        fix="Give the output a valid name that is not taken by an asset of another type.",
        reference=_CONTROL,
        confidence="medium",
    ),
    KnownProblem(
        id="container_not_started",
        pattern=r"JobContainerConfigFailed|Container configuration failed|Failed to start container",
        cause="The container of the job could not be set up on the node.",
        fix="Check that the image has a shell and the libraries that it needs. If the image worked before, "
        "submit the job again.",
        reference=_CONTROL,
        confidence="medium",
    ),
    KnownProblem(
        id="internal_error",
        pattern=r"InternalServerError|InternalError\b|Failed to upload outputs",
        cause="The service failed, not the job.",
        fix="Submit the job again. If it fails again, contact support with the run id.",
        reference=_CONTROL,
    ),
    KnownProblem(
        id="child_run_failed",
        pattern=r"^Execution of experiment failed",
        cause="A child run of this pipeline did not complete; the logs of the pipeline do not contain its error.",
        fix="Download the logs of the child run that did not complete. `job_children` lists the child runs.",
        reference=_CONTROL,
    ),
)
