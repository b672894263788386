/** A SLURM of one node in a folder of its own: its daemons are children of this process, and end with it. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { cpus, hostname, totalmem } from "node:os";
import { join } from "node:path";

/** Accounting is off, memory is enforced, and finished jobs stay in sight of squeue for a day. */
const configuration = (folder) => `
ClusterName=karyon
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
CredType=cred/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherParams=OverMemoryKill
JobAcctGatherFrequency=task=1
AccountingStorageType=accounting_storage/none
MinJobAge=86400
KillWait=2
ReturnToService=2
NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=${cpus().length} RealMemory=${Math.floor(totalmem() / 2 ** 20) - 512}
PartitionName=main Nodes=${hostname()} Default=YES MaxTime=INFINITE State=UP
`;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What is missing for a SLURM of our own, in a sentence; undefined where nothing is. */
export function whyNoSlurm() {
  if (process.getuid?.() !== 0) return "It starts daemons of SLURM, which needs root: run it as root.";
  const missing = ["munged", "slurmctld", "slurmd", "sbatch"].filter(
    (name) => spawnSync("which", [name]).status !== 0,
  );
  if (missing.length > 0)
    return `There is no ${missing.join(", ")} here: apt-get install slurm-wlm munge (Debian).`;
}

/** A folder with an srun that knows the configuration: the engine's plugin takes SLURM_CONF from its jobs. */
function clients(folder, conf) {
  const path = join(folder, "bin");
  mkdirSync(path);
  const { stdout } = spawnSync("which", ["srun"], { encoding: "utf8" });
  const script = `#!/bin/sh\nexport SLURM_CONF='${conf}'\nexec ${stdout.trim()} "$@"\n`;
  writeFileSync(join(path, "srun"), script, { mode: 0o755 });
  return path;
}

/** Starts it. @returns the environment of its clients, and what ends it */
export async function startSlurm(folder) {
  for (const name of ["state", "spool"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "munge.key"), randomBytes(1024), { mode: 0o600 });
  const conf = join(folder, "slurm.conf");
  writeFileSync(conf, configuration(folder));
  const env = { ...process.env, SLURM_CONF: conf, PATH: `${clients(folder, conf)}:${process.env.PATH}` };
  const children = [];
  const start = (command, args) => {
    const log = openSync(join(folder, `${command}.out`), "a");
    const child = spawn(command, args, { env, stdio: ["ignore", log, log] });
    children.push(child);
  };
  const stop = async () => {
    spawnSync("scancel", ["--state=RUNNING"], { env });
    spawnSync("scancel", ["--state=PENDING"], { env });
    for (const child of children.reverse()) {
      child.kill("SIGTERM");
      await Promise.race([new Promise((resolve) => child.once("exit", resolve)), wait(5000)]);
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    }
  };
  const at = (name) => join(folder, `munge.${name}`);
  start("munged", [
    ...["--foreground", "--force", `--socket=${at("socket")}`, `--key-file=${at("key")}`],
    ...[`--log-file=${at("log")}`, `--pid-file=${at("pid")}`, `--seed-file=${at("seed")}`],
  ]);
  await wait(1000);
  start("slurmctld", ["-D"]);
  await wait(1500);
  start("slurmd", ["-D"]);
  for (let tries = 0; tries < 40; tries++) {
    await wait(500);
    const { stdout } = spawnSync("sinfo", ["-h", "-o", "%T"], { env, encoding: "utf8" });
    if (stdout.trim() === "idle") return { env, stop };
  }
  await stop();
  throw new Error(`SLURM did not start within 20 s: its logs are in ${folder}`);
}
