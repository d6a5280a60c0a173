/** Where the terms of EN 16931 stand in UBL 2.1 (EN 16931-3-2), part by part; the order is that of the UBL schema. */
import type { Identifier } from "./model.js";
import {
  amount,
  type Cursor,
  decimal,
  fixed,
  group,
  identifier,
  list,
  type Part,
  price,
  rate,
  readAll,
  readIdentifier,
  type Rule,
  text,
  within,
  writeAll,
} from "./ubl-codec.js";
import { branch, leaf } from "./xml.js";

const VAT = within("cac:TaxScheme", [fixed("cbc:ID", "VAT")], { always: true });

const ADDRESS: readonly Rule[] = [
  text("cbc:StreetName", "street"),
  text("cbc:AdditionalStreetName", "street2"),
  text("cbc:CityName", "city"),
  text("cbc:PostalZone", "postCode"),
  text("cbc:CountrySubentity", "region"),
  within("cac:AddressLine", [text("cbc:Line", "line3")]),
  within("cac:Country", [text("cbc:IdentificationCode", "country")]),
];

const PERIOD: readonly Rule[] = [text("cbc:StartDate", "start"), text("cbc:EndDate", "end")];

/** Several identifiers, each in an element of its own. */
const IDS: Rule = {
  read(at, into) {
    const found = at.takeAll("cac:PartyIdentification").map((one) => readAll([identifier("cbc:ID", "id")], one, {}));
    const ids = found.map(({ id }) => id as Identifier | undefined).filter((id) => id !== undefined);
    if (ids.length !== 0) into["ids"] = ids;
  },
  write: (from, writing) =>
    ((from["ids"] ?? []) as Identifier[]).map((id) =>
      branch("cac:PartyIdentification", identifier("cbc:ID", "id").write({ id }, writing)),
    ),
};

/** Tax numbers: of VAT (BT-31, 48), and another (BT-32). */
const TAX_NUMBERS: Rule = {
  read(at, into) {
    for (const found of at.takeAll("cac:PartyTaxScheme")) {
      const part = readAll(
        [text("cbc:CompanyID", "id"), within("cac:TaxScheme", [text("cbc:ID", "scheme")])],
        found,
        {},
      );
      const field = part["scheme"] === "VAT" ? "vatId" : "taxId";
      if (into[field] === undefined) into[field] = part["id"] ?? "";
      else at.reading.warnings.push(`${found.path} is a second number of its kind and was left out`);
    }
  },
  write: (from) =>
    [
      { id: from["vatId"], scheme: "VAT" },
      { id: from["taxId"], scheme: "TAX" },
    ]
      .filter(({ id }) => id !== undefined)
      .map(({ id, scheme }) =>
        branch("cac:PartyTaxScheme", [
          leaf("cbc:CompanyID", id as string),
          branch("cac:TaxScheme", [leaf("cbc:ID", scheme)]),
        ]),
      ),
};

const PARTY: readonly Rule[] = [
  within("cac:Party", [
    identifier("cbc:EndpointID", "electronicAddress"),
    IDS,
    within("cac:PartyName", [text("cbc:Name", "tradingName")]),
    group("cac:PostalAddress", "address", ADDRESS),
    TAX_NUMBERS,
    within("cac:PartyLegalEntity", [
      text("cbc:RegistrationName", "name"),
      identifier("cbc:CompanyID", "legalId"),
      text("cbc:CompanyLegalForm", "legalForm"),
    ]),
    group("cac:Contact", "contact", [
      text("cbc:Name", "name"),
      text("cbc:Telephone", "phone"),
      text("cbc:ElectronicMail", "email"),
    ]),
  ]),
];

export const SELLER: Rule = group("cac:AccountingSupplierParty", "seller", PARTY);
export const BUYER: Rule = group("cac:AccountingCustomerParty", "buyer", PARTY);

export const PAYEE: Rule = group("cac:PayeeParty", "payee", [
  within("cac:PartyIdentification", [identifier("cbc:ID", "id")]),
  within("cac:PartyName", [text("cbc:Name", "name")]),
  within("cac:PartyLegalEntity", [identifier("cbc:CompanyID", "legalId")]),
]);

export const TAX_REPRESENTATIVE: Rule = group("cac:TaxRepresentativeParty", "taxRepresentative", [
  within("cac:PartyName", [text("cbc:Name", "name")]),
  group("cac:PostalAddress", "address", ADDRESS),
  within("cac:PartyTaxScheme", [text("cbc:CompanyID", "vatId"), VAT]),
]);

export const DELIVERY: Rule = group("cac:Delivery", "delivery", [
  text("cbc:ActualDeliveryDate", "date"),
  within("cac:DeliveryLocation", [identifier("cbc:ID", "location"), group("cac:Address", "address", ADDRESS)]),
  within("cac:DeliveryParty", [within("cac:PartyName", [text("cbc:Name", "name")])]),
]);

/** BG-14, and BT-8 beside it. */
export const INVOICE_PERIOD: Rule = {
  read(at, into) {
    const found = at.take("cac:InvoicePeriod");
    if (found === undefined) return;
    const { code, ...period } = readAll([...PERIOD, text("cbc:DescriptionCode", "code")], found, {});
    if (code !== undefined) into["taxPointCode"] = code;
    if (code === undefined || Object.keys(period).length !== 0) into["period"] = period;
  },
  write(from, writing) {
    const code = from["taxPointCode"];
    if (from["period"] === undefined && code === undefined) return [];
    const part = { ...(from["period"] as Part | undefined), ...(code === undefined ? {} : { code }) };
    return [branch("cac:InvoicePeriod", writeAll([...PERIOD, text("cbc:DescriptionCode", "code")], part, writing))];
  },
};

const PAYMENT_MEANS: Rule = {
  read(at, into) {
    const found = at.take("cbc:PaymentMeansCode");
    if (found === undefined) return;
    const name = found.attribute("name");
    into["means"] = found.text;
    if (name !== undefined) into["meansText"] = name;
    found.finish();
  },
  write: ({ means, meansText }) => [
    leaf("cbc:PaymentMeansCode", means as string, meansText === undefined ? {} : { name: meansText as string }),
  ],
};

export const PAYMENT_RULES: readonly Rule[] = [
  PAYMENT_MEANS,
  text("cbc:PaymentID", "reference"),
  group("cac:CardAccount", "card", [
    text("cbc:PrimaryAccountNumberID", "number"),
    text("cbc:NetworkID", "network"),
    text("cbc:HolderName", "holder"),
  ]),
  group("cac:PayeeFinancialAccount", "account", [
    text("cbc:ID", "id"),
    text("cbc:Name", "name"),
    within("cac:FinancialInstitutionBranch", [text("cbc:ID", "bank")]),
  ]),
  group("cac:PaymentMandate", "directDebit", [
    text("cbc:ID", "mandate"),
    within("cac:PayerFinancialAccount", [text("cbc:ID", "account")]),
  ]),
];

/** Tax that a line or an adjustment states for itself: Chinese documents do, EN 16931 has no term for it. */
const OWN_TAX = within("cac:TaxTotal", [amount("cbc:TaxAmount", "tax", "BR-DEC-20")]);

/** Names of rules about the decimals of an amount and of its base. */
type DecimalRules = readonly [amount: string, base: string];

/** Allowances and charges: one element in UBL, told apart by an indicator. */
function adjustments(
  names: { allowances: DecimalRules; charges: DecimalRules },
  missing: { allowances: string; charges: string },
  document: boolean,
): Rule {
  const rules = (kind: "allowances" | "charges"): readonly Rule[] => [
    fixed("cbc:ChargeIndicator", String(kind === "charges")),
    text("cbc:AllowanceChargeReasonCode", "reasonCode"),
    text("cbc:AllowanceChargeReason", "reason"),
    decimal("cbc:MultiplierFactorNumeric", "percentage"),
    amount("cbc:Amount", "amount", names[kind][0], { missing: missing[kind] }),
    amount("cbc:BaseAmount", "baseAmount", names[kind][1]),
    ...(document
      ? [within("cac:TaxCategory", [text("cbc:ID", "category"), rate("cbc:Percent", "rate"), VAT]), OWN_TAX]
      : []),
  ];
  const [allowance, charge] = [rules("allowances"), rules("charges")];
  return {
    read(at, into) {
      for (const found of at.takeAll("cac:AllowanceCharge")) {
        const isCharge = isTrue(found);
        const field = isCharge ? "charges" : "allowances";
        const empty = document ? { category: "" } : {};
        const part = readAll(isCharge ? charge : allowance, normalised(found, isCharge), empty);
        into[field] = [...((into[field] ?? []) as Part[]), part];
      }
    },
    write: (from, writing) =>
      (["allowances", "charges"] as const).flatMap((kind) =>
        ((from[kind] ?? []) as Part[]).map((part) =>
          branch("cac:AllowanceCharge", writeAll(kind === "charges" ? charge : allowance, part, writing)),
        ),
      ),
  };
}

/** xs:boolean is written as true, false, 1 or 0. */
function isTrue(found: Cursor): boolean {
  const indicator = found.element.children.find(({ name }) => name === "cbc:ChargeIndicator")?.text.trim();
  return indicator === "true" || indicator === "1";
}

function normalised(found: Cursor, isCharge: boolean): Cursor {
  const children = found.element.children.map((child) =>
    child.name === "cbc:ChargeIndicator" && /^[01]$/.test(child.text.trim())
      ? { ...child, text: String(isCharge) }
      : child,
  );
  return new (found.constructor as typeof Cursor)({ ...found.element, children }, found.path, found.reading);
}

export const DOCUMENT_ADJUSTMENTS: Rule = adjustments(
  { allowances: ["BR-DEC-01", "BR-DEC-02"], charges: ["BR-DEC-05", "BR-DEC-06"] },
  { allowances: "BR-31", charges: "BR-36" },
  true,
);
const LINE_ADJUSTMENTS = adjustments(
  { allowances: ["BR-DEC-24", "BR-DEC-25"], charges: ["BR-DEC-27", "BR-DEC-28"] },
  { allowances: "BR-41", charges: "BR-43" },
  false,
);

export const BREAKDOWN_RULES: readonly Rule[] = [
  amount("cbc:TaxableAmount", "net", "BR-DEC-19", { missing: "BR-45" }),
  amount("cbc:TaxAmount", "tax", "BR-DEC-20", { missing: "BR-46" }),
  within("cac:TaxCategory", [
    text("cbc:ID", "category"),
    rate("cbc:Percent", "rate"),
    text("cbc:TaxExemptionReasonCode", "exemptionCode"),
    text("cbc:TaxExemptionReason", "exemptionReason"),
    VAT,
  ]),
];

export const TOTALS: Rule = group("cac:LegalMonetaryTotal", "totals", [
  amount("cbc:LineExtensionAmount", "lines", "BR-DEC-09", { missing: "BR-12" }),
  amount("cbc:TaxExclusiveAmount", "net", "BR-DEC-12", { missing: "BR-13" }),
  amount("cbc:TaxInclusiveAmount", "gross", "BR-DEC-14", { missing: "BR-14" }),
  amount("cbc:AllowanceTotalAmount", "allowances", "BR-DEC-10", { zero: true }),
  amount("cbc:ChargeTotalAmount", "charges", "BR-DEC-11", { zero: true }),
  amount("cbc:PrepaidAmount", "paid", "BR-DEC-16", { zero: true }),
  amount("cbc:PayableRoundingAmount", "rounding", "BR-DEC-17", { zero: true }),
  amount("cbc:PayableAmount", "due", "BR-DEC-18", { missing: "BR-15" }),
]);

/** BT-128: a reference of type 130 (invoiced object). */
const LINE_OBJECT: Rule = {
  read(at, into) {
    const found = at.take("cac:DocumentReference");
    if (found === undefined) return;
    fixed("cbc:DocumentTypeCode", "130").read(found, into);
    const id = found.take("cbc:ID");
    if (id !== undefined) into["object"] = readIdentifier(id);
    found.finish();
  },
  write(from, writing) {
    if (from["object"] === undefined) return [];
    const id = identifier("cbc:ID", "object").write(from, writing);
    return [branch("cac:DocumentReference", [...id, leaf("cbc:DocumentTypeCode", "130")])];
  },
};

/** BT-158: a code with its list. */
const CLASSIFICATIONS: Rule = {
  read(at, into) {
    const found = at.takeAll("cac:CommodityClassification").flatMap((one) => {
      const code = one.take("cbc:ItemClassificationCode");
      one.finish();
      if (code === undefined) return [];
      const [codes, version] = [code.attribute("listID"), code.attribute("listVersionID")];
      code.finish();
      return [{ code: code.text, list: codes ?? "", ...(version === undefined ? {} : { version }) }];
    });
    if (found.length !== 0) into["classifications"] = found;
  },
  write: ({ classifications = [] }) =>
    (classifications as { code: string; list: string; version?: string }[]).map(({ code, list: codes, version }) =>
      branch("cac:CommodityClassification", [
        leaf("cbc:ItemClassificationCode", code, {
          listID: codes,
          ...(version === undefined ? {} : { listVersionID: version }),
        }),
      ]),
    ),
};

const ITEM = within("cac:Item", [
  text("cbc:Description", "description", { verbatim: true }),
  text("cbc:Name", "name"),
  within("cac:BuyersItemIdentification", [text("cbc:ID", "buyerItemId")]),
  within("cac:SellersItemIdentification", [text("cbc:ID", "sellerItemId")]),
  within("cac:StandardItemIdentification", [identifier("cbc:ID", "standardItemId")]),
  within("cac:OriginCountry", [text("cbc:IdentificationCode", "origin")]),
  CLASSIFICATIONS,
  within("cac:ClassifiedTaxCategory", [text("cbc:ID", "category"), rate("cbc:Percent", "rate"), VAT]),
  list("cac:AdditionalItemProperty", "attributes", [text("cbc:Name", "name"), text("cbc:Value", "value")]),
]);

const PRICE = within("cac:Price", [
  price("cbc:PriceAmount", "price"),
  decimal("cbc:BaseQuantity", "priceQuantity", "priceUnit"),
  within("cac:AllowanceCharge", [
    fixed("cbc:ChargeIndicator", "false"),
    price("cbc:Amount", "priceDiscount"),
    price("cbc:BaseAmount", "grossPrice"),
  ]),
]);

/** BG-25, of an invoice or a credit note: these have the tax and the adjustments in another order. */
export function lines(kind: "Invoice" | "CreditNote"): Rule {
  const rules = [
    text("cbc:ID", "id"),
    text("cbc:Note", "note", { verbatim: true }),
    decimal(kind === "Invoice" ? "cbc:InvoicedQuantity" : "cbc:CreditedQuantity", "quantity", "unit"),
    amount("cbc:LineExtensionAmount", "net", "BR-DEC-23", { missing: "BR-24" }),
    text("cbc:AccountingCost", "accountingReference"),
    group("cac:InvoicePeriod", "period", PERIOD),
    within("cac:OrderLineReference", [text("cbc:LineID", "orderLineReference")]),
    LINE_OBJECT,
    ...(kind === "Invoice" ? [LINE_ADJUSTMENTS, OWN_TAX] : [OWN_TAX, LINE_ADJUSTMENTS]),
    ITEM,
    PRICE,
  ];
  const inner = list(`cac:${kind}Line`, "lines", rules);
  const empty = { id: "", name: "", quantity: "", unit: "", price: "", category: "" };
  return {
    ...inner,
    read(at, into) {
      into["lines"] = at.takeAll(`cac:${kind}Line`).map((one) => readAll(rules, one, { ...empty }));
    },
  };
}
