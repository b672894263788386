/** What image files hold, and what looks wrong. */
import type { JSX } from "preact";
import type { InspectAnswer } from "../../../src/server/messages.js";
import { warningLines } from "./warninglines.js";

type Inspection = InspectAnswer[number];

const pixelText = ({ pixelSize }: Inspection): string =>
  pixelSize === undefined ? "unknown" : `${Number(pixelSize.toPrecision(4))} µm`;
const timeText = ({ frameInterval }: Inspection): string =>
  frameInterval === undefined ? "unknown" : `${Number(frameInterval.toPrecision(4))} s`;

/** The last part of a path, with the number of a series. */
export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const fileCount = (count: number): string => (count === 1 ? "1 file" : `${count} files`);

interface ListedInspections {
  readonly inspections: readonly Inspection[];
  readonly chosen?: ReadonlySet<string> | undefined;
  readonly onChoose?: ((file: string, isOn: boolean) => void) | undefined;
}

/** A table, and what looks wrong below it; `chosen` and `onChoose` add boxes. */
export const InspectionList = (props: ListedInspections): JSX.Element => (
  <>
    <InspectionTable {...props} />
    <WarningList inspections={props.inspections} />
  </>
);

/** What looks wrong; files that differ only in numbers share a line. */
export function WarningList({ inspections }: ListedInspections): JSX.Element | null {
  const warnings = warningLines(inspections);
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings" aria-label="Warnings">
      {warnings.map(({ text, files }) => (
        <li key={text}>
          {text}
          {inspections.length > 1 ? <span class="quiet"> ({fileCount(files)})</span> : undefined}
        </li>
      ))}
    </ul>
  );
}

/** One line a series. */
export function InspectionTable({ inspections, chosen, onChoose }: ListedInspections): JSX.Element {
  return (
    <div class="scroll-x">
      <table class="facts" aria-label="What the files hold">
        <Head hasBoxes={onChoose !== undefined} />
        <tbody>
          {inspections.map((found) => (
            <tr key={found.file}>
              {onChoose ? (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Open ${fileName(found.file)}`}
                    checked={chosen?.has(found.file)}
                    disabled={found.error !== undefined}
                    onChange={({ currentTarget }) => onChoose(found.file, currentTarget.checked)}
                  />
                </td>
              ) : undefined}
              <th scope="row" title={found.file}>
                {fileName(found.file)}
                {found.series ? <span class="quiet"> {found.series}</span> : undefined}
              </th>
              {found.error === undefined ? (
                <Facts found={found} />
              ) : (
                <td colSpan={6} class="bad">
                  {found.error}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Facts({ found }: { readonly found: Inspection }): JSX.Element {
  return (
    <>
      <td>{found.axes}</td>
      <td>{found.contents?.join(", ") ?? found.shape.join(" × ")}</td>
      <td>{found.type}</td>
      <td>{pixelText(found)}</td>
      <td>{timeText(found)}</td>
      <td>{found.format}</td>
    </>
  );
}

const titles = ["Series", "Axes", "Size", "Type", "Pixel", "Interval", "Format"];

function Head({ hasBoxes }: { readonly hasBoxes: boolean }): JSX.Element {
  return (
    <thead>
      <tr>
        {[...(hasBoxes ? ["Open"] : []), ...titles].map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}
