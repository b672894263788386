/**
 * The movie of the tracks: MP4 or WebM where ffmpeg is there, else an animated PNG; and a small one, which
 * goes into the report.
 */
import { join } from "node:path";
import type { Statistics } from "../../analyse/analyse.js";
import { isKaryonError, messageOf } from "../../core/errors.js";
import type { Image, ImageSource, Window } from "../../core/image.js";
import type { Nuclei } from "../../core/nuclei.js";
import { type StageContext, throwIfCancelled } from "../../core/progress.js";
import { movieDrawer } from "../../draw/movieframe.js";
import { moviePalette, paletteIndices } from "../../draw/moviepalette.js";
import { contrastOf, drawnSize, overview, type View } from "../../draw/view.js";
import { animatedPng } from "../../io/png/apng.js";
import type { Config } from "../config/options.js";
import { openAtomic } from "../store/files.js";
import { openVideo, type VideoFormat, videoFormat } from "./ffmpeg.js";

/** What a movie of tracks is drawn from. */
export interface MovieInput {
  readonly source: ImageSource;
  readonly config: Config;
  /** What of each frame is shown; all of it by default. */
  readonly window: Window | undefined;
  /** Their places in px of what is shown. */
  readonly nuclei: Nuclei;
  readonly statistics: Statistics;
  /** Name or path of ffmpeg. Default "ffmpeg". */
  readonly program?: string | undefined;
}

/** A movie that was written. */
export interface Movie {
  /** Name of the file in the folder. */
  readonly name: string;
  readonly notices: readonly string[];
}

/** Of the small movie, for the report. */
export const smallMovieName = "tracks_small.png";

/** Longest edges, px; bytes that an animated PNG may have; frames of the small one. */
const [videoEdge, animationEdge, smallEdge, leastEdge] = [1440, 1024, 480, 96];
const [animationBytes, smallBytes, smallFrames] = [40e6, 1.2e6, 48];

/**
 * Writes `tracks.mp4`, `tracks.webm` or `tracks.png`, and the small movie, into a folder. Frames are read one
 * at a time.
 */
export async function writeMovie(folder: string, input: MovieInput, context: StageContext): Promise<Movie> {
  const small = (): Promise<Sink> =>
    animationSink(join(folder, smallMovieName), input, {
      edge: smallEdge,
      bytes: smallBytes,
      maximum: smallFrames,
    });
  const notices: string[] = [];
  const format = await videoFormat(input.program);
  if (format !== undefined) {
    try {
      await play(input, [() => videoSink(join(folder, "tracks"), input, format), small], context);
      return { name: `tracks.${format.extension}`, notices };
    } catch (error) {
      // A frame that cannot be read, a full disk or a stop is not for another format to mend.
      if (isKaryonError(error) || context.signal?.aborted) throw error;
      notices.push(
        `The movie of the tracks could not be written as ${format.extension.toUpperCase()} ` +
          `(${messageOf(error)}): it is an animated PNG instead.`,
      );
    }
  }
  await play(
    input,
    [
      () =>
        animationSink(join(folder, "tracks.png"), input, {
          edge: animationEdge,
          bytes: animationBytes,
          maximum: Infinity,
        }),
      small,
    ],
    context,
  );
  return { name: "tracks.png", notices };
}

/** Takes frames in their order. */
interface Sink {
  readonly frame: (image: Image, t: number) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly abort: () => Promise<void>;
}

async function play(
  input: MovieInput,
  open: readonly (() => Promise<Sink>)[],
  context: StageContext,
): Promise<void> {
  const { frames } = input.source;
  const sinks: Sink[] = [];
  try {
    for (const one of open) sinks.push(await one());
    for (let t = 0; t < frames; t++) {
      throwIfCancelled(context, "The drawing of the movie");
      const image = await readFrame(input, t, context.signal);
      for (const sink of sinks) await sink.frame(image, t);
      context.onProgress?.({ done: t + 1, total: frames, message: "movie" });
    }
    for (const sink of sinks) await sink.close();
  } catch (error) {
    for (const sink of sinks) await sink.abort();
    throw error;
  }
}

async function videoSink(path: string, input: MovieInput, format: VideoFormat): Promise<Sink> {
  const { height, width } = await sizeOf(input);
  const view = overview(height, width, videoEdge);
  const draw = await drawerOf(input, view);
  const video = openVideo(path, {
    ...drawnSize(view),
    framesPerSecond: framesPerSecond(input.source.frames),
    format,
    program: input.program,
  });
  return { frame: (image, t) => video.frame(draw(image, t).data), close: video.close, abort: video.abort };
}

const readFrame = ({ source, window }: MovieInput, t: number, signal?: AbortSignal): Promise<Image> =>
  window === undefined ? source.read(t, { signal }) : source.readWindow(t, window, { signal });

const sizeOf = async ({ source, window }: MovieInput): Promise<{ height: number; width: number }> =>
  window ?? source.size(0);

const middleFrame = (input: MovieInput): Promise<Image> =>
  readFrame(input, Math.floor(input.source.frames / 2));

async function drawerOf(input: MovieInput, view: View): Promise<ReturnType<typeof movieDrawer>> {
  const { units } = input.statistics;
  return movieDrawer(input.nuclei, input.statistics, {
    view,
    contrast: contrastOf(await middleFrame(input)),
    pixelSize: units.length === "µm" ? units.perPixel : undefined,
  });
}

/** So that a movie takes about eight seconds, within what the eye follows. */
const framesPerSecond = (frames: number): number => Math.max(3, Math.min(12, Math.round(frames / 8)));

interface AnimationLimits {
  readonly edge: number;
  readonly bytes: number;
  /** Frames; of a longer movie every second, third, ... is taken. */
  readonly maximum: number;
}

/** An animated PNG as large as the limits allow, by the size of its middle frame. */
async function animationSink(
  path: string,
  input: MovieInput,
  { edge, bytes, maximum: most }: AnimationLimits,
): Promise<Sink> {
  const { source } = input;
  const every = Math.ceil(source.frames / Math.min(source.frames, most));
  const frames = Math.ceil(source.frames / every);
  const { height, width } = await sizeOf(input);
  const t = Math.floor(source.frames / 2);
  const image = await middleFrame(input);
  const delay = (1000 * every) / framesPerSecond(source.frames);
  let view = overview(height, width, edge);
  // Noise is what takes the room, and it falls faster than the area: two steps come near enough, never above
  // by much.
  for (let attempt = 0; attempt < 2; attempt++) {
    const { frame } = animatedPng({ ...drawnSize(view), frames, delay, palette: moviePalette });
    const share = bytes / (frames * frame(paletteIndices((await drawerOf(input, view))(image, t))).length);
    if (share >= 1) break;
    const longer = Math.max(leastEdge, Math.floor(Math.max(height, width) * view.scale * Math.sqrt(share)));
    view = { ...view, scale: Math.min(view.scale, longer / Math.max(height, width)) };
  }
  const draw = await drawerOf(input, view);
  const encoder = animatedPng({ ...drawnSize(view), frames, delay, palette: moviePalette });
  const file = await openAtomic(path);
  let at = 0;
  const write = async (part: Uint8Array): Promise<void> => {
    await file.write(at, part);
    at += part.length;
  };
  return {
    frame: async (next, index) => {
      if (index % every === 0) await write(encoder.frame(paletteIndices(draw(next, index))));
    },
    close: async () => {
      await write(encoder.end());
      await file.close();
    },
    abort: file.abort,
  };
}
