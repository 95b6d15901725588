"""What can be wrong with a job, each at three strengths, and what a careful reader of its logs would then say."""

from simulator.causes.cause import Cause, Planted, Shape
from simulator.causes.failures import FAILURES
from simulator.causes.machines import MACHINES
from simulator.causes.memory import MEMORY
from simulator.causes.setup import SETUP
from simulator.causes.speed import SPEED

CAUSES: tuple[Cause, ...] = (*MEMORY, *FAILURES, *MACHINES, *SPEED, *SETUP)

__all__ = ["CAUSES", "Cause", "Planted", "Shape"]
