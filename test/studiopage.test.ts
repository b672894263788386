import { describe, expect, it, onTestFinished } from "vitest";
import { chordOf, chordText, chordsOf, isReserved, type KeyPress } from "../app/src/state/chords.js";
import { frameCourse } from "../app/src/parts/framecourse.js";
import { binsOf } from "../app/src/parts/histogrambins.js";
import { nearestPoint, pointsInside } from "../app/src/parts/scatterpoints.js";
import {
  allRows,
  cellText,
  filteredColumn,
  filteredRows,
  parseFilter,
  sortedRows,
} from "../app/src/parts/tableorder.js";
import {
  changeKeys,
  choosePreset,
  command,
  commandFor,
  keysOf,
  rivalOf,
  sharersOf,
} from "../app/src/state/keys.js";
import { presetKeys, presets } from "../app/src/state/presets.js";
import { warningLines } from "../app/src/views/warninglines.js";

const press = (key: string, code: string, held = ""): KeyPress => ({
  key,
  code,
  ctrlKey: held.includes("c"),
  metaKey: held.includes("m"),
  altKey: held.includes("a"),
  shiftKey: held.includes("s"),
  getModifierState: (name) => name === "AltGraph" && held.includes("g"),
});

describe("keys as text", () => {
  it("are written in one way", () => {
    expect(chordOf("shift+ctrl+z")).toBe("Ctrl+Shift+Z");
    expect(chordOf("esc")).toBe("Escape");
    expect(chordOf("+")).toBe("+");
    expect(chordOf("Ctrl++")).toBe("Ctrl++");
    expect(chordOf("Ctrl+-")).toBe("Ctrl+-");
    expect(chordOf("Shift+pgup")).toBe("Shift+PageUp");
  });

  it("are read from what the browser tells", () => {
    expect(chordsOf(press("z", "KeyZ", "c"))).toEqual(["Ctrl+Z"]);
    expect(chordsOf(press("Z", "KeyZ", "ms"))).toEqual(["Ctrl+Shift+Z"]);
    expect(chordsOf(press("?", "Slash", "s"))).toEqual(["?", "Shift+/"]);
    expect(chordsOf(press("{", "BracketLeft", "s"))).toEqual(["{", "Shift+["]);
    expect(chordsOf(press(" ", "Space"))).toEqual(["Space"]);
    expect(chordsOf(press("Shift", "ShiftLeft", "s"))).toEqual([]);
  });

  it("know a bracket on the third level of a key as the bracket, and Alt with a digit on any keyboard", () => {
    expect(chordsOf(press("[", "Digit8", "cag"))[0]).toBe("[");
    expect(chordsOf(press("¡", "Digit1", "a"))).toContain("Alt+1");
  });

  it("are shown with arrows", () => {
    expect(chordText("Ctrl+ArrowLeft")).toBe("Ctrl+←");
    expect(chordText("[")).toBe("[");
  });
});

describe("commands", () => {
  const add = (id: string, keys: Parameters<typeof command>[0]["keys"], isActive = () => true): void => {
    onTestFinished(command({ id, title: id, group: "test", keys, isActive, run: () => undefined }));
  };

  it("have the keys of the preset before those of karyon", () => {
    add("test.swap", { karyon: ["X"] });
    add("test.masks", { karyon: ["V"], cellpose: ["X"] });
    expect(commandFor("X")?.id).toBe("test.swap");
    choosePreset("cellpose");
    onTestFinished(() => choosePreset("karyon"));
    expect(commandFor("X")?.id).toBe("test.masks");
    expect(commandFor("V")).toBeUndefined();
  });

  it("are called only where they are active", () => {
    let isTrack = false;
    add("test.mask", { karyon: ["L"] }, () => !isTrack);
    add("test.track", { karyon: ["L"] }, () => isTrack);
    expect(commandFor("L")?.id).toBe("test.mask");
    isTrack = true;
    expect(commandFor("L")?.id).toBe("test.track");
  });

  it("have the key that the user gave them, and lose it again", () => {
    add("test.a", { karyon: ["A"] });
    add("test.b", { karyon: ["B"] });
    changeKeys("test.b", ["a"]);
    onTestFinished(() => changeKeys("test.b", undefined));
    expect(commandFor("A")?.id).toBe("test.b");
    expect(commandFor("B")).toBeUndefined();
  });

  it("never take what belongs to the browser", () => {
    add("test.reload", { karyon: ["Ctrl+R"] });
    expect(commandFor("Ctrl+R")).toBeUndefined();
    for (const keys of Object.values(presetKeys))
      for (const name of presets)
        for (const key of keys[name] ?? []) expect(isReserved(chordOf(key))).toBe(false);
  });

  it("know keys by their name alone", () => {
    expect(keysOf({ id: "mask.paint", title: "", group: "", run: () => undefined })).toEqual(["2", "P"]);
  });

  it("share no key within masks, nor within tracks", () => {
    for (const name of presets)
      for (const group of ["mask.", "track."]) {
        const keys = Object.entries(presetKeys)
          .filter(([id]) => id.startsWith(group))
          .flatMap(([, all]) => all[name] ?? all.karyon ?? []);
        expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
      }
  });
});

describe("keys that two commands have", () => {
  it("call the later of both, and the other one knows whom", () => {
    const [first, second] = ["first", "second"].map((name) => ({
      id: `test.${name}`,
      title: name,
      group: "Test",
      keys: { karyon: ["J"] },
      run: () => undefined,
    }));
    onTestFinished(command(first!));
    onTestFinished(command(second!));
    expect(rivalOf(first!, "J")?.id).toBe("test.second");
    expect(rivalOf(second!, "J")).toBeUndefined();
    expect(sharersOf(second!, "J").map(({ id }) => id)).toEqual(["test.first"]);
  });
});

describe("warnings of many files", () => {
  const text = (percent: string): string => `${percent} % of the values are 255`;
  it("that differ in numbers only are one line with their range", () => {
    const found = [
      { file: "a", warnings: [text("1.2"), "no scale"] },
      { file: "b", warnings: [text("0.9")] },
      { file: "c", warnings: [text("10.5")] },
    ];
    expect(warningLines(found)).toEqual([
      { text: text("0.9 to 10.5"), files: 3 },
      { text: "no scale", files: 1 },
    ]);
    expect(warningLines([])).toEqual([]);
  });
});

describe("rows of a table", () => {
  const area = Float64Array.of(30, NaN, 10, 30, 20);
  const words = ["b", "a", "b", "c", ""];

  it("are sorted by numbers, equal ones in their order, missing ones last either way", () => {
    expect([...sortedRows(allRows(5), area, false)]).toEqual([2, 4, 0, 3, 1]);
    expect([...sortedRows(allRows(5), area, true)]).toEqual([0, 3, 4, 2, 1]);
  });

  it("are sorted by words, and stay a choice of rows", () => {
    expect([...sortedRows(Uint32Array.of(3, 1, 0), words, false)]).toEqual([1, 0, 3]);
    expect([...sortedRows(allRows(5), words, true)]).toEqual([3, 0, 2, 1, 4]);
  });

  it("pass comparisons of numbers and words", () => {
    const passing = (text: string, values: Float64Array | string[]): number[] => [
      ...filteredRows(allRows(5), values, parseFilter(text)!),
    ];
    expect(passing("area > 15", area)).toEqual([0, 3, 4]);
    expect(passing("area<=20", area)).toEqual([2, 4]);
    expect(passing("area = 30", area)).toEqual([0, 3]);
    expect(passing("area > 19,5", area)).toEqual([0, 3, 4]);
    expect(passing("cause != b", words)).toEqual([1, 3, 4]);
    expect(passing("cause : B", words)).toEqual([0, 2]);
  });

  it("are not filtered by what is no comparison", () => {
    expect(parseFilter("area")).toBeUndefined();
    expect(parseFilter("area >")).toBeUndefined();
    expect(parseFilter("mean intensity >= 2.5")).toEqual({
      column: "mean intensity",
      compares: ">=",
      value: 2.5,
    });
  });

  it("know their columns by key, title and beginnings", () => {
    const columns = [
      { key: "area_um2", title: "Area", unit: "µm²", values: area },
      { key: "aspect", title: "Aspect ratio", unit: "", values: area },
    ];
    expect(filteredColumn(columns, "area")?.key).toBe("area_um2");
    expect(filteredColumn(columns, "asp")?.key).toBe("aspect");
    expect(filteredColumn(columns, "speed")).toBeUndefined();
  });

  it("are written with four digits", () => {
    expect(cellText(Float64Array.of(1234.567), 0)).toBe("1235");
    expect(cellText(Float64Array.of(123456), 0)).toBe("123456");
    expect(cellText(Float64Array.of(NaN), 0)).toBe("–");
  });

  it("of a hundred thousand objects are sorted within a second", () => {
    const many = Float64Array.from({ length: 100_000 }, (_, row) => (row * 7919) % 100_003);
    const begun = performance.now();
    const order = sortedRows(allRows(many.length), many, false);
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(order.every((row, place) => place === 0 || many[order[place - 1]!]! <= many[row]!)).toBe(true);
  });
});

describe("plots", () => {
  const places = { x: Float32Array.of(10, 20, 30, NaN), y: Float32Array.of(10, 20, 10, 5) };

  it("find the nearest point within reach", () => {
    expect(nearestPoint(places, 19, 18, 6)).toBe(1);
    expect(nearestPoint(places, 40, 40, 6)).toBe(-1);
  });

  it("find the points in a lasso, also in a hollow one", () => {
    expect(pointsInside(places, [5, 5, 35, 5, 35, 15, 5, 15])).toEqual([0, 2]);
    // A V whose notch leaves the middle point out.
    expect(pointsInside(places, [0, 0, 40, 0, 40, 30, 20, 15, 0, 30])).toEqual([0, 2]);
  });

  it("count values in bins with the upper end in the last", () => {
    const bins = binsOf([0, 0.5, 1, 2, NaN, Infinity], 2);
    expect([bins.low, bins.high, ...bins.counts]).toEqual([0, 2, 2, 2]);
    expect([...binsOf([], 3).counts]).toEqual([0, 0, 0]);
    expect([...binsOf([4, 4], 2).counts]).toEqual([0, 2]);
  });

  it("take counts and medians over the frames", () => {
    expect(frameCourse(Float64Array.of(2, 0, 0, 0, 2), Float64Array.of(NaN, 3, 1, 8, NaN))).toEqual({
      frames: [0, 2],
      counts: [3, 2],
      medians: [3, null],
    });
  });
});
