import { cores } from "#platform";
import type { Config } from "./options.js";

export const threadsOf = ({ general }: Pick<Config, "general">): number => general.threads ?? cores();
