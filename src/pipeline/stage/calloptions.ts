/** What the functions of `karyon/node` take: options as a user writes them. */
import { type PartialConfig as AnyConfig, resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import type { PartialConfig } from "../config/partialconfig.js";
import type { PipelineContext } from "./events.js";

/** What every command takes. */
export interface CommandOptions extends PipelineContext {
  /** Options by section, as in a configuration file. */
  readonly config?: PartialConfig | undefined;
}

/** What every command takes that fills a folder. */
export interface OutputOptions extends CommandOptions {
  /** Folder for the result: written whole or not at all. */
  readonly out: string;
  /** Replace an earlier result of the same command. Default false. */
  readonly overwrite?: boolean | undefined;
}

/** The defaults with what the user set. @throws InvalidInput naming the option that is wrong */
export const resolved = ({ config = {} }: CommandOptions): Config =>
  resolveConfig(config as AnyConfig, "config");

/** The same for a command that fills a folder. @throws as `resolved` */
export const folderOptions = (
  options: OutputOptions,
): { readonly out: string; readonly config: Config; readonly overwrite: boolean } => ({
  out: options.out,
  config: resolved(options),
  overwrite: options.overwrite ?? false,
});
