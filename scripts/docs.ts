// The documentation's mechanical part.
//   npm run docs             writes docs/errors.md from the contracts and src/error-sentences.ts
//   npm run docs -- --check  fails unless it is up to date, every link in the documentation leads somewhere, and the page of each
//                            contract names all its functions and events
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { Interface } from "ethers";
import prettier from "prettier";

const ERRORS_PAGE = "docs/errors.md";
const PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**/*.md"];

// The sentences are typed by the ABIs, which the build writes.
if (spawnSync("hardhat", ["build", "--quiet", "--no-tests"], { stdio: "inherit" }).status !== 0) process.exit(1);
const { abis } = await import("../src/abi.js");
const { SENTENCES } = await import("../src/error-sentences.js");
const { CITY_CODE_FAULTS, faultSentence } = await import("../src/city/code-fault.js");

type AbiEntry = (typeof abis)[keyof typeof abis][number];
type AbiError = Extract<AbiEntry, { type: "error" }>;
type ContractName = keyof typeof abis;

/** Which page speaks of which contract. */
const PAGE_OF: Record<ContractName, string> = {
  CityAccessManager: "docs/access.md",
  CityRegistry: "docs/city.md",
  CityResolver: "docs/city.md",
  P256Verifier: "docs/identity.md",
  IdentityRegistry: "docs/identity.md",
  ClaimRegistry: "docs/claims.md",
  ClaimVerifier: "docs/claims.md",
  ConsentRegistry: "docs/consent.md",
  TaxpayerRegistry: "docs/taxpayer.md",
  PaymentRegistry: "docs/payment.md",
  InvoiceRegistry: "docs/invoice.md",
  InvoiceLedger: "docs/invoice.md",
  ProjectRegistry: "docs/project.md",
  FundEscrow: "docs/escrow.md",
  WorkerRegistry: "docs/wages.md",
  PayrollRegistry: "docs/wages.md",
  WageAccount: "docs/wages.md",
  MilestoneRegistry: "docs/milestone.md",
  ProjectBooks: "docs/project.md",
  SettlementToken: "docs/settlement.md",
  SuiteDirectory: "docs/directory.md",
  SuiteFactory: "docs/directory.md",
};

/** Where the errors are declared, in the order of the page. What is declared in none of these is OpenZeppelin's. */
const SECTIONS = [
  { title: "Who may act", sources: ["contracts/access/ICityAccessManager.sol", "contracts/access/CityManaged.sol"] },
  { title: "City codes", sources: ["contracts/city/CityCode.sol"] },
  { title: "Cities", sources: ["contracts/city/ICityRegistry.sol", "contracts/city/ICityResolver.sol"] },
  { title: "Identities", sources: ["contracts/identity/IIdentityRegistry.sol"] },
  {
    title: "Schemas and claims",
    sources: ["contracts/identity/ISchemaRegistry.sol", "contracts/identity/IClaimRegistry.sol"],
  },
  { title: "Consents", sources: ["contracts/identity/IConsentRegistry.sol"] },
  {
    title: "Taxpayers and numbers",
    sources: ["contracts/invoice/ITaxpayerRegistry.sol", "contracts/invoice/IInvoiceNumbers.sol"],
  },
  { title: "Payments", sources: ["contracts/invoice/IPaymentRegistry.sol"] },
  {
    title: "Invoices",
    sources: ["contracts/invoice/IInvoiceRegistry.sol", "contracts/invoice/IInvoiceLedger.sol"],
  },
  {
    title: "Projects and milestones",
    sources: [
      "contracts/escrow/IProjectRegistry.sol",
      "contracts/escrow/IMilestoneRegistry.sol",
      "contracts/escrow/IProjectBooks.sol",
    ],
  },
  { title: "Works money", sources: ["contracts/escrow/ITokenVault.sol", "contracts/escrow/IFundEscrow.sol"] },
  {
    title: "Wages",
    sources: [
      "contracts/escrow/IWorkerRegistry.sol",
      "contracts/escrow/IPayrollRegistry.sol",
      "contracts/escrow/IWageAccount.sol",
    ],
  },
  { title: "The settlement token", sources: ["contracts/escrow/ISettlementToken.sol"] },
  { title: "The directory", sources: ["contracts/directory/ISuiteDirectory.sol"] },
];

/** Errors whose sentence depends on their arguments: an example of each. */
const VARIANTS: Record<string, Record<string, string>[]> = {
  CityUnknown: [{}, { city: "the network" }],
  TagTaken: [{}, { version: "0" }],
  CloseOutInvalid: [{}, { closedOut: "true" }],
  CityNotActive: [{ city: "`city`", inactive: "`city`" }, {}],
};

const page = await prettier.format(errorsPage(), {
  ...(await prettier.resolveConfig(ERRORS_PAGE)),
  parser: "markdown",
});
if (process.argv.includes("--check")) {
  const problems = [...staleness(page), ...brokenLinks(), ...missingNames()];
  for (const problem of problems) console.error(`docs: ${problem}`);
  if (problems.length > 0) process.exit(1);
  console.log("docs: up to date, no broken links, nothing left out");
} else {
  writeFileSync(ERRORS_PAGE, page);
  console.log(`docs: wrote ${ERRORS_PAGE}`);
}

// ------------------------------------------------------------------------------------------------------------ errors.md

function errorsPage(): string {
  const errors = errorsByName();
  const reasons = new Map(SECTIONS.flatMap(({ sources }) => sources.flatMap(noticesIn)));
  const ours = SECTIONS.map(({ title, sources }) => {
    const names = sources.flatMap((source) => noticesIn(source).map(([name]) => name));
    return section(title, [...new Set(names)].filter((name) => errors.has(name)).sort());
  });
  const theirs = [...errors.keys()].filter((name) => !reasons.has(name)).sort();

  function section(title: string, names: string[]): string {
    return [`## ${title}`, ...names.map(entry)].join("\n\n");
  }

  function entry(name: string): string {
    const known = errors.get(name);
    if (known === undefined) throw new Error(`${name} is in no ABI`);
    const { entries, contracts } = known;
    const reason = reasons.get(name);
    const inputs = entries[0]?.inputs ?? [];
    const signature = `${name}(${inputs.map((input) => input.name).join(", ")})`;
    const selectors = entries.map((one) => `\`${selectorOf(one)}\``).join(", ");
    const fix = name === "CityCodeInvalid" ? faultTable() : sentences(name, inputs);
    return [
      `### ${signature}`,
      ...(reason === undefined ? [] : [`**Why.** ${reason}`]),
      `**How to fix.** ${fix}`,
      `Selector ${selectors}. In the ABI of ${contracts.join(", ")}.`,
    ].join("\n\n");
  }

  return [
    "# Errors",
    "<!-- Written by `npm run docs` from the contracts and src/error-sentences.ts. Change those. -->",
    "What each custom error of the contracts means, and what to do about it. In TypeScript, `decodeError(error)` turns whatever ethers " +
      "threw into a `CivitasError` with the error's `name`, its `args`, and the sentence below, filled in.",
    "A contract passes on the errors of the contracts it calls. So an act on CityRegistry can be refused with an error that is " +
      "declared by the manager, such as `CityUnauthorized`.",
    ...ours,
    section("OpenZeppelin", theirs),
    "## Solidity's own",
    "`Error(string)` carries its own text. `Panic(uint256)` means that a contract stopped at a state that should be impossible: please " +
      "report it. Revert data of no known error comes back as `UnknownError`. What was no revert at all (no node, no funds) comes back " +
      "as `Unexplained`, with the original message.",
  ].join("\n\n");
}

/** The sentence of an error, with the names of its arguments in place of values. */
function sentences(name: string, inputs: AbiError["inputs"]): string {
  const sentenceOf = SENTENCES[name as keyof typeof SENTENCES];
  const names = Object.fromEntries(inputs.map((input) => [input.name, `\`${input.name}\``]));
  const all = (VARIANTS[name] ?? [{}]).map((variant) => sentenceOf({ ...names, ...variant } as never));
  return all.map((sentence) => `${sentence[0]?.toUpperCase() ?? ""}${sentence.slice(1)}.`).join(" Or: ");
}

function faultTable(): string {
  const rows = CITY_CODE_FAULTS.map((fault, i) => `| ${i} | \`${fault}\` | ${faultSentence(fault, 6)} |`);
  return [
    "By the fault (here with `position` 6 as an example; it counts bytes from 0, the sentence from 1).",
    ["| fault | name | |", "| --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

function errorsByName(): Map<string, { entries: AbiError[]; contracts: string[] }> {
  const byName = new Map<string, { entries: AbiError[]; contracts: string[] }>();
  for (const [contract, abi] of Object.entries(abis)) {
    for (const entry of abi) {
      if (entry.type !== "error") continue;
      const known = byName.get(entry.name) ?? { entries: [], contracts: [] };
      const isNew = known.entries.every((other) => selectorOf(other) !== selectorOf(entry));
      if (isNew) known.entries.push(entry);
      if (!known.contracts.includes(contract)) known.contracts.push(contract);
      byName.set(entry.name, known);
    }
  }
  return byName;
}

function selectorOf(error: AbiError): string {
  return new Interface([error]).getError(error.name)?.selector ?? "";
}

/** The errors that a source declares, each with its @notice. */
function noticesIn(source: string): [name: string, notice: string][] {
  const declared = readFileSync(source, "utf8").matchAll(/((?:^ *\/\/\/.*\n)*)^ *error (\w+)\(/gm);
  return [...declared].map(([, comment = "", name = ""]) => {
    const lines = comment.split("\n").map((line) => line.replace(/^ *\/\/\/ ?(@\w+ )?/, ""));
    return [name, lines.join(" ").trim()];
  });
}

// --------------------------------------------------------------------------------------------------------------- checks

function staleness(wanted: string): string[] {
  const found = existsSync(ERRORS_PAGE) ? readFileSync(ERRORS_PAGE, "utf8") : "";
  return found === wanted ? [] : [`${ERRORS_PAGE} is not what the sources say; \`npm run docs\` writes it anew`];
}

function brokenLinks(): string[] {
  const problems: string[] = [];
  for (const file of globSync(PAGES)) {
    const text = withoutCode(readFileSync(file, "utf8"));
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? file : join(dirname(file), path);
      if (!existsSync(target)) problems.push(`${file} links to ${link}, which is not there`);
      else if (anchor !== undefined && !anchorsOf(target).has(anchor)) {
        problems.push(`${file} links to ${link}, but ${target} has no such heading`);
      }
    }
  }
  return problems;
}

function anchorsOf(file: string): Set<string> {
  const headings = withoutCode(readFileSync(file, "utf8")).matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}

/** Functions and events that the page of their contract does not mention. Errors are in errors.md, which is written from the ABIs. */
function missingNames(): string[] {
  return Object.entries(abis).flatMap(([contract, abi]) => {
    const page = PAGE_OF[contract as ContractName];
    const text = existsSync(page) ? readFileSync(page, "utf8") : "";
    const names = abi.filter((entry) => entry.type === "function" || entry.type === "event").map(({ name }) => name);
    return [...new Set(names)]
      .filter((name) => !new RegExp(`\`${name}\\b`).test(text))
      .map((name) => `${page} does not mention \`${name}\` of ${contract}`);
  });
}
