/**
 * Invoices that others wrote: the example documents of the npm package @pixeldrive/peppol-toolkit (MIT), written in Peppol BIS Billing 3 by
 * the package itself; and, to break rules, the same with one passage changed.
 */
import { exampleCreditNote, exampleInvoice, PeppolToolkit } from "@pixeldrive/peppol-toolkit";

import ours from "../../../package.json" with { type: "json" };

export interface Example {
  name: string;
  /** Package, version and what of it. */
  source: string;
  xml: string;
  /** Rules that it is meant to break; none in what the package ships. */
  breaks: string[];
}

const PACKAGE = "@pixeldrive/peppol-toolkit";
const VERSION = ours.devDependencies[PACKAGE];

const FAULTS: [breaks: string[], find: RegExp, replacement: string][] = [
  [["BR-02"], /<cbc:ID>TEST-003<\/cbc:ID>/, "<cbc:ID></cbc:ID>"],
  [["BR-CL-04"], /EUR<\/cbc:DocumentCurrencyCode>|currencyID="EUR"/g, "ZZZ"],
  [["BR-CO-10", "BR-CO-13"], /(LineExtensionAmount currencyID="EUR">)100.00/, "$1100.01"],
  [["BR-CO-14"], /(<cac:TaxTotal>\s*<cbc:TaxAmount currencyID="EUR">)21.00/, "$121.01"],
  [["BR-CO-15"], /(TaxInclusiveAmount currencyID="EUR">)121.00/, "$1120.00"],
  [["BR-CO-16"], /(PayableAmount currencyID="EUR">)121.00/, "$10.00"],
  [["BR-CO-17", "BR-CO-14"], /(TaxableAmount>\s*<cbc:TaxAmount currencyID="EUR">)21.00/, "$120.00"],
  [["BR-S-08"], /(TaxableAmount currencyID="EUR">)100.00/, "$1100.50"],
  [["BR-S-05"], /(<cac:ClassifiedTaxCategory>\s*<cbc:ID>S<\/cbc:ID>\s*<cbc:Percent>)21.00/, "$10"],
];

/** All examples as the package ships them: valid by EN 16931 and Peppol. */
export function examples(): Example[] {
  const toolkit = new PeppolToolkit();
  return [
    { name: "exampleInvoice", xml: toolkit.invoiceToPeppolUBL(exampleInvoice) },
    { name: "exampleCreditNote", xml: toolkit.creditNoteToPeppolUBL(exampleCreditNote) },
  ].map((example) => ({ ...example, source: `${PACKAGE} ${VERSION}, ${example.name}`, breaks: [] }));
}

/** The examples, each with one thing wrong. */
export function faultyExamples(): Example[] {
  return examples().flatMap((example) =>
    FAULTS.map(([breaks, find, replacement]) => {
      const changed = (match: string, kept?: string) =>
        replacement === "ZZZ" ? match.replace("EUR", "ZZZ") : replacement.replace("$1", kept ?? "");
      const xml = example.xml.replace(find, changed);
      if (xml === example.xml) throw new Error(`${example.name} has no ${String(find)} to change`);
      return { ...example, name: `${example.name} against ${breaks.join(", ")}`, xml, breaks };
    }),
  );
}
