import { describe, expect, it } from "vitest";
import { differences, mergeConfigs, parseConfig, resolveConfig } from "./config.js";

describe("configuration", () => {
  it("needs nothing", () => {
    const config = resolveConfig({}, "the command line");
    expect(config.general.seed).toBe(1);
    expect(config.annotate.preset).toBe("auto");
    expect(config.segment.outline).toBe("refined");
  });

  it("reads YAML sections", () => {
    const config = resolveConfig(
      parseConfig("train:\n  steps: 500\ninput:\n  z: 3\n", "karyon.yaml"),
      "karyon.yaml",
    );
    expect([config.train.steps, config.input.z]).toEqual([500, 3]);
  });

  it("names an unknown key and those that exist", () => {
    expect(() => resolveConfig({ train: { step: 5 } }, "karyon.yaml")).toThrow(
      /karyon\.yaml, key "train\.step": expected one of preset, effort, steps,/,
    );
    expect(() => resolveConfig({ training: {} } as never, "karyon.yaml")).toThrow(
      /key "training": expected one of general, input,/,
    );
  });

  it("names a wrong value, what was expected and what was received", () => {
    expect(() => resolveConfig({ train: { steps: "many" } }, "karyon.yaml")).toThrow(
      /train\.steps: expected number, received "many"\.$/,
    );
    expect(() => resolveConfig({ segment: { probabilityThreshold: 2 } }, "x")).toThrow(
      /probabilityThreshold: expected .*<=1, received 2/,
    );
  });

  it("refuses what is no mapping", () => {
    expect(() => parseConfig("- 1\n- 2", "karyon.yaml")).toThrow(/karyon\.yaml: expected sections/);
    expect(() => parseConfig("a: [", "karyon.yaml")).toThrow(/expected a YAML file/);
    expect(() => resolveConfig(mergeConfigs({ train: 5 } as never), "karyon.yaml")).toThrow(
      /karyon\.yaml, train: expected object/,
    );
  });

  it("lets the command line win over the file, option by option", () => {
    expect(mergeConfigs({ train: { steps: 1, batch: 2 } }, { train: { steps: 3 } })).toEqual({
      train: { steps: 3, batch: 2 },
    });
  });

  it("lists differences by path", () => {
    expect(differences({ a: { b: 1 }, c: [1, 2] }, { a: { b: 2 }, c: [1, 2] })).toEqual([
      "a.b (1 before, 2 now)",
    ]);
  });
});
