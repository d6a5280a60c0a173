/** City codes of China's administrative divisions: GB/T 2260 numbers without their trailing pairs of zeros. */

const CHINA = "MA.156";

/**
 * The city code of a GB/T 2260 number: `130100` is `MA.156.1301`, `130000` is `MA.156.13`.
 * @param number 6 digits.
 * @throws RangeError
 */
export function codeOfGbt2260(number: string): string {
  if (!/^(?!00)[0-9]{6}$/.test(number)) {
    throw new RangeError(
      `${number} is no GB/T 2260 number; it has 6 digits and begins with a province, such as 130100`,
    );
  }
  return `${CHINA}.${number.replace(/(?:00){1,2}$/, "")}`;
}

/** The GB/T 2260 number of a city code, `130100` for `MA.156.1301`; undefined for a code that stands for none. */
export function gbt2260Of(code: string): string | undefined {
  const [, local] = /^MA\.156\.((?:[0-9]{2}){1,3})$/.exec(code) ?? [];
  const number = local?.padEnd(6, "0");
  // A code that writes the zeros out is another code, and nobody's.
  return number !== undefined && !number.startsWith("00") && codeOfGbt2260(number) === code ? number : undefined;
}
