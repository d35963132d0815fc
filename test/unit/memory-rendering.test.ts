/** Bytes for people, and what a search looks for. */
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import {
  Rendering,
  SearchMemoryRequestSchema,
} from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { toPattern } from '../../src/services/memory-pattern.js';
import { hexdump, render } from '../../src/services/memory-rendering.js';

describe('hexdump -C', () => {
  test('rows of sixteen, and the address of the end', () => {
    expect(hexdump(0x7ffe00001000n, Buffer.from('0123456789abcdef\x00\x7f~'))).toBe(
      [
        '7ffe00001000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|',
        '7ffe00001010  00 7f 7e                                          |..~|',
        '7ffe00001013',
        '',
      ].join('\n'),
    );
  });

  test('rows that repeat are one star, the last one too where it is whole', () => {
    expect(hexdump(0n, Buffer.alloc(50)).split('\n')).toEqual([
      '00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|',
      '*',
      '00000030  00 00                                             |..|',
      '00000032',
      '',
    ]);
    expect(hexdump(0n, Buffer.alloc(48)).split('\n').slice(1)).toEqual(['*', '00000030', '']);
    expect(hexdump(0n, Buffer.alloc(0))).toBe('');
  });
});

test('a C string keeps UTF-8 and escapes the rest', () => {
  const string = (data: Buffer) => render(Rendering.STRING, 0n, data);
  expect(string(Buffer.from('a"b\\c\n\té\u{1f600}'))).toBe('a\\"b\\\\c\\n\\té\u{1f600}');
  expect(string(Buffer.from([0, 0x31, 0x1b, 0x7f, 0xff, 0xc3]))).toBe('\\0001\\033\\177\\377\\303');
  expect(string(Buffer.from('\u0085'))).toBe('\\302\\205');
  expect(string(Buffer.from('\ufffd'))).toBe('\ufffd');
  expect(string(Buffer.from([0xed, 0xa0, 0x80]))).toBe('\\355\\240\\200'); // a lone surrogate
});

test('hexadecimal digits with gaps become a mask', () => {
  const pattern = (hex: string) =>
    toPattern(create(SearchMemoryRequestSchema, { pattern: { case: 'hex', value: hex } }));
  expect(pattern('1? ?F 00 ??')).toEqual({
    value: Buffer.from([0x10, 0x0f, 0x00, 0x00]),
    mask: Buffer.from([0xf0, 0x0f, 0xff, 0x00]),
  });
});
