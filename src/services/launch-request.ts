/** From the Launch of a request to what the engine starts. */
import { fromBytes, type TextOrBytes } from '../bytes.js';
import type { LaunchPolicy, LaunchUser } from '../config.js';
import { invalidField, ServiceError } from '../errors.js';
import { type Launch, StdioMode } from '../gen/ptraced/v1/session_pb.js';
import { ownEnvironment } from '../own-process.js';
import { readProcess } from '../procfs/process.js';
import type { Engine, EngineLaunch } from '../session/engine.js';
import { chosen, chosenList } from './bytes-fields.js';
import { checkEnum, checkPid, checkText } from './fields.js';
import { findUser } from './user-database.js';

/** What the server's configuration says of launched commands. */
export interface LaunchDefaults {
  readonly user: LaunchUser | undefined;
  readonly policy: LaunchPolicy;
  readonly softNofile: number;
  /** See Config.linesFd. */
  readonly linesFd?: number | undefined;
}

type Identity = Pick<EngineLaunch, 'uid' | 'gid' | 'groups'>;
type Stream = 'stdin' | 'stdout' | 'stderr';

/** (uid_t)-1 and (gid_t)-1 mean "unchanged" to the kernel. */
const noId = 0xffff_ffff;
/** Of `struct group_info`: NGROUPS_MAX of limits.h. */
const maxGroups = 65_536;
const slash = 0x2f;

const stdioModes = new Map<Stream, Partial<Record<StdioMode, EngineLaunch[Stream]>>>([
  ['stdin', { [StdioMode.NULL]: 'null', [StdioMode.PIPE]: 'pipe', [StdioMode.INHERIT]: 'inherit' }],
  [
    'stdout',
    { [StdioMode.NULL]: 'null', [StdioMode.CAPTURE]: 'capture', [StdioMode.INHERIT]: 'inherit' },
  ],
  [
    'stderr',
    { [StdioMode.NULL]: 'null', [StdioMode.CAPTURE]: 'capture', [StdioMode.INHERIT]: 'inherit' },
  ],
]);

function unavailable(field: string, why: string): ServiceError {
  return new ServiceError('FEATURE_UNAVAILABLE', `${field}: ${why}`, { metadata: { field } });
}

function toStdio(stream: Stream, mode: StdioMode, policy: LaunchPolicy): EngineLaunch[Stream] {
  checkEnum(`launch.${stream}`, mode, StdioMode);
  if (mode === StdioMode.INHERIT && policy !== 'own') {
    // Lines of a command among the server's own would pass for them.
    throw unavailable(
      `launch.${stream}`,
      "a server that runs on its own keeps its streams, which are its log's",
    );
  }
  if (mode === StdioMode.UNSPECIFIED) {
    return stream === 'stdin' ? 'null' : 'capture';
  }
  const wanted = stdioModes.get(stream)?.[mode];
  if (wanted === undefined) {
    throw invalidField(`launch.${stream}`, `cannot be ${StdioMode[mode]}`);
  }
  return wanted;
}

/** NAME of "NAME=value", as a string of `fromBytes`; empty where there is none. */
function nameOf(entry: TextOrBytes): string {
  const text = typeof entry === 'string' ? entry : fromBytes(entry);
  return text.slice(0, Math.max(text.indexOf('='), 0));
}

/** The server's own. Of a name that occurs twice, programs see the first entry (getenv(3)). */
function inherited(): Map<string, TextOrBytes> {
  const entries = new Map<string, TextOrBytes>();
  for (const entry of ownEnvironment()) {
    const name = nameOf(entry);
    if (name !== '' && !entries.has(name)) {
      entries.set(name, entry);
    }
  }
  return entries;
}

/** The environment: the later entry of a name wins, as it would in a shell. */
function toEnvironment(launch: Launch): TextOrBytes[] {
  const { field, value: given } = chosenList('launch.env', launch.env, launch.envBytes);
  given.forEach((entry, index) => {
    checkText(`${field}[${index}]`, entry);
  });
  if (launch.exactEnv) {
    if (launch.inheritEnv) {
      throw invalidField('launch.exact_env', 'must not be set together with inherit_env');
    }
    return [...given];
  }
  const entries = launch.inheritEnv ? inherited() : new Map<string, TextOrBytes>();
  given.forEach((entry, index) => {
    const name = nameOf(entry);
    if (name === '') {
      throw invalidField(`${field}[${index}]`, 'must be NAME=value');
    }
    entries.set(name, entry);
  });
  return [...entries.values()];
}

/** The arguments, and the program that they or `executable` name. */
function toCommand(launch: Launch): Pick<EngineLaunch, 'argv' | 'executable'> {
  const { field, value: argv } = chosenList('launch.argv', launch.argv, launch.argvBytes);
  const named = chosen('launch.executable', launch.executable, launch.executableBytes);
  const executable = checkText(named.field, named.value);
  const program = argv[0];
  if (program === undefined) {
    throw invalidField(field, 'must not be empty');
  }
  if (program.length === 0 && executable.length === 0) {
    throw invalidField(`${field}[0]`, 'must name a program, or executable must');
  }
  return {
    argv: argv.map((argument, index) => checkText(`${field}[${index}]`, argument)),
    executable: executable.length > 0 ? executable : program,
  };
}

function checkId(field: string, id: number | undefined): void {
  if (id === noId) {
    throw invalidField(field, `must be below ${noId}`);
  }
}

/** Whether the server runs as this user and group. */
function isOwn(uid: number, gid: number): boolean {
  return uid === process.getuid?.() && gid === process.getgid?.();
}

/**
 * The command as the user that `launch.user` names, if it does: one of this machine, or one of the files of the
 * command's own root directory. Rejects with FIELD_INVALID, USER_LOOKUP_FAILED or RATE_LIMIT.
 */
export async function asNamedUser(
  command: EngineLaunch,
  { user: name, rootOfPid }: Launch,
  engine: Engine,
): Promise<EngineLaunch> {
  if (name === '') {
    return command;
  }
  const ofMachine = rootOfPid === 0;
  const found = await (ofMachine
    ? engine.findUser(name)
    : findUser(name, `/proc/${rootOfPid}/root`, engine));
  if (found === undefined || found === null) {
    const advice = /^\d+$/.test(name) ? ': give uid and gid instead' : '';
    const place = ofMachine ? "the server's machine" : "its root directory's /etc/passwd";
    throw invalidField('launch.user', `'${name}' is no user of ${place}${advice}`);
  }
  const { uid, gid, groups } = found;
  // Only root may set its groups, even to what they are.
  return isOwn(uid, gid) && uid !== 0 ? command : { ...command, uid, gid, groups };
}

/** Whom to run as. Nothing is set where that is the server's own user already. */
function toIdentity(launch: Launch, user: LaunchUser | undefined): Identity {
  if (launch.user !== '') {
    if (launch.uid !== undefined || launch.gid !== undefined || launch.groups.length > 0) {
      throw invalidField('launch.user', 'excludes uid, gid and groups');
    }
    checkText('launch.user', launch.user);
    return { groups: [] };
  }
  checkId('launch.uid', launch.uid);
  checkId('launch.gid', launch.gid);
  launch.groups.forEach((group, index) => {
    checkId(`launch.groups[${index}]`, group);
  });
  if (launch.groups.length > maxGroups) {
    throw invalidField('launch.groups', `must be at most ${maxGroups}`);
  }
  if (launch.uid === undefined && launch.gid === undefined) {
    if (launch.groups.length > 0) {
      throw invalidField('launch.groups', 'need uid and gid');
    }
    return user === undefined ? { groups: [] } : { ...user, groups: [user.gid] };
  }
  if (launch.uid === undefined || launch.gid === undefined) {
    // The other one would be the server's: root's, most often, without having been asked for.
    const missing = launch.uid === undefined ? 'uid' : 'gid';
    throw invalidField(`launch.${missing}`, 'must be set, since the other of uid and gid is');
  }
  const { uid, gid, groups } = launch;
  const isOurs = isOwn(uid, gid) && groups.length === 0;
  // Only root may set its groups, even to what they are.
  return isOurs && uid !== 0 ? { groups: [] } : { uid, gid, groups };
}

function toCwd(launch: Launch): TextOrBytes {
  const { field, value } = chosen('launch.cwd', launch.cwd, launch.cwdBytes);
  if (value.length > 0 && Buffer.from(value)[0] !== slash) {
    throw invalidField(field, 'must be absolute');
  }
  return checkText(field, value).length > 0 ? value : '/';
}

function checkRoot(pid: number): void {
  if (pid === 0) {
    return;
  }
  checkPid('launch.root_of_pid', pid);
  if (readProcess(pid) === undefined) {
    throw new ServiceError('PROCESS_NOT_FOUND', `there is no process ${pid}`, {
      metadata: { pid: String(pid) },
    });
  }
}

/** Whether the command starts without privileges and with no way into the server. */
function toConfined(launch: Launch, policy: LaunchPolicy): boolean {
  if (policy === 'own') {
    return false;
  }
  if (launch.keepCapabilities && policy !== 'privileged') {
    throw unavailable(
      'launch.keep_capabilities',
      'the server was not started with --launch privileged',
    );
  }
  return !launch.keepCapabilities;
}

/** Without the user that `launch.user` names: see `asNamedUser`. Throws a ServiceError where the request is not acceptable. */
export function toEngineLaunch(launch: Launch, defaults: LaunchDefaults): EngineLaunch {
  const { policy } = defaults;
  if (policy === 'off') {
    throw unavailable('launch', 'the server was started with --launch off');
  }
  const command = toCommand(launch);
  checkRoot(launch.rootOfPid);
  return {
    ...command,
    env: toEnvironment(launch),
    cwd: toCwd(launch),
    ...toIdentity(launch, defaults.user),
    confined: toConfined(launch, policy),
    stdin: toStdio('stdin', launch.stdin, policy),
    stdout: toStdio('stdout', launch.stdout, policy),
    stderr: toStdio('stderr', launch.stderr, policy),
    rootOfPid: launch.rootOfPid,
    startPaused: launch.startPaused,
    softNofile: defaults.softNofile,
  };
}
