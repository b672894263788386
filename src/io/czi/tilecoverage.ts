/** A tile of a mosaic, px. */
export interface TilePlace {
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
}

/** Px that tiles cover together, those under several counted once. */
export function tileCoverage(tiles: readonly TilePlace[]): number {
  const byTop = [...tiles].sort((a, b) => a.y - b.y);
  const edges = [...new Set(tiles.flatMap(({ y, height }) => [y, y + height]))].sort((a, b) => a - b);
  let [covered, next] = [0, 0];
  let open: TilePlace[] = [];
  for (const [i, top] of edges.entries()) {
    const bottom = edges[i + 1] ?? top;
    open = open.filter(({ y, height }) => y + height > top);
    while (next < byTop.length && byTop[next]!.y <= top) open.push(byTop[next++]!);
    covered += (bottom - top) * widthCovered(open);
  }
  return covered;
}

function widthCovered(tiles: readonly TilePlace[]): number {
  let [covered, end] = [0, -Infinity];
  for (const { x, width } of [...tiles].sort((a, b) => a.x - b.x)) {
    covered += Math.max(0, x + width - Math.max(x, end));
    end = Math.max(end, x + width);
  }
  return covered;
}
