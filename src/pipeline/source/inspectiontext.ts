/** Inspections as text. */
import type { Inspection } from "./inspection.js";

/** An inspection as text for people: the file, what it holds, a line a measured plane, a line a warning. */
export function formatInspection(inspection: Inspection): string {
  const { file, series, error, axes, values, warnings } = inspection;
  if (error !== undefined)
    return `${file}\n  cannot be read: ${error.startsWith(`${file}: `) ? error.slice(file.length + 2) : error}`;
  const showFrame = axes.includes("T");
  const showChannel = values.some((plane) => plane.channel > 0);
  const planes = values.map(({ frame, channel, min, max, mean }) => {
    const place = `${showFrame ? `frame ${frame}, ` : ""}${showChannel ? `channel ${channel}, ` : ""}`;
    return `${place}min ${shortNumber(min)}, max ${shortNumber(max)}, mean ${shortNumber(mean)}`;
  });
  return [
    series === undefined ? file : `${file} (${series})`,
    ...[...contents(inspection), ...planes].map((line) => `  ${line}`),
    ...warnings.map((warning) => `  ! ${warning}.`),
  ].join("\n");
}

/** Axes and type, calibration, and what else is known. */
function contents(inspection: Inspection): string[] {
  const { format, axes, shape, type, bits, compression, colour } = inspection;
  if (inspection.contents !== undefined) return [format, ...inspection.contents];
  const { pixelSize, sliceSpacing, frameInterval, channelNames, position, levels } = inspection;
  const odd = /\d+$/.exec(type)?.[0] === String(bits) ? "" : ` of ${bits} bits`;
  const hue = colour === "grey" ? "" : `, ${colourNames[colour] ?? colour}`;
  const spacing = sliceSpacing === undefined ? "" : `, slices ${sliceSpacing} µm apart`;
  const lines = [
    `${format}, ${axes} ${shape.join(" x ")}, ${type}${odd}${hue}, compression ${compression}`,
    `pixel size ${withUnit(pixelSize, "µm")}${spacing}` +
      (axes.includes("T") ? `, frame interval ${withUnit(frameInterval, "s")}` : ""),
  ];
  if (channelNames !== undefined)
    lines.push(`channels ${channelNames.map((name, i) => `${i} ${name}`.trim()).join(", ")}`);
  if (position !== undefined)
    lines.push(`taken at x ${shortNumber(position.x)}, y ${shortNumber(position.y)} µm of the stage`);
  if (levels !== undefined)
    lines.push(`stored in ${levels.length} sizes: ${levels.map((size) => size.join(" x ")).join(", ")} px`);
  return lines;
}

const withUnit = (value: number | undefined, unit: string): string =>
  value === undefined ? "unknown" : `${value} ${unit}`;

const colourNames: Readonly<Record<string, string>> = {
  rgb: "RGB",
  palette: "palette",
  whiteIsZero: "white is 0",
  other: "other colours",
};

const shortNumber = (value: number): string => String(Number(value.toPrecision(5)));
