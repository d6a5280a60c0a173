// Validators of a real engine on this machine, on the loopback: to try the suite as a consortium runs it.
//   npm run network -- up                     four validators of Kaia
//   npm run network -- kill 2
//   npm run network -- --help
import { endAfter } from "./common/command.js";
import { clique } from "./network/clique.js";
import { runCommand } from "./network/commands.js";
import { edge } from "./network/edge.js";
import { kaia } from "./network/kaia.js";
import { readOptions } from "./network/options.js";

const HELP = `Starts validators of a real engine on this machine, each a process of its own that listens on 127.0.0.1 only.

  npm run network -- up [options]      make the network, if there is none, and start its validators
  npm run network -- status            what each validator does
  npm run network -- logs <n>          the last lines of a validator's log
  npm run network -- kill <n>          end a validator at once (SIGKILL)
  npm run network -- start <n>         start it again
  npm run network -- down [--purge]    end all validators; --purge deletes keys and chain, too

  --engine <name>      kaia (Istanbul BFT), edge (Polygon Edge, IBFT 2.0) or clique (geth, proof of authority). Left out,
                       up takes kaia, down takes all, and the others take what runs

Of up, for a network that is made:
  --validators <n>     how many, from 1 to 10 (4)
  --period <seconds>   from block to block (1)
  --port <n>           of the first validator's JSON-RPC; the others' follow (18545)
  --chain-id <n>       (20261)
  --clock <rate>       a clock of their own, which runs so many times as fast and can be moved on, as the demo does:
                       the engine is built with another time.Now (0: the real time)

Needs Go 1.22 or newer, which builds an engine once. Keys are made here, in .network/, which nobody else can read and git
ignores. Settings of other engines: docs/networks.md.

Exit codes: 0 done, 1 something failed, 2 the options make no sense.`;

const engines = [kaia, edge, clique];

await endAfter("network", async () => {
  const typed = readOptions(process.argv.slice(2), engines);
  if (typed === undefined) console.log(HELP);
  else await runCommand({ engines, root: ".network", say: console.log }, typed);
});
