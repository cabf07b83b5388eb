"""When a job that should call is late: time zones, leap days, graces, runs that hang."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.status import Finding, Level
from health.watching.heartbeat import Calls, Schedule, due_by, judge_heartbeat, next_call

MINUTE, HOUR, TICK = timedelta(minutes=1), timedelta(hours=1), timedelta.resolution
BORN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NIGHTLY = Schedule("0 3 * * *", grace=5 * MINUTE)
HOURLY = Schedule(period=HOUR, grace=5 * MINUTE)
HEALTHY = Finding(Level.HEALTHY)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "due"),
    [
        ("0 3 * * *", "UTC", "2026-11-23 12:00", "2026-11-24 03:00"),
        ("0 3 * * *", "UTC", "2026-11-24 02:59:59.999999", "2026-11-24 03:00"),
        ("0 3 * * *", "UTC", "2026-11-24 03:00", "2026-11-25 03:00"),
        ("0 3 * * *", "Europe/Berlin", "2026-11-23 12:00", "2026-11-24 02:00"),
        ("0 3 * * *", "Europe/Berlin", "2026-07-01 12:00", "2026-07-02 01:00"),
        ("0 3 * * *", "Asia/Kolkata", "2026-07-01 12:00", "2026-07-01 21:30"),
        ("*/15 * * * *", "UTC", "2026-11-23 12:07", "2026-11-23 12:15"),
        ("0 9 * * 1-5", "UTC", "2026-11-27 10:00", "2026-11-30 09:00"),
        # Spring: from 2 to 3 there is no time in Berlin. What should run then runs right after the gap, once.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-29 01:00", "2026-03-30 00:30"),
        ("0 4 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 02:00"),
        ("*/30 * * * *", "Europe/Berlin", "2026-03-29 00:45", "2026-03-29 01:00"),
        # Autumn: from 2 to 3 comes twice. A run at a fixed hour is due once, a frequent one all the time.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25 00:30", "2026-10-26 01:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25 01:30", "2026-10-26 01:30"),
        ("*/30 * * * *", "Europe/Berlin", "2026-10-25 00:30", "2026-10-25 01:00"),
        ("*/30 * * * *", "Europe/Berlin", "2026-10-25 01:00", "2026-10-25 01:30"),
        # New York changes on other days, Lord Howe by half an hour.
        ("30 2 * * *", "America/New_York", "2026-03-07 12:00", "2026-03-08 07:00"),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00", "2026-10-03 15:30"),
        # Leap days, and a century that has none.
        ("0 0 29 2 *", "UTC", "2026-11-23 12:00", "2028-02-29 00:00"),
        ("0 0 29 2 *", "UTC", "2028-02-29 00:00", "2032-02-29 00:00"),
        ("0 0 29 2 *", "UTC", "2096-02-29 00:00", "2104-02-29 00:00"),
        ("0 0 L * *", "UTC", "2028-02-01 00:00", "2028-02-29 00:00"),
        ("0 0 L * *", "UTC", "2027-02-01 00:00", "2027-02-28 00:00"),
        ("0 0 31 * *", "UTC", "2026-11-23 12:00", "2026-12-31 00:00"),
    ],
)
def test_cron_follows_the_clock_on_the_wall(cron: str, zone: str, after: str, due: str) -> None:
    found = next_call(Schedule(cron, zone), utc(after))

    assert (found, found and found.tzinfo) == (utc(due), UTC)


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("0 3 * *", "UTC"),
        ("61 3 * * *", "UTC"),
        ("@daily", "UTC"),
        ("0 0 31 2 *", "UTC"),
        ("0 3 * * *", "Europe/Atlantis"),
        ("0 3 * * *", "../../etc/passwd"),
        ("0 3 * * *", ""),
        ("0 3 * * *", "Europe"),
    ],
)
def test_what_is_no_schedule_is_said_and_is_not_late(cron: str, zone: str) -> None:
    schedule = Schedule(cron, zone)

    with pytest.raises(ValueError, match="no schedule"):
        next_call(schedule, BORN)
    finding = judge_heartbeat(schedule, Calls(BORN), at=BORN)
    assert finding == Finding(Level.DEGRADED, f"no schedule: {cron!r} in the time zone {zone!r}")


def test_a_period_counts_from_the_last_call_whatever_the_clock_on_the_wall_does() -> None:
    assert next_call(HOURLY, utc("2026-03-29 00:30")) == utc("2026-03-29 01:30")


@pytest.mark.parametrize(
    ("schedule", "calls", "latest"),
    [
        (HOURLY, Calls(BORN), BORN + 65 * MINUTE),
        (HOURLY, Calls(BORN, last_at=BORN + HOUR), BORN + 125 * MINUTE),
        (NIGHTLY, Calls(BORN), utc("2026-11-24 03:05")),
        (NIGHTLY, Calls(BORN, last_at=utc("2026-11-24 03:00")), utc("2026-11-25 03:05")),
        (Schedule(), Calls(BORN), None),
        (Schedule(), Calls(BORN, last_at=BORN, running_since=BORN), None),
        # A run that began in time, even at the last instant, must end within the grace.
        (NIGHTLY, Calls(BORN, running_since=utc("2026-11-24 03:05")), utc("2026-11-24 03:10")),
        (NIGHTLY, Calls(BORN, running_since=utc("2026-11-24 02:00")), utc("2026-11-24 02:05")),
        # One that began too late mends nothing.
        (
            NIGHTLY,
            Calls(BORN, running_since=utc("2026-11-24 03:05") + TICK),
            utc("2026-11-24 03:05"),
        ),
    ],
)
def test_a_call_is_in_time_until_the_grace_has_passed(
    schedule: Schedule, calls: Calls, latest: datetime | None
) -> None:
    assert due_by(schedule, calls) == latest


@pytest.mark.parametrize(
    ("calls", "at", "finding"),
    [
        (Calls(BORN), BORN + 65 * MINUTE, Finding(Level.DEGRADED, "not called yet")),
        (
            Calls(BORN),
            BORN + 65 * MINUTE + TICK,
            Finding(Level.UNHEALTHY, "no call by 2026-11-23 13:05:00 UTC (never called)"),
        ),
        (Calls(BORN, last_at=BORN), BORN + 65 * MINUTE, HEALTHY),
        (
            Calls(BORN, last_at=BORN),
            BORN + 65 * MINUTE + TICK,
            Finding(
                Level.UNHEALTHY,
                "no call by 2026-11-23 13:05:00 UTC (last call 2026-11-23 12:00:00 UTC)",
            ),
        ),
        (
            Calls(BORN, last_at=BORN, error="exit code 3"),
            BORN,
            Finding(Level.UNHEALTHY, "exit code 3"),
        ),
        (
            Calls(BORN, last_at=BORN, running_since=BORN + MINUTE),
            BORN + 6 * MINUTE,
            HEALTHY,
        ),
        (
            Calls(BORN, last_at=BORN, running_since=BORN + MINUTE),
            BORN + 6 * MINUTE + TICK,
            Finding(
                Level.UNHEALTHY,
                "began at 2026-11-23 12:01:00 UTC and has not ended by 2026-11-23 12:06:00 UTC",
            ),
        ),
        (
            Calls(BORN, running_since=BORN),
            BORN + 5 * MINUTE,
            Finding(Level.DEGRADED, "not called yet"),
        ),
        (
            Calls(BORN, last_at=BORN, running_since=BORN + 66 * MINUTE),
            BORN + 67 * MINUTE,
            Finding(
                Level.UNHEALTHY,
                "no call by 2026-11-23 13:05:00 UTC (last call 2026-11-23 12:00:00 UTC)",
            ),
        ),
    ],
)
def test_where_a_job_stands(calls: Calls, at: datetime, finding: Finding) -> None:
    assert judge_heartbeat(HOURLY, calls, at=at) == finding


def test_without_a_grace_a_run_is_late_at_once_and_hangs_from_its_first_moment() -> None:
    schedule = Schedule(period=HOUR)
    assert due_by(schedule, Calls(BORN)) == BORN + HOUR

    finding = judge_heartbeat(schedule, Calls(BORN, running_since=BORN), at=BORN + TICK)

    words = "began at 2026-11-23 12:00:00 UTC and has not ended by 2026-11-23 12:00:00 UTC"
    assert finding == Finding(Level.UNHEALTHY, words)


def test_a_job_without_a_schedule_is_never_late() -> None:
    calls = Calls(BORN, last_at=BORN)

    assert judge_heartbeat(Schedule(), calls, at=BORN + timedelta(days=4_000)) == HEALTHY


@given(
    period=st.integers(1, 100_000),
    grace=st.integers(0, 100_000),
    delays=st.lists(st.integers(0, 200_000), min_size=1, max_size=20),
)
def test_a_job_that_calls_again_and_again_is_late_only_from_the_grace_until_its_call(
    period: int, grace: int, delays: list[int]
) -> None:
    schedule = Schedule(period=timedelta(seconds=period), grace=timedelta(seconds=grace))
    last = BORN
    for delay in delays:
        call = last + timedelta(seconds=delay)
        is_late = delay > period + grace
        before = judge_heartbeat(schedule, Calls(BORN, last_at=last), at=call)
        assert (before.level == Level.UNHEALTHY) is is_late
        assert judge_heartbeat(schedule, Calls(BORN, last_at=call), at=call) == HEALTHY
        last = call


@given(
    seconds=st.integers(1_577_836_800, 2_051_222_400),  # 2020 to 2035
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    cron=st.sampled_from(["0 3 * * *", "30 2 * * *", "*/20 * * * *", "15 1 * * 0", "0 0 29 2 *"]),
)
def test_the_next_call_always_lies_ahead_and_nothing_is_due_before_it(
    seconds: int, zone: str, cron: str
) -> None:
    schedule, after = Schedule(cron, zone), datetime.fromtimestamp(seconds, tz=UTC)

    due = next_call(schedule, after)

    assert due is not None
    assert due > after
    assert next_call(schedule, after + (due - after) / 2) == due
