/** The movies of a study, open, and checked to be comparable before any work. */
import { resolve } from "node:path";
import { InvalidInput } from "../../core/errors.js";
import type { ImageSource } from "../../core/image.js";
import type { Config } from "../config/options.js";
import { openInputs, type OpenInputs } from "../source/opening.js";
import { isTrackable } from "../source/source.js";
import type { PipelineContext } from "../stage/events.js";
import type { SampleRow } from "./samplerow.js";

/** A sample with its images open. */
export interface OpenSample {
  readonly row: SampleRow;
  /** With the calibration of its row. */
  readonly config: Config;
  /** Its events carry its name. */
  readonly context: PipelineContext;
  readonly inputs: OpenInputs;
}

/** Events of a sample, with its name before what they say. */
const namedContext = (context: PipelineContext, name: string): PipelineContext => ({
  signal: context.signal,
  onEvent: (event) =>
    context.onEvent?.(
      event.event === "progress"
        ? { ...event, message: `${name}${event.message === undefined ? "" : `, ${event.message}`}` }
        : event.event === "epoch"
          ? event
          : { ...event, text: `${name}: ${event.text}` },
    ),
});

/**
 * Opens the images of each row.
 *
 * @param out the folder of the study, which is never an input
 * @param trust a folder whose record is trusted (`openInputs`)
 */
export async function openSamples(
  rows: readonly SampleRow[],
  out: string,
  config: Config,
  context: PipelineContext,
  trust?: string,
): Promise<OpenSample[]> {
  const samples: OpenSample[] = [];
  for (const row of rows) {
    const { pixelSize = config.input.pixelSize, frameInterval = config.input.frameInterval } = row;
    const own: Config = { ...config, input: { ...config.input, pixelSize, frameInterval } };
    const named = namedContext(context, row.name);
    samples.push({
      row,
      config: own,
      context: named,
      inputs: await openInputs([row.input], out, own, named, { trust }),
    });
  }
  return samples;
}

/** Refuses what cannot be compared, before any work. */
export function checkAlike(samples: readonly OpenSample[], sheet: string): void {
  const [first, ...others] = samples as readonly [OpenSample, ...OpenSample[]];
  const at = ({ row }: OpenSample): string => `${sheet}, line ${row.line} (${row.name})`;
  const lines = new Map(first.inputs.source.files.map((file) => [resolve(file), first.row.line]));
  for (const sample of others) {
    const [one, other] = [first.inputs.source, sample.inputs.source];
    for (const file of other.files) {
      const line = lines.get(resolve(file));
      if (line !== undefined)
        throw new InvalidInput(
          at(sample),
          "images of its own",
          `${file}, which line ${line} holds, too`,
          "give each image to one movie",
        );
      lines.set(resolve(file), sample.row.line);
    }
    if (isTrackable(one) !== isTrackable(other)) {
      const kind = (trackable: boolean): string =>
        trackable ? "a movie" : "images without a course in time";
      throw new InvalidInput(
        at(sample),
        `${kind(isTrackable(one))}, as in line ${first.row.line}`,
        kind(isTrackable(other)),
        "compare movies with movies, in a table of their own",
      );
    }
    const known = (value: number | undefined, unit: string): string =>
      value === undefined ? "none" : `${value} ${unit}`;
    if ((one.pixelSize === undefined) !== (other.pixelSize === undefined)) {
      throw new InvalidInput(
        at(sample),
        `lengths in the unit of line ${first.row.line} (pixel size ${known(one.pixelSize, "µm")})`,
        `a pixel size of ${known(other.pixelSize, "µm")}`,
        "px and µm cannot be compared; give all movies a pixel_size_um",
      );
    }
    if (isTrackable(one) && (one.frameInterval === undefined) !== (other.frameInterval === undefined)) {
      throw new InvalidInput(
        at(sample),
        `times in the unit of line ${first.row.line} (frame interval ${known(one.frameInterval, "s")})`,
        `a frame interval of ${known(other.frameInterval, "s")}`,
        "frames and minutes cannot be compared; give all movies a frame_interval_s",
      );
    }
  }
}

/** What makes movies differ beside their conditions. */
export function calibrationWarnings(sources: readonly ImageSource[]): string[] {
  const range = (
    values: readonly (number | undefined)[],
    tolerance: number,
  ): [low: number, high: number] | undefined => {
    const known = values.filter((value) => value !== undefined);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    return known.length > 0 && high > low * tolerance ? [low, high] : undefined;
  };
  const sizes = range(
    sources.map(({ pixelSize }) => pixelSize),
    1.01,
  );
  const movies = sources.filter(isTrackable);
  const intervals = range(
    movies.map(({ frameInterval }) => frameInterval),
    1.01,
  );
  const frames = range(
    movies.map((source) => source.frames),
    1.2,
  );
  return [
    ...(sizes
      ? [
          `The movies differ in pixel size (${sizes[0]} to ${sizes[1]} µm). Areas and small movements ` +
            "are measured less exactly with larger pixels.",
        ]
      : []),
    ...(intervals
      ? [
          `The movies differ in their frame interval (${intervals[0]} to ${intervals[1]} s). Speeds, ` +
            "straightness and everything else that is measured from step to step depend on it. Conditions " +
            "are comparable only if each has the same intervals.",
        ]
      : []),
    ...(frames
      ? [
          `The movies have ${frames[0]} to ${frames[1]} frames. Durations of tracks and everything else that ` +
            "grows with the length of a movie are comparable only among movies of equal length.",
        ]
      : []),
  ];
}
