"""The settings in the YAML of a batch deployment, under the names of the options of `ingest rehearse`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest.errors import IngestError, InputError

_SETTINGS = {
    "mini_batch_size": "mini_batch_size",
    "max_concurrency_per_instance": "processes",
    "output_action": "output_action",
    "output_file_name": "output_file_name",
    "error_threshold": "error_threshold",
    "mini_batch_error_threshold": "mini_batch_error_threshold",
    "logging_level": "logging_level",
}
_RETRIES = {"max_retries": "max_retries", "timeout": "run_timeout"}


def read_deployment(file: Path) -> dict[str, Any]:
    """What a file says, as option → value; what it does not say is left out.

    Settings stand below `settings:`, in older files beside it. A model that is registered in the cloud cannot be had here
    and is left out; a path is taken relative to the file. Raises IngestError if the file is no deployment.
    """
    try:
        import yaml
    except ImportError:
        raise IngestError("--deployment needs PyYAML", "pip install 'ingest-batch-logs[rehearse]'") from None
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", "Name the YAML file of a batch deployment") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not YAML: {' '.join(str(error).split())}", "") from None
    if not isinstance(content, dict):
        raise InputError(f"{file}: not a deployment", "It is a mapping with code_configuration: and settings:")
    return dict(_options(content, file.absolute().parent))


def _options(content: Mapping[str, Any], folder: Path) -> Iterator[tuple[str, Any]]:
    settings = {**content, **_mapping(content.get("settings"))}
    for names, given in ((_SETTINGS, settings), (_RETRIES, _mapping(settings.get("retry_settings")))):
        yield from ((option, given[name]) for name, option in names.items() if name in given)
    configuration = _mapping(content.get("code_configuration"))
    code = folder / str(configuration.get("code", "."))
    if script := configuration.get("scoring_script"):
        yield "script", str(code / str(script))
        yield "code", str(code)
    if variables := _mapping(content.get("environment_variables")):
        yield "environment", tuple(f"{name}={value}" for name, value in variables.items())
    instances = content.get("instance_count", _mapping(content.get("resources")).get("instance_count"))
    if instances is not None:
        yield "plan_nodes", instances
    model = content.get("model")
    path = model.get("path") if isinstance(model, dict) else model
    if isinstance(path, str) and not path.startswith("azureml:") and (folder / path).exists():
        yield "model", str(folder / path)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
