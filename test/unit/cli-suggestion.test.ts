/** What a mistyped word may have meant. */

import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/cli/suggestion.js';

describe('the nearest word', () => {
  const words = ['attach', 'trace', 'replay', 'resume', 'record', 'ps', 'read', 'regs'];

  it.each([
    ['atach', 'attach'],
    ['attahc', 'attach'],
    ['tracee', 'trace'],
    ['reply', 'replay'],
    ['resmue', 'resume'],
    ['raed', 'read'],
    ['attach', 'attach'],
  ])('of %s is %s', (word, expected) => {
    expect(nearest(word, words)).toBe(expected);
  });

  it.each(['', 'x', 'xy', 'frobnicate', 'strace-me'])('of %j is none', (word) => {
    expect(nearest(word, words)).toBeUndefined();
    expect(didYouMean(word, words)).toBe('');
  });

  it('is part of a message', () => {
    expect(didYouMean('atach', words)).toBe("; did you mean 'attach'?");
    expect(didYouMean('ouptut', ['output'], '--')).toBe("; did you mean '--output'?");
  });
});
