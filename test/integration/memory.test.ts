/** G1 to G5 of running tasks: memory is read and written while the program runs. */
import { execFileSync } from 'node:child_process';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { Rendering } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { test } from '../support/harness.js';
import { MemoryMap, memory } from '../support/memory.js';
import { threadIds } from '../support/proc.js';
import { type Client, refusal } from '../support/rpc.js';

const page = 4096;
const mebibyte = 1024 * 1024;

/** What the fixture writes to its first two pages. */
function pattern(offset: number, size: number): Buffer {
  return Buffer.from(
    Array.from({ length: size }, (_, i) => (offset + i) * 7 + Math.floor((offset + i) / 256)),
  );
}

async function withMap(client: Client, body: (map: MemoryMap) => Promise<void>): Promise<void> {
  await using map = await MemoryMap.start(client);
  await body(map);
}

describe('ReadMemory', () => {
  test('reads what is there, by process id and by thread id', async ({ client }) => {
    await withMap(client, async (map) => {
      const read = await map.call(memory.readMemory, map.at('data', 100), { size: 5000 });
      expect(Buffer.from(read.data)).toEqual(pattern(100, 5000));
      expect(read).toMatchObject({ address: map.at('data', 100), partial: false, held: false });
      const tids = threadIds(map.pid);
      expect(tids).toHaveLength(2);
      for (const pid of tids) {
        const { data } = await map.call(memory.readMemory, map.at('data', 100), {
          pid,
          size: 5000,
        });
        expect(Buffer.from(data)).toEqual(pattern(100, 5000));
      }
    });
  });

  test('stops where the memory ends, and says where', async ({ client }) => {
    await withMap(client, async (map) => {
      const ask = { size: page };
      const refused = await refusal(map.call(memory.readMemory, map.at('end', -16), ask));
      expect(refused.code).toBe(status.OUT_OF_RANGE);
      expect(refused.details).toContain('ADDRESS_UNMAPPED');
      expect(refused.details).toContain(`0x${map.at('end').toString(16)}`);
      const partial = await map.call(memory.readMemory, map.at('end', -16), {
        ...ask,
        allowPartial: true,
      });
      expect(partial.partial).toBe(true);
      expect(Buffer.from(partial.data).toString('latin1', 10)).toBe('hello\0');
    });
  });

  test('strings end at their NUL, or where the memory does', async ({ client }) => {
    await withMap(client, async (map) => {
      const ask = { size: mebibyte, untilNul: true };
      const hello = await map.call(memory.readMemory, map.at('end', -6), ask);
      expect(Buffer.from(hello.data).toString()).toBe('hello');
      expect(hello).toMatchObject({ terminated: true, partial: false });
      const open = map.at('open_end');
      const refused = await refusal(map.call(memory.readMemory, open, ask));
      expect(refused.details).toContain(`0x${(open + 4n).toString(16)}`);
      const partial = await map.call(memory.readMemory, open, { ...ask, allowPartial: true });
      expect(Buffer.from(partial.data).toString()).toBe('open');
      expect(partial).toMatchObject({ terminated: false, partial: true });
      const short = await map.call(memory.readMemory, open, { ...ask, size: 3 });
      expect(Buffer.from(short.data).toString()).toBe('ope');
      expect(short).toMatchObject({ terminated: false, partial: false });
    });
  });

  test('refuses what cannot be read with the exact address', async ({ client }) => {
    await withMap(client, async (map) => {
      const top = 2n ** 64n;
      const cases: [bigint, number, bigint][] = [
        [0n, 1, 0n],
        [8n, 16, 8n],
        [0xffff800000000000n, 8, 0xffff800000000000n],
        [top - 1n, 1, top - 1n],
        [top - 8n, 64, top - 8n],
        [map.at('holed'), 3 * page, map.at('holed', page)],
        [map.at('holed', 2 * page), 3 * page, map.at('holed', 3 * page)], // PROT_NONE
        [map.at('holed', page + 5), mebibyte, map.at('holed', page + 5)],
      ];
      for (const [address, size, bad] of cases) {
        const refused = await refusal(map.call(memory.readMemory, address, { size }));
        expect(refused.code).toBe(status.OUT_OF_RANGE);
        expect(refused.details).toMatch(
          new RegExp(`^ADDRESS_UNMAPPED: .*0x${bad.toString(16)}\\b`),
        );
      }
    });
  });

  test('sizes from one byte to 1 MiB', async ({ client }) => {
    await withMap(client, async (map) => {
      const at = map.at('data');
      const ask = (size: number) => map.call(memory.readMemory, at, { size, allowPartial: true });
      expect((await ask(1)).data).toHaveLength(1);
      const most = await ask(mebibyte);
      expect(Buffer.from(most.data.subarray(0, 1000))).toEqual(pattern(0, 1000));
      expect(most).toMatchObject({ partial: true, address: at });
      expect((await refusal(ask(0))).details).toMatch(/^FIELD_INVALID: size/);
      const large = await refusal(ask(mebibyte + 1));
      expect(large.code).toBe(status.RESOURCE_EXHAUSTED);
      expect(large.details).toMatch(/^READ_TOO_LARGE/);
    });
  });

  test('renders as hexdump does', async ({ client, folder }) => {
    await withMap(client, async (map) => {
      const { text, data } = await map.call(memory.readMemory, map.at('data', 5), {
        size: 300,
        rendering: Rendering.HEXDUMP,
      });
      const file = `${folder}/dump`;
      execFileSync('bash', ['-c', `head -c 5 /dev/zero > ${file}; cat >> ${file}`], {
        input: data,
      });
      const lines = execFileSync('hexdump', ['-C', '-s', '5', file]).toString().split('\n');
      const expected = lines.map((line) =>
        line.replace(/^[0-9a-f]{8}/, (offset) =>
          (map.at('data') + BigInt(`0x${offset}`)).toString(16),
        ),
      );
      expect(text.split('\n')).toEqual(expected);
      const hex = await map.call(memory.readMemory, map.at('end', -6), {
        size: 6,
        rendering: Rendering.HEX,
      });
      expect(hex.text).toBe('68656c6c6f00');
      const string = await map.call(memory.readMemory, map.at('end', -8), {
        size: 8,
        rendering: Rendering.STRING,
      });
      expect(string.text).toMatch(/hello\\000$/);
    });
  });

  test('finds modules by name, and refuses what is no address', async ({ client }) => {
    await withMap(client, async (map) => {
      const read = (at: string) => map.call(memory.readMemory, at, { size: 4 });
      const { mappings } = await map.call(memory.listMappings, 0n, {});
      const own = mappings.find(({ path }) => path.endsWith('/memory-map'));
      const found = await read('memory-map');
      expect(found.address).toBe(own?.start);
      expect((await read(own?.path ?? '')).address).toBe(own?.start);
      expect((await read('memory-map + 0x10')).address).toBe((own?.start ?? 0n) + 16n);
      expect((await read('libc.so.6')).data).toEqual(found.data);
      expect((await read(String(map.at('data')))).address).toBe(map.at('data'));
      for (const at of ['', 'rsp+', '0xzz', 'no-such-module', 'arg0', '0-1']) {
        const refused = await refusal(read(at));
        expect(refused.code).toBe(status.INVALID_ARGUMENT);
        expect(refused.details).toMatch(/^ADDRESS_SYNTAX/);
      }
      const register = await refusal(read('rsp+8'));
      expect(register.code).toBe(status.FAILED_PRECONDITION);
      expect(register.details).toMatch(/^NOT_HELD/);
    });
  });

  test('names what is wrong with a request', async ({ client }) => {
    await withMap(client, async (map) => {
      const { session, pid } = map;
      const good = { session, pid, size: 1, location: { case: 'address', value: 1n } } as const;
      const read = (change: object) =>
        refusal(client.unary(memory.readMemory, { ...good, ...change }));
      expect((await read({ session: 'sessions/none' })).details).toMatch(/^SESSION_NOT_FOUND/);
      expect((await read({ pid: process.pid })).details).toMatch(/^TASK_NOT_FOUND/);
      expect((await read({ pid: 0 })).details).toMatch(/^FIELD_INVALID: pid/);
      expect((await read({ pid: -1 })).details).toMatch(/^FIELD_INVALID: pid/);
      expect((await read({ location: { case: undefined } })).details).toMatch(/^FIELD_INVALID/);
      expect((await read({ rendering: 99 })).details).toMatch(/^FIELD_INVALID: rendering/);
    });
  });
});

describe('ReadStringVector', () => {
  test('reads argv, and bytes that are no UTF-8', async ({ client }) => {
    await withMap(client, async (map) => {
      const argv = await map.call(memory.readStringVector, map.at('argv'), {});
      expect(argv.texts).toHaveLength(1);
      expect(argv.texts[0]).toMatch(/\/memory-map$/);
      const { strings, texts, truncated } = await map.call(
        memory.readStringVector,
        map.at('vector'),
        {},
      );
      expect(strings.map((bytes) => Buffer.from(bytes).toString('latin1'))).toEqual([
        'one',
        't\xffwo',
        '',
        'three',
      ]);
      expect(texts).toEqual(['one', 't\\377wo', '', 'three']);
      expect(truncated).toBe(false);
    });
  });

  test('says when there is more, and where a pointer leads nowhere', async ({ client }) => {
    await withMap(client, async (map) => {
      const vector = (limits: object) =>
        map.call(memory.readStringVector, map.at('vector'), limits);
      expect(await vector({ maxStrings: 1 })).toMatchObject({ texts: ['one'], truncated: true });
      expect(await vector({ maxStrings: 4 })).toMatchObject({ truncated: false });
      expect(await vector({ maxStringBytes: 3 })).toMatchObject({
        texts: ['one', 't\\377w', '', 'thr'],
        truncated: true,
      });
      const broken = await refusal(map.call(memory.readStringVector, map.at('broken'), {}));
      expect(broken.details).toMatch(/^ADDRESS_UNMAPPED: .*0x8\b/);
      const nowhere = await refusal(map.call(memory.readStringVector, map.at('end'), {}));
      expect(nowhere.code).toBe(status.OUT_OF_RANGE);
    });
  });
});

describe('ReadSocketAddress', () => {
  test('decodes an address, as text and as a value', async ({ client }) => {
    await withMap(client, async (map) => {
      const where = map.at('sockaddr');
      const { data, text, value } = await map.call(memory.readSocketAddress, where, { length: 16 });
      expect(data).toHaveLength(16);
      expect(text).toBe(
        '{sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}',
      );
      const struct = value?.kind.case === 'struct' ? value.kind.value : undefined;
      expect(struct?.fields.map(({ name }) => name)).toEqual(['sa_family', 'sin_port', 'sin_addr']);
      expect(struct?.fields[0]?.value?.kind).toMatchObject({
        case: 'constant',
        value: { number: 2n, name: 'AF_INET' },
      });
    });
  });

  test('takes any length up to 128, and refuses what cannot be read', async ({ client }) => {
    await withMap(client, async (map) => {
      const where = map.at('sockaddr');
      const read = (length: number, at = where) =>
        map.call(memory.readSocketAddress, at, { length });
      expect((await read(2)).text).toBe('{sa_family=AF_INET}');
      for (let length = 2; length <= 128; length++) {
        expect((await read(length, map.at('data'))).data).toHaveLength(length);
      }
      for (const length of [0, 1, 129]) {
        expect((await refusal(read(length))).details).toMatch(/^FIELD_INVALID: length/);
      }
      const end = await refusal(read(16, map.at('end', -8)));
      expect(end.code).toBe(status.OUT_OF_RANGE);
      expect(end.details).toContain(`0x${map.at('end').toString(16)}`);
    });
  });
});

describe('WriteMemory', () => {
  test('writes all, and returns what was there', async ({ client }) => {
    await withMap(client, async (map) => {
      const at = map.at('data', page - 4); // over the end of a page
      const data = Buffer.from('rewritten');
      const written = await map.call(memory.writeMemory, at, {
        payload: { case: 'data', value: data },
      });
      expect(written).toMatchObject({ address: at, written: data.length });
      expect(Buffer.from(written.previous)).toEqual(pattern(page - 4, data.length));
      expect(await map.bytes(at, data.length)).toBe(data.toString('hex'));
      await map.call(memory.writeMemory, at, { payload: { case: 'hex', value: '00 ff\n1A' } });
      await map.call(memory.writeMemory, at + 3n, { payload: { case: 'text', value: 'é' } });
      expect(await map.bytes(at, 6)).toBe('00ff1ac3a974');
    });
  });

  test('writes nothing where a part of the range may not be written', async ({ client }) => {
    await withMap(client, async (map) => {
      const before = await map.bytes(map.at('striped', page - 8), 16);
      const payload = { case: 'data', value: Buffer.alloc(3 * page, 'X') } as const;
      const readOnly = await refusal(map.call(memory.writeMemory, map.at('striped'), { payload }));
      expect(readOnly.code).toBe(status.PERMISSION_DENIED);
      expect(readOnly.details).toMatch(/^MEMORY_READ_ONLY/);
      expect(readOnly.details).toContain(`0x${map.at('striped', page).toString(16)}`);
      expect(await map.bytes(map.at('striped', page - 8), 16)).toBe(before);
      const hole = await refusal(map.call(memory.writeMemory, map.at('data', page), { payload }));
      expect(hole.details).toContain(`0x${map.at('end').toString(16)}`);
      expect(hole.code).toBe(status.OUT_OF_RANGE);
      expect(await map.bytes(map.at('data', page), 16)).toBe(pattern(page, 16).toString('hex'));
    });
  });

  test('writes to read-only pages and code by force', async ({ client }) => {
    await withMap(client, async (map) => {
      const data = Buffer.alloc(2 * page, 'F');
      const at = map.at('striped', page / 2);
      await map.call(memory.writeMemory, at, {
        payload: { case: 'data', value: data },
        force: true,
      });
      expect(await map.bytes(at, 1000)).toBe(data.toString('hex', 0, 1000));
      expect(await map.bytes(at + BigInt(2 * page - 1), 2)).toBe('4673');
      expect(await map.program.ask('call', '')).toEqual(['42']);
      const code = Buffer.from([0xb8, 7, 0, 0, 0, 0xc3]); // mov $7, %eax; ret
      const payload = { case: 'data', value: code } as const;
      const refused = await refusal(map.call(memory.writeMemory, map.at('answer'), { payload }));
      expect(refused.details).toMatch(/^MEMORY_READ_ONLY: .*r-xp/);
      expect(await map.program.ask('call', '')).toEqual(['42']);
      await map.call(memory.writeMemory, map.at('answer'), { payload, force: true });
      expect(await map.program.ask('call', '')).toEqual(['7']);
      const shared = await refusal(
        map.call(memory.writeMemory, map.at('shared'), { payload, force: true }),
      );
      expect(shared.details).toMatch(/^MEMORY_READ_ONLY/);
    });
  });

  test('compares only with the bytes of a held task', async ({ client }) => {
    await withMap(client, async (map) => {
      const refused = await refusal(
        map.call(memory.writeMemory, map.at('data'), {
          payload: { case: 'text', value: 'x' },
          expected: pattern(0, 1),
        }),
      );
      expect(refused.details).toMatch(/^NOT_HELD/);
      const gone = await refusal(
        map.call(memory.writeMemory, map.at('data'), {
          payload: { case: 'text', value: 'x' },
          expectedStopId: 77n,
        }),
      );
      expect(gone.code).toBe(status.ABORTED);
      expect(gone.details).toMatch(/^STOP_CHANGED/);
      expect(await map.bytes(map.at('data'), 4)).toBe(pattern(0, 4).toString('hex'));
    });
  });

  test('refuses nothing to write, and too much', async ({ client }) => {
    await withMap(client, async (map) => {
      const write = (payload: object) =>
        refusal(map.call(memory.writeMemory, map.at('data'), payload));
      expect((await write({})).details).toMatch(/^FIELD_INVALID: payload/);
      expect((await write({ payload: { case: 'hex', value: '123' } })).details).toMatch(
        /^FIELD_INVALID: hex/,
      );
      expect((await write({ payload: { case: 'text', value: '' } })).details).toMatch(
        /^FIELD_INVALID: text/,
      );
      const large = { payload: { case: 'data', value: Buffer.alloc(mebibyte + 1) } };
      expect((await write(large)).details).toMatch(/^READ_TOO_LARGE/);
    });
  });
});

test('ListMappings has the lines of /proc/PID/maps', async ({ client }) => {
  await withMap(client, async (map) => {
    const { mappings } = await map.call(memory.listMappings, 0n, {});
    const lines = execFileSync('cat', [`/proc/${map.pid}/maps`])
      .toString()
      .trimEnd()
      .split('\n');
    expect(mappings).toHaveLength(lines.length);
    mappings.forEach(({ start, end, permissions, offset, path }, index) => {
      const pad = (value: bigint) => value.toString(16).padStart(8, '0');
      const line = lines[index] ?? '';
      expect(line.startsWith(`${pad(start)}-${pad(end)} ${permissions} ${pad(offset)} `)).toBe(
        true,
      );
      expect(line.endsWith(path)).toBe(true);
    });
  });
});

test('a session that has ended has no memory', async ({ client }) => {
  await using map = await MemoryMap.start(client);
  await map.program.finish();
  await map.trace.finish();
  const ask = { size: 1 };
  const refused = await refusal(map.call(memory.readMemory, map.at('data'), ask));
  expect(refused.details).toMatch(/^(SESSION_ENDED|SESSION_NOT_FOUND)/);
});
