import { describe, expect, it } from "vitest";
import { branchesOf, type TrackGraph } from "../core/tracks.js";
import { openAs } from "../io/formats/fileformat.js";
import { trackFormats } from "../io/formats/trackformats.js";
import type { OpenedTracks } from "../io/formats/trackformat.js";
import { attribute, elementAt, elements, parseXml, textOf, type XmlElement } from "../io/xml.js";
import { writtenFiles } from "../../test/exported.js";
import { bytesInput, linksOf } from "../../test/trackinputs.js";
import { randomTracks } from "../../test/trackmovies.js";
import type { ExportInput } from "./exporter.js";
import { trackMateExporter } from "./trackmateexporter.js";

async function written(input: ExportInput): Promise<Uint8Array> {
  const files = await writtenFiles(trackMateExporter.files(input));
  expect(files.map(({ path }) => path)).toEqual([`${input.name}.xml`]);
  return files[0]!.bytes;
}

const readBack = async (input: ExportInput): Promise<OpenedTracks> =>
  openAs(trackFormats, bytesInput("movie.xml", await written(input)));

async function documentOf(input: ExportInput): Promise<XmlElement> {
  const text = new TextDecoder().decode(await written(input));
  return elementAt(parseXml(text, "movie.xml", "TrackMate XML"), "TrackMate")!;
}

const calibrated = { pixelSize: 0.325, frameInterval: 600, imageFile: "/data/day 1/movie & more.tif" };

describe("TrackMate XML out and in", () => {
  it.each([1, 2, 3, 4, 5])("gives random tracks with divisions and gaps back (seed %i)", async (seed) => {
    const { graph, labels } = randomTracks(seed, { cells: 14, frames: 12 });
    const {
      graph: again,
      labels: painted,
      ...rest
    } = await readBack({ name: "m", graph, labels, ...calibrated });
    expect(linksOf(again)).toEqual(linksOf(graph));
    expect([again.frames, rest.pixelSize, rest.frameInterval]).toEqual([12, 0.325, 600]);
    expect(rest.notices).toEqual([]);
    for (const name of ["frame", "label"] as const) expect(again.nuclei[name]).toEqual(graph.nuclei[name]);
    for (const name of ["y", "x", "area"] as const)
      again.nuclei[name].forEach((value, row) => expect(value).toBeCloseTo(graph.nuclei[name][row]!, 9));
    for (let frame = 0; frame < 12; frame++)
      expect((await painted!.read(frame)).data).toEqual((await labels.read(frame)).data);
  });

  it("gives 70,000 spots back", { timeout: 180_000 }, async () => {
    const { graph } = randomTracks(7, { cells: 7000, frames: 12 });
    expect(graph.nuclei.count).toBeGreaterThan(70_000);
    const again = await readBack({ name: "m", graph });
    expect(again.graph.edges).toEqual(graph.edges);
    expect(again.graph.nuclei.label).toEqual(graph.nuclei.label);
    expect(again.pixelSize).toBeUndefined();
    expect(again.frameInterval).toBeUndefined();
    expect(again.notices).toEqual([
      `${graph.nuclei.count} spots without an outline are drawn as circles of their radius`,
    ]);
  });

  it("writes scores as qualities where all nuclei have one", async () => {
    const { graph } = randomTracks(3);
    graph.nuclei.score.fill(0.25);
    graph.nuclei.meanIntensity.fill(12.5);
    const { nuclei } = (await readBack({ name: "m", graph })).graph;
    expect([nuclei.score[3], nuclei.meanIntensity[3]]).toEqual([0.25, 12.5]);
    graph.nuclei.score[0] = NaN;
    expect((await readBack({ name: "m", graph })).graph.nuclei.score[3]).toBeNaN();
  });

  it("writes a movie without nuclei", async () => {
    const { graph } = randomTracks(1, { cells: 0, frames: 3 });
    const again = await readBack({ name: "m", graph });
    expect([again.graph.nuclei.count, again.graph.frames, again.graph.edges.length]).toEqual([0, 3, 0]);
  });
});

/** What TrackMate's reader asks of a file: TmXmlReader and LoadTrackMatePlugIn. */
describe("the rules of TrackMate's reader", () => {
  const { graph, labels } = randomTracks(11, { cells: 10, frames: 10 });
  const input: ExportInput = { name: "m", graph, labels, ...calibrated };
  const at = (element: XmlElement, ...path: string[]): XmlElement => {
    const found = elementAt(element, ...path);
    expect(found, path.join("/")).toBeDefined();
    return found!;
  };
  const namesOf = (element: XmlElement): string[] =>
    Object.keys(element).flatMap((key) => (key.startsWith("@") ? [key.slice(1)] : []));

  it("finds every element that it looks for", async () => {
    const root = await documentOf(input);
    expect(attribute(root, "version")).toMatch(/^[3-9]\.\d+\.\d+$/);
    at(root, "Log");
    at(root, "DisplaySettings");
    expect(attribute(at(root, "GUIState"), "state")).toBe("ConfigureViews");
    for (const name of ["FeatureDeclarations", "AllSpots", "AllTracks", "FilteredTracks"])
      at(root, "Model", name);
    for (const name of [
      "ImageData",
      "BasicSettings",
      "DetectorSettings",
      "InitialSpotFilter",
      "SpotFilterCollection",
      "TrackerSettings",
      "TrackFilterCollection",
    ])
      at(root, "Settings", name);
    for (const name of ["SpotAnalyzers", "EdgeAnalyzers", "TrackAnalyzers"])
      at(root, "Settings", "AnalyzerCollection", name);
  });

  it("finds a declaration of every attribute, and whole numbers where they are declared", async () => {
    const model = at(await documentOf(input), "Model");
    const dimensions =
      "NONE QUALITY COST INTENSITY INTENSITY_SQUARED POSITION VELOCITY LENGTH AREA TIME ANGLE RATE ANGLE_RATE STRING";
    const declared = (group: string): Map<string, string> =>
      new Map(
        elements(at(model, "FeatureDeclarations", group), "Feature").map((feature) => {
          expect(dimensions.split(" ")).toContain(attribute(feature, "dimension"));
          for (const name of ["name", "shortname"]) expect(attribute(feature, name)).not.toBe("");
          expect(attribute(feature, "isint")).toMatch(/^(true|false)$/);
          return [attribute(feature, "feature"), attribute(feature, "isint")];
        }),
      );
    const check = (item: XmlElement, features: Map<string, string>, others: readonly string[]): void => {
      for (const name of namesOf(item).filter((key) => !others.includes(key))) {
        expect(features.has(name), name).toBe(true);
        const value = attribute(item, name);
        expect(value).toMatch(features.get(name) === "true" ? /^-?\d+$/ : /^-?\d+(\.\d+)?(e[-+]?\d+)?$/);
      }
    };
    const spots = elements(at(model, "AllSpots"), "SpotsInFrame").flatMap((frame) => elements(frame, "Spot"));
    const tracks = elements(at(model, "AllTracks"), "Track");
    expect(Math.min(spots.length, tracks.length)).toBeGreaterThan(3);
    for (const spot of spots) check(spot, declared("SpotFeatures"), ["ID", "name", "ROI_N_POINTS"]);
    for (const track of tracks) check(track, declared("TrackFeatures"), ["name"]);
    for (const edge of tracks.flatMap((track) => elements(track, "Edge")))
      check(edge, declared("EdgeFeatures"), []);
  });

  it("finds what every spot must have, and as many coordinates as its outline says", async () => {
    const model = at(await documentOf(input), "Model");
    const all = at(model, "AllSpots");
    expect(attribute(all, "nspots")).toBe(String(graph.nuclei.count));
    const ids = new Set<string>();
    for (const frame of elements(all, "SpotsInFrame"))
      for (const spot of elements(frame, "Spot")) {
        expect(attribute(spot, "FRAME")).toBe(attribute(frame, "frame"));
        for (const name of [
          "ID",
          "QUALITY",
          "POSITION_X",
          "POSITION_Y",
          "POSITION_Z",
          "POSITION_T",
          "RADIUS",
          "VISIBILITY",
        ])
          expect(attribute(spot, name)).not.toBe("");
        ids.add(attribute(spot, "ID"));
        // It splits at spaces without trimming, and takes two texts a point.
        const numbers = textOf(spot).split(/\s+/);
        expect(numbers).toHaveLength(2 * Number(attribute(spot, "ROI_N_POINTS")));
        expect(numbers.every((text) => Number.isFinite(Number(text)) && text !== "")).toBe(true);
      }
    expect(ids.size).toBe(graph.nuclei.count);
  });

  it("finds tracks of two spots or more, all shown, with each link once and forward in time", async () => {
    const model = at(await documentOf(input), "Model");
    const frameOf = new Map(
      elements(at(model, "AllSpots"), "SpotsInFrame")
        .flatMap((frame) => elements(frame, "Spot"))
        .map((spot) => [attribute(spot, "ID"), Number(attribute(spot, "FRAME"))]),
    );
    const tracks = elements(at(model, "AllTracks"), "Track");
    const shown = elements(at(model, "FilteredTracks"), "TrackID");
    const ids = tracks.map((track) => attribute(track, "TRACK_ID"));
    expect(shown.map((track) => attribute(track, "TRACK_ID"))).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    const seen = new Map<string, string>();
    let links = 0;
    for (const track of tracks) {
      const edges = elements(track, "Edge");
      links += edges.length;
      expect(edges.length).toBeGreaterThan(0);
      const spots = new Set(
        edges.flatMap((edge) => [attribute(edge, "SPOT_SOURCE_ID"), attribute(edge, "SPOT_TARGET_ID")]),
      );
      expect(attribute(track, "NUMBER_SPOTS")).toBe(String(spots.size));
      for (const spot of spots) {
        expect(seen.get(spot) ?? track).toBe(track);
        seen.set(spot, attribute(track, "TRACK_ID"));
      }
      for (const edge of edges)
        expect(frameOf.get(attribute(edge, "SPOT_SOURCE_ID"))).toBeLessThan(
          frameOf.get(attribute(edge, "SPOT_TARGET_ID"))!,
        );
    }
    expect(links).toBe(graph.edges.length / 2);
  });

  it("counts what a track has as TrackMate does", async () => {
    const tracks = elements(at(await documentOf(input), "Model", "AllTracks"), "Track");
    const sum = (name: string): number =>
      tracks.reduce((all, track) => all + Number(attribute(track, name)), 0);
    const { frame } = graph.nuclei;
    const pairs = Array.from(
      { length: graph.edges.length / 2 },
      (_, e) => [graph.edges[2 * e]!, graph.edges[2 * e + 1]!] as const,
    );
    expect(sum("NUMBER_GAPS")).toBe(pairs.filter(([a, b]) => frame[b]! - frame[a]! > 1).length);
    expect(sum("NUMBER_SPLITS")).toBe(dividing(graph));
    expect(sum("NUMBER_GAPS")).toBeGreaterThan(0);
    expect(sum("NUMBER_SPLITS")).toBeGreaterThan(0);
  });

  it("finds the images by folder and name, and their scale", async () => {
    const image = at(await documentOf(input), "Settings", "ImageData");
    const { height, width } = await labels.size(0);
    expect(Object.fromEntries(namesOf(image).map((name) => [name, attribute(image, name)]))).toEqual({
      filename: "movie & more.tif",
      folder: "/data/day 1/",
      width: String(width),
      height: String(height),
      nslices: "1",
      nframes: "10",
      pixelwidth: "0.325",
      pixelheight: "0.325",
      voxeldepth: "1",
      timeinterval: "600",
    });
  });

  it("finds settings of a detector and a tracker that it knows", async () => {
    const settingsOf = async (given: ExportInput): Promise<string[]> => {
      const settings = at(await documentOf(given), "Settings");
      const [detector, tracker] = [at(settings, "DetectorSettings"), at(settings, "TrackerSettings")];
      return [...namesOf(detector), attribute(detector, "DETECTOR_NAME"), attribute(tracker, "TRACKER_NAME")];
    };
    expect(await settingsOf(input)).toEqual([
      "DETECTOR_NAME",
      "TARGET_CHANNEL",
      "SIMPLIFY_CONTOURS",
      "LABEL_IMAGE_DETECTOR",
      "MANUAL_TRACKER",
    ]);
    expect(await settingsOf({ name: "m", graph })).toEqual([
      "DETECTOR_NAME",
      "RADIUS",
      "MANUAL_DETECTOR",
      "MANUAL_TRACKER",
    ]);
  });
});

const dividing = (graph: TrackGraph): number =>
  new Set(
    branchesOf(graph)
      .filter(({ parent }) => parent > 0)
      .map(({ parent }) => parent),
  ).size;
