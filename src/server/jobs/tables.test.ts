/** Tables from files that were written by hand. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyNuclei, type Nuclei } from "../../core/nuclei.js";
import { readStudy } from "./comparing.js";
import { fileAnswer, listFolder } from "./exporting.js";
import { noRows, numbersIn, wordsIn } from "./tablecolumns.js";
import { type EditedTables, runTables, type TablePlace } from "./tables.js";

let out = "";
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "karyon-tables-"));
});
afterEach(() => rmSync(out, { recursive: true }));

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(out, file)), { recursive: true });
  writeFileSync(join(out, file), text);
};
const unedited = { frames: new Map<number, Nuclei>(), key: "" };
const placeOf = (edited: Partial<EditedTables> = {}): TablePlace => ({
  out,
  frameNames: ["a", "b"],
  pixelSize: 0.5,
  edited: { labels: unedited, annotation: unedited, ...edited },
});

describe("the tables of a run", () => {
  it("place the objects of windows in their frame, and number them on", () => {
    const window = (y: number, x: number): object => ({ y, x, height: 10, width: 10 });
    const image = (name: string, y: number, candidates: number, kept: number): object => ({
      name,
      source: "b",
      window: window(y, 5),
      candidates,
      kept,
      height: 10,
      width: 10,
    });
    write(
      "annotation/annotation.json",
      JSON.stringify({ images: [image("b_1", 0, 2, 1), image("b_2", 100, 2, 1)] }),
    );
    write(
      "annotation/objects.csv",
      "image,frame,candidate,y_px,x_px,area_px2,label,kept,score,cause,reason\n" +
        'b_1,0,1,3,4,50,1,1,0.9,,\nb_1,0,2,6,7,20,0,0,0.4,shape,"odd, small"\n' +
        "b_2,1,1,3,4,50,0,0,0.2,shape,odd\nb_2,1,2,6,7,60,1,1,0.8,,\n",
    );
    const { table } = runTables(() => placeOf());
    const candidates = table("candidates");
    expect([...numbersIn(candidates, "frame")!]).toEqual([1, 1, 1, 1]);
    expect([...numbersIn(candidates, "candidate")!]).toEqual([1, 2, 3, 4]);
    expect([...numbersIn(candidates, "label")!]).toEqual([1, 0, 0, 2]);
    expect([...numbersIn(candidates, "y")!]).toEqual([3, 6, 103, 106]);
    expect([...numbersIn(candidates, "x")!]).toEqual([9, 12, 9, 12]);
    expect(wordsIn(candidates, "reason")).toEqual(["", "odd, small", "odd", ""]);
    const kept = table("annotation");
    expect(kept.columns.slice(0, 2).map(({ key, values }) => [key, [...values]])).toEqual([
      ["frame", [1, 1]],
      ["label", [1, 2]],
    ]);
  });

  it("have the frames whose labels were corrected, measured anew, and are read again when they change", () => {
    const header = "image,frame,label,y_px,x_px,area_px2,score,y_um,x_um,area_um2\n";
    const rows = "a,0,1,2,3,40,0.9,1,1.5,10\na,0,2,8,3,40,0.8,4,1.5,10\nb,1,1,2,3,40,0.7,1,1.5,10\n";
    write("labels/objects.csv", header + rows);
    let edited: Partial<EditedTables> = {};
    const { table } = runTables(() => placeOf(edited));
    const labels = table("labels");
    expect(labels.columns.map(({ key, unit }) => [key, unit])).toEqual([
      ["frame", ""],
      ["label", ""],
      ["y", "px"],
      ["x", "px"],
      ["area", "µm²"],
      ["score", ""],
    ]);
    expect(table("labels")).toBe(labels);
    const anew = { ...emptyNuclei(2), label: Int32Array.of(2, 5), area: Float64Array.of(80, 8) };
    edited = { labels: { frames: new Map([[0, anew]]), key: "1" } };
    const after = table("labels");
    expect([...numbersIn(after, "label")!]).toEqual([2, 5, 1]);
    expect([...numbersIn(after, "area")!]).toEqual([20, 2, 10]);
    expect([...numbersIn(after, "score")!]).toEqual([0.8, NaN, 0.7]);
    write("labels/objects.csv", header);
    utimesSync(join(out, "labels/objects.csv"), 1, 1);
    edited = {};
    expect(table("labels").count).toBe(0);
  });

  it("tell the frames between a mother and her daughters, and say what is damaged", () => {
    write("tracks/spots.csv", "spot,track,parent_spot,frame,label\n0,1,-1,0,1\n1,2,0,2,1\n2,3,0,2,2\n");
    write(
      "tracks/divisions.csv",
      "frame,mother_track,daughter_track_1,daughter_track_2,mother_spot,daughter_spot_1,daughter_spot_2,y_px,x_px,probability\n" +
        "0,1,2,3,0,1,2,5,6,\n",
    );
    const { table } = runTables(() => placeOf());
    const divisions = table("divisions");
    expect(divisions.columns.map(({ key }) => key).slice(0, 5)).toEqual([
      "frame",
      "mother",
      "y",
      "x",
      "probability",
    ]);
    expect([...numbersIn(divisions, "gap")!]).toEqual([2]);
    expect(numbersIn(divisions, "probability")![0]).toBeNaN();
    expect(table("tracks")).toEqual({ name: "tracks", ...noRows });
    write("tracks/spots.csv", "spot,track,parent_spot,frame,label\n0,one,-1,0,1\n");
    expect(() => table("spots")).toThrow(/spots\.csv: row 2, column track holds "one", not a number/);
  });

  it("leave out statistics of other tracks", () => {
    write("tracks/spots.csv", "spot,track,parent_spot,frame,label\n0,1,-1,0,1\n");
    write("statistics/nuclei.csv", "frame,track,speed_px_per_frame\n0,2,7\n");
    const { table } = runTables(() => placeOf());
    expect(numbersIn(table("spots"), "speed")).toBeUndefined();
    write("statistics/nuclei.csv", "frame,track,speed_px_per_frame\n0,1,7\n");
    expect([...numbersIn(table("spots"), "speed")!]).toEqual([7]);
  });
});

describe("a study", () => {
  it("gives its tables, plots and the runs of its samples", () => {
    const samples = [{ name: "wt_1", file: "a.tif", condition: "wt", inputs: 1 }];
    write("run.json", JSON.stringify({ command: "study", inputs: [], stages: {}, samples }));
    write(
      "comparison/samples.csv",
      "sample,condition,replicate,file,mean_speed_um_per_min\nwt_1,wt,,a.tif,0.5\n",
    );
    write("comparison/conditions.csv", "quantity,condition,movies,mean\nmean_speed_um_per_min,wt,1,0.5\n");
    write("comparison/speed.svg", "<svg/>");
    const study = readStudy(out);
    expect(study.samples).toEqual([
      { name: "wt_1", condition: "wt", replicate: "", run: join(out, "samples", "wt_1") },
    ]);
    expect(study.tables.map(({ name, count }) => [name, count])).toEqual([
      ["samples", 1],
      ["conditions", 1],
    ]);
    expect(study.tables[0]!.columns.at(-1)).toMatchObject({ key: "mean_speed", unit: "µm/min" });
    expect(study.figures).toEqual([join(out, "comparison", "speed.svg")]);
    write("run.json", JSON.stringify({ command: "run", inputs: [], stages: {} }));
    expect(() => readStudy(out)).toThrow(/expected the output folder of karyon study, received run/);
  });
});

describe("files of a run folder", () => {
  it("are listed with their sizes, and given out only from within it", async () => {
    write("exports/a.csv", "1\n");
    write("exports/png/t0.png", "12345");
    write("secret.txt", "s");
    const exports = join(out, "exports");
    expect(listFolder(exports)).toEqual([
      { path: "a.csv", isFolder: false, size: 2 },
      { path: "png", isFolder: true, size: 5 },
    ]);
    expect(await fileAnswer(exports, "png/t0.png").text()).toBe("12345");
    for (const path of ["../secret.txt", "/etc/passwd", "png/../../secret.txt", ".", "", "png//t0.png"])
      expect(() => fileAnswer(exports, path)).toThrow(/There is no file/);
  });
});
