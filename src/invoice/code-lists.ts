/** The code lists that the rules check, each with its source. */

/** UNTDID 1001, as EN 16931 restricts it (BR-CL-01), for invoices. */
export const INVOICE_TYPES: ReadonlySet<string> = words(
  "71 80 82 84 102 130 202 203 204 211 218 219 295 325 326 331 380 382 383 384 385 386 387 388 389 390 393 394 395 456 457 527 553 575 623 633 751 780 817 870 875 876 877 935",
);

/** UNTDID 1001, as EN 16931 restricts it (BR-CL-01), for credit notes: what is to be paid goes the other way. */
export const CREDIT_NOTE_TYPES: ReadonlySet<string> = words("81 83 261 262 296 308 381 396 420 458 502 503 532");

/** ISO 3166-1 alpha-2, with 1A (Kosovo) and XI (Northern Ireland), which EN 16931 adds (BR-CL-14). */
export const COUNTRIES: ReadonlySet<string> = words(
  `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI
  CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR
  GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU
  LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL
  PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
  TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW 1A XI`,
);

/** What a VAT number may start with (BR-CO-09): a country, or EL for Greece. */
export const VAT_PREFIXES: ReadonlySet<string> = new Set([...COUNTRIES, "EL"]);

/** UNTDID 4461 (BR-CL-16). */
export const PAYMENT_MEANS: ReadonlySet<string> = new Set([
  ...Array.from({ length: 70 }, (_, i) => String(i + 1)),
  ...["74", "75", "76", "77", "78", "91", "92", "93", "94", "95", "96", "97", "98", "ZZZ"],
]);

/** UNTDID 2005, the part for BT-8 (BR-CL-06): date of the invoice, of delivery, of payment. */
export const TAX_POINT_CODES: ReadonlySet<string> = words("3 35 432");

/** UNTDID 5189, reasons of allowances (BR-CL-19). */
export const ALLOWANCE_REASONS: ReadonlySet<string> = words(
  "41 42 60 62 63 64 65 66 67 68 70 71 88 95 100 102 103 104 105",
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
