import { expect, test } from 'vitest';
import { firstPage } from '../../src/services/paging.js';

const MiB = 1024 * 1024;
const itself = (bytes: number) => bytes;

test('a page has as many entries as asked for', () => {
  expect(firstPage([1, 2, 3], 2, itself)).toEqual([1, 2]);
  expect(firstPage([1, 2, 3], 3, itself)).toEqual([1, 2, 3]);
  expect(firstPage([], 3, itself)).toEqual([]);
});

test('a page ends where its entries come to 1 MiB, and is never empty', () => {
  expect(firstPage([MiB / 2, MiB / 2, 1], 9, itself)).toEqual([MiB / 2, MiB / 2]);
  expect(firstPage([MiB - 1, 5 * MiB, 1], 9, itself)).toEqual([MiB - 1, 5 * MiB]);
  expect(firstPage([9 * MiB, 1], 9, itself)).toEqual([9 * MiB]);
});
