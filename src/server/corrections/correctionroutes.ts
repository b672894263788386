/** Routes of corrections by hand: edits, undo, redo, frames that were looked through, and the log. */
import type { Context, Hono } from "hono";
import { unpackEdit } from "../../correct/packededit.js";
import { checkReviewed } from "../../correct/checkedit.js";
import type { NumberedEdit } from "../../correct/editlog.js";
import { placeOfEdit } from "../../correct/editplace.js";
import { LabelsChanged } from "../../pipeline/correct/correctionsession.js";
import { bodyOf, jsonOf, maxPacked, packedAnswer, Refusal } from "../answers.js";
import type { EditAnswer, LoggedEdit, UndoAnswer } from "../messages.js";
import type { RouteGroup } from "../parts.js";
import { correctionsOf, type ProjectCorrections } from "./projectcorrections.js";

/** Most edits that a list names. */
const mostListed = 200;

/** Adds the routes of this room; see docs/studio-api.md. */
export const correctionRoutes: RouteGroup = (api, studio) => {
  const of = (context: Context): ProjectCorrections =>
    correctionsOf(studio.project(context.req.param("id") ?? ""));
  const page = (context: Context): string => context.req.header("Karyon-Page") ?? "";
  api.post("/projects/:id/edits", async (context) => {
    const edit = unpackEdit(await bodyOf(context.req.raw, maxPacked));
    const corrections = of(context);
    const appended = await refusing(() => corrections.change(page(context), { edit }));
    const answer: EditAnswer = { number: appended!.entry.number, corrections: await corrections.counts() };
    return context.json(answer);
  });
  addUndoRoutes(api, of, page);
  api.post("/projects/:id/reviewed", async (context) => {
    await of(context).review(checkReviewed(await jsonOf(context)));
    return context.json(await of(context).counts());
  });
  api.get("/projects/:id/log", async (context) => {
    const { held, undone } = (await of(context).session()).log();
    const latest = [
      ...undone.slice(-mostListed).map((each) => loggedEdit(each, true)),
      ...held
        .slice(-mostListed)
        .reverse()
        .map((each) => loggedEdit(each, false)),
    ];
    return context.json(latest);
  });
};

const loggedEdit = ({ number, edit }: NumberedEdit, isUndone: boolean): LoggedEdit => {
  const { layer, gesture } = edit;
  return { number, layer, gesture, ...placeOfEdit(edit), isUndone };
};

function addUndoRoutes(
  api: Hono,
  of: (context: Context) => ProjectCorrections,
  page: (context: Context) => string,
): void {
  for (const what of ["undo", "redo"] as const)
    api.post(`/projects/:id/${what}`, async (context) => {
      const corrections = of(context);
      const appended = await corrections.change(page(context), what);
      const counts = await corrections.counts();
      const answer: UndoAnswer = {
        number: appended?.entry.number ?? counts.revision,
        corrections: counts,
        edit: appended?.step?.edit ?? null,
      };
      return packedAnswer(answer);
    });
}

/** Labels that have changed meanwhile are a conflict, no wrong request. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LabelsChanged)
      throw new Refusal(409, "Conflict", "The labels here have changed meanwhile; look at the frame again.");
    throw error;
  }
}
