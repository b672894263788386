/**
 * Keys of the commands as the users of other programs know them. What a preset does not name has the key of
 * `karyon`, unless the preset gives that key to something else in the same view.
 */

/** Whose keys. */
export const presets = ["karyon", "napari", "cellpose", "qupath", "trackmate"] as const;
/** One of them. */
export type Preset = (typeof presets)[number];

/** As they are called. */
export const presetTitles: Readonly<Record<Preset, string>> = {
  karyon: "Karyon",
  napari: "napari",
  cellpose: "Cellpose",
  qupath: "QuPath",
  trackmate: "TrackMate",
};

/** Keys of a command. */
export type PresetKeys = Readonly<Partial<Record<Preset, readonly string[]>>>;

const page: Readonly<Record<string, PresetKeys>> = {
  "edit.undo": { karyon: ["Ctrl+Z"] },
  "edit.redo": { karyon: ["Ctrl+Shift+Z", "Ctrl+Y"] },
  "edit.snapshot": { karyon: ["Ctrl+S"] },
  "edit.cancel": { karyon: ["Escape"] },
  "page.keys": { karyon: ["?"] },
  "page.commands": { karyon: ["Ctrl+K"] },
  "page.open": { karyon: ["Alt+1"] },
  "page.annotate": { karyon: ["Alt+2"] },
  "page.correct": { karyon: ["Alt+3"] },
  "page.train": { karyon: ["Alt+4"] },
  "page.track": { karyon: ["Alt+5"] },
  "page.explore": { karyon: ["Alt+6"] },
};

const view: Readonly<Record<string, PresetKeys>> = {
  "view.labels": { karyon: ["V", "H"], napari: ["V"], cellpose: ["X"], qupath: ["H"] },
  "view.outlines": { karyon: ["Shift+V"], cellpose: ["Z"] },
  "view.fill": { karyon: ["Shift+F"], qupath: ["F"] },
  "view.onlyselected": { karyon: ["Q"], trackmate: ["Shift+Q"] },
  "view.contrast": { karyon: ["Shift+C"] },
  "view.autocontrast": { karyon: ["Shift+A"] },
  "view.zoomin": { karyon: ["Ctrl+ArrowUp"], cellpose: ["+", "Ctrl+ArrowUp"], qupath: ["+"] },
  "view.zoomout": { karyon: ["Ctrl+ArrowDown"], qupath: ["-"] },
  "view.fit": { karyon: ["Home"], cellpose: ["Space"] },
  "frame.next": { karyon: ["ArrowRight"], cellpose: ["ArrowRight", "D"], trackmate: ["ArrowRight", "G"] },
  "frame.previous": { karyon: ["ArrowLeft"], cellpose: ["ArrowLeft", "A"], trackmate: ["ArrowLeft", "F"] },
  "frame.play": { karyon: ["Y"] },
  "review.next": { karyon: ["N"] },
  "review.previous": { karyon: ["Shift+N"] },
};

/** While masks are corrected. */
const mask: Readonly<Record<string, PresetKeys>> = {
  "mask.paint": { karyon: ["2", "P"], qupath: ["B"], trackmate: ["F2"] },
  "mask.erase": { karyon: ["1", "E"], qupath: ["1"], trackmate: ["F4"] },
  "mask.fill": { karyon: ["4", "F"], qupath: ["4"], trackmate: ["F3", "L"] },
  "mask.draw": { karyon: ["3"], qupath: ["P"] },
  "mask.pick": { karyon: ["5", "L"], qupath: ["5"], trackmate: ["5"] },
  "mask.split": { karyon: ["K"] },
  "mask.merge": { karyon: ["R"] },
  "mask.delete": { karyon: ["Delete", "Backspace"], trackmate: ["Delete", "D"] },
  "mask.ignore": { karyon: ["I"] },
  "mask.accept": { karyon: ["Enter"] },
  "mask.newlabel": { karyon: ["M"] },
  "mask.swap": { karyon: ["X"], cellpose: ["Shift+X"] },
  "mask.nextlabel": { karyon: ["="] },
  "mask.previouslabel": { karyon: ["-"] },
  "mask.protect": { karyon: ["B"], qupath: ["Shift+B"] },
  "mask.smaller": { karyon: ["[", ","], trackmate: ["[", "Q"] },
  "mask.larger": { karyon: ["]", "."], trackmate: ["]", "E"] },
  "mask.copynext": { karyon: ["Ctrl+Shift+ArrowRight"] },
};

/** While tracks are corrected: TrackMate's keys, in every preset. */
const track: Readonly<Record<string, PresetKeys>> = {
  "track.later": { karyon: ["ArrowDown"] },
  "track.earlier": { karyon: ["ArrowUp"] },
  "track.nextsibling": { karyon: ["ArrowRight"] },
  "track.previoussibling": { karyon: ["ArrowLeft"] },
  "track.nexttrack": { karyon: ["PageDown"] },
  "track.previoustrack": { karyon: ["PageUp"] },
  "track.nextframe": { karyon: ["G"] },
  "track.previousframe": { karyon: ["F"] },
  "track.delete": { karyon: ["D", "Delete"] },
  "track.deletetrack": { karyon: ["Shift+D"] },
  "track.link": { karyon: ["L"] },
  "track.divide": { karyon: ["A"] },
  "track.cut": { karyon: ["B"] },
  "track.confirm": { karyon: ["Enter"] },
  "track.refuse": { karyon: ["Backspace"] },
  "track.tails": { karyon: ["T"] },
  "track.longer": { karyon: ["Shift+]"] },
  "track.shorter": { karyon: ["Shift+["] },
};

/** Keys by the name of the command. A command may bring keys of its own, which then hold. */
export const presetKeys: Readonly<Record<string, PresetKeys>> = { ...page, ...view, ...mask, ...track };
