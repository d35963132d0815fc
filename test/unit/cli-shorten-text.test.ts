/** Texts of calls with a smaller limit of strings. */
import { describe, expect, it } from 'vitest';
import { shortenText } from '../../src/cli/shorten-text.js';
import type { TextSpan } from '../../src/client/index.js';

/** The span of a part of the text. */
function span(text: string, part: string, more: Partial<TextSpan> = {}): TextSpan {
  const offset = text.indexOf(part);
  expect(offset).not.toBe(-1);
  const none = { elements: [], readable: '' };
  return { $typeName: 'ptraced.v1.TextSpan', offset, size: part.length, ...none, ...more };
}

const shorten = (text: string, textSpans: TextSpan[], limit: number) =>
  shortenText({ text, resultOffset: text.lastIndexOf(' = '), textSpans }, limit);

describe('a string', () => {
  it.each([
    ['"abc"', 3, '"abc"'],
    ['"abc"', 2, '"ab"...'],
    ['"abc"', 0, '""...'],
    ['""', 0, '""'],
    ['"\\0003\\003"', 1, '"\\0"...'],
    ['"\\0103\\003"', 1, '"\\10"...'],
    ['"\\1773"', 1, '"\\177"...'],
    ['"\\08\\0019"', 3, '"\\08\\1"...'],
    ['"\\"\\\\\\n\\t"', 3, '"\\"\\\\\\n"...'],
    ['"\\x00\\xff\\x0a"', 2, '"\\x00\\xff"...'],
    ['"abc"...', 3, '"abc"...'],
    ['"abc"...', 1, '"a"...'],
  ])('%s with %i bytes is %s', (whole, limit, short) => {
    const line = (string: string) => `write(1, ${string}, 9) = 9`;
    expect(shorten(line(whole), [span(line(whole), whole)], limit)).toEqual({
      text: line(short),
      resultOffset: line(short).lastIndexOf(' = '),
      lacks: false,
    });
  });

  it('of which more was wanted than recorded lacks something', () => {
    const text = 'write(1, "abc"..., 9) = 9';
    expect(shorten(text, [span(text, '"abc"...')], 4)).toMatchObject({ text, lacks: true });
    const all = 'write(1, "abc", 3) = 3';
    expect(shorten(all, [span(all, '"abc"')], 4)).toMatchObject({ text: all, lacks: false });
  });

  it('that could not be read is shown where the limit is before the hole', () => {
    const text = 'write(1, 0x7f00, 9) = 3';
    const spans = [span(text, '0x7f00', { readable: '"a\\0012"' })];
    expect(shorten(text, spans, 4)).toMatchObject({ text, lacks: false });
    expect(shorten(text, spans, 3).text).toBe('write(1, "a\\0012"..., 9) = 3');
    expect(shorten(text, spans, 2).text).toBe('write(1, "a\\1"..., 9) = 3');
    expect(shorten(text, spans, 0).text).toBe('write(1, ""..., 9) = 3');
  });
});

describe('an array', () => {
  const text = 'f([["ab", "cd"], ["ef"], ...], 5) = 0 ([1, 2])';
  const spans = [
    span(text, '[["ab", "cd"], ["ef"], ...]', { elements: [1, 13, 21] }),
    span(text, '["ab", "cd"]', { elements: [1, 5] }),
    span(text, '"ab"'),
    span(text, '"cd"'),
    span(text, '["ef"]', { elements: [1] }),
    span(text, '"ef"'),
    span(text, '[1, 2]', { elements: [1, 2] }),
  ];

  it.each([
    [0, 'f([...], 5) = 0 ([...])', false],
    [1, 'f([["a"..., ...], ...], 5) = 0 ([1, ...])', false],
    [2, text, false],
    [3, text, true],
  ])('with %i elements is %s', (limit, short, lacks) => {
    expect(shorten(text, spans, limit)).toEqual({
      text: short,
      resultOffset: short.lastIndexOf(' = '),
      lacks,
    });
  });
});
