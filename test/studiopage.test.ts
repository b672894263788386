import { describe, expect, it, onTestFinished } from "vitest";
import { chordOf, chordText, chordsOf, isReserved, type KeyPress } from "../app/src/state/chords.js";
import { changeKeys, choosePreset, command, commandFor, keysOf } from "../app/src/state/keys.js";
import { presetKeys, presets } from "../app/src/state/presets.js";

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
