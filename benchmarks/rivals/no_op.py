"""A scoring script that does nothing: what is measured with it is what hands out the mini-batches."""


def init() -> None:
    """Nothing to load."""


def run(mini_batch: list[str]) -> list[str]:
    """The paths themselves."""
    return mini_batch
