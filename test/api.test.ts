/** What the package exports: a name that appears or disappears here is a change that users notice. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { buildProgram } from "../src/cli/main.js";
import * as memory from "../src/index.js";
import * as node from "../src/node.js";

const root = fileURLToPath(new URL("..", import.meta.url));

it("exports these values, and no others", () => {
  expect(Object.keys(memory).sort()).toMatchSnapshot("karyon");
  expect(Object.keys(node).sort()).toMatchSnapshot("karyon/node");
});

it("has a function for every command", async () => {
  const names = (await buildProgram()).commands.map((command) =>
    command.name().replace(/-[a-z]/g, (part) => part[1]!.toUpperCase()),
  );
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(node, name).toHaveProperty(name, expect.any(Function));
});

it("has the same verb in memory and on folders", () => {
  const verbs = ["annotate", "train", "segment", "track", "analyse", "evaluate", "simulate", "report"];
  const openers = ["openModel", "openImages", "openLabels", "openTracks"];
  for (const verb of [...verbs, ...openers, "evaluateTracks", "isKaryonError"]) {
    expect(memory, verb).toHaveProperty(verb, expect.any(Function));
    expect(node, verb).toHaveProperty(verb, expect.any(Function));
  }
});

it("exports every type that stands in a signature", (context) => {
  if (!existsSync(`${root}/tools/node_modules`)) return context.skip("the tools are not installed");
  const { stdout } = spawnSync(process.execPath, [`${root}/tools/measure.js`, "--list"], {
    encoding: "utf8",
  });
  const [, found] = /(\d+ {2}types in public signatures[^]*?) *\d+ {2}file names/.exec(stdout) ?? [];
  expect(found).toBe("0  types in public signatures that cannot be imported\n");
});

it("refuses options of a wrong type by kind, before anything is written", async () => {
  const config = { train: { steps: "many" } } as unknown as node.PartialConfig;
  const wrong = (): Promise<unknown> => node.run({ inputs: ["movie"], out: "never", config });
  const error = await Promise.resolve()
    .then(wrong)
    .catch((thrown: unknown) => thrown);
  expect(node.isKaryonError(error) && error.kind).toBe("InvalidInput");
  expect(existsSync("never")).toBe(false);
});
