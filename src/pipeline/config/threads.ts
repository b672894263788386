import { cores } from "#platform";
import type { Config } from "./options.js";

/** Processor threads that a command uses: those asked for, else one a core. */
export const threadsOf = ({ general }: Pick<Config, "general">): number => general.threads ?? cores();
