"""Two independent ways to each number that is asked of a graph.

A graph is a number of nodes and a list of edges, pairs of nodes; `weights` are parallel to them.
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Edges: TypeAlias = Sequence[tuple[int, int]]


def neighbours(nodes: int, edges: Edges) -> list[list[tuple[int, int]]]:
    """Return for each node its neighbours, each with the number of the edge."""
    near: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for number, (a, b) in enumerate(edges):
        near[a].append((b, number))
        near[b].append((a, number))
    return near


def tree_by_kruskal(nodes: int, edges: Edges, weights: Sequence[int]) -> int:
    """Return the least weight of a spanning tree: light edges first."""
    part = list(range(nodes))
    total = 0
    for weight, (a, b) in sorted(zip(weights, edges, strict=True)):
        if part[a] != part[b]:
            total += weight
            part = [part[a] if p == part[b] else p for p in part]
    return total


def tree_by_prim(nodes: int, edges: Edges, weights: Sequence[int]) -> int:
    """Return the least weight of a spanning tree: grown from node 0."""
    inside, total = {0}, 0
    while len(inside) < nodes:
        weight, outer = min(
            (w, b if a in inside else a)
            for w, (a, b) in zip(weights, edges, strict=True)
            if (a in inside) != (b in inside)
        )
        inside.add(outer)
        total += weight
    return total


def route_by_dijkstra(
    nodes: int, edges: Edges, weights: Sequence[int], start: int, end: int
) -> int:
    """Return the length of the shortest route: nearest node first."""
    near = neighbours(nodes, edges)
    settled: set[int] = set()
    waiting = [(0, start)]
    while waiting:
        length, node = heapq.heappop(waiting)
        if node == end:
            return length
        if node not in settled:
            settled.add(node)
            for other, number in near[node]:
                heapq.heappush(waiting, (length + weights[number], other))
    raise ValueError("the end cannot be reached from the start")


def route_by_bellman_ford(
    nodes: int, edges: Edges, weights: Sequence[int], start: int, end: int
) -> int:
    """Return the length of the shortest route: every edge relaxed, as often as there are nodes."""
    far = sum(weights) + 1
    length = [0 if node == start else far for node in range(nodes)]
    for _ in range(nodes):
        for weight, (a, b) in zip(weights, edges, strict=True):
            length[a] = min(length[a], length[b] + weight)
            length[b] = min(length[b], length[a] + weight)
    return length[end]


def paths_by_search(nodes: int, edges: Edges, start: int, end: int, most: int = 10_000) -> int:
    """Count the paths that visit no node twice, by walking each; stop above `most`."""
    near = neighbours(nodes, edges)
    count = 0

    def walks(node: int, seen: set[int]) -> Iterator[None]:
        if node == end:
            yield
            return
        for other, _ in near[node]:
            if other not in seen:
                yield from walks(other, seen | {other})

    for _ in walks(start, {start}):
        count += 1
        if count > most:
            break
    return count


def paths_by_subsets(nodes: int, edges: Edges, start: int, end: int) -> int:
    """Count the paths that visit no node twice, over the sets of visited nodes."""
    near = neighbours(nodes, edges)
    ways = {(1 << start, start): 1}
    total = 0
    for _ in range(nodes):
        longer: dict[tuple[int, int], int] = {}
        for (seen, node), number in ways.items():
            if node == end:
                total += number
                continue
            for other, _ in near[node]:
                if not seen >> other & 1:
                    key = (seen | 1 << other, other)
                    longer[key] = longer.get(key, 0) + number
        ways = longer
    return total


def strokes_by_parity(nodes: int, edges: Edges) -> int:
    """Return Euler's number of strokes of a connected graph: half the nodes of odd degree."""
    odd = sum(len(near) % 2 for near in neighbours(nodes, edges))
    return max(1, odd // 2)


def strokes_by_tracing(nodes: int, edges: Edges) -> int:
    """Draw the graph: walk from odd nodes till stuck, then splice the rest, circuits, in."""
    near = neighbours(nodes, edges)
    left = set(range(len(edges)))
    strokes = 0
    for node in range(nodes):
        open_here = [number for _, number in near[node] if number in left]
        if len(open_here) % 2:
            strokes += 1
            at = node
            while steps := [(other, n) for other, n in near[at] if n in left]:
                at = steps[0][0]
                left.discard(steps[0][1])
    return max(1, strokes)


def connected(nodes: int, edges: Edges) -> bool:
    """Say whether every node can be reached from node 0."""
    near = neighbours(nodes, edges)
    seen, waiting = {0}, [0]
    while waiting:
        for other, _ in near[waiting.pop()]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return len(seen) == nodes
