/** What can be wrong with a code, in the order of `CityCodes.Fault` in contracts/city/CityCode.sol (a test holds both equal). */
export const CITY_CODE_FAULTS = [
  "Empty",
  "Character",
  "EmptyNode",
  "TooManyNodes",
  "TooLong",
  "Issuer",
  "Country",
  "Category",
  "CheckCharacters",
  "Padding",
] as const;

export type CityCodeFault = (typeof CITY_CODE_FAULTS)[number];

/**
 * A text is not a city code. The message is a sentence for the person who typed it: what is wrong, and what to do.
 * The contracts' CityCodeInvalid(fault, position) carries the same fault and position.
 */
export class CityCodeError extends Error {
  override readonly name = "CityCodeError";

  /**
   * @param fault What is wrong.
   * @param position Where, in bytes of the text's UTF-8 form, from 0.
   * @param text The text as it was given; of a code that came as bytes, its characters.
   */
  constructor(
    readonly fault: CityCodeFault,
    readonly position: number,
    readonly text: string,
  ) {
    super(faultSentence(fault, position, text));
  }
}

/** The sentence of a fault. Without the text (a revert carries none) it speaks of "the code" and counts bytes. */
export function faultSentence(fault: CityCodeFault, position: number, text?: string): string {
  const shown = text === undefined ? "the code" : text === "" ? "an empty text" : showText(text);
  return `${shown}: ${explain(fault, position, text)}`;
}

function explain(fault: CityCodeFault, position: number, text: string | undefined): string {
  switch (fault) {
    case "Empty":
      return "there is no city code in it; one looks like MA.156.1301";
    case "Character":
      return `${characterAt(position, text)} cannot stand there; a code has digits, the letters A to Z and dots`;
    case "EmptyNode":
      return `a part is missing at ${place(position, text)}; write something on both sides of each dot and slash, as in MA.156.1301`;
    case "TooManyNodes":
      return 'it has more than 4 parts; what identifies an object follows after a "/"';
    case "TooLong":
      return "it is longer than 26 characters; look for something that was typed or pasted twice";
    case "Issuer":
      return "a city code begins with MA and a dot; write it as in MA.156.1301";
    case "Country":
      return "after MA comes the country's number, exactly 3 digits (ISO 3166-1, China is 156), as in MA.156.1301";
    case "Category":
      return 'after the first "/" comes an object category of exactly 3 parts, as in MA.156.1003.1629/73.10000000.6';
    case "CheckCharacters":
      return explainCheck(position, text);
    case "Padding":
      return "there is something behind its end; the bytes after a code are zero";
  }
}

function explainCheck(position: number, text: string | undefined): string {
  if (text === undefined) return "the check characters are not those of this code; a character was mistyped";
  const code = text.slice(0, position - 1).toUpperCase(); // all ASCII up to the hyphen
  const check = text.slice(position);
  if (Array.from(check).length !== 2)
    return "after the hyphen come exactly 2 check characters; copy the printed code again";
  return `the check characters ${showText(check.toUpperCase())} do not belong to ${code}; a character was mistyped`;
}

/** The character that begins at a byte, quoted. */
function characterAt(position: number, text: string | undefined): string {
  const character = text === undefined ? undefined : Array.from(text)[charactersBefore(position, text)];
  return character === undefined ? `a character at byte ${position + 1}` : `the character "${showText(character)}"`;
}

function place(position: number, text: string | undefined): string {
  return text === undefined ? `byte ${position + 1}` : `character ${charactersBefore(position, text) + 1}`;
}

function charactersBefore(position: number, text: string): number {
  const encoder = new TextEncoder();
  let bytes = 0;
  let characters = 0;
  for (const character of text) {
    if (bytes >= position) break;
    bytes += encoder.encode(character).length;
    ++characters;
  }
  return characters;
}

/** A text of unknown origin on one line: shortened, and what would not show (or play tricks on a terminal) as its code point. */
function showText(text: string): string {
  const characters = Array.from(text);
  const shown = characters
    .slice(0, 80)
    .map((c) => (/^[\p{C}\p{Zl}\p{Zp}]$/u.test(c) ? `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}` : c));
  return shown.join("") + (characters.length > 80 ? "…" : "");
}
