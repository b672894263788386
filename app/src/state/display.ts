/** How the image is shown: contrast, labels, tracks, time. Kept over frames, views and sessions. */
import { computed, effect, signal } from "@preact/signals";
import { outlineColours, type Rgb } from "../../../src/draw/colours.js";
import type { LabelLayerName } from "../../../src/server/messages.js";
import { keptNumber, keptSwitch } from "./keptsignals.js";
import { project } from "./openproject.js";
import { store, stored } from "./stored.js";

/** How a channel is shown. */
export interface ChannelShown {
  readonly visible: boolean;
  /** Grey values shown black and at full colour; NaN until the first picture has been seen. */
  readonly low: number;
  readonly high: number;
  /** Above 0; 1 is linear. */
  readonly gamma: number;
  readonly colour: Rgb;
}

/** One for each channel of the project. */
export const channels = signal<readonly ChannelShown[]>([]);

/** What lies over the image: labels of the project, or what a view has just been told by the server. */
export type ShownLayer = LabelLayerName | "preview" | "watch";

/** The label layer that is drawn, hovered and selected. */
export const labelLayer = signal<ShownLayer>("candidates");

/** Screen px, 0 to 4. */
export const outlineWidth = keptNumber("outlineWidth", 1, [0, 4]);
/** 0..1. */
export const fillOpacity = keptNumber("fillOpacity", 0.15, [0, 1]);
/** Labels as a whole. */
export const areLabelsShown = signal(true);
/** Outlines alone. */
export const areOutlinesShown = signal(true);
/** A column of the table of `labelLayer`; undefined: each label its own colour. */
export const colourBy = signal<{ readonly key: string } | undefined>(undefined);
/** Values at the ends of the colours; undefined: taken from the table. */
export const colourLimits = signal<readonly [low: number, high: number] | undefined>(undefined);
/** Hides what is not selected. */
export const onlySelected = signal(false);

/** Frames that a tail goes back. */
export const tailLength = keptNumber("tailLength", 10, [0, 1000]);
/** Tails of tracks; drawn over the layer `tracks`. */
export const areTracksShown = keptSwitch("areTracksShown", true);

/** Whether the movie runs. */
export const playing = signal(false);
/** Of the movie as it runs. */
export const framesPerSecond = keptNumber("framesPerSecond", 8, [0.5, 60]);

/** The frame whose picture is on the screen; -1 before the first. It lags behind `frame` while tiles are loaded. */
export const shownFrame = signal(-1);

/** What is not seen at once waits so long for the first picture, ms. */
const patience = 400;

/** Resolves when a picture is on the screen; where there is none, after a moment. */
export const afterPicture = (): Promise<void> =>
  new Promise((resolve) => {
    if (shownFrame.peek() >= 0) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      end();
      resolve();
    };
    const timer = setTimeout(done, patience);
    const end = effect(() => {
      if (shownFrame.value >= 0) done();
    });
  });

/** Whether a drag selects what it encircles. */
export const isLassoOn = signal(false);

/** Frames of the project. */
export const frameCount = computed(() => project.value?.frames ?? 0);

/** Colours of several channels, the first ones blue as nuclei mostly are. */
const channelColours: readonly Rgb[] = [
  [90, 140, 255],
  [60, 230, 110],
  [255, 80, 90],
  [255, 90, 230],
  [255, 220, 60],
  [70, 225, 235],
];

const usualChannel = (index: number, count: number): ChannelShown => ({
  visible: index < channelColours.length,
  low: NaN,
  high: NaN,
  gamma: 1,
  colour: count === 1 ? [255, 255, 255] : channelColours[index % channelColours.length]!,
});

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** A channel as it was kept, as far as it can be read. */
function readChannel(kept: unknown, usual: ChannelShown): ChannelShown {
  if (typeof kept !== "object" || kept === null) return usual;
  const { visible, low, high, gamma, colour } = kept as Record<keyof ChannelShown, unknown>;
  return {
    visible: typeof visible === "boolean" ? visible : usual.visible,
    low: isNumber(low) ? low : NaN,
    high: isNumber(high) ? high : NaN,
    gamma: isNumber(gamma) && gamma > 0 ? gamma : 1,
    colour:
      Array.isArray(colour) && colour.length === 3 && colour.every(isNumber)
        ? (colour as unknown as Rgb)
        : usual.colour,
  };
}

/** Changes one channel. */
export function showChannel(index: number, change: Partial<ChannelShown>): void {
  channels.value = channels.value.map((channel, i) => (i === index ? { ...channel, ...change } : channel));
}

/** The channels belong to a run folder: its contrast comes back with it. */
let channelsOf = "";
effect(() => {
  const open = project.value;
  const name = open === undefined ? "" : `channels ${open.out}`;
  const count = open?.channels ?? 0;
  if (name === channelsOf && channels.peek().length === count) return;
  channelsOf = name;
  const kept = name === "" ? undefined : stored<unknown>(name);
  const list: readonly unknown[] = Array.isArray(kept) && kept.length === count ? kept : [];
  channels.value = Array.from({ length: count }, (_, i) => readChannel(list[i], usualChannel(i, count)));
  shownFrame.value = -1;
});
effect(() => {
  const shown = channels.value;
  if (channelsOf !== "" && shown.some(({ low }) => !Number.isNaN(low))) store(channelsOf, shown);
});

/** Layers of the project in the order of the work. */
export const layerOrder: readonly LabelLayerName[] = ["candidates", "annotation", "labels", "tracks"];

/** Layers that the project has. */
export const layersThere = computed<readonly LabelLayerName[]>(() =>
  layerOrder.filter((name) => project.value?.labelLayers[name] !== undefined),
);

/** Colours of labels where no column decides, at label % 6. */
export const labelCycle = outlineColours;
