/**
 * Characters that a terminal acts on instead of showing them: controls (C0, DEL, C1), ends of lines, and what turns the direction of a text.
 * A name on the chain or in somebody's file may hold them, to hide or to forge what an operator reads.
 */
const ACTED_ON = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A line as it can be shown: what a terminal would act on, as JSON escapes it. */
export function visible(line: string): string {
  return line.replace(ACTED_ON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same of a text whose ends of lines are its own. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}
