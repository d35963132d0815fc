/** The flags of `ptraced`, and the help that lists them. */
import { logLevels } from './config.js';

export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** How the help calls the value. */
  readonly value?: string;
  readonly help: string;
}

/** Each flag has a variable PTRACED_<NAME> too, which it goes before. */
export const flags = {
  listen: {
    type: 'string',
    multiple: true,
    value: 'ADDRESS',
    help: 'unix:PATH or HOST:PORT; may be repeated. Default: unix:/run/ptraced/ptraced.sock for root, else unix:$XDG_RUNTIME_DIR/ptraced.sock. The variable separates addresses by commas',
  },
  'socket-group': {
    type: 'string',
    value: 'GROUP',
    help: 'group, by name or id, that may connect to the unix sockets as well as the owner',
  },
  insecure: {
    type: 'boolean',
    help: 'serve TCP without TLS, on loopback addresses: every local user can connect',
  },
  launch: {
    type: 'string',
    value: 'MODE',
    help: 'off: commands cannot be launched; confined: they start without privileges; privileged: clients may ask for their keeping those of the server. Default: confined',
  },
  'launch-user': {
    type: 'string',
    value: 'UID:GID',
    help: 'user and group of launched commands that name none. Default: those of the server',
  },
  'soft-nofile': {
    type: 'string',
    value: 'N',
    help: 'soft limit of descriptors of launched commands. Default: what the server was started with',
  },
  'max-sessions': { type: 'string', value: 'N', help: 'sessions at a time. Default: 64' },
  'max-tasks': { type: 'string', value: 'N', help: 'traced tasks at a time. Default: 4096' },
  'max-detached': {
    type: 'string',
    value: 'N',
    help: 'launched commands that were let go and still run, at a time. Default: 256',
  },
  'max-ring-bytes': {
    type: 'string',
    value: 'N',
    help: 'bytes of the rings of all sessions together. Default: 268435456',
  },
  'keep-ended': {
    type: 'string',
    value: 'SECONDS',
    help: 'how long ended sessions can be read, unless their rings are needed before. Default: 300',
  },
  keepalive: {
    type: 'string',
    value: 'SECONDS',
    help: 'how often each client is asked whether it is there; one that has not answered after half of that is gone. Default: 20',
  },
  'max-connections': {
    type: 'string',
    value: 'N',
    help: 'connections at a time, for each address. Default: 256',
  },
  'max-request-bytes': {
    type: 'string',
    value: 'N',
    help: 'bytes of one request, such as a launch with its arguments; at most 67108864. Default: 4194304',
  },
  'max-block': {
    type: 'string',
    value: 'SECONDS',
    help: 'how long an attached process is held at most for subscribers that do not read. Default: 1',
  },
  'log-level': { type: 'string', value: 'LEVEL', help: `${logLevels.join(', ')}. Default: info` },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

export function variableOf(name: string): string {
  return `PTRACED_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The text of --help. */
export function helpText(): string {
  const lines = Object.entries<Flag>(flags).map(([name, { value, help }]) => {
    const flag = value === undefined ? `--${name}` : `--${name} ${value}`;
    return `  ${flag}\n      ${help} [${variableOf(name)}]\n`;
  });
  return [
    'Usage: ptraced [FLAG...]\n',
    'Serves ptrace to clients elsewhere: starts commands or attaches to processes and streams what\nthey do.\n',
    lines.join(''),
    '  --help\n  --version\n',
  ].join('\n');
}
