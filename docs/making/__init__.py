"""How the documentation is made: what is generated, and how the examples are run."""
