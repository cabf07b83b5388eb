"""What is remembered stays within its bounds, and what came last stays."""

from monitoring.ingest.bounded import LONGEST_KEY_BYTES, BoundedMap, size_of


def test_the_map_stays_within_its_capacity_and_keeps_what_came_last() -> None:
    held: BoundedMap[int, str] = BoundedMap(20)

    for number in range(100):
        held.remember({number: str(number)})
        assert len(held) <= 20

    assert held.get(99) == "99"
    assert held.get(0) is None


def test_a_full_map_is_not_cut() -> None:
    held: BoundedMap[int, int] = BoundedMap(20)

    held.remember({number: number for number in range(20)})

    assert len(held) == 20


def test_a_batch_beyond_the_capacity_is_cut_to_nine_tenths() -> None:
    held: BoundedMap[int, int] = BoundedMap(20)

    held.remember({number: number for number in range(50)})

    assert len(held) == 18
    assert held.get(32) == 32
    assert held.get(31) is None


def test_keys_are_bounded_in_bytes_too() -> None:
    size = size_of(b"x" * 1_000)
    held: BoundedMap[bytes, int] = BoundedMap(1_000, key_bytes=10 * size)

    for number in range(30):
        held.remember({bytes([number]) * 1_000: number})
        assert len(held) <= 10

    assert held.get(bytes([29]) * 1_000) == 29


def test_a_key_that_comes_again_is_weighed_once() -> None:
    size = size_of(b"x" * 1_000)
    held: BoundedMap[bytes, int] = BoundedMap(1_000, key_bytes=3 * size)

    for number in range(10):
        held.remember({b"x" * 1_000: number, b"y" * 1_000: number})

    assert (held.get(b"x" * 1_000), held.get(b"y" * 1_000)) == (9, 9)


def test_a_huge_key_is_not_remembered() -> None:
    held: BoundedMap[bytes, int] = BoundedMap(10, key_bytes=2**30)
    longest = LONGEST_KEY_BYTES - size_of(b"")

    held.remember({b"x" * longest: 1, b"x" * (longest + 1): 2})

    assert (held.get(b"x" * longest), held.get(b"x" * (longest + 1))) == (1, None)


def test_the_size_of_a_tuple_is_that_of_its_parts_too() -> None:
    assert size_of(("a", b"x" * 500)) > size_of(("a", b"")) + 499
