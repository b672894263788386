/** What an ND2 file says of the pixels of its frames. Source: limnd2 of Laboratory Imaging (`attributes.py`). */
import { CorruptFile, UnsupportedFormat } from "../../core/errors.js";
import { countOf, type Nd2Level, numberOf } from "./nd2values.js";

/** Types of samples as they are read. */
export type Nd2Type = "uint8" | "uint16" | "float32" | "float64";

/** How the pixels of a frame lie in the file: rows of samples, the channels of a pixel side by side. */
export interface Nd2Attributes {
  /** px. */
  readonly height: number;
  readonly width: number;
  /** Samples of a pixel, of all channels. */
  readonly components: number;
  readonly type: Nd2Type;
  /** Bytes of a sample. */
  readonly sampleBytes: number;
  /** Bits of a sample that a camera fills. */
  readonly bits: number;
  /** Bytes from one row to the next. */
  readonly rowBytes: number;
  readonly compression: "none" | "zlib";
  /** Frames that were acquired; undefined when the file does not say. */
  readonly frames: number | undefined;
  /** What was assumed, as sentences. */
  readonly notices: readonly string[];
}

const largestSide = 2 ** 20;
const mostComponents = 1024;

/**
 * Reads the attributes.
 *
 * @param level of the chunk ImageAttributes
 * @throws CorruptFile, UnsupportedFormat
 */
export function nd2Attributes(level: Nd2Level, where: string): Nd2Attributes {
  const needed = (name: string, largest: number): number => {
    const value = countOf(level, name);
    if (value !== undefined && value >= 1 && value <= largest) return value;
    throw new CorruptFile(where, 0, `its attributes give no ${name} from 1 to ${largest}`);
  };
  const [width, height] = [needed("uiWidth", largestSide), needed("uiHeight", largestSide)];
  const components = needed("uiComp", mostComponents);
  const bits = needed("uiBpcInMemory", 64);
  const pixelType = numberOf(level, "ePixelType");
  const type = typeOf(bits, pixelType, where);
  const significant = countOf(level, "uiBpcSignificant") ?? 0;
  const least = (width * components * bits) / 8;
  const said = countOf(level, "uiWidthBytes") ?? 0;
  if (said > 0 && (said < least || said > least + 2 ** 16))
    throw new CorruptFile(where, 0, `its rows of ${least} bytes cannot be ${said} bytes apart`);
  const frames = countOf(level, "uiSequenceCount") ?? 0;
  return {
    height,
    width,
    components,
    type,
    sampleBytes: bits / 8,
    bits: significant >= 1 && significant <= bits ? significant : bits,
    rowBytes: said > 0 ? said : least,
    compression: compressionOf(numberOf(level, "eCompression"), where),
    frames: frames > 0 ? frames : undefined,
    // No camera gives negative values, and other readers take none from this mark either.
    notices:
      pixelType === pixelTypes.signed && bits < 32
        ? ["Its samples are marked as signed, and read as unsigned"]
        : [],
  };
}

/** The pixel types of NIS-Elements. */
const pixelTypes = { signed: 0, unsigned: 1, real: 2 };

/** Of 32 bits, samples are real numbers, whatever else is said. */
function typeOf(bits: number, pixelType: number | undefined, where: string): Nd2Type {
  const real = pixelType === pixelTypes.real;
  if (bits === 8 && !real) return "uint8";
  if (bits === 16 && !real) return "uint16";
  if (bits === 32) return "float32";
  if (bits === 64 && real) return "float64";
  throw new UnsupportedFormat(
    where,
    `samples of ${bits} bits${real ? ", real numbers," : ""}`,
    "open it in NIS-Elements and save it with 8, 16 or 32 bits",
  );
}

function compressionOf(value: number | undefined, where: string): "none" | "zlib" {
  if (value === 0) return "zlib";
  if (value === undefined || value === 2) return "none";
  throw new UnsupportedFormat(
    where,
    value === 1 ? "lossy compression with JPEG 2000" : `compression ${value}`,
    "open it in NIS-Elements and save it without compression",
  );
}
