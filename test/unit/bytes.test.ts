/** Bytes as strings and back, and the pairs of fields X and X_bytes. */
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { displayBytes, displayText, fromBytes, isText, toBytes } from '../../src/bytes.js';
import { CaptureOptionsSchema, LaunchSchema } from '../../src/gen/ptraced/v1/session_pb.js';
import {
  asShown,
  chosen,
  chosenList,
  textFields,
  textListFields,
} from '../../src/services/bytes-fields.js';

const none = new Uint8Array();
const ff = Buffer.from([0xff]);

/** The same in every run: a multiplicative congruential generator. */
function* randomBytes(count: number): Generator<Buffer> {
  let state = 1;
  for (let i = 0; i < count; ++i) {
    yield Buffer.from(
      Array.from({ length: i % 9 }, () => {
        state = (state * 48_271) % 2_147_483_647;
        // Mostly bytes that UTF-8 gives a meaning.
        return state % 3 === 0 ? state & 0x7f : 0x80 | (state >> 8);
      }),
    );
  }
}

describe('bytes as a string', () => {
  test.each([
    ['nothing', []],
    ['ASCII', [0x61, 0x62]],
    ['text', [...Buffer.from('é€\u{1f600}\ufffd')]],
    ['no start', [0x80, 0xbf, 0xc0, 0xc1, 0xf5, 0xfe, 0xff]],
    ['a character that is cut', [0x61, 0xe2, 0x82]],
    ['a character that is cut by another', [0xe2, 0x82, 0xc3, 0xa9]],
    ['overlong', [0xe0, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xb2, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ])('%s: the bytes come back', (_, bytes) => {
    expect([...toBytes(fromBytes(Uint8Array.from(bytes)))]).toEqual(bytes);
  });

  test('any bytes come back', () => {
    const all = [...randomBytes(20_000)];
    expect(all.filter((bytes) => !toBytes(fromBytes(bytes)).equals(bytes))).toEqual([]);
  });

  test('a part of it stands for that part of the bytes', () => {
    const text = fromBytes(Buffer.from('NAME=\xff\xfe:x', 'latin1'));
    expect(text.startsWith('NAME=')).toBe(true);
    const [value = ''] = text.slice('NAME='.length).split(':');
    expect([...toBytes(value)]).toEqual([0xff, 0xfe]);
    expect(isText(text)).toBe(false);
    expect(isText('é\ufffd\u{1f600}')).toBe(true);
  });

  test('a view into a larger buffer counts alone', () => {
    expect(fromBytes(Buffer.from('abc').subarray(1, 2))).toBe('b');
  });

  test('people see octal digits, never U+FFFD', () => {
    const bytes = Buffer.from([0x61, 0xe2, 0x82, 0x0a, 0xc3, 0xa9, 0x80, 0x31]);
    expect(displayBytes(bytes)).toBe('a\\342\\202\né\\2001');
    expect(displayText(fromBytes(bytes))).toBe(displayBytes(bytes));
    expect(displayBytes(Buffer.from('\ufffd'))).toBe('\ufffd');
  });
});

describe('of a request', () => {
  test('the field that is set counts', () => {
    expect(chosen('x.cwd', '/', none)).toEqual({ field: 'x.cwd', value: '/' });
    expect(chosen('x.cwd', '', ff)).toEqual({ field: 'x.cwd_bytes', value: ff });
    expect(chosenList('x.argv', ['a'], [])).toEqual({ field: 'x.argv', value: ['a'] });
    expect(chosenList('x.argv', [], [none])).toEqual({ field: 'x.argv_bytes', value: [none] });
  });

  test('both are FIELD_INVALID, also where they are the same', () => {
    const refusal = {
      reason: 'FIELD_INVALID',
      fieldViolations: [expect.objectContaining({ field: 'x.argv_bytes' })],
    };
    const both = () => chosenList('x.argv', ['a'], [Buffer.from('a')]);
    expect(both).toThrow(expect.objectContaining(refusal));
    expect(both).toThrow('must not be set together with argv');
    expect(() => chosen('cwd', '/', Buffer.from('/'))).toThrow('must not be set together with cwd');
  });

  test('it is shown as text where it is text, and can be sent again', () => {
    const shown = asShown(
      LaunchSchema,
      create(LaunchSchema, {
        argvBytes: [Buffer.from('é'), none],
        executableBytes: Buffer.from('/bin/é'),
        envBytes: [Buffer.from('A=1'), ff],
        cwdBytes: ff,
      }),
    );
    expect(shown).toMatchObject({ argv: ['é', ''], argvBytes: [], executable: '/bin/é' });
    expect(shown).toMatchObject({ env: [], cwd: '', cwdBytes: ff });
    expect(shown.executableBytes).toHaveLength(0);
    expect(shown.envBytes.map((entry) => [...entry])).toEqual([[...Buffer.from('A=1')], [0xff]]);
  });

  test('messages within it, too', () => {
    const given = create(CaptureOptionsSchema, {
      filter: { pathsBytes: [Buffer.from('/a')] },
      probes: [{ at: { pathsBytes: [ff] }, addressBytes: Buffer.from('rsp') }],
    });
    const shown = asShown(CaptureOptionsSchema, given);
    expect(shown.filter).toMatchObject({ paths: ['/a'], pathsBytes: [] });
    expect(shown.probes[0]).toMatchObject({ address: 'rsp', at: { paths: [], pathsBytes: [ff] } });
    expect(given.filter?.paths).toEqual([]); // it is a copy
  });
});

describe('of a response', () => {
  test('bytes come beside the text only where that is not all', () => {
    expect(textFields('exe', Buffer.from('/é'))).toEqual({ exe: '/é' });
    expect(textFields('exe', ff)).toEqual({ exe: '\\377', exeBytes: ff });
    expect(textListFields('argv', [Buffer.from('a')])).toEqual({ argv: ['a'] });
    const argv = [Buffer.from('a'), ff];
    expect(textListFields('argv', argv)).toEqual({ argv: ['a', '\\377'], argvBytes: argv });
  });
});
