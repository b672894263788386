/** A table of objects of which only the visible rows are in the page: 100,000 rows scroll like 100. */
import type { JSX, RefObject, TargetedKeyboardEvent, TargetedMouseEvent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { StudioTable, TableColumn } from "../../../src/server/messages.js";
import { allRows, cellText, filteredColumn, filteredRows, parseFilter, sortedRows } from "./tableorder.js";

/** Of a row, px; `.grid-row` has the same. */
const rowHeight = 22;
/** Rows drawn beyond the visible ones. */
const spare = 6;

/** What a table shows and what it calls. */
export interface ObjectTableProps {
  readonly table: StudioTable;
  /** For screen readers. */
  readonly label: string;
  /** Rows that are listed; default all. */
  readonly rows?: Uint32Array | undefined;
  /** Rows of the table that are selected. */
  readonly selection: ReadonlySet<number>;
  /** @param row that was clicked or walked to; undefined where none was */
  readonly onSelect: (rows: ReadonlySet<number>, row: number | undefined) => void;
  /** Called by Enter and by a double click. */
  readonly onOpen?: ((row: number) => void) | undefined;
  readonly onDelete?: ((rows: ReadonlySet<number>) => void) | undefined;
  /** Keys of columns that are left out. */
  readonly hidden?: readonly string[] | undefined;
}

interface Order {
  readonly key: string;
  readonly isDescending: boolean;
}

/** A table with sorting, a filter and selection, all by mouse and keyboard. */
export function ObjectTable(props: ObjectTableProps): JSX.Element {
  const { table, label, rows, selection, hidden = [] } = props;
  const [order, setOrder] = useState<Order | undefined>();
  const [filter, setFilter] = useState("");
  const columns = useMemo(
    () => table.columns.filter(({ key }) => !hidden.includes(key)),
    [table, hidden.join()],
  );
  const found = useMemo(() => chosenRows(table, rows, filter), [table, rows, filter]);
  const listed = useMemo(() => {
    const column = table.columns.find(({ key }) => key === order?.key);
    return column === undefined || order === undefined
      ? found.rows
      : sortedRows(found.rows, column.values, order.isDescending);
  }, [table, found, order]);
  return (
    <div class="table-part">
      <div class="table-head">
        <input
          type="search"
          placeholder="area > 200"
          aria-label={`Filter of ${label}`}
          aria-invalid={found.problem !== ""}
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
        <span class="quiet" role="status">
          {found.problem ||
            `${listed.length} of ${table.count}${selection.size > 0 ? `, ${selection.size} selected` : ""}`}
        </span>
      </div>
      <Rows {...props} columns={columns} listed={listed} order={order} onOrder={setOrder} />
    </div>
  );
}

function chosenRows(
  table: StudioTable,
  rows: Uint32Array | undefined,
  text: string,
): { readonly rows: Uint32Array; readonly problem: string } {
  const all = rows ?? allRows(table.count);
  if (text.trim() === "") return { rows: all, problem: "" };
  const filter = parseFilter(text);
  if (filter === undefined) return { rows: all, problem: "Write a comparison, such as area > 200" };
  const column = filteredColumn(table.columns, filter.column);
  if (column === undefined) return { rows: all, problem: `There is no column “${filter.column}”` };
  return { rows: filteredRows(all, column.values, filter), problem: "" };
}

interface RowsProps extends ObjectTableProps {
  readonly columns: readonly TableColumn[];
  readonly listed: Uint32Array;
  readonly order: Order | undefined;
  readonly onOrder: (order: Order | undefined) => void;
}

const widthOf = ({ values }: TableColumn): string => (values instanceof Float64Array ? "88px" : "210px");

function Rows(props: RowsProps): JSX.Element {
  const { table, label, columns, listed, selection, onSelect } = props;
  const { scroller, top, setTop, height } = useScroller();
  const { active, setActive, anchor } = useActive(scroller, listed, selection);
  const choose = (place: number, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): void => {
    const row = listed[place];
    if (row === undefined) return;
    onSelect(extended(listed, selection, { place, anchor: anchor.current, event }), row);
    if (!event.shiftKey) anchor.current = place;
    setActive(place);
    reveal(scroller.current!, place);
  };
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(listed.length, Math.ceil((top + height) / rowHeight) + spare);
  const template = columns.map(widthOf).join(" ");
  return (
    <div
      ref={scroller}
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={listed.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={active >= first && active < last ? `${table.name}-row-${active}` : undefined}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      onKeyDown={(event) => walk(event, props, { active, page: Math.floor(height / rowHeight) - 1, choose })}
    >
      <Head {...props} template={template} />
      <div class="grid-body" style={{ height: `${listed.length * rowHeight}px` }}>
        {Array.from(listed.subarray(first, last), (row, index) => (
          <Row
            key={row}
            id={`${table.name}-row-${first + index}`}
            row={row}
            place={first + index}
            columns={columns}
            template={template}
            isSelected={selection.has(row)}
            isActive={first + index === active}
            onClick={(event) => choose(first + index, event)}
            onOpen={() => props.onOpen?.(row)}
          />
        ))}
      </div>
    </div>
  );
}

type Scroller = RefObject<HTMLDivElement | null>;

interface Active {
  readonly active: number;
  readonly setActive: (place: number) => void;
  readonly anchor: { current: number };
}

/** The box that scrolls, how far it is scrolled, and its height, px. */
function useScroller(): {
  readonly scroller: Scroller;
  readonly top: number;
  readonly setTop: (top: number) => void;
  readonly height: number;
} {
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  useEffect(() => {
    const observer = new ResizeObserver(() => setHeight(scroller.current?.clientHeight ?? 400));
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  return { scroller, top, setTop, height };
}

/** Place in `listed` of the row that has the keyboard, and where a range began. */
function useActive(scroller: Scroller, listed: Uint32Array, selection: ReadonlySet<number>): Active {
  const [active, setActive] = useState(-1);
  const anchor = useRef(-1);
  // What is selected elsewhere, in the image say, is brought into view.
  useEffect(() => {
    const [row] = selection;
    if (selection.size !== 1 || row === undefined || listed[active] === row) return;
    const place = listed.indexOf(row);
    setActive(place);
    anchor.current = place;
    if (place >= 0) reveal(scroller.current!, place);
  }, [selection, listed]);
  return { active, setActive, anchor };
}

/** Scrolls only as far as it must; the first row stands below the head. */
function reveal(scroller: HTMLElement, place: number): void {
  const y = place * rowHeight;
  const visible = scroller.clientHeight - rowHeight;
  if (y < scroller.scrollTop) scroller.scrollTop = y;
  else if (y + rowHeight > scroller.scrollTop + visible) scroller.scrollTop = y + rowHeight - visible;
}

interface Choice {
  readonly place: number;
  readonly anchor: number;
  readonly event: { readonly shiftKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean };
}

function extended(
  listed: Uint32Array,
  selection: ReadonlySet<number>,
  { place, anchor, event }: Choice,
): ReadonlySet<number> {
  const row = listed[place]!;
  const isAdding = event.ctrlKey || event.metaKey;
  if (event.shiftKey && anchor >= 0) {
    const range = listed.subarray(Math.min(place, anchor), Math.max(place, anchor) + 1);
    return new Set([...(isAdding ? selection : []), ...range]);
  }
  if (!isAdding) return new Set([row]);
  const next = new Set(selection);
  if (!next.delete(row)) next.add(row);
  return next;
}

interface Walk {
  readonly active: number;
  /** Rows. */
  readonly page: number;
  readonly choose: (place: number, event: TargetedKeyboardEvent<HTMLElement>) => void;
}

function walk(
  event: TargetedKeyboardEvent<HTMLElement>,
  props: RowsProps,
  { active, page, choose }: Walk,
): void {
  // Keys of the buttons in the head are theirs.
  if (event.target !== event.currentTarget) return;
  const { listed, selection, onSelect, onOpen, onDelete } = props;
  const last = listed.length - 1;
  const places: Readonly<Record<string, number>> = {
    ArrowUp: active - 1,
    ArrowDown: active + 1,
    PageUp: active - page,
    PageDown: active + page,
    Home: 0,
    End: last,
  };
  const place = places[event.key];
  const row = listed[active];
  if (place !== undefined && last >= 0) choose(Math.max(0, Math.min(last, place)), event);
  else if (event.key === "Enter" && row !== undefined && onOpen !== undefined) onOpen(row);
  else if (event.key === "Delete" && selection.size > 0 && onDelete !== undefined) onDelete(selection);
  else if (event.key.toLowerCase() === "a" && event.ctrlKey) onSelect(new Set(listed), undefined);
  else return;
  event.preventDefault();
}

function Head({ columns, order, onOrder, template }: RowsProps & { readonly template: string }): JSX.Element {
  const next = (key: string): Order | undefined => {
    if (order?.key !== key) return { key, isDescending: false };
    return order.isDescending ? undefined : { key, isDescending: true };
  };
  return (
    <div class="grid-row grid-head" role="row" style={{ gridTemplateColumns: template }}>
      {columns.map(({ key, title, unit }) => {
        const isOrdered = order?.key === key;
        const direction = order?.isDescending ? "descending" : "ascending";
        return (
          <span key={key} role="columnheader" aria-sort={isOrdered ? direction : "none"}>
            <button
              type="button"
              title={unit ? `${title} [${unit}]` : title}
              onClick={() => onOrder(next(key))}
            >
              {title}
              {isOrdered ? (order.isDescending ? " ▼" : " ▲") : ""}
            </button>
          </span>
        );
      })}
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly row: number;
  readonly place: number;
  readonly columns: readonly TableColumn[];
  readonly template: string;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly onClick: (event: TargetedMouseEvent<HTMLElement>) => void;
  readonly onOpen: () => void;
}

function Row({
  id,
  row,
  place,
  columns,
  template,
  isSelected,
  isActive,
  onClick,
  onOpen,
}: RowProps): JSX.Element {
  return (
    <div
      id={id}
      class={isActive ? "grid-row active" : "grid-row"}
      role="row"
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      style={{ gridTemplateColumns: template, top: `${place * rowHeight}px` }}
      onClick={onClick}
      onDblClick={onOpen}
    >
      {columns.map(({ key, values }) => (
        <span key={key} role="gridcell" class={values instanceof Float64Array ? "number" : ""}>
          {cellText(values, row)}
        </span>
      ))}
    </div>
  );
}
