/** Two tabs of Chromium on one project: what one changes the other shows, and what no longer fits is refused. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  chromiumPath,
  clickImage,
  drag,
  labelAtPlace,
  labelsOf,
  launchChromium,
  objectsIn,
  type PageLabels,
  type PageObject,
  startedStudio,
  type StartedStudio,
  type WatchedPage,
  watchedPage,
  writeMovie,
} from "./studiodriver.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-studio-tabs-")));
const pictures = process.env["KARYON_SCREENSHOTS"] ?? join(folder, "pictures");
/** A machine may be slow, ms. */
const patience = 120_000;

describe.skipIf(chromiumPath === undefined)("two tabs", { timeout: 2 * patience }, () => {
  let browser: Browser;
  let studio: StartedStudio;
  let [one, other] = [] as WatchedPage[] as [WatchedPage, WatchedPage];
  const labels = ({ page }: WatchedPage): Promise<PageLabels> => labelsOf(page, "annotation", 0);
  const toView = (page: Page, name: string): Promise<void> =>
    page.getByRole("navigation", { name: "Views" }).getByRole("button", { name }).click();
  const isGone = async (tab: WatchedPage, place: PageObject): Promise<boolean> =>
    labelAtPlace(await labels(tab), place) <= 0;
  const becomes = (what: () => Promise<unknown>, value: unknown): Promise<void> =>
    expect.poll(what, { timeout: patience }).toEqual(value);
  let objects: PageObject[];

  beforeAll(async () => {
    await writeMovie(join(folder, "movie"));
    browser = await launchChromium();
    studio = await startedStudio(folder, join(folder, "movie", "t000.tif"));
    [one, other] = [await watchedPage(browser, pictures), await watchedPage(browser, pictures)];
    for (const { page } of [one, other]) page.setDefaultTimeout(patience);
    await one.page.goto(studio.address);
    await toView(one.page, "Annotate");
    await one.page.getByRole("button", { name: "Annotate all" }).click();
    await one.page.locator(".stages li.fresh", { hasText: "Annotated" }).waitFor();
    await other.page.goto(one.page.url());
    for (const { page } of [one, other]) await toView(page, "Correct");
    const inside = ({ y, x }: PageObject): boolean => Math.min(y, x, 255 - y, 255 - x) > 20;
    objects = objectsIn(await labels(one)).filter(inside);
  }, 2 * patience);
  afterAll(async () => {
    await browser?.close();
    await studio?.end("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });

  it("show what the other one changes, and what it takes back", async () => {
    const before = await labels(one);
    await becomes(() => labels(other), before);
    await clickImage(one.page, objects[0]!, ["Control"]);
    await becomes(() => isGone(other, objects[0]!), true);
    await becomes(() => labels(other), await labels(one));
    await other.picture("t1-other-tab");
    await other.page.keyboard.press("Control+z");
    await becomes(() => labels(one), before);
    await becomes(() => labels(other), before);
    await clickImage(one.page, objects[0]!, ["Control"]);
    await becomes(() => isGone(other, objects[0]!), true);
  });

  it("refuse with a sentence what was built on labels that have changed", async () => {
    const wanted = objects[1]!;
    // The other tab's change is on its way while this one makes its own.
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await other.page.route("**/edits", async (route) => {
      await held;
      await route.continue();
    });
    const count = objectsIn(await labels(other)).length;
    await other.page.keyboard.press("k");
    await drag(other.page, [
      { y: wanted.top - 3, x: wanted.x },
      { y: wanted.bottom + 3, x: wanted.x },
    ]);
    await becomes(async () => objectsIn(await labels(other)).length, count + 1);
    await clickImage(one.page, wanted, ["Control"]);
    await one.page.getByText("2 in the annotation, 0 in the labels, 0 in the tracks; all saved").waitFor();
    release();
    await other.page.getByText(/have changed meanwhile.*Your change was taken back\./).waitFor();
    const now = await labels(one);
    expect(labelAtPlace(now, wanted)).toBeLessThanOrEqual(0);
    await becomes(() => labels(other), now);
    await other.picture("t2-refused");
    // What was refused is in no log: a page that comes later sees the same.
    await other.page.unroute("**/edits");
    await other.page.reload();
    await toView(other.page, "Correct");
    await becomes(() => labels(other), now);
    await other.page.getByText("2 in the annotation").waitFor();
  });

  it("say nothing on the console but the refusal", () => {
    expect(one.complaints).toEqual([]);
    expect(other.complaints.filter((text) => !text.includes("409"))).toEqual([]);
    expect(studio.said()).toBe("");
  });
});
