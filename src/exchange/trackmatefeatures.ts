/**
 * Names, units and kinds of TrackMate's features, as its files declare them, and elements of its files as text.
 * Source: TrackMate's Spot, SpotShapeAnalyzerFactory, EdgeTargetAnalyzer, EdgeSpeedAnalyzer,
 * EdgeTimeLocationAnalyzer, TrackIndexAnalyzer, TrackBranchingAnalyzer and TrackDurationAnalyzer.
 */

/** A feature: its key, its name, its short name, its dimension, and whether it is a whole number. */
type Feature = readonly [key: string, name: string, shortName: string, dimension: string, isInt?: "whole"];

const spotFeatures: readonly Feature[] = [
  ["QUALITY", "Quality", "Quality", "QUALITY"],
  ["POSITION_X", "X", "X", "POSITION"],
  ["POSITION_Y", "Y", "Y", "POSITION"],
  ["POSITION_Z", "Z", "Z", "POSITION"],
  ["POSITION_T", "T", "T", "TIME"],
  ["FRAME", "Frame", "Frame", "NONE", "whole"],
  ["RADIUS", "Radius", "R", "LENGTH"],
  ["VISIBILITY", "Visibility", "Visibility", "NONE", "whole"],
  ["AREA", "Area", "Area", "AREA"],
  ["PERIMETER", "Perimeter", "Perim.", "LENGTH"],
  ["CIRCULARITY", "Circularity", "Circ.", "NONE"],
];

const intensityFeature: Feature = ["MEAN_INTENSITY_CH1", "Mean intensity ch1", "Mean ch1", "INTENSITY"];

const edgeFeatures: readonly Feature[] = [
  ["SPOT_SOURCE_ID", "Source spot ID", "Source ID", "NONE", "whole"],
  ["SPOT_TARGET_ID", "Target spot ID", "Target ID", "NONE", "whole"],
  ["LINK_COST", "Edge cost", "Cost", "COST"],
  ["SPEED", "Speed", "Speed", "VELOCITY"],
  ["DISPLACEMENT", "Displacement", "Disp.", "LENGTH"],
  ["EDGE_TIME", "Edge time", "Edge T", "TIME"],
  ["EDGE_X_LOCATION", "Edge X", "Edge X", "POSITION"],
  ["EDGE_Y_LOCATION", "Edge Y", "Edge Y", "POSITION"],
  ["EDGE_Z_LOCATION", "Edge Z", "Edge Z", "POSITION"],
];

const trackFeatures: readonly Feature[] = [
  ["TRACK_INDEX", "Track index", "Index", "NONE", "whole"],
  ["TRACK_ID", "Track ID", "ID", "NONE", "whole"],
  ["NUMBER_SPOTS", "Number of spots in track", "N spots", "NONE", "whole"],
  ["NUMBER_GAPS", "Number of gaps", "N gaps", "NONE", "whole"],
  ["NUMBER_SPLITS", "Number of split events", "N splits", "NONE", "whole"],
  ["NUMBER_MERGES", "Number of merge events", "N merges", "NONE", "whole"],
  ["NUMBER_COMPLEX", "Number of complex points", "N complex", "NONE", "whole"],
  ["LONGEST_GAP", "Longest gap", "Lgst gap", "NONE", "whole"],
  ["TRACK_DURATION", "Track duration", "Duration", "TIME"],
  ["TRACK_START", "Track start", "Track start", "TIME"],
  ["TRACK_STOP", "Track stop", "Track stop", "TIME"],
  ["TRACK_DISPLACEMENT", "Track displacement", "Track disp.", "LENGTH"],
];

/** A value of an attribute; NaN and undefined leave it out. */
export type AttributeValue = string | number | undefined;

/** A tag with attributes. @param close "/" for an element without content. Default: a start */
export function xmlTag(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  close = "",
): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || Number.isNaN(value)) continue;
    text += ` ${key}="${typeof value === "number" ? String(value) : escaped(value)}"`;
  }
  return `${text}${close === "" ? ">" : ` ${close}>`}`;
}

const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for XML; characters that XML cannot hold are left out. */
export function escaped(text: string): string {
  // Most texts are names, of which there are as many as spots.
  if (/^[\w .-]*$/.test(text)) return text;
  return text
    .replace(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"]/g, (mark) => named[mark]!);
}

/**
 * The element that declares the features which a file uses. Readers of other programs want each of a spot's
 * from every spot.
 *
 * @param intensities whether spots have a mean intensity
 */
export function featureDeclarations(indent: string, intensities: boolean): string {
  const group = (name: string, features: readonly Feature[]): string =>
    `${indent}  <${name}>\n` +
    features
      .map(([feature, long, shortname, dimension, whole]) => {
        const attributes = { feature, name: long, shortname, dimension, isint: String(whole === "whole") };
        return `${indent}    ${xmlTag("Feature", attributes, "/")}\n`;
      })
      .join("") +
    `${indent}  </${name}>\n`;
  return (
    `${indent}<FeatureDeclarations>\n` +
    group("SpotFeatures", intensities ? [...spotFeatures, intensityFeature] : spotFeatures) +
    group("EdgeFeatures", edgeFeatures) +
    group("TrackFeatures", trackFeatures) +
    `${indent}</FeatureDeclarations>\n`
  );
}
