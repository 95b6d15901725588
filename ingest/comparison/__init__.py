"""Jobs beside other jobs: what differs between two, and whether one did worse than those before it."""
