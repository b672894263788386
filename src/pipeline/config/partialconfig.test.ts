import { readFileSync } from "node:fs";
import { expect, expectTypeOf, it } from "vitest";
import { resolveConfig } from "./config.js";
import { type Config, optionTable } from "./options.js";
import type { PartialConfig } from "./partialconfig.js";

/** Sections of which some options are set. */
type Some<T> = { readonly [S in keyof T]?: { readonly [K in keyof T[S]]?: T[S][K] | undefined } | undefined };

const { optionTypes } = (await import(new URL("../../../tools/optiontypes.js", import.meta.url).href)) as {
  readonly optionTypes: (table: typeof optionTable) => string;
};

it("has every option with its help as a docstring: run `node tools/optiontypes.js` after a build", () => {
  const file = readFileSync(new URL("partialconfig.ts", import.meta.url), "utf8");
  expect(file).toBe(optionTypes(optionTable));
  for (const options of Object.values(optionTable))
    for (const key of Object.keys(options)) expect(file).toMatch(new RegExp(`\\*/\\n  readonly ${key}\\?:`));
});

it("accepts what the configuration holds, and nothing else", () => {
  expectTypeOf<PartialConfig>().toEqualTypeOf<Some<Config>>();
  const given: PartialConfig = { train: { steps: 7 }, input: { z: "max" }, simulate: { size: "64x96" } };
  const { train, simulate } = resolveConfig({ ...given } as Parameters<typeof resolveConfig>[0], "the test");
  expect([train.steps, simulate.size]).toEqual([7, "64x96"]);
});
