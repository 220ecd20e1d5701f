"""A position on the earth. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Longitude and latitude in degrees, WGS 84. Keywords only: the order is the classic mistake.

    Raises:
        ValueError: a coordinate is not finite or out of range.
    """

    lon: float
    lat: float

    def __post_init__(self) -> None:
        # Written so that NaN fails too: every comparison with NaN is false.
        if not -180 <= self.lon <= 180:
            raise ValueError("longitude out of range")
        if not -90 <= self.lat <= 90:
            raise ValueError("latitude out of range")
