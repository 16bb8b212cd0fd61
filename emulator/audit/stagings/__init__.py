"""How each trouble is staged; importing this package registers all of them, in order."""

from emulator.audit.stagings import (  # noqa: F401, I001  # in the order in which they are staged
    impossible,
    codes,
    people,
    sessions,
    upstream,
    phone,
    casdoor,
    inputs,
    burst,
)
