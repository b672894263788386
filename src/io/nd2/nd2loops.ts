/**
 * The loops of an acquisition: over times, places and depths, one within the other.
 * Source: github.com/tlambert03/nd2 (`_parse.py`) and Laboratory Imaging's limnd2 (`experiment.py`).
 */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import {
  countOf,
  deepestLevel,
  flagOf,
  flagsOf,
  isLevel,
  levelOf,
  levelsOf,
  listOf,
  type Nd2Level,
  numberOf,
  stringOf,
  unwrapped,
} from "./nd2values.js";

/** A place that was visited. */
export interface Nd2Point {
  readonly name: string;
  /** µm; undefined when the file does not say. */
  readonly y: number | undefined;
  readonly x: number | undefined;
  readonly z: number | undefined;
}

/** One loop of an acquisition. */
export interface Nd2Loop {
  readonly kind: "time" | "position" | "slice";
  /** How often it runs, at least once. */
  readonly count: number;
  /** Intended seconds between times; undefined when there are several, or none was intended. */
  readonly period: number | undefined;
  /** µm between depths; undefined when the file does not say. */
  readonly spacing: number | undefined;
  /** Places of a loop over them; empty for others. */
  readonly points: readonly Nd2Point[];
}

interface Found extends Nd2Loop {
  readonly depth: number;
}

/** Kinds of loops by number. */
const kinds = {
  time: 1,
  positions: 2,
  discrete: 3,
  slices: 4,
  polar: 5,
  spectral: 6,
  custom: 7,
  phases: 8,
  manual: 9,
  accurateSlices: 10,
};

const unread: Readonly<Record<number, string>> = {
  [kinds.discrete]: "a loop over a grid of stage positions",
  [kinds.polar]: "a loop over angles",
  [kinds.custom]: "a loop of a custom kind",
};

/**
 * The loops of an acquisition, the outermost first.
 *
 * @param experiment the contents of the chunk ImageMetadata
 * @throws CorruptFile, UnsupportedFormat
 */
export function nd2Loops(experiment: Nd2Level, where: string): readonly Nd2Loop[] {
  const found: Found[] = [];
  visit(experiment, { depth: 0, level: 0, found, where });
  return found;
}

interface Visit {
  /** Loops that this one is within. */
  readonly depth: number;
  /** Levels of the metadata above. */
  readonly level: number;
  readonly found: Found[];
  readonly where: string;
}

/** A loop, then those within it. Of several that stand side by side the longest counts. */
function visit(node: Nd2Level, { depth, level, found, where }: Visit): void {
  if (level > deepestLevel) throw new CorruptFile(where, 0, "its loops are too many, one within the other");
  const outer = levelOf(node, "uLoopPars");
  if (outer === undefined) return;
  const parameters = unwrapped(outer);
  const loop = loopOf(node, parameters, where);
  if (loop === undefined) return;
  if (loop !== "spectral") keep(found, { ...loop, depth });
  const within = { depth: loop === "spectral" ? depth : depth + 1, level: level + 1, found, where };
  for (const next of nextOf(node, parameters)) visit(next, within);
}

function keep(found: Found[], loop: Found): void {
  const last = found.at(-1);
  if (last === undefined || last.depth < loop.depth) found.push(loop);
  else if (last.depth === loop.depth && last.kind === loop.kind && last.count < loop.count)
    found[found.length - 1] = loop;
}

/** The loops within one; those of the first phase where an acquisition was changed while it ran. */
function nextOf(node: Nd2Level, parameters: Nd2Level): readonly Nd2Level[] {
  const next = levelsOf(node, "ppNextLevelEx");
  if (next.length > 0) return next.map(experimentOf);
  const [phase] = levelsOf(parameters, "pSubLoops");
  return levelsOf(phase, "ppNextLevelEx").slice(0, 1).map(experimentOf);
}

const experimentOf = (level: Nd2Level): Nd2Level => levelOf(level, "SLxExperiment") ?? level;

/** A loop; "spectral" for one over the channels of a frame; undefined for one that does not run. */
function loopOf(node: Nd2Level, parameters: Nd2Level, where: string): Nd2Loop | "spectral" | undefined {
  const type = numberOf(node, "eType") ?? 0;
  const count = countOf(parameters, "uiCount") ?? 0;
  if (type === kinds.spectral)
    return (count || (countOf(levelOf(parameters, "pPlanes"), "uiCount") ?? 0)) > 0 ? "spectral" : undefined;
  if (type === kinds.positions) return positionLoop(node, parameters);
  if (type === kinds.phases) return phaseLoop(parameters);
  if (count === 0) return undefined;
  if (type === kinds.time || type === kinds.manual)
    return { ...plain, kind: "time", count, period: secondsOf(parameters) };
  if (type === kinds.slices || type === kinds.accurateSlices)
    return { ...plain, kind: "slice", count, spacing: spacingOf(parameters, count) };
  // A loop that runs once changes nothing.
  if (count === 1) return "spectral";
  throw new UnsupportedFormat(
    where,
    unread[type] ?? `a loop of kind ${type}`,
    "open it in NIS-Elements and save it as TIFF",
  );
}

const plain = { period: undefined, spacing: undefined, points: [] } as const;

function secondsOf(parameters: Nd2Level): number | undefined {
  const intended = numberOf(parameters, "dPeriod") ?? 0;
  const kept = numberOf(parameters, "dAvgPeriodDiff") ?? 0;
  const milliseconds = intended > 0 ? intended : kept;
  return milliseconds > 0 ? milliseconds / 1000 : undefined;
}

function spacingOf(parameters: Nd2Level, count: number): number | undefined {
  const step = Math.abs(numberOf(parameters, "dZStep") ?? 0);
  const range = Math.abs((numberOf(parameters, "dZHigh") ?? 0) - (numberOf(parameters, "dZLow") ?? 0));
  const spacing = step > 0 || count < 2 ? step : range / (count - 1);
  return spacing > 0 ? spacing : undefined;
}

/** A loop over times in phases of their own periods. */
function phaseLoop(parameters: Nd2Level): Nd2Loop | undefined {
  const valid = flagsOf(parameters, "pPeriodValid");
  const phases = levelsOf(parameters, "pPeriod").filter(
    (phase, i) => (valid === undefined || valid[i] === true) && (countOf(phase, "uiCount") ?? 0) > 0,
  );
  const count = phases.reduce((sum, phase) => sum + (countOf(phase, "uiCount") ?? 0), 0);
  if (count === 0 || !Number.isSafeInteger(count)) return undefined;
  const periods = new Set(phases.map(secondsOf));
  return { ...plain, kind: "time", count, period: periods.size === 1 ? [...periods][0] : undefined };
}

/** A loop over places, without those that were passed over. */
function positionLoop(node: Nd2Level, parameters: Nd2Level): Nd2Loop | undefined {
  const valid = flagsOf(node, "pItemValid");
  const points = pointsOf(parameters).filter((_, i) => valid === undefined || valid[i] === true);
  return points.length === 0 ? undefined : { ...plain, kind: "position", count: points.length, points };
}

function pointsOf(parameters: Nd2Level): readonly Nd2Point[] {
  const relative = flagOf(parameters, "bRelativeXY") === true;
  const origin = {
    y: relative ? (numberOf(parameters, "dReferenceY") ?? 0) : 0,
    x: relative ? (numberOf(parameters, "dReferenceX") ?? 0) : 0,
  };
  const withZ = flagOf(parameters, "bUseZ") === true;
  const places = levelsOf(parameters, "Points");
  const rows = places.length > 0 ? places : columnsAsRows(parameters);
  return rows.map((row) => {
    const [y, x] = [numberOf(row, "dPosY"), numberOf(row, "dPosX")];
    return {
      name: stringOf(row, "dPosName") || stringOf(row, "pPosName"),
      y: y === undefined ? undefined : origin.y + y,
      x: x === undefined ? undefined : origin.x + x,
      z: withZ ? numberOf(row, "dPosZ") : undefined,
    };
  });
}

/** Older files list each coordinate of all places: turned into one level a place. */
function columnsAsRows(parameters: Nd2Level): readonly Nd2Level[] {
  const columns = ["dPosX", "dPosY", "dPosZ", "pPosName"].map(
    (name) => [name, listOf(parameters, name)] as const,
  );
  return (columns[0]?.[1] ?? []).map((_, i) => ({
    items: columns.flatMap(([name, values]) => {
      const value = values[i];
      return value === undefined || isLevel(value) ? [] : [[name, value] as const];
    }),
  }));
}
