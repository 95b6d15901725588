"""Returns a dictionary."""


def init() -> None:
    """Nothing to load."""


def run(mini_batch: list[str]) -> dict[str, int]:
    """A driver cannot count the elements of this."""
    return dict.fromkeys(mini_batch, 1)
