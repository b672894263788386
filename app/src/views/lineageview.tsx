/** The lineage of the selected track: time goes down; a click selects and goes there. */
import type { JSX } from "preact";
import { frame, selectedTracks } from "../state/place.js";
import { frameCount } from "../state/display.js";
import { links, showRow } from "../tools/trackactions.js";
import { branchesOf, lineageTree, type SpotLinks, type TreeBranch } from "../tools/trackwalk.js";

/** Of a leaf, px, and around the tree. */
const [pitch, margin, left] = [34, 14, 34];

/** The tree, or what to do to see one. */
export function LineageTree(): JSX.Element {
  const now = links.value;
  const [track] = selectedTracks.value;
  const row = now === undefined || track === undefined ? undefined : now.rowsOf.get(track)?.[0];
  if (now === undefined || row === undefined)
    return <p class="quiet">Select a nucleus to see the lineage that it belongs to.</p>;
  return <Tree now={now} tree={lineageTree(now, row)} />;
}

function Tree({ now, tree }: { readonly now: SpotLinks; readonly tree: TreeBranch }): JSX.Element {
  const branches = branchesOf(tree);
  const lastFrame = Math.max(...branches.map((each) => each.lastFrame));
  const leaves = Math.max(...branches.map(({ column }) => column)) + 1;
  const scale = Math.max(4, Math.min(24, 300 / Math.max(1, lastFrame - tree.firstFrame)));
  const yOf = (at: number): number => margin + (at - tree.firstFrame) * scale;
  const xOf = (column: number): number => left + margin + column * pitch;
  const [width, height] = [xOf(leaves - 1) + 2 * margin + 20, yOf(lastFrame) + margin];
  const show = (track: number, at: number): void => {
    const rows = now.rowsOf.get(track)!;
    const away = (each: number): number => Math.abs(now.frame[each]! - at);
    showRow(
      now,
      rows.reduce((best, each) => (away(each) < away(best) ? each : best)),
    );
  };
  const isSeen = frame.value >= tree.firstFrame && frame.value <= lastFrame;
  return (
    <div class="tree">
      <svg width={width} height={height} role="group" aria-label={`Lineage of ${branches.length} tracks`}>
        <text x={2} y={yOf(tree.firstFrame) + 4}>
          {tree.firstFrame + 1}
        </text>
        <text x={2} y={yOf(lastFrame) + 4}>
          {lastFrame + 1}
        </text>
        {isSeen && frameCount.value > 1 ? (
          <line class="now" x1={left - 8} x2={width} y1={yOf(frame.value)} y2={yOf(frame.value)} />
        ) : undefined}
        {branches.map((branch) => (
          <Branch key={branch.track} branch={branch} xOf={xOf} yOf={yOf} onShow={show} scale={scale} />
        ))}
      </svg>
    </div>
  );
}

interface BranchProps {
  readonly branch: TreeBranch;
  readonly xOf: (column: number) => number;
  readonly yOf: (frame: number) => number;
  readonly onShow: (track: number, frame: number) => void;
  readonly scale: number;
}

function Branch({ branch, xOf, yOf, onShow, scale }: BranchProps): JSX.Element {
  const { track, firstFrame, lastFrame, column, children } = branch;
  const isSelected = selectedTracks.value.has(track) ? "yes" : "no";
  const [x, top, bottom] = [xOf(column), yOf(firstFrame), yOf(lastFrame)];
  const name = `Track ${track}, frames ${firstFrame + 1} to ${lastFrame + 1}`;
  return (
    <g>
      {children.map((child) => (
        <path key={child.track} d={`M${x} ${bottom}H${xOf(child.column)}V${yOf(child.firstFrame)}`} />
      ))}
      <line x1={x} x2={x} y1={top} y2={Math.max(bottom, top + 2)} data-selected={isSelected} />
      {children.length === 0 ? (
        <text x={x - 6} y={bottom + 12}>
          {track}
        </text>
      ) : undefined}
      <line
        class="hit"
        x1={x}
        x2={x}
        y1={top}
        y2={Math.max(bottom, top + 4)}
        role="button"
        tabIndex={0}
        aria-label={name}
        onClick={(event) => onShow(track, firstFrame + Math.round(event.offsetY - top) / scale)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onShow(track, firstFrame);
        }}
      >
        <title>{name}</title>
      </line>
    </g>
  );
}
