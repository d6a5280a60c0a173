// Fuzz and invariant tests without end in sight: rounds with ever new seeds, until one fails or the rounds are done.
//   CIVITAS_FUZZ_ROUNDS   how many rounds (default 10)
//   CIVITAS_FUZZ_RUNS     runs of each fuzz test in a round (default 10,000)
//   CIVITAS_FUZZ_SEED     the seed of the first round (default random); a round that failed is repeated, and a run that
//                         was interrupted is resumed, by giving the seed it printed
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";

const rounds = Number(process.env["CIVITAS_FUZZ_ROUNDS"] ?? 10);
let seed = process.env["CIVITAS_FUZZ_SEED"] ?? hex(randomBytes(32));

for (let round = 1; round <= rounds; round++) {
  console.log(`fuzz: round ${round} of ${rounds}, CIVITAS_FUZZ_SEED=${seed}`);
  const { status } = spawnSync("hardhat", ["test", "solidity", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: {
      CIVITAS_FUZZ_RUNS: "10000",
      CIVITAS_INVARIANT_RUNS: "500",
      CIVITAS_INVARIANT_DEPTH: "200",
      ...process.env,
      CIVITAS_FUZZ_SEED: seed,
    },
  });
  if (status !== 0) {
    console.error(`fuzz: failed; repeat it with CIVITAS_FUZZ_SEED=${seed} npm run fuzz`);
    process.exit(1);
  }
  seed = hex(createHash("sha256").update(seed).digest());
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
