// Our two annotation presets, answering as bench/peers/annotate.py does: one JSON request a line, {"peer":
// "paper" | "auto", "image": PATH}, one JSON answer a line. With "profile": true the answer has the
// milliseconds within each of our functions (those it calls included) instead.
import { Session } from "node:inspector";
import { createInterface } from "node:readline";
import { labelCandidates, decide, proposeObjects } from "../../dist/annotate/auto.js";
import { annotatePaper } from "../../dist/annotate/paper.js";
import { measureScale } from "../../dist/annotate/measurescale.js";
import { openSource } from "../../dist/pipeline/source/source.js";

const presets = {
  async paper(path, step) {
    const image = await decode(path);
    step("decode");
    const { labels, objects, settings } = annotatePaper(image);
    step("annotatePaper");
    return {
      threshold: settings.threshold,
      objects: objects.count,
      kept: labels.count,
      medianArea: settings.medianArea,
      keptArea: pixels(labels),
    };
  },
  async auto(path, step) {
    const image = await decode(path);
    step("decode");
    const scale = measureScale(image);
    step("estimateScale");
    const proposal = proposeObjects(image, scale);
    step("proposeObjects");
    const [decisions] = decide([proposal.objects]);
    step("decide");
    const { labels, objects } = labelCandidates(proposal, decisions);
    step("labelCandidates");
    return {
      diameter: scale.diameter,
      noise: scale.noise,
      candidates: objects.count,
      kept: labels.count,
      keptArea: pixels(labels),
    };
  },
};

const decode = async (path) =>
  (await openSource([path], { kind: "images" })).read(0, { channel: 0, z: "max" });

function pixels({ data }) {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] > 0) count++;
  return count;
}

async function timed({ peer, image }) {
  const steps = {};
  const cpu = process.cpuUsage();
  const start = performance.now();
  let before = start;
  let used;
  const found = await presets[peer](image, (name) => {
    const now = performance.now();
    steps[name] = (now - before) / 1000;
    before = now;
    used = process.cpuUsage(cpu);
  });
  // What is counted of the result comes after the last step.
  return { seconds: (before - start) / 1000, cpu: (used.user + used.system) / 1e6, steps, found };
}

/** Milliseconds in each function of ours, once a stack, by name, and by "caller/name". */
async function profiled(request) {
  const session = new Session();
  session.connect();
  const post = (method, params) =>
    new Promise((resolve, reject) =>
      session.post(method, params, (error, result) => (error ? reject(error) : resolve(result))),
    );
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: 500 });
  await post("Profiler.start");
  await presets[request.peer](request.image, () => {});
  const { profile } = await post("Profiler.stop");
  session.disconnect();
  const nodes = new Map(profile.nodes.map((node) => [node.id, { ...node, self: 0 }]));
  profile.samples.forEach((id, i) => {
    nodes.get(id).self += profile.timeDeltas[i] / 1000;
  });
  const within = {};
  const own = {};
  const walk = (node, stack, caller) => {
    const { functionName: name, url } = node.callFrame;
    const ours = url.includes("/dist/") && name !== "";
    const fresh = ours && !stack.has(name);
    if (fresh) stack.add(name);
    let sum = node.self;
    for (const child of node.children ?? []) sum += walk(nodes.get(child), stack, ours ? name : caller);
    const key = ours ? `${name} ${url.slice(url.indexOf("/dist/") + 6).replace(/\.js$/, ".ts")}` : name;
    own[key] = (own[key] ?? 0) + node.self;
    if (fresh) {
      stack.delete(name);
      for (const at of [name, `${caller}/${name}`]) within[at] = (within[at] ?? 0) + sum;
    }
    return sum;
  };
  walk(nodes.get(profile.nodes[0].id), new Set());
  return { within, own };
}

console.log(JSON.stringify({ peers: ["paper", "auto"], versions: { Node: process.version } }));
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await (request.profile ? profiled : timed)(request)));
}
