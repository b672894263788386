/** What the channels of a LIF image are called. */
import { attribute, elements, elementAt, textOf, type XmlElement } from "../xml.js";
import type { LifAxes } from "./lifaxes.js";
import type { LifChannel, LifDimension } from "./lifdescription.js";
import { descendants } from "./liftree.js";

/**
 * One name for each channel and wavelength, channel by channel: that of the dye, of the filter cube, or of
 * the colour it is shown in; with wavelengths "DAPI, 550 nm". "" where there is none.
 *
 * @returns empty when there is no name at all, or for colour
 */
export function channelNamesOf(image: XmlElement, { channels, colour, wavelengths }: LifAxes): string[] {
  if (colour) return [];
  const dyes = channels.map(dyeOf);
  const settings = settingsNames(image, channels.length);
  const own = channels.map(
    ({ element, place }, i) => dyes[i] || settings[place] || displayColour(attribute(element, "LUTName")),
  );
  // A lone colour says nothing beside the wavelengths.
  const stems = wavelengths.length > 0 && own.length === 1 && !dyes[0] ? [""] : own;
  const names = wavelengths.reduce<string[]>(
    (before, axis) =>
      before.flatMap((name) => steps(axis, wavelengths.length > 1).map((step) => joined(name, step))),
    stems,
  );
  return names.every((name) => name === "") ? [] : names;
}

const joined = (name: string, step: string): string => (name === "" ? step : `${name}, ${step}`);

/** "550 nm" for each step of a sweep; with its kind where there are two sweeps. */
function steps({ id, size, origin, step, unit }: LifDimension, isKindNamed: boolean): string[] {
  const kind = id === 9 ? "excitation" : "emission";
  return Array.from({ length: size }, (_, i) => {
    const nanometres = (origin + i * step) * 1e9;
    if (unit !== "m" || !(nanometres > 0) || !(step !== 0)) return `${kind} ${i + 1}`;
    const wavelength = `${Number(nanometres.toFixed(1))} nm`;
    return isKindNamed ? `${kind} ${wavelength}` : wavelength;
  });
}

/** LAS X 4 and later write the dye into the channel. */
function dyeOf({ element }: LifChannel): string {
  for (const property of elements(element, "ChannelProperty")) {
    const [key, value] = ["Key", "Value"].map((name) => textOf(elementAt(property, name) ?? {}));
    if (key === "DyeName") return dyeName(value!);
  }
  return "";
}

/**
 * The names that the settings of the microscope have, by the place of the channel in the XML; empty where
 * they do not fit the channels, or do not tell them apart.
 */
function settingsNames(image: XmlElement, channels: number): string[] {
  const settings = elements(image, "Attachment").filter((element) =>
    attribute(element, "Name").startsWith("HardwareSetting"),
  );
  const named = (kind: string, namesOf: (scan: XmlElement) => string[]): string[] =>
    settings.flatMap((element) => scansOf(element, kind)).flatMap(namesOf);
  const cameras = named("ATLCameraSettingDefinition", cameraNames);
  const names = cameras.length > 0 ? cameras : named("ATLConfocalSettingDefinition", detectorNames);
  return names.length === channels && new Set(names).size === channels ? names : [];
}

/** The settings of the scans that follow each other, or of the only one. */
function scansOf(settings: XmlElement, kind: string): XmlElement[] {
  const sequence = descendants(settings, "LDM_Block_Sequential_List");
  return (sequence.length > 0 ? sequence : [settings]).flatMap((list) => elements(list, kind));
}

/** Widefield: the names that the user gave, or those of the filter cubes. */
const cameraNames = (scan: XmlElement): string[] =>
  descendants(scan, "WideFieldChannelInfo").map(
    (info) => meaningful(attribute(info, "UserDefName")) || meaningful(attribute(info, "FluoCubeName")),
  );

/** Confocal: the dye of the band of each active detector. */
function detectorNames(scan: XmlElement): string[] {
  const bands = descendants(scan, "MultiBand");
  return descendants(scan, "Detector")
    .filter((detector) => attribute(detector, "IsActive") === "1")
    .map((detector) => attribute(detector, "Channel"))
    .map((channel) => bands.find((band) => attribute(band, "Channel") === channel))
    .map((band) => (band === undefined ? "" : dyeName(attribute(band, "DyeName"))));
}

const dyeName = (text: string): string => meaningful(text.replace(/^Leica\//, ""));

const meaningful = (name: string): string => (/^(none|empty|)$/i.test(name.trim()) ? "" : name.trim());

/** Colours may be given as numbers, which are no name. */
const displayColour = (name: string): string => (/[(;,]|^[\d\s-]*$/.test(name) ? "" : name.trim());
