import { cores } from "#platform";
import type { Config } from "./options.js";

/** Threads to use: those that are set, else one for each core. */
export const threadsOf = ({ general }: Pick<Config, "general">): number => general.threads ?? cores();
