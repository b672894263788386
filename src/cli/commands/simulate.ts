import type { CommandSpec } from "../commandline/command.js";
import { outputFlag, overwriteFlag } from "./shared.js";

/** `karyon simulate`: movies with truth. */
export const simulateCommand: CommandSpec = {
  name: "simulate",
  args: "",
  summary: "make a movie of nuclei whose truth is known, in the layout of the Cell Tracking Challenge",
  flags: [outputFlag, overwriteFlag],
  examples: ["simulate -o movie", "simulate -o movie --scene crowded --frames 50 --size 1024 --seed 7"],
  async run({ out, overwrite, config, context }) {
    const { simulateOptionsOf, simulateTo } = await import("../../pipeline/simulate/simulation.js");
    const settings = simulateOptionsOf(config);
    await simulateTo(out, settings, { overwrite }, context);
    return { text: `Movie: ${out}/01 (truth in ${out}/01_GT)`, value: settings };
  },
};
