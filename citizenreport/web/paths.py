"""Which paths answer machines and which answer people."""

from typing import Final

MACHINE_PREFIXES: Final = ("/api", "/open311")


def is_machine_path(path: str) -> bool:
    """Tell whether a path belongs to a door for machines: JSON problems, never a cookie."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in MACHINE_PREFIXES)
