import { describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei } from "../core/nuclei.js";
import { measureMovie } from "./track.js";
import { trackWith } from "./tracker.js";

/** A nucleus that divides in front of frame 3, another that moves 18 px a frame, and one that stays. */
function movie(): Nuclei {
  const spots: [t: number, y: number, x: number, area: number][] = [];
  for (let t = 0; t < 6; t++) {
    spots.push([t, 300, 18 * t, 300], [t, 600, 600, 300]);
    if (t < 3) spots.push([t, 100, 100, 300]);
    else spots.push([t, 100, 100 - 2 * (t + 1), 150], [t, 100, 100 + 2 * (t + 1), 150]);
  }
  const nuclei = emptyNuclei(spots.length);
  spots.forEach(([t, y, x, area], row) => {
    [
      nuclei.frame[row],
      nuclei.label[row],
      nuclei.y[row],
      nuclei.x[row],
      nuclei.area[row],
      nuclei.meanIntensity[row],
    ] = [t, row + 1, y, x, area, NaN];
  });
  return nuclei;
}

describe("trackWith", () => {
  it("compares the trackers on one movie", () => {
    const auto = trackWith("auto", movie(), 6, {});
    expect([auto.divisions.length, auto.graph.edges.length / 2]).toEqual([1, 18]);
    const trackmate = trackWith("trackmate", movie(), 6, {});
    // 15 px hold neither the fast nucleus nor, without splitting, the division.
    expect([trackmate.divisions.length, trackmate.graph.edges.length / 2, trackmate.settings.radius]).toEqual(
      [0, 12, 15],
    );
    const tuned = trackWith("trackmate-tuned", movie(), 6, {});
    expect([tuned.divisions.length, tuned.graph.edges.length / 2, tuned.settings.radius]).toEqual([
      1,
      18,
      measureMovie(movie(), 6).radius,
    ]);
    expect(tuned.divisions[0]).toMatchObject({ motherRow: 8, probability: NaN });
    expect(tuned.settings).toMatchObject({ divisions: true, gap: 1, model: null });
  });

  it("takes TrackMate's 15 in µm where the movie is calibrated, and another radius when told", () => {
    expect(trackWith("trackmate", movie(), 6, { pixelSize: 0.6 }).settings.radius).toBe(25);
    expect(trackWith("trackmate", movie(), 6, { pixelSize: 0.6 }).graph.edges.length / 2).toBe(17);
    expect(trackWith("trackmate", movie(), 6, { radius: 21, gap: 3 }).settings).toMatchObject({
      radius: 21,
      gap: 3,
    });
  });

  it("gives what the overlap tracker finds, which knows no radius", () => {
    const nuclei = emptyNuclei(3);
    nuclei.frame.set([0, 1, 1]);
    nuclei.label.set([1, 1, 2]);
    nuclei.area.set([100, 50, 45]);
    const overlaps = [
      { from: Int32Array.of(1, 1), to: Int32Array.of(1, 2), shared: Float64Array.of(50, 45) },
    ];
    const { graph, divisions, gapsClosed, settings } = trackWith("trackmate-overlap", nuclei, 2, {
      overlaps,
    });
    expect([...graph.edges]).toEqual([0, 1, 0, 2]);
    expect(divisions).toEqual([{ motherRow: 0, daughters: [1, 2], probability: NaN }]);
    expect([gapsClosed, settings.radius, settings.gap, settings.model]).toEqual([0, null, 0, null]);
    expect(() => trackWith("trackmate-overlap", nuclei, 2, {})).toThrow(/overlaps: expected/);
  });

  it("works where there is nothing to measure", () => {
    for (const tracker of ["auto", "trackmate", "trackmate-tuned"] as const) {
      expect(trackWith(tracker, emptyNuclei(0), 3, {}).graph.edges).toHaveLength(0);
    }
  });
});
