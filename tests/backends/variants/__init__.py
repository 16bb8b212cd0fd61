"""The good backends, each with one thing spoiled: by rule, what spoils it.

A module here holds `VARIANTS`: the id of a rule, and a function that takes the module of a good backend and spoils it.
`python tests/backends/variants BACKEND MODULE RULE` runs one, on the port that PORT names.
"""
