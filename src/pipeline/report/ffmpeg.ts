/** Movies by ffmpeg, where the machine has it: frames go in one by one, a file comes out. */
import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { renameInPlace } from "../store/renaming.js";
import { forget, realPlace, temporaryBeside } from "../store/temporaries.js";

/** How ffmpeg writes a movie that browsers play. */
export interface VideoFormat {
  readonly extension: "mp4" | "webm";
  /** Name among ffmpeg's encoders. */
  readonly encoder: string;
  readonly options: readonly string[];
}

/** Best first. */
const formats: readonly VideoFormat[] = [
  {
    extension: "mp4",
    encoder: "libx264",
    options: ["-preset", "medium", "-crf", "20", "-pix_fmt", "yuv420p", "-movflags", "+faststart"],
  },
  { extension: "webm", encoder: "libvpx-vp9", options: ["-crf", "32", "-b:v", "0", "-pix_fmt", "yuv420p"] },
  { extension: "webm", encoder: "libvpx", options: ["-crf", "12", "-b:v", "4M", "-pix_fmt", "yuv420p"] },
];

/**
 * The best format that the ffmpeg of this machine writes; undefined where there is none.
 *
 * @param program name or path
 */
export async function videoFormat(program = "ffmpeg"): Promise<VideoFormat | undefined> {
  const child = spawn(program, ["-hide_banner", "-encoders"], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 10_000,
  });
  const parts: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (part: string) => parts.push(part));
  if ((await ended(child)) !== undefined) return undefined;
  const known = new Set(
    parts
      .join("")
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[1]),
  );
  return formats.find(({ encoder }) => known.has(encoder));
}

/** A movie that is being written. */
export interface VideoWriter {
  /**
   * Takes height x width x 3 bytes, red, green, blue; waits where ffmpeg is slower.
   *
   * @throws Error when ffmpeg has failed
   */
  readonly frame: (rgb: Uint8Array) => Promise<void>;
  /** Puts the movie under its name. @throws Error with the last words of ffmpeg when it failed */
  readonly close: () => Promise<void>;
  /** Stops ffmpeg and removes what it wrote; without effect after `close`. */
  readonly abort: () => Promise<void>;
}

/** What a movie is like. */
export interface VideoOptions {
  readonly height: number;
  readonly width: number;
  readonly framesPerSecond: number;
  readonly format: VideoFormat;
  /** Default "ffmpeg". */
  readonly program?: string | undefined;
}

/** Starts a movie, under a temporary name until it is closed. @param path without extension */
export function openVideo(
  path: string,
  { height, width, framesPerSecond, format, program = "ffmpeg" }: VideoOptions,
): VideoWriter {
  const target = realPlace(`${path}.${format.extension}`);
  const temporary = temporaryBeside(target);
  const child = spawn(program, argumentsFor({ height, width, framesPerSecond, format }, temporary), {
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => (said = (said + part).slice(-500)));
  // A pipe that breaks says less than the exit code and the last words, which follow.
  child.stdin.on("error", () => undefined);
  const finished = endedWithUs(child);
  const check = (trouble: string | undefined): void => {
    if (trouble !== undefined)
      throw new Error(`${trouble}${said.trim() === "" ? "" : `: ${said.trim().split("\n").at(-1)!}`}`);
  };
  let closed = false;
  return {
    frame: async (rgb) => {
      if (child.stdin.destroyed) check((await finished) ?? "ffmpeg ended before the movie did");
      if (!child.stdin.write(rgb))
        await Promise.race([new Promise((resolve) => child.stdin.once("drain", resolve)), finished]);
    },
    close: async () => {
      child.stdin.end();
      check(await finished);
      await renameInPlace(temporary, target);
      forget(temporary);
      closed = true;
    },
    abort: async () => {
      if (closed) return;
      child.kill("SIGKILL");
      await finished;
      await rm(temporary, { force: true });
      forget(temporary);
    },
  };
}

/** The command line of ffmpeg: raw RGB frames in, a movie out. */
const argumentsFor = (
  { height, width, framesPerSecond, format }: Omit<VideoOptions, "program">,
  file: string,
): string[] => [
  "-hide_banner",
  "-loglevel",
  "error",
  "-y",
  "-f",
  "rawvideo",
  "-pix_fmt",
  "rgb24",
  "-s",
  `${width}x${height}`,
  "-r",
  String(framesPerSecond),
  "-i",
  "-",
  // Both formats want even edges. Neither clock nor version goes into the file.
  "-vf",
  "pad=ceil(iw/2)*2:ceil(ih/2)*2",
  "-an",
  "-c:v",
  format.encoder,
  ...format.options,
  "-map_metadata",
  "-1",
  "-fflags",
  "+bitexact",
  "-flags:v",
  "+bitexact",
  // The temporary name does not tell it.
  "-f",
  format.extension,
  file,
];

/** `ended` for a program that must not write on when this process ends. */
function endedWithUs(child: ChildProcess): Promise<string | undefined> {
  const kill = (): void => void child.kill("SIGKILL");
  // Before its file is removed.
  process.prependListener("exit", kill);
  return ended(child).finally(() => process.off("exit", kill));
}

/** Waits for the end of a program. @returns what went wrong, undefined where nothing did */
function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(
        code === 0 ? undefined : `ffmpeg ended with ${code === null ? `signal ${signal}` : `code ${code}`}`,
      ),
    );
  });
}
