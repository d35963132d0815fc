/** The command line and environment of ptraced. */
import { describe, expect, test } from 'vitest';
import { fromBytes } from '../../src/bytes.js';
import { type Config, ConfigError } from '../../src/config.js';
import { helpText } from '../../src/flag-table.js';
import { parseCommand } from '../../src/flags.js';

function config(args: string[], environment: Record<string, string> = {}): Config {
  const command = parseCommand(args, environment);
  if (command.kind !== 'serve') {
    throw new Error(command.kind);
  }
  return command.config;
}

const listen = ['--listen', 'unix:/tmp/x'];

test('values that are not UTF-8 are refused: Node would bind another socket', () => {
  const odd = fromBytes(Buffer.from('unix:/tmp/x\xff', 'latin1'));
  const refusal = (source: string) => new ConfigError(`${source}: must be UTF-8, not '${odd}'`);
  expect(() => config(['--listen', odd])).toThrow(refusal('--listen'));
  expect(() => config([], { PTRACED_LISTEN: odd })).toThrow(refusal('PTRACED_LISTEN'));
});

describe('addresses', () => {
  test.each([
    ['unix:/run/x', { kind: 'unix', path: '/run/x' }],
    ['unix:///run/x', { kind: 'unix', path: '/run/x' }],
    ['unix:x', { kind: 'unix', path: 'x' }],
    ['127.0.0.1:50051', { kind: 'tcp', host: '127.0.0.1', port: 50051 }],
    ['127.1.2.3:0', { kind: 'tcp', host: '127.1.2.3', port: 0 }],
    ['[::1]:50051', { kind: 'tcp', host: '::1', port: 50051 }],
    ['localhost:50051', { kind: 'tcp', host: '127.0.0.1', port: 50051 }],
  ])('%s', (address, expected) => {
    expect(config(['--insecure', '--listen', address]).listen).toEqual([expected]);
  });

  test.each([
    'unix:',
    `unix:/${'x'.repeat(107)}`,
    '',
    'host',
    'host:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '::1:50051',
    // Beyond loopback:
    '0.0.0.0:50051',
    '[::]:50051',
    '10.0.0.1:50051',
    'example.org:50051',
    '127.0.0.1.example.org:50051',
    '128.0.0.1:1',
  ])('%s is refused', (address) => {
    expect(() => config(['--insecure', '--listen', address])).toThrow(ConfigError);
  });

  test('TCP without --insecure is refused, and says so', () => {
    expect(() => config(['--listen', '127.0.0.1:1'])).toThrow(/--insecure/);
  });

  test('several', () => {
    expect(config([...listen, '--listen', 'unix:/tmp/y']).listen).toHaveLength(2);
    expect(config([], { PTRACED_LISTEN: 'unix:/a,unix:/b' }).listen).toHaveLength(2);
  });
});

test('what is given goes into one frozen configuration', () => {
  const given = config([
    ...listen,
    ...['--socket-group', '7', '--log-level', 'debug', '--launch-user', '1000:100'],
    ...['--max-sessions', '2', '--max-tasks', '3', '--max-ring-bytes', '4'],
    ...['--max-connections', '5', '--soft-nofile', '6', '--keepalive', '7', '--max-block', '8'],
  ]);
  expect(given).toMatchObject({
    socketGroup: 7,
    logLevel: 'debug',
    launchUser: { uid: 1000, gid: 100 },
    limits: { maxSessions: 2, maxTasks: 3, maxRingBytes: 4, maxConnections: 5, maxBlockMs: 8000 },
    softNofile: 6,
    keepaliveMs: 7000,
  });
  expect(Object.isFrozen(given) && Object.isFrozen(given.limits)).toBe(true);
});

test('a flag goes before its variable, and an empty variable is none', () => {
  const environment = { PTRACED_LOG_LEVEL: 'error', PTRACED_MAX_TASKS: '' };
  expect(config(listen, environment).logLevel).toBe('error');
  expect(config([...listen, '--log-level', 'warn'], environment).logLevel).toBe('warn');
  expect(config(listen, environment).limits.maxTasks).toBe(4096);
});

test('a group by name', () => {
  expect(config([...listen, '--socket-group', 'root']).socketGroup).toBe(0);
});

describe('mistakes are named in one line', () => {
  test.each([
    [['--nonsense'], /--nonsense/],
    [['operand'], /operand/],
    [[...listen, '--log-level', 'loud'], /--log-level: .*'loud'/],
    [[...listen, '--max-tasks', '0'], /--max-tasks/],
    [[...listen, '--max-tasks', '1e3'], /--max-tasks/],
    [[...listen, '--keepalive', '604801'], /--keepalive: wants at most 604800/],
    [[...listen, '--launch-user', 'root'], /--launch-user: wants UID:GID/],
    [[...listen, '--socket-group', 'no-such-group'], /no-such-group/],
  ])('%s', (args, message) => {
    expect(() => config(args)).toThrow(message);
  });

  test('in a variable', () => {
    expect(() => config(listen, { PTRACED_INSECURE: 'maybe' })).toThrow(/PTRACED_INSECURE/);
  });
});

test('--help names every flag and its variable', () => {
  expect(parseCommand(['--help'], {})).toEqual({ kind: 'help' });
  expect(parseCommand(['--version'], {})).toEqual({ kind: 'version' });
  expect(helpText()).toContain('--launch-user UID:GID');
  expect(helpText()).toContain('PTRACED_MAX_RING_BYTES');
});
