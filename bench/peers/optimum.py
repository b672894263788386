"""The set of events of the largest total gain in which each nucleus has one event as a parent and one as a child at most: an integer programme over
the whole movie, solved by HiGHS through scipy. Standard input and output are JSON.

    in    {"nuclei": N, "parent": [...], "a": [...], "b": [...], "gain": [...], "limit": seconds}      b is -1 where there is one child
    out   {"chosen": [...], "gain": of them, "bound": no solution has more, "optimal": bool, "nodes": of the search, 0 where the
           relaxation is whole, "seconds": of the processor, "components",
           "largest": events of the largest component}
"""
import json
import sys
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

task = json.load(sys.stdin)
nuclei = task["nuclei"]
parent, a, b = (np.array(task[key], dtype=np.int64) for key in ("parent", "a", "b"))
gain = np.array(task["gain"], dtype=float)
count = len(gain)
if count == 0:
    json.dump({"chosen": [], "gain": 0, "bound": 0, "optimal": True, "nodes": 0, "seconds": 0, "components": 0, "largest": 0}, sys.stdout)
    sys.exit()
started = time.process_time()
event = np.arange(count)
second = b >= 0
# Rows 0 to N - 1: events of a nucleus as a parent; N to 2 N - 1: as a child.
row = np.concatenate([parent, nuclei + a, nuclei + b[second]])
column = np.concatenate([event, event, event[second]])
matrix = coo_matrix((np.ones(len(row)), (row, column)), shape=(2 * nuclei, count)).tocsr()
matrix = matrix[np.diff(matrix.indptr) > 0]


def solved(whole):
    return milp(-gain, integrality=np.full(count, int(whole)), bounds=Bounds(0, 1), constraints=LinearConstraint(matrix, -np.inf, 1),
                options={"mip_rel_gap": 0, "time_limit": task.get("limit", 300)})


# Where the relaxation is whole already, it is the optimum.
found = solved(False)
relaxed = found.status == 0 and np.all(np.abs(found.x - np.round(found.x)) < 1e-6)
bound = -found.fun if relaxed else None
if not relaxed:
    found = solved(True)
    bound = -float(found.mip_dual_bound)
seconds = time.process_time() - started
chosen = np.flatnonzero(found.x > 0.5)
graph = coo_matrix((np.ones(len(row)), (row, 2 * nuclei + column)), shape=(2 * nuclei + count,) * 2)
_, component = connected_components(graph, directed=False)
sizes = np.unique(component[2 * nuclei:], return_counts=True)[1]
json.dump({"chosen": chosen.tolist(), "gain": float(gain[chosen].sum()), "bound": bound, "optimal": found.status == 0,
           "nodes": 0 if relaxed else int(found.mip_node_count), "seconds": seconds, "components": len(sizes), "largest": int(sizes.max())}, sys.stdout)
