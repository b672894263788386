/**
 * Our LAP preset beside TrackMate's own results, link by link: its XML of five settings and the spots and links
 * in it. The settings are read from the XML.
 */
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { itWithShared, sharedData } from "../../test/shared.js";
import { emptyNuclei, type Nuclei } from "../core/nuclei.js";
import { trackLap, type LapOptions } from "./trackmate.js";

const folder = "trackmate_reference";
const fileOf = (name: string, ending: string): string =>
  readFileSync(sharedData(folder, `trackmate_tracks_${name}${ending}`), "utf8");

/** Rows of a CSV file that begins with an index column, without that. */
const rowsOf = (name: string, ending: string): number[][] =>
  fileOf(name, ending)
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(",").slice(1).map(Number));

/** What TrackMate was set to, and whether its tracks merged. */
function settingsOf(name: string): LapOptions & { merging: boolean } {
  const xml = fileOf(name, ".xml");
  const attribute = (key: string): string => {
    const found = new RegExp(`\\b${key}="([^"]*)"`).exec(xml)?.[1];
    if (found === undefined) throw new Error(`${name}: no ${key} in the XML`);
    return found;
  };
  const allowed = (key: string): boolean => attribute(key) === "true";
  expect(attribute("ALTERNATIVE_LINKING_COST_FACTOR")).toBe("1.05");
  expect(attribute("CUTOFF_PERCENTILE")).toBe("0.9");
  return {
    linkingDistance: Number(attribute("LINKING_MAX_DISTANCE")),
    gapDistance: Number(attribute("GAP_CLOSING_MAX_DISTANCE")),
    gapFrames: allowed("ALLOW_GAP_CLOSING") ? Number(attribute("MAX_FRAME_GAP")) : 0,
    splittingDistance: allowed("ALLOW_TRACK_SPLITTING")
      ? Number(attribute("SPLITTING_MAX_DISTANCE"))
      : undefined,
    merging: allowed("ALLOW_TRACK_MERGING"),
  };
}

interface Reference {
  readonly nuclei: Nuclei;
  /** TrackMate's id of each row. */
  readonly id: readonly number[];
  /** "earlier id > later id", sorted. */
  readonly links: readonly string[];
}

function referenceOf(name: string): Reference {
  const spots = rowsOf(name, "_spots.csv");
  const nuclei = emptyNuclei(spots.length);
  spots.forEach(([id, frame, x, y], row) => {
    [nuclei.frame[row], nuclei.label[row], nuclei.y[row], nuclei.x[row], nuclei.area[row]] = [
      frame!,
      id!,
      y!,
      x!,
      1,
    ];
  });
  const frameOf = new Map(spots.map(([id, frame]) => [id!, frame!]));
  // The graph of TrackMate has no directions: its "source" may be the later spot.
  const links = rowsOf(name, "_edges.csv").map(([a, b]) =>
    frameOf.get(a!)! < frameOf.get(b!)! ? `${a} > ${b}` : `${b} > ${a}`,
  );
  return { nuclei, id: spots.map(([id]) => id!), links: links.sort() };
}

/** Links of our preset, as those of the reference. */
function linksOf({ nuclei, id }: Reference, options: LapOptions): string[] {
  const { edges } = trackLap(nuclei, Math.max(...nuclei.frame) + 1, options);
  return Array.from(
    { length: edges.length / 2 },
    (_, e) => `${id[edges[2 * e]!]} > ${id[edges[2 * e + 1]!]}`,
  ).sort();
}

describe("trackLap beside TrackMate itself", () => {
  const references = [
    ["without_gap_closing", 127],
    ["with_gap_closing", 128],
    ["with_splitting", 130],
  ] as const;
  itWithShared(folder).each(references)("makes the same links %s", (name, count) => {
    const { merging, ...options } = settingsOf(name);
    const reference = referenceOf(name);
    expect(merging).toBe(false);
    expect(reference.links).toHaveLength(count);
    expect(linksOf(reference, options)).toEqual(reference.links);
  });

  itWithShared(folder).each(["with_merging", "with_splitting_merging"])(
    "makes all links but the one that merges %s: merging is not built",
    (name) => {
      const { merging, ...options } = settingsOf(name);
      const reference = referenceOf(name);
      expect(merging).toBe(true);
      const ours = linksOf(reference, options);
      expect(ours.filter((link) => !reference.links.includes(link))).toEqual([]);
      const missing = reference.links.filter((link) => !ours.includes(link));
      expect(missing).toHaveLength(1);
      // The later spot of that link has another parent, too.
      const child = missing[0]!.split(" > ")[1]!;
      expect(reference.links.filter((link) => link.endsWith(` > ${child}`))).toHaveLength(2);
    },
  );
});
