/** What strace 7.2 takes and this command does not: refused by name, so that a user of strace knows why. */

/** strace's long options, each with its letter where it has one. */
const STRACE_OPTIONS: Readonly<Record<string, string>> = {
  abbrev: '',
  'absolute-timestamps': 't',
  'always-show-pid': '',
  'arg-names': 'N',
  argv0: '',
  attach: 'p',
  color: '',
  columns: 'a',
  'const-print-style': 'X',
  daemonize: 'D',
  debug: 'd',
  'decode-fds': 'y',
  'decode-pids': 'Y',
  'detach-on': 'b',
  env: 'E',
  'failed-only': 'Z',
  fault: '',
  'follow-forks': 'f',
  inject: '',
  'instruction-pointer': 'i',
  interruptible: 'I',
  'kill-on-exit': '',
  kvm: '',
  namespace: '',
  'no-abbrev': 'v',
  output: 'o',
  'output-append-mode': 'A',
  'output-separately': '',
  quiet: 'q',
  raw: '',
  read: '',
  'relative-timestamps': 'r',
  'seccomp-bpf': '',
  signal: '',
  'stack-trace': 'k',
  'stack-trace-frame-limit': '',
  status: '',
  'string-limit': 's',
  'strings-in-hex': 'x',
  'successful-only': 'z',
  summary: 'C',
  'summary-columns': 'U',
  'summary-only': 'c',
  'summary-sort-by': 'S',
  'summary-syscall-overhead': 'O',
  'summary-wall-clock': 'w',
  'syscall-limit': '',
  'syscall-number': 'n',
  'syscall-times': 'T',
  tips: '',
  trace: '',
  'trace-fds': '',
  'trace-path': 'P',
  user: 'u',
  verbose: '',
  version: 'V',
  write: '',
};

/** Where ptracectl has another way to the same end. */
const INSTEAD: Readonly<Record<string, string>> = {
  attach: "use 'ptracectl attach PID'",
  daemonize: "use 'ptracectl trace -D' with a --server",
  'output-separately': 'there is one file for all processes',
  version: "use 'ptracectl --version'",
};

/**
 * What to say of an option that the command does not take, such as "-x" or "--inject"; undefined where
 * strace has none of that name. `name` is its long name where it was given by one, `elsewhere` those that
 * other commands take.
 */
export function describeStraceOption(
  option: string,
  name: string | undefined,
  elsewhere: ReadonlySet<string>,
): string | undefined {
  const long = name ?? longName(option.slice(1));
  if (long === undefined || !Object.hasOwn(STRACE_OPTIONS, long)) {
    return undefined;
  }
  const instead = INSTEAD[long];
  if (instead !== undefined) {
    return `option '${option}' is not for this command: ${instead}`;
  }
  return elsewhere.has(long)
    ? `option '${option}' is not for this command`
    : `option '${option}' of strace is not supported`;
}

function longName(letter: string): string | undefined {
  return Object.keys(STRACE_OPTIONS).find((name) => STRACE_OPTIONS[name] === letter);
}
