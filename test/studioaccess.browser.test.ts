/**
 * The studio's page for people who see little or use no mouse, in Chromium: names, focus styles and contrast in all
 * views, both themes, keys alone. Needs Chromium, whose place KARYON_CHROMIUM names where it is not one of the usual
 * ones.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type CDPSession, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatModelDescription } from "../src/model/modelfile.js";
import { stumblingBlocks } from "./accessibility.js";
import { bin } from "./commandline.js";
import { quickModel } from "./quickmodel.js";

const program = [
  process.env["KARYON_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

/** Of text that is read, by WCAG 2.2 AA. */
const leastContrast = 4.5;
const slow = 240_000;

/** Roles of what is worked or looked at. */
const named = new Set(
  "button checkbox radio combobox listbox slider spinbutton textbox searchbox img image tab link menuitem grid application dialog".split(
    " ",
  ),
);

interface AxNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly backendDOMNodeId?: number;
}

/** What has no name for a screen reader, as Chromium computes names. */
async function unnamed(session: CDPSession): Promise<string[]> {
  const { nodes } = (await session.send("Accessibility.getFullAXTree")) as { nodes: AxNode[] };
  const without = nodes.filter(
    ({ ignored, role, name }) =>
      !ignored && named.has(role?.value ?? "") && (name?.value ?? "").trim() === "",
  );
  return Promise.all(
    without.map(async ({ role, backendDOMNodeId }) => {
      const { node } = await session.send("DOM.describeNode", { backendNodeId: backendDOMNodeId! });
      return `no name of ${role!.value} <${node.localName} ${node.attributes?.join(" ") ?? ""}>`;
    }),
  );
}

describe.skipIf(program === undefined)("the studio without a mouse or good eyes", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-access-")));
  const run = join(folder, "run");
  let browser: Browser;
  let studio: ChildProcess;
  let address: string;

  beforeAll(async () => {
    const karyon = (...args: string[]): unknown =>
      execFileSync(process.execPath, [bin, ...args], { cwd: folder, stdio: "pipe" });
    karyon("simulate", "-o", "sim", "--frames", "3", "--size", "128", "--seed", "3");
    const { onnx, description } = await quickModel();
    mkdirSync(join(folder, "model"));
    writeFileSync(join(folder, "model", "model.onnx"), onnx);
    writeFileSync(join(folder, "model", "model.json"), formatModelDescription(description));
    karyon("run", join("sim", "01"), "-o", run, "--model", "model", "--threads", "1");
    studio = spawn(process.execPath, [bin, "studio", run, "--no-open"], { cwd: folder });
    address = await new Promise((resolve, reject) => {
      studio.once("exit", (code) => reject(new Error(`The studio ended with ${code}.`)));
      studio.stdout!.on("data", (text: Buffer) => {
        const found = /http:\S+/.exec(String(text))?.[0];
        if (found !== undefined) resolve(found);
      });
    });
    browser = await chromium.launch({ executablePath: program!, args: ["--no-sandbox"] });
  }, slow);

  afterAll(async () => {
    await browser?.close();
    studio?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(colorScheme: "light" | "dark"): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width: 1100, height: 700 },
      colorScheme,
      reducedMotion: "reduce",
    });
    page.setDefaultTimeout(slow);
    await page.goto(address);
    await page.getByText("Calibration").waitFor();
    return page;
  }

  it.each(["light", "dark"] as const)(
    "%s: everything has a name, a focus style and enough contrast",
    async (theme) => {
      const page = await opened(theme);
      const session = await page.context().newCDPSession(page);
      const problems: string[] = [];
      const look = async (where: string): Promise<void> => {
        // The style of focus is shown after a key, not after a click.
        await page.keyboard.press("Tab");
        const seen = [...(await page.evaluate(stumblingBlocks, leastContrast)), ...(await unnamed(session))];
        problems.push(...seen.map((text) => `${where}: ${text}`));
      };
      const button = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
      for (const view of ["Open", "Annotate", "Correct", "Train", "Segment and track", "Explore"]) {
        await button(view);
        if (view !== "Open") await page.getByRole("application", { name: "Image" }).waitFor();
        await page.evaluate(() => {
          for (const each of document.querySelectorAll("details")) each.open = true;
        });
        await page.waitForTimeout(500);
        await look(view);
      }
      for (const tab of ["Over time", "Distribution", "Statistics", "Figures", "Export"]) {
        await page.getByRole("tab", { name: tab }).click();
        await page.waitForTimeout(200);
        await look(tab);
      }
      for (const overlay of ["All keys", "karyon.yaml"]) {
        await button(overlay);
        await page.getByRole("dialog").waitFor();
        await look(overlay);
        await page.keyboard.press("Escape");
      }
      await page.keyboard.press("Control+k");
      await look("commands");
      expect([...new Set(problems)]).toEqual([]);
      await page.close();
    },
    slow,
  );

  it(
    "finds what it is made to find",
    async () => {
      const page = await opened("light");
      await page.evaluate(() => {
        const bad = document.createElement("div");
        bad.innerHTML = `<button></button><p>grey on white</p><canvas></canvas>`;
        bad.querySelector("button")!.style.outline = "none";
        bad.querySelector("p")!.style.color = "#999";
        document.body.prepend(bad);
      });
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(stumblingBlocks, leastContrast);
      expect(seen.map((text) => text.split(" <")[0])).toEqual([
        expect.stringMatching(/^contrast 2\.\d+ of$/),
        "no focus style of",
        "no name of",
      ]);
      const session = await page.context().newCDPSession(page);
      expect(await unnamed(session)).toEqual([expect.stringContaining("no name of button")]);
      await page.close();
    },
    slow,
  );

  it(
    "is worked with keys alone: views, the image, its frames",
    async () => {
      const page = await opened("light");
      const focused = (): Promise<string> =>
        page.evaluate(() => {
          const at = document.activeElement;
          return at?.getAttribute("aria-label") ?? at?.textContent ?? "";
        });
      await page.keyboard.press("Alt+6");
      await page.getByRole("application", { name: "Image" }).waitFor();
      const passed: string[] = [];
      for (let presses = 0; presses < 60 && passed.at(-1) !== "Image"; presses++) {
        await page.keyboard.press("Tab");
        passed.push(await focused());
      }
      expect(passed.slice(0, 2)).toEqual(["Open", "Annotate"]);
      expect(passed.at(-1)).toBe("Image");
      await page.keyboard.press("ArrowRight");
      await page.getByText("frame 2 of 3").waitFor();
      await page.keyboard.press("Tab");
      expect(await focused()).not.toBe("Image");
      await page.close();
    },
    slow,
  );
});
