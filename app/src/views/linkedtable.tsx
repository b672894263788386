/** The table of a layer's objects, linked with what is selected in the image. */
import type { JSX } from "preact";
import { ObjectTable } from "../parts/objecttable.js";
import type { LabelLayerName, TableName } from "../../../src/server/messages.js";
import { goTo, frame, selectedTracks, selection } from "../state/place.js";
import { numbers, rowsOfFrame, tableOf } from "../state/tables.js";
import { labelKey, rowsByLabel } from "../viewer/layertable.js";

/** What is listed. */
export interface LinkedTableProps {
  readonly name: TableName;
  readonly layer: LabelLayerName;
  readonly onDelete?: ((labels: ReadonlySet<number>) => void) | undefined;
}

/** Objects of all frames; a click goes to one. */
export function LinkedTable({ name, layer, onDelete }: LinkedTableProps): JSX.Element {
  const table = tableOf(name).value;
  if (table === undefined || table.count === 0)
    return <p class="quiet empty">There is nothing to list yet.</p>;
  const byLabel = rowsByLabel(table, layer, frame.value);
  const rows = new Set([...selection.value].map((label) => byLabel[label] ?? -1).filter((row) => row >= 0));
  const labels = numbers(table, labelKey(layer));
  const frames = numbers(table, "frame");
  const select = (chosen: ReadonlySet<number>, row: number | undefined): void => {
    const at = row === undefined ? frame.value : frames[row]!;
    if (row !== undefined && at !== frame.value) show(row);
    if (layer === "tracks") {
      const tracks = numbers(table, "track");
      selectedTracks.value = new Set([...chosen].map((each) => tracks[each]!));
    } else
      selection.value = new Set(
        [...chosen].filter((each) => frames[each] === at).map((each) => labels[each]!),
      );
  };
  const show = (row: number): void =>
    goTo({ frame: frames[row]!, y: numbers(table, "y")[row]!, x: numbers(table, "x")[row]! });
  return (
    <ObjectTable
      table={table}
      label={`Objects of ${name}`}
      rows={layer === "tracks" ? undefined : rowsOfFrame(table, frame.value)}
      selection={rows}
      onSelect={select}
      onOpen={show}
      onDelete={onDelete && ((chosen) => onDelete(new Set([...chosen].map((row) => labels[row]!))))}
      hidden={["kept", "spot", "parent_spot"]}
    />
  );
}
