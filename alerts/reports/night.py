"""When it is night for those who are on call. Pure: no Django, no clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Night:
    """From one hour of the day to another, by the clock on a wall; it may span midnight."""

    begins_hour: int
    ends_hour: int

    def holds(self, hour: int) -> bool:
        """Say whether the hour (0 to 23) lies in the night, which has begun with its first and ends before its last.

        A night that begins and ends at the same hour is none.
        """
        if self.begins_hour <= self.ends_hour:
            return self.begins_hour <= hour < self.ends_hour
        return hour >= self.begins_hour or hour < self.ends_hour
