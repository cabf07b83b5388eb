"""The dependency graph as a picture."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.drawing import BOX_HEIGHT, BOX_WIDTH, Drawing, drawing

EDGES = [
    ("payment-service", "api-gateway", True),
    ("ticket-service", "api-gateway", True),
    ("api-gateway", "postgresql", True),
    ("payment-service", "postgresql", False),
]


def rows(of: Drawing) -> list[list[str]]:
    heights = sorted({box.y for box in of.boxes})
    return [[box.name for box in of.boxes if box.y == height] for height in heights]


def standing(of: Drawing) -> dict[str, str]:
    return {box.name: box.standing for box in of.boxes}


def test_what_is_needed_stands_above_what_needs_it() -> None:
    assert rows(drawing(EDGES, ["redis"], [])) == [
        ["postgresql", "redis"],
        ["api-gateway"],
        ["payment", "ticket"],
    ]


def test_a_circle_stands_side_by_side() -> None:
    circle = [("a", "b", True), ("b", "a", True), ("c", "a", True)]

    assert rows(drawing(circle, [], [])) == [["a", "b"], ["c"]]


def test_each_line_joins_the_edges_of_its_boxes() -> None:
    drawn = drawing(EDGES, [], [])
    boxes = {box.name: box for box in drawn.boxes}
    line = drawn.lines[0]

    gateway, payment = boxes["api-gateway"], boxes["payment"]
    assert (line.x1, line.y1) == (gateway.x + BOX_WIDTH / 2, gateway.y + BOX_HEIGHT)
    assert (line.x2, line.y2) == (payment.x + BOX_WIDTH / 2, payment.y)
    assert [each.enabled for each in drawn.lines] == [True, True, True, False]


def test_the_cause_and_what_it_hides_are_marked() -> None:
    found = standing(drawing(EDGES, ["redis"], ["api-gateway"]))

    assert found == {
        "postgresql": "quiet",
        "redis": "quiet",
        "api-gateway": "cause",
        "payment": "hidden",
        "ticket": "hidden",
    }


def test_a_cause_behind_another_one_is_hidden_itself() -> None:
    found = standing(drawing(EDGES, [], ["api-gateway", "postgresql"]))

    assert (found["postgresql"], found["api-gateway"]) == ("cause", "hidden")


def test_a_dependency_that_is_switched_off_hides_nothing() -> None:
    off = [("payment-service", "postgresql", False)]

    assert standing(drawing(off, [], ["postgresql"]))["payment"] == "quiet"


def test_nothing_is_an_empty_picture() -> None:
    drawn = drawing([], [], [])

    assert (drawn.boxes, drawn.lines) == ([], [])


NAMES = st.sampled_from("abcdefg")
EDGE_LISTS = st.lists(
    st.tuples(NAMES, NAMES, st.booleans()).filter(lambda edge: edge[0] != edge[1]), max_size=15
)


@given(edges=EDGE_LISTS, others=st.lists(NAMES, max_size=4))
def test_every_place_is_drawn_once_within_the_picture_and_none_covers_another(
    edges: list[tuple[str, str, bool]], others: list[str]
) -> None:
    drawn = drawing(edges, others, [])

    names = [box.name for box in drawn.boxes]
    assert sorted(names) == sorted({*others, *(name for edge in edges for name in edge[:2])})
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - BOX_WIDTH
        assert 0 <= box.y <= drawn.height - BOX_HEIGHT
        level = [other.x for other in drawn.boxes if other.y == box.y and other is not box]
        assert all(abs(box.x - x) >= BOX_WIDTH for x in level)
