/** What is to be drawn of a frame, from what the user has chosen to see. */
import type { LabelLayerName } from "../../../src/server/messages.js";
import type { GreyTile, ImageLayer, LabelLayer, Scene, TiledPlane } from "../../../src/viewer/scene.js";
import {
  areLabelsShown,
  areOutlinesShown,
  areTracksShown,
  channels,
  type ChannelShown,
  colourBy,
  colourLimits,
  fillOpacity,
  labelLayer,
  layersThere,
  onlySelected,
  outlineWidth,
  tailLength,
} from "../state/display.js";
import { selectedTracks, selection } from "../state/place.js";
import { findLabelPlane, isLabelPlaneComing } from "./labelplanes.js";
import { coloursOf, hiddenColours, unknownColour } from "./layercolours.js";
import { tableOfLayer } from "./layertable.js";
import { trackLines } from "./tracklines.js";
import { imagePlane, type LoadedPlane } from "./zarrtiles.js";

/** A frame as it can be drawn. */
export interface FrameScene {
  readonly frame: number;
  readonly scene: Scene;
  /** Planes whose tiles have to be fetched, those of the image first. */
  readonly planes: readonly LoadedPlane<ArrayBufferView>[];
  /** Planes of the channels that are drawn, with the number of the channel. */
  /** Whether levels of labels are still unknown. */
  readonly isComing: boolean;
  readonly channels: readonly { readonly index: number; readonly plane: LoadedPlane<GreyTile> }[];
}

/** Labels that a view brings itself, in place of a layer of the project. */
export interface ShownLabels {
  readonly plane: TiledPlane<Int32Array>;
  /** Default: each label its own colour. */
  readonly colours?: Uint32Array | undefined;
  readonly selected?: ReadonlySet<number> | undefined;
}

const white: ChannelShown["colour"] = [255, 255, 255];

/** Indices of the channels that are drawn; the first where none is chosen. */
function drawnChannels(shown: readonly ChannelShown[]): number[] {
  const chosen = shown.flatMap(({ visible }, index) => (visible ? [index] : []));
  return chosen.length === 0 && shown.length > 0 ? [0] : chosen;
}

/**
 * The scene of a frame; undefined until the server has told the levels of its image. Reads signals.
 *
 * @param own labels of the view, in place of the layer of the project
 */
export function frameScene(frame: number, own?: readonly ShownLabels[]): FrameScene | undefined {
  // Levels of the labels are asked for beside those of the image, not after them.
  const coming = own === undefined ? wantedLayers().filter((layer) => isLabelPlaneComing(layer, frame)) : [];
  const shown = channels.value;
  const drawn = drawnChannels(shown);
  const known: FrameScene["channels"] = drawn.flatMap((index) => {
    const plane = imagePlane(frame, index);
    return plane === undefined ? [] : [{ index, plane }];
  });
  const first = known[0];
  if (first === undefined || known.length < drawn.length) return undefined;
  const images = known.flatMap(({ index, plane }): ImageLayer[] => {
    const { low, high, gamma, colour } = shown[index]!;
    // One channel alone is easier to see in grey, unless the user has coloured it.
    const isGrey = known.length === 1 && shown.length > 1;
    return Number.isNaN(low) ? [] : [{ plane, low, high, gamma, colour: isGrey ? white : colour }];
  });
  const labels =
    own === undefined ? projectLabels(frame) : own.map((each) => ({ ...each, loaded: loadedOf(each) }));
  return {
    frame,
    isComing: coming.length > 0,
    channels: known,
    planes: [
      ...known.map(({ plane }) => plane),
      ...labels.flatMap(({ loaded }) => (loaded === undefined ? [] : [loaded])),
    ],
    scene: {
      size: first.plane.size,
      images,
      labels: areLabelsShown.value ? labels.map(layerOf) : [],
      lines: areLabelsShown.value ? trackLines(frame) : [],
    },
  };
}

/** Reads all signals that a scene depends on: for effects, which see only what they read. */
export function watchDisplay(): void {
  void [channels.value, labelLayer.value, layersThere.value, areLabelsShown.value, areOutlinesShown.value];
  void [outlineWidth.value, fillOpacity.value, selection.value, colourBy.value, colourLimits.value];
  void [onlySelected.value, areTracksShown.value, tailLength.value, selectedTracks.value];
  void tableOfLayer(labelLayer.value);
}

/** A plane of the server has tiles to fetch, one that the view made itself has none. */
const loadedOf = ({ plane }: ShownLabels): LoadedPlane<Int32Array> | undefined =>
  "job" in plane ? (plane as LoadedPlane<Int32Array>) : undefined;

interface DrawnLabels extends ShownLabels {
  readonly loaded: LoadedPlane<Int32Array> | undefined;
}

const layerOf = ({ plane, colours, selected }: DrawnLabels): LabelLayer => ({
  plane,
  colours: colours ?? noColours,
  outline: areOutlinesShown.value ? outlineWidth.value : 0,
  fill: fillOpacity.value,
  unknown: unknownColour,
  selected: selected ?? selection.value,
});
const noColours = new Uint32Array(0);
const nothing: ReadonlySet<number> = new Set();

/** The layer that is chosen; below candidates what training leaves out, from the annotation. */
function wantedLayers(): LabelLayerName[] {
  const layer = labelLayer.value;
  if (!areLabelsShown.value || layer === "preview" || layer === "watch") return [];
  const layers: LabelLayerName[] = layer === "candidates" ? ["annotation", layer] : [layer];
  return layers.filter((name) => layersThere.value.includes(name));
}

function projectLabels(frame: number): DrawnLabels[] {
  return wantedLayers().flatMap((layer): DrawnLabels[] => {
    const plane = findLabelPlane(layer, frame);
    if (plane === undefined) return [];
    return layer === labelLayer.value
      ? [{ plane, loaded: plane, colours: coloursOf(layer, frame), selected: selection.value }]
      : [{ plane, loaded: plane, colours: hiddenColours, selected: nothing }];
  });
}
