"""Rebuilds a shard in a process of its own: the library would hold up every thread of the server meanwhile.

    python -m bastide.knowledge.adapters.qdrant_edge.rebuild SOURCE TARGET

SOURCE is a copy that nobody else has open. Its living points are written into a new shard at TARGET, in few
segments with a graph each: nothing of deleted points remains. (The library's own optimiser on a copy without
its log would not do: a new log counts from zero, and points refuse changes that are older than they are.)
"""

import json
import os
import sys
from pathlib import Path

import qdrant_edge as edge

from bastide.knowledge.adapters.qdrant_edge.shard import DENSE, configuration, create_shard

_PAGE_POINTS = 512
_NICENESS = 10


def rebuild(source: Path, target: Path) -> None:
    old = edge.EdgeShard.load(str(source))
    new = create_shard(target, configuration(_dimensions(source)))
    for name, index in old.info().payload_schema.items():
        new.update(edge.UpdateOperation.create_field_index(name, index.data_type))
    offset = None
    while True:
        page = edge.ScrollRequest(offset=offset, limit=_PAGE_POINTS, with_payload=True, with_vector=True)
        records, offset = old.scroll(page)
        points = [edge.Point(record.id, record.vector or {}, record.payload) for record in records]
        if points:
            new.update(edge.UpdateOperation.upsert_points(points))
        if offset is None:
            break
    old.close()
    new.optimize()
    new.flush()
    new.close()


def _dimensions(source: Path) -> int:
    return json.loads((source / "edge_config.json").read_text())["vectors"][DENSE]["size"]


def main(source: str, target: str) -> None:
    os.nice(_NICENESS)
    rebuild(Path(source), Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
