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
