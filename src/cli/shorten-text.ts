/** -s of what was recorded: the text of a call as a smaller limit of strings would have made it. */

import type { TextSpan, TraceRecord } from '../client/index.js';

/** Some text in place of another. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What the text of a record becomes. */
export type ShortenedText = Pick<TraceRecord, 'text' | 'resultOffset'> & {
  /** Strings or arrays were recorded with less than the limit, and had more. */
  readonly lacks: boolean;
};

/** A byte of a string in quotes, as strace writes it: plain, in C's escapes, in octal, in hexadecimal. */
const BYTE = /\\x[0-9a-f]{2}|\\[0-7]{1,3}|\\.|[^\\]/g;
const DOTS = '...';

/** `limit`: bytes of a string, and elements of an array. */
export function shortenText(
  { text, resultOffset, textSpans }: Pick<TraceRecord, 'text' | 'resultOffset' | 'textSpans'>,
  limit: number,
): ShortenedText {
  const changes = textSpans.map((span) => editOf(text, span, limit));
  const edits = changes
    .filter((change) => typeof change === 'object')
    // What is left out takes all that stands in it along.
    .toSorted((a, b) => a.from - b.from || b.to - a.to);
  let shortened = '';
  let at = 0;
  let offset = resultOffset;
  for (const { from, to, text: instead } of edits) {
    if (from < at) {
      continue;
    }
    shortened += text.slice(at, from) + instead;
    at = to;
    if (to <= resultOffset) {
      offset += instead.length - (to - from);
    }
  }
  return {
    text: shortened + text.slice(at),
    resultOffset: offset,
    lacks: changes.includes('lacks'),
  };
}

/** How a part of a text is shortened; "lacks" where not all that the limit allows was recorded. */
function editOf(text: string, span: TextSpan, limit: number): Edit | 'lacks' | undefined {
  const from = span.offset;
  const to = from + span.size;
  if (span.elements.length > 0) {
    return arrayEdit(text, span, limit);
  }
  if (span.readable !== '') {
    const cut = cutString(span.readable, limit);
    return cut.bytes < limit ? undefined : { from, to, text: cut.text };
  }
  const whole = text.slice(from, to);
  const isCut = whole.endsWith(DOTS);
  const cut = cutString(isCut ? whole.slice(0, -DOTS.length) : whole, limit);
  if (cut.bytes > limit) {
    return { from, to, text: cut.text };
  }
  return isCut && cut.bytes < limit ? 'lacks' : undefined;
}

function arrayEdit(text: string, { offset, size, elements }: TextSpan, limit: number) {
  const to = offset + size - 1;
  const from = elements[limit];
  if (from !== undefined) {
    return { from: offset + from, to, text: limit === 0 ? DOTS : `, ${DOTS}` };
  }
  const last = text.slice(offset + (elements.at(-1) ?? 0), to);
  return last === DOTS || last === `, ${DOTS}` ? 'lacks' : undefined;
}

/** The first bytes of a string, and dots; `bytes`: how many it has. */
function cutString(quoted: string, limit: number): { text: string; bytes: number } {
  const all = quoted.slice(1, -1).match(BYTE) ?? [];
  const kept = all.slice(0, limit);
  // An octal escape has all its digits only where another digit follows.
  const last = kept.pop()?.replace(/^\\[0-7]+$/, (octal) => {
    return `\\${Number.parseInt(octal.slice(1), 8).toString(8)}`;
  });
  return { text: `"${kept.join('')}${last ?? ''}"${DOTS}`, bytes: all.length };
}
