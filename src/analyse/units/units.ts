import { InvalidInput } from "../../core/errors.js";

/** What is known of a movie beside its pixels. Nothing is guessed: what is missing stays in px and frames. */
export interface Calibration {
  /** Edge of a pixel, µm. */
  readonly pixelSize?: number | undefined;
  /** Time from one frame to the next, s. */
  readonly frameInterval?: number | undefined;
  /** Size of a frame, px. */
  readonly height: number;
  readonly width: number;
}

/** The units of every number in `Statistics`, and the factors from px and frames to them. */
export interface Units {
  readonly length: "µm" | "px";
  readonly area: "µm²" | "px²";
  readonly time: "min" | "frame";
  readonly speed: "µm/min" | "µm/frame" | "px/min" | "px/frame";
  readonly density: "1/mm²" | "1/Mpx";
  /** Length of a pixel's edge in `length`. */
  readonly perPixel: number;
  /** Time from frame to frame in `time`. */
  readonly perFrame: number;
  /** What is not calibrated, one sentence each, for the reader of the numbers. */
  readonly notices: readonly string[];
}

/**
 * Chooses µm where the pixel size is known, min where the frame interval is known, else px and frames, and
 * says so.
 *
 * @throws InvalidInput when a value is given that is not a positive number, or the frame has no pixels
 */
export function unitsOf(calibration: Calibration): Units {
  const { pixelSize, frameInterval, height, width } = calibration;
  requirePositive("pixel size", "µm", pixelSize);
  requirePositive("frame interval", "s", frameInterval);
  if (!(height > 0 && width > 0))
    throw new InvalidInput("frame size", "at least 1 x 1 px", `${height} x ${width}`);
  const length = pixelSize === undefined ? "px" : "µm";
  const time = frameInterval === undefined ? "frame" : "min";
  return {
    length,
    time,
    area: pixelSize === undefined ? "px²" : "µm²",
    speed: `${length}/${time}`,
    density: pixelSize === undefined ? "1/Mpx" : "1/mm²",
    perPixel: pixelSize ?? 1,
    perFrame: frameInterval === undefined ? 1 : frameInterval / 60,
    notices: [
      ...(pixelSize === undefined
        ? ["The pixel size is unknown: lengths are in px, areas in px², densities per megapixel."]
        : []),
      ...(frameInterval === undefined ? ["The frame interval is unknown: times are in frames."] : []),
    ],
  };
}

function requirePositive(argument: string, unit: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0 && Number.isFinite(value)))
    throw new InvalidInput(argument, `a positive number of ${unit}`, String(value));
}
