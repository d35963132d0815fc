/** A server that cannot be reached: one line that says so, and the line of nobody else. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/index.js';
import { root } from '../support/paths.js';
import { startServer } from '../support/server.js';

let folder: string;
let servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
});

afterEach(() => {
  for (const server of servers) {
    server.close();
  }
  servers = [];
  rmSync(folder, { recursive: true });
});

/** Port of a server that does with connections what `serve` does. */
async function serving(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    // A client that was refused may reset the connection.
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  return await listening(server);
}

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const port = await serving(() => {});
  const server = servers.pop();
  server?.close();
  await once(server as Server, 'close');
  return port;
}

/** What makes every library talk that can be made to. */
const noisy = {
  GRPC_VERBOSITY: 'DEBUG',
  GRPC_TRACE: 'all',
  NODE_OPTIONS: '--trace-deprecation --pending-deprecation',
};

async function ptracectl(server: string, env: Record<string, string> = {}, command = ['sessions']) {
  const argv = [`${root}/dist/cli/main.js`, `--server=${server}`, ...command];
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, ...noisy, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, code };
}

function expectOneLine({ stdout, stderr, code }: Awaited<ReturnType<typeof ptracectl>>): void {
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^ptracectl: [^\n]*\n$/);
  expect(stderr).not.toMatch(/undefined|Resolution note|grpc|proxy-agent|\[object/i);
  expect(code).toBe(1);
}

const NO_PTRACED =
  /cannot reach 127\.0\.0\.1:\d+: it (?:does not speak HTTP\/2|closed the connection): is it ptraced, without TLS\?$/m;

const kinds: Record<string, { address: () => Promise<string> | string; says: RegExp }> = {
  'a port that nobody listens on': {
    address: async () => `127.0.0.1:${await freePort()}`,
    says: /cannot reach 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
  },
  'a socket that is missing': {
    address: () => `unix:${folder}/none`,
    says: /cannot reach unix:.*none: .*ENOENT/,
  },
  'a name that no server is known by': {
    address: () => 'none.invalid:50051',
    says: /cannot reach none\.invalid:50051: the name 'none\.invalid' does not resolve$/m,
  },
  'a server that closes at once': {
    address: async () => `127.0.0.1:${await serving((socket) => socket.destroy())}`,
    says: /cannot reach 127\.0\.0\.1:\d+: it closed the connection: is it ptraced, without TLS\?$/m,
  },
  'a server that resets the connection': {
    address: async () => `127.0.0.1:${await serving((socket) => socket.resetAndDestroy())}`,
    says: /cannot reach 127\.0\.0\.1:\d+: it closed the connection: is it ptraced, without TLS\?$/m,
  },
  'a server that never answers': {
    address: async () => `127.0.0.1:${await serving(() => {})}`,
    says: /cannot reach 127\.0\.0\.1:\d+: no answer within 10 s$/m,
  },
  'a server of HTTP/1': {
    address: async () => {
      const http = createHttpServer((_, response) => response.writeHead(404).end());
      return `127.0.0.1:${await listening(http)}`;
    },
    says: NO_PTRACED,
  },
  'a server of HTTP/2 that is another one': {
    address: async () => {
      const http = createHttp2Server((_, response) => response.writeHead(404).end('not here'));
      return `127.0.0.1:${await listening(http)}`;
    },
    says: /127\.0\.0\.1:\d+: HTTP status 404: is it ptraced, without TLS\?$/m,
  },
  'a server of HTTP/2 that answers with a page': {
    address: async () => {
      const http = createHttp2Server((_, response) => response.writeHead(200).end('<html></html>'));
      return `127.0.0.1:${await listening(http)}`;
    },
    says: /127\.0\.0\.1:\d+: an answer of \d+ bytes, .*: is it ptraced, without TLS\?$/m,
  },
  'a server of TLS, which does not know this as TLS': {
    address: async () => {
      const alert = Buffer.from('15030300020246', 'hex');
      return `127.0.0.1:${await serving((socket) => socket.once('data', () => socket.end(alert)))}`;
    },
    says: NO_PTRACED,
  },
  'a server that speaks first, such as ssh': {
    address: async () => `127.0.0.1:${await serving((socket) => socket.write('SSH-2.0-x\r\n'))}`,
    says: NO_PTRACED,
  },
};

describe('is one line with', () => {
  it.each(Object.entries(kinds))('%s', async (_, { address, says }) => {
    const result = await ptracectl(await address());
    expectOneLine(result);
    expect(result.stderr).toMatch(says);
  });

  it('a proxy that refuses', async () => {
    const proxy = await serving((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    });
    const env = { PTRACED_PROXY: `http://user:secret@127.0.0.1:${proxy}` };
    const result = await ptracectl('elsewhere.invalid:50051', env);
    expectOneLine(result);
    expect(result.stderr).toContain('cannot reach elsewhere.invalid:50051');
    expect(result.stderr).toContain('the proxy did not connect');
    expect(result.stderr).not.toContain('secret');
  });

  it('a proxy that is none', async () => {
    const env = { PTRACED_PROXY: 'socks5://user:secret@127.0.0.1:1' };
    const { stderr, code } = await ptracectl('elsewhere.invalid:50051', env);
    expect(stderr).toMatch(/^ptracectl: invalid proxy: want http:.*\nTry '[^\n]*\n$/);
    expect(stderr).not.toContain('secret');
    expect(code).toBe(2);
  });
});

describe('proxy variables', () => {
  const variables = ['http_proxy', 'https_proxy', 'grpc_proxy', 'HTTP_PROXY', 'ALL_PROXY'];
  const env = async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    return Object.fromEntries(variables.map((name) => [name, url]));
  };

  it('are not heeded by ptracectl', async () => {
    const port = await freePort();
    await using server = await startServer({
      args: ['--insecure', '--listen', `127.0.0.1:${port}`],
    });
    for (const address of [`127.0.0.1:${port}`, `localhost:${port}`, server.address]) {
      const result = await ptracectl(address, {
        ...(await env()),
        PTRACED_PROXY: 'http://0.0.0.0:1',
      });
      expect(result).toMatchObject({ stderr: '', code: 0 });
    }
    const traced = await ptracectl(`127.0.0.1:${port}`, await env(), ['trace', 'true']);
    expect(traced.code).toBe(0);
  });

  it('are not heeded by the library, which takes the proxy that it is given', async () => {
    const asked: string[] = [];
    const proxy = await serving((socket) => {
      socket.once('data', (data) => {
        asked.push(data.toString());
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      });
    });
    const before = { ...process.env };
    const own = `http://127.0.0.1:${proxy}`;
    Object.assign(process.env, { http_proxy: own, https_proxy: own, grpc_proxy: own });
    try {
      await using direct = connect('none.invalid:1');
      await expect(direct.server.getServerInfo({})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(asked).toEqual([]);
      await using proxied = connect('none.invalid:1', undefined, {
        proxy: `http://user:pass@127.0.0.1:${proxy}`,
      });
      await expect(proxied.server.getServerInfo({})).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('the proxy did not connect'),
      });
      expect(asked[0]).toMatch(/^CONNECT none\.invalid:1 HTTP/);
      expect(asked[0]).toMatch(/^Proxy-Authorization: Basic dXNlcjpwYXNz\r$/im);
    } finally {
      process.env = before;
    }
  });
});

describe('a request that is too large', () => {
  const bash = `ulimit -s unlimited
    printf -v one %0127000d 0
    for _ in {1..45}; do all+=("$one"); done
    exec "$@" "\${all[@]}"`;
  const trace = async (server: string) => {
    const command = [process.execPath, `${root}/dist/cli/main.js`, 'trace', `--server=${server}`];
    const script = ['-q', '-o', '/dev/null', 'sh', '-c', 'echo $#', 'sh'];
    const child = spawn('bash', ['-c', bash, 'bash', ...command, ...script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { stdout, stderr };
  };

  it('names the limit and the flag that raises it', async () => {
    await using server = await startServer();
    const { stderr } = await trace(server.address);
    expect(stderr).toMatch(
      /^ptracectl: cannot start 'sh': unix:\S+: the request has 57\d{5} bytes, and the server takes at most 4194304: its --max-request-bytes raises that\n$/,
    );
  });

  it('passes where the flag says so', async () => {
    await using server = await startServer({
      args: ['--max-request-bytes', '7000000'],
      prefix: ['prlimit', '--stack=unlimited'],
    });
    expect(await trace(server.address)).toEqual({ stdout: '45\n', stderr: '' });
    await using client = connect(server.address);
    const { limits } = await client.server.getServerInfo({});
    expect(limits?.maxRequestBytes).toBe(7_000_000);
  });
});
