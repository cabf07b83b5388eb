"""How composite rules stand on each other: circles, and how many of them stand in one chain. Pure."""

from collections.abc import Collection, Iterable, Mapping

# Names of the rules that the expression of each composite rule holds; a rule that is no key is a plain one.
Graph = Mapping[str, Collection[str]]

MAX_DEPTH = 3


def fault_of(graph: Graph, name: str, known: Collection[str]) -> str:
    """Return why the expression of the rule `name` cannot stand, or nothing if it can.

    `known` are the rules that there are. A chain is at most MAX_DEPTH composite rules long, plain ones below
    not counted: each further one would make an alert harder to explain to whom it wakes.
    """
    missing = sorted(set(graph.get(name, ())) - set(known))
    if missing:
        return f"there is no rule named {', '.join(missing)}"
    circle = circle_through(graph, name)
    if circle:
        return f"it would watch itself: {' > '.join(circle)}"
    depth = levels(graph, name) + levels(users(graph), name) - 1
    if depth > MAX_DEPTH:
        return f"composite rules may stand on each other {MAX_DEPTH} deep, this makes a chain of {depth} or more"
    return ""


def circle_through(graph: Graph, name: str) -> list[str]:
    """Return the shortest way from a rule back to itself, both ends included, or nothing."""
    came_from: dict[str, str] = {}
    frontier = [name]
    while frontier:
        following = []
        for current in frontier:
            for operand in sorted(graph.get(current, ())):
                if operand == name:
                    return [*_way_to(current, came_from, name), name]
                if operand not in came_from:
                    came_from[operand] = current
                    following.append(operand)
        frontier = following
    return []


def levels(graph: Graph, name: str) -> int:
    """Return how many composite rules the longest way down from `name` passes, itself included.

    At most one more than MAX_DEPTH are counted, which also makes circles elsewhere harmless.
    """
    level, count = {name}, 0
    while level and count <= MAX_DEPTH:
        count += 1
        level = {operand for each in level for operand in graph.get(each, ()) if operand in graph}
    return count


def users(graph: Graph) -> dict[str, set[str]]:
    """Return the composite rules that name each composite rule."""
    found: dict[str, set[str]] = {name: set() for name in graph}
    for name, operands in graph.items():
        for operand in operands:
            if operand in found:
                found[operand].add(name)
    return found


def users_of(graph: Graph, names: Iterable[str]) -> list[str]:
    """Return the composite rules that name one of `names`, in alphabetical order."""
    wanted = set(names)
    return sorted(name for name, operands in graph.items() if wanted.intersection(operands))


def _way_to(end: str, came_from: Mapping[str, str], start: str) -> list[str]:
    way = [end]
    while way[0] != start:
        way.insert(0, came_from[way[0]])
    return way
