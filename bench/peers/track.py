"""Frame-to-frame linking by exact sparse assignment with scipy: for each pair of frames the candidates within a radius, cost d^2, and 1.05 times the
highest of them for what is left alone. Prints seconds, links and their total cost.

    track.py FILE COLUMNS RADIUS        rows of (frame, cell, y, x, ...), float64
"""
import json
import sys
import time

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

rows = np.fromfile(sys.argv[1]).reshape(-1, int(sys.argv[2]))
radius = float(sys.argv[3])
frames = [rows[rows[:, 0] == t][:, 2:4] for t in range(int(rows[:, 0].max()) + 1)]
started = time.perf_counter()
links, total = 0, 0.0
for earlier, later in zip(frames, frames[1:]):
    near = cKDTree(earlier).sparse_distance_matrix(cKDTree(later), radius, output_type="coo_matrix")
    cost = near.data ** 2
    keep = cost < radius ** 2
    i, j, cost = near.row[keep], near.col[keep], cost[keep]
    alternative = 1.05 * cost.max()
    n, m = len(earlier), len(later)
    # [links, death; birth, links transposed], every entry of the lower right the alternative, as in TrackMate. A bonus keeps zero costs explicit.
    bonus = 1.0
    matrix = coo_matrix((
        np.concatenate([cost + bonus, np.full(n, alternative + bonus), np.full(m, alternative + bonus), np.full(len(cost), alternative + bonus)]),
        (np.concatenate([i, np.arange(n), n + np.arange(m), n + j]), np.concatenate([j, m + np.arange(n), np.arange(m), m + i])),
    ), shape=(n + m, n + m)).tocsr()
    row, column = min_weight_full_bipartite_matching(matrix)
    made = (row < n) & (column < m)
    links += int(made.sum())
    total += float(((earlier[row[made]] - later[column[made]]) ** 2).sum())
print(json.dumps({"seconds": time.perf_counter() - started, "links": links, "cost": total}))
