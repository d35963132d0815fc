/** How fast the memory of a process reaches a client that drops it. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { DumpMemoryRequestSchema } from '../../dist/client/index.js';
import { compile } from './programs.mjs';
import { startFloor } from './server.mjs';
import { compare, printRatios } from './tables.mjs';
import { using } from './using.mjs';

/**
 * @typedef {import('./run.mjs').Bench} Bench
 * @typedef {import('../../dist/client/index.js').DumpMemoryRequest} DumpMemoryRequest
 */

const messageBytes = 256 * 1024;
/** As the client library has it. */
const channelOptions = { 'grpc-node.flow_control_window': 1024 * 1024 };

/**
 * Receives a stream of messages and returns how many bytes they had.
 * @param {Client} client
 * @param {string} path
 * @param {Uint8Array} request
 */
async function drop(client, path, request) {
  const pass = (/** @type {Buffer} */ bytes) => bytes;
  const call = client.makeServerStreamRequest(
    path,
    pass,
    pass,
    Buffer.from(request),
    new Metadata(),
    {},
  );
  let bytes = 0;
  call.on('data', (/** @type {Buffer} */ message) => {
    bytes += message.length;
  });
  await once(call, 'end');
  return bytes;
}

/** @param {Bench} bench */
export async function measureDump(bench) {
  const mebibytes = bench.quick ? 128 : 512;
  const target = spawn(compile('big_memory.c'), [String(mebibytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [printed] = await once(target.stdout, 'data');
    const address = BigInt(String(printed).trim());
    const pid = target.pid ?? 0;
    const session = await bench.client.createSession({
      target: { case: 'attach', value: { pid } },
    });
    await using(session, ({ name }) => {
      const size = BigInt(mebibytes * 1024 * 1024);
      const location = { case: /** @type {const} */ ('address'), value: address };
      const request = create(DumpMemoryRequestSchema, { session: name, pid, location, size });
      return compareWays(bench, request);
    });
  } finally {
    target.kill('SIGKILL');
  }
}

/** @param {Bench} bench @param {DumpMemoryRequest} request */
async function compareWays({ server, client, quick }, request) {
  const bytes = Number(request.size);
  const floor = await startFloor();
  const idle = new Client(floor.address, credentials.createInsecure(), channelOptions);
  const raw = new Client(server.address, credentials.createInsecure(), channelOptions);
  const counts = Buffer.from(Uint32Array.of(messageBytes, bytes / messageBytes).buffer);
  const dump = toBinary(DumpMemoryRequestSchema, request);
  /** @type {[string, () => Promise<number>][]} */
  const ways = [
    ['dd of /proc/PID/mem, to /dev/null', () => copyWithDd(request)],
    ['grpc-js, ready messages', () => drop(idle, '/floor/Stream', counts)],
    ['DumpMemory, a grpc-js client', () => drop(raw, '/ptraced.v1.MemoryService/DumpMemory', dump)],
    ['DumpMemory, the client library', () => dropDump(client, request)],
  ];
  if (hasCurl()) {
    ways.push(['DumpMemory, curl', () => dropWithCurl(server.address, dump)]);
  }
  try {
    const medians = await compare(ways, quick ? 3 : 7, async (read) => {
      const begun = performance.now();
      const received = await read();
      if (received < bytes) {
        throw new Error(`${received} bytes of ${bytes}`);
      }
      return bytes / 1000 / (performance.now() - begun);
    });
    const title = `Megabytes a second of ${bytes >> 20} MiB, in messages of ${messageBytes >> 10} KiB`;
    const references = ways.slice(0, 2).map(([name]) => name);
    printRatios(title, 'way', 'MB/s', medians, references);
  } finally {
    raw.close();
    idle.close();
    await floor.stop();
  }
}

/** @param {import('../../dist/client/index.js').PtracedClient} client @param {DumpMemoryRequest} request */
async function dropDump(client, request) {
  let received = 0;
  for await (const { data } of client.dumpMemory(request)) {
    received += data.length;
  }
  return received;
}

/** Whether there is a curl that speaks HTTP/2. */
function hasCurl() {
  try {
    return execFileSync('curl', ['--version'], { encoding: 'utf8' }).includes('HTTP2');
  } catch {
    return false;
  }
}

/**
 * A client that does nothing with what it receives.
 * @param {string} address
 * @param {Uint8Array} request
 */
async function dropWithCurl(address, request) {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(request.length, 1);
  const curl = promisify(execFile)('curl', [
    '--silent',
    '--show-error',
    '--http2-prior-knowledge',
    ...['--unix-socket', address.replace(/^unix:/, '')],
    ...['--header', 'content-type: application/grpc', '--header', 'te: trailers'],
    ...['--data-binary', '@-'],
    ...['--output', '/dev/null', '--write-out', '%{size_download}'],
    'http://localhost/ptraced.v1.MemoryService/DumpMemory',
  ]);
  curl.child.stdin?.end(Buffer.concat([prefix, request]));
  return Number((await curl).stdout);
}

/** @param {DumpMemoryRequest} request */
async function copyWithDd({ pid, location, size }) {
  await promisify(execFile)('dd', [
    `if=/proc/${pid}/mem`,
    'of=/dev/null',
    `bs=${messageBytes}`,
    `skip=${location.value}`,
    `count=${size}`,
    'iflag=skip_bytes,count_bytes',
    'status=none',
  ]);
  return Number(size);
}
