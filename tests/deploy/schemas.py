"""What a manifest may hold, as JSON schemas: the part of the official ones that ours use, and nothing besides.

The official schemas are hundreds of kilobytes, live on the network and change; so the keys that we use were copied from
them by hand, with `additionalProperties: false`: a misspelt or misplaced key fails, which is what goes wrong in such
files. Kubernetes: batch/v1 CronJob of the API reference 1.27. GitHub: github-workflow.json of the JSON Schema Store.
Azure ML: schedule.schema.json, pipelineJob.schema.json and commandJob.schema.json. Dask: the DaskCluster of
the operator's custom resources, kubernetes.dask.org/v1.
"""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "integer", "minimum": 0}
NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}
CRON = {"type": "string", "pattern": r"^(\S+ ){4}\S+$"}
LABELS = {"type": "object", "additionalProperties": TEXT}


def thing(required: str, /, **properties: Any) -> dict[str, Any]:
    """An object with these keys and no others; `required`: those that must be there."""
    return {
        "type": "object",
        "properties": {name.rstrip("_"): schema for name, schema in properties.items()},
        "required": required.split(),
        "additionalProperties": False,
    }


def many(item: Any) -> dict[str, Any]:
    """A list with something in it."""
    return {"type": "array", "items": item, "minItems": 1}


def one_of(*values: Any) -> dict[str, Any]:
    """One of some values."""
    return {"enum": list(values)}


FLAG = {"type": "boolean"}
RESOURCES = thing("", cpu=TEXT, memory=TEXT)

_CONTAINER = thing(
    "name image",
    name=NAME,
    image=TEXT,
    args=many(TEXT),
    command=many(TEXT),
    resources=thing("", requests=RESOURCES, limits=RESOURCES),
    securityContext=thing(
        "",
        allowPrivilegeEscalation=FLAG,
        readOnlyRootFilesystem=FLAG,
        capabilities=thing("", drop=many(TEXT), add=many(TEXT)),
    ),
    env=many(thing("name value", name=TEXT, value=TEXT)),
    ports=many(thing("containerPort", name=NAME, containerPort=NUMBER, protocol=one_of("TCP"))),
    volumeMounts=many(thing("name mountPath", name=NAME, mountPath=TEXT, readOnly=FLAG)),
)
_POD = thing(
    "containers restartPolicy",
    restartPolicy=one_of("Never", "OnFailure"),
    automountServiceAccountToken=FLAG,
    securityContext=thing(
        "",
        runAsNonRoot=FLAG,
        runAsUser=NUMBER,
        fsGroup=NUMBER,
        seccompProfile=thing("type", type=one_of("RuntimeDefault", "Unconfined", "Localhost")),
    ),
    containers=many(_CONTAINER),
    volumes=many(
        thing(
            "name",
            name=NAME,
            emptyDir=thing(""),
            persistentVolumeClaim=thing("claimName", claimName=NAME, readOnly=FLAG),
        )
    ),
)
_FAILURE_RULE = thing(
    "action",
    action=one_of("FailJob", "Ignore", "Count", "FailIndex"),
    onExitCodes=thing("operator values", containerName=NAME, operator=one_of("In", "NotIn"), values=many(NUMBER)),
)


def manifest(api: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A resource of Kubernetes."""
    return thing(
        "apiVersion kind metadata spec",
        apiVersion=one_of(api),
        kind=one_of(kind),
        metadata=thing("name", name=NAME, labels=LABELS),
        spec=spec,
    )


CRON_JOB = manifest(
    "batch/v1",
    "CronJob",
    thing(
        "schedule jobTemplate",
        schedule=CRON,
        timeZone=TEXT,
        concurrencyPolicy=one_of("Allow", "Forbid", "Replace"),
        startingDeadlineSeconds=NUMBER,
        successfulJobsHistoryLimit=NUMBER,
        failedJobsHistoryLimit=NUMBER,
        jobTemplate=thing(
            "spec",
            spec=thing(
                "template",
                backoffLimit=NUMBER,
                activeDeadlineSeconds=NUMBER,
                podFailurePolicy=thing("rules", rules=many(_FAILURE_RULE)),
                template=thing("spec", metadata=thing("", labels=LABELS), spec=_POD),
            ),
        ),
    ),
)

_WORKERS = thing("containers", containers=many(_CONTAINER), volumes=_POD["properties"]["volumes"])
_PORTS = many(thing("port", name=NAME, protocol=one_of("TCP"), port=NUMBER, targetPort=TEXT))
DASK_CLUSTER = manifest(
    "kubernetes.dask.org/v1",
    "DaskCluster",
    thing(
        "worker scheduler",
        worker=thing("replicas spec", replicas=NUMBER, spec=_WORKERS),
        scheduler=thing(
            "spec service",
            spec=_WORKERS,
            service=thing("type selector ports", type=one_of("ClusterIP"), selector=LABELS, ports=_PORTS),
        ),
    ),
)
JOB = manifest(
    "batch/v1",
    "Job",
    thing(
        "template",
        backoffLimit=NUMBER,
        activeDeadlineSeconds=NUMBER,
        template=thing("spec", metadata=thing("", labels=LABELS), spec=_POD),
    ),
)

_STEP = {
    **thing(
        "",
        name=TEXT,
        id=NAME,
        if_=TEXT,
        uses={"type": "string", "pattern": r"^[\w.-]+/[\w./-]+@v\d"},
        run=TEXT,
        with_={"type": "object"},
        env=LABELS,
    ),
    "oneOf": [{"required": ["uses"]}, {"required": ["run"]}],
}
WORKFLOW = thing(
    "name on jobs",
    name=TEXT,
    on=thing("", schedule=many(thing("cron", cron=CRON)), workflow_dispatch={"type": "object"}),
    permissions=LABELS,
    concurrency=thing("group", group=TEXT, **{"cancel-in-progress": FLAG}),
    jobs={
        "type": "object",
        "additionalProperties": thing(
            "runs-on steps",
            **{"runs-on": TEXT, "timeout-minutes": NUMBER, "env": LABELS, "steps": many(_STEP)},
        ),
    },
)

SCHEDULE = thing(
    "name trigger create_job",
    name={"type": "string", "pattern": r"^\w+$"},
    display_name=TEXT,
    description=TEXT,
    trigger=thing("type expression", type=one_of("cron"), expression=CRON, time_zone=TEXT),
    create_job=TEXT,
    **{"$schema": TEXT},
)
_INPUT = thing(
    "type path",
    type=one_of("uri_folder", "uri_file"),
    path={"type": "string", "pattern": "^azureml://"},
    mode=one_of("ro_mount", "download", "direct"),
)
_OUTPUT = thing("type path", type=one_of("uri_folder"), path=TEXT, mode=one_of("rw_mount", "upload"))
PIPELINE = thing(
    "type jobs",
    type=one_of("pipeline"),
    display_name=TEXT,
    experiment_name=TEXT,
    settings=thing("", default_compute=TEXT, continue_on_step_failure=FLAG),
    inputs={"type": "object", "additionalProperties": _INPUT},
    outputs={"type": "object", "additionalProperties": _OUTPUT},
    jobs={
        "type": "object",
        "additionalProperties": thing(
            "type command environment",
            type=one_of("command"),
            command=TEXT,
            environment=thing("image", image=TEXT, conda_file=TEXT),
            inputs=LABELS,
            outputs=LABELS,
        ),
    },
    **{"$schema": TEXT},
)
COMMAND_JOB = thing(
    "type command environment compute",
    type=one_of("command"),
    display_name=TEXT,
    experiment_name=TEXT,
    code=TEXT,
    command=TEXT,
    environment=thing("image", image=TEXT, conda_file=TEXT),
    compute=TEXT,
    resources=thing("instance_count", instance_count=NUMBER, instance_type=TEXT),
    distribution=thing("type", type=one_of("mpi"), process_count_per_instance=NUMBER),
    inputs={"type": "object", "additionalProperties": _INPUT},
    outputs={"type": "object", "additionalProperties": _OUTPUT},
    **{"$schema": TEXT},
)
