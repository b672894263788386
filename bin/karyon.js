#!/usr/bin/env node
// Plain JavaScript on purpose: it must run, and say what is missing, on any Node.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `karyon: Node 20.19 or newer is needed, this is ${process.versions.node}; install it from nodejs.org.`,
  );
  process.exit(1);
}
// Compiled code is kept between starts where Node can do that (22.1 and newer).
/** @type {object} */
const modules = await import("node:module");
if ("enableCompileCache" in modules && typeof modules.enableCompileCache === "function")
  modules.enableCompileCache();
const { main } = await import("../dist/cli/main.js");
await main(process.argv);
