import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { type CommandName, commandOptions } from "../../pipeline/config/acting.js";
import type { Config } from "../../pipeline/config/options.js";
import { addFlags, configOf, type GivenConfig } from "./flags.js";

const parsed = (...flags: string[]): Config =>
  configOf(addFlags(new Command("track"), "track").parse(flags, { from: "user" }), "track").config;

describe("switches", () => {
  it("that are on by default can be turned off, and asked for", () => {
    expect([parsed(), parsed("--repair"), parsed("--no-repair")].map(({ track }) => track.repair)).toEqual([
      true,
      true,
      false,
    ]);
    expect(addFlags(new Command("track"), "track").helpInformation()).not.toMatch(/^ +--repair/m);
  });

  it("overrule a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "karyon-flags-"));
    writeFileSync(join(folder, "off.yaml"), "track: { repair: false }\n");
    const config = ["--config", join(folder, "off.yaml")];
    expect([parsed(...config), parsed(...config, "--repair")].map(({ track }) => track.repair)).toEqual([
      false,
      true,
    ]);
    rmSync(folder, { recursive: true });
  });
});

const given = (name: CommandName, ...flags: string[]): GivenConfig =>
  configOf(addFlags(new Command(name), name).parse(flags, { from: "user" }), name);

describe("options that do nothing", () => {
  it("are not offered by any command", () => {
    for (const [name, flag] of [
      ["track", "--seed"],
      ["track", "--threads"],
      ["track", "--channel"],
      ["track", "--skip-bad-frames"],
      ["simulate", "--threads"],
      ["simulate", "--device"],
      ["segment", "--seed"],
      ["annotate", "--device"],
      ["analyse", "--threads"],
      ["analyse", "--channel"],
      ["inspect", "--config"],
      ["report", "--config"],
      ["export-model", "--config"],
    ] as const) {
      const known = addFlags(new Command(name), name).options.map(({ long }) => long);
      expect(known, `${name} ${flag}`).not.toContain(flag);
    }
    expect(Object.keys(commandOptions).length).toBe(16);
  });

  it("beside others are refused as flags, with the reason", () => {
    expect(() => given("track", "--tracker", "trackmate", "--no-divisions")).toThrow(
      /^--no-divisions: expected no such flag, because it has no effect here, received --no-divisions; TrackMate's trackers/,
    );
    expect(() => given("track", "--tracker", "trackmate-tuned", "--no-repair")).toThrow(
      /^--no-repair: expected no .*, received --no-repair; TrackMate's trackers/,
    );
    expect(() => given("run", "--tracker", "trackmate-tuned", "--repair")).toThrow(/^--repair: expected/);
    expect(() => given("track", "--tracker", "trackmate-overlap", "--radius", "9")).toThrow(
      /^--radius: .*received --radius 9; TrackMate's overlap tracker/,
    );
    expect(() => given("annotate", "--preset", "paper", "--min-area", "9")).toThrow(/^--min-area: /);
    expect(() => given("run", "--model", "m", "--steps", "9")).toThrow(/^--steps: .*with an existing model/);
    expect(() => given("analyse", "--ring-width", "3")).toThrow(/^--ring-width: .*none are given/);
    expect(() => given("train", "--preset", "paper", "--effort", "quick")).toThrow(
      /^--preset: .*received --preset paper/,
    );
  });

  it("are no mistake where the same flag does something else", () => {
    const { config } = given("run", "--preset", "paper", "--effort", "quick");
    expect([config.annotate.preset, config.train.effort]).toEqual(["paper", "quick"]);
  });

  it("beside others are noticed in a file, which may hold those of other commands", () => {
    const folder = mkdtempSync(join(tmpdir(), "karyon-flags-"));
    const file = join(folder, "all.yaml");
    writeFileSync(file, "track: { repair: false, gap: 2 }\ntrain: { steps: 5 }\n");
    const trackmate = given("track", "--config", file, "--tracker", "trackmate");
    expect(trackmate.notices).toEqual([
      `track.repair of ${file} has no effect here: TrackMate's trackers (track.tracker) have no such setting.`,
    ]);
    expect(trackmate.config.track.gap).toBe(2);
    expect(given("track", "--config", file).notices).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
