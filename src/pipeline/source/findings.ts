/** What files of outlines and tracks hold, for `karyon inspect`. */
import { basename } from "node:path";
import { throwIfCancelled } from "../../core/progress.js";
import { branchesOf, childrenOfRow } from "../../core/tracks.js";
import { counted } from "../../core/wording.js";
import { openAs } from "../../io/formats/fileformat.js";
import { isImageName, isLabelHierarchyName, isLabelName, isTrackName } from "../../io/formats/formatnames.js";
import type { OpenedTracks } from "../../io/formats/trackformat.js";
import { trackFormats } from "../../io/formats/trackformats.js";
import { formatInput } from "../store/formatinput.js";
import { openLabels } from "../store/labelfiles.js";

/** What is said of such a file. */
export interface Findings {
  readonly format: string;
  /** A phrase each. */
  readonly contents: readonly string[];
  /** Sentences without full stop. */
  readonly warnings: readonly string[];
}

/** Whether a name is that of outlines or tracks, and of no image. */
export function holdsNoImage(path: string): boolean {
  const name = basename(path);
  return (isLabelName(name) || isTrackName(name)) && !isImageName(name) && !isLabelHierarchyName(name);
}

/** Opens outlines or tracks and counts them. @throws InvalidInput, CorruptFile, UnsupportedFormat */
export async function findingsOf(path: string, signal?: AbortSignal): Promise<Findings> {
  if (!isLabelName(basename(path)))
    return ofTracks(await openAs(trackFormats, await formatInput(path, isTrackName)));
  const { planes, size, read, notices } = await openLabels(path);
  let objects = 0;
  for (let plane = 0; plane < planes; plane++) {
    throwIfCancelled({ signal }, "Inspection");
    const { data } = await read(plane);
    const found = new Set(data);
    objects += found.size - (found.has(0) ? 1 : 0);
  }
  const { height, width } = size(0);
  return {
    format: "label images or outlines",
    contents: [
      `${counted(objects, "object")} in ${counted(planes, "frame")} of at least ${height} x ${width} px`,
    ],
    warnings: notices,
  };
}

function ofTracks({ format, graph, labels, pixelSize, frameInterval, notices }: OpenedTracks): Findings {
  const divisions = childrenOfRow(graph).filter((children) => children.length > 1).length;
  const outlines = labels === undefined ? "without outlines" : "with outlines";
  const known = (value: number | undefined, unit: string): string =>
    value === undefined ? "unknown" : `${value} ${unit}`;
  return {
    format,
    contents: [
      `${counted(graph.nuclei.count, "spot")} ${outlines} in ${counted(graph.frames, "frame")}, ` +
        `${counted(branchesOf(graph).length, "track")}, ${counted(divisions, "division")}`,
      `pixel size ${known(pixelSize, "µm")}, frame interval ${known(frameInterval, "s")}`,
    ],
    warnings: notices,
  };
}
