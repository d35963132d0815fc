/** From the Launch of a request to what the engine starts. */
import type { LaunchUser } from '../config.js';
import { invalidField, ServiceError } from '../errors.js';
import { type Launch, StdioMode } from '../gen/ptraced/v1/session_pb.js';
import { readProcess } from '../procfs/process.js';
import type { EngineLaunch } from '../session/engine.js';
import { checkEnum, checkPid, checkText } from './fields.js';

/** What the server's configuration says of launched commands. */
export interface LaunchDefaults {
  readonly user: LaunchUser | undefined;
  readonly softNofile: number;
}

type Identity = Pick<EngineLaunch, 'uid' | 'gid' | 'groups'>;
type Stream = 'stdin' | 'stdout' | 'stderr';

/** (uid_t)-1 and (gid_t)-1 mean "unchanged" to the kernel. */
const noId = 0xffff_ffff;
/** Of `struct group_info`: NGROUPS_MAX of limits.h. */
const maxGroups = 65_536;

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

function toStdio(stream: Stream, mode: StdioMode): EngineLaunch[Stream] {
  checkEnum(`launch.${stream}`, mode, StdioMode);
  if (mode === StdioMode.UNSPECIFIED) {
    return stream === 'stdin' ? 'null' : 'capture';
  }
  const wanted = stdioModes.get(stream)?.[mode];
  if (wanted === undefined) {
    throw invalidField(`launch.${stream}`, `cannot be ${StdioMode[mode]}`);
  }
  return wanted;
}

/** The environment: the later entry of a name wins, as it would in a shell. */
function toEnvironment(launch: Launch): string[] {
  const entries = new Map<string, string>();
  if (launch.inheritEnv) {
    for (const [name, value] of Object.entries(process.env)) {
      entries.set(name, `${name}=${value}`);
    }
  }
  launch.env.forEach((entry, index) => {
    const field = `launch.env[${index}]`;
    const name = checkText(field, entry).slice(0, Math.max(entry.indexOf('='), 0));
    if (name === '') {
      throw invalidField(field, 'must be NAME=value');
    }
    entries.set(name, entry);
  });
  return [...entries.values()];
}

function toArgv({ argv, executable }: Launch): string[] {
  if (argv.length === 0) {
    throw invalidField('launch.argv', 'must not be empty');
  }
  if (argv[0] === '' && executable === '') {
    throw invalidField('launch.argv[0]', 'must name a program, or executable must');
  }
  return argv.map((argument, index) => checkText(`launch.argv[${index}]`, argument));
}

function checkId(field: string, id: number | undefined): void {
  if (id === noId) {
    throw invalidField(field, `must be below ${noId}`);
  }
}

/** Whom to run as. Nothing is set where that is the server's own user already. */
function toIdentity(launch: Launch, user: LaunchUser | undefined): Identity {
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
  const isOurs = uid === process.getuid?.() && gid === process.getgid?.() && groups.length === 0;
  // Only root may set its groups, even to what they are.
  return isOurs && uid !== 0 ? { groups: [] } : { uid, gid, groups };
}

function toCwd(cwd: string): string {
  if (cwd !== '' && !cwd.startsWith('/')) {
    throw invalidField('launch.cwd', 'must be absolute');
  }
  return checkText('launch.cwd', cwd) || '/';
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

/** Throws a ServiceError where the request is not acceptable. */
export function toEngineLaunch(launch: Launch, defaults: LaunchDefaults): EngineLaunch {
  const argv = toArgv(launch);
  checkRoot(launch.rootOfPid);
  return {
    argv,
    executable: checkText('launch.executable', launch.executable) || (argv[0] ?? ''),
    env: toEnvironment(launch),
    cwd: toCwd(launch.cwd),
    ...toIdentity(launch, defaults.user),
    stdin: toStdio('stdin', launch.stdin),
    stdout: toStdio('stdout', launch.stdout),
    stderr: toStdio('stderr', launch.stderr),
    rootOfPid: launch.rootOfPid,
    startPaused: launch.startPaused,
    softNofile: defaults.softNofile,
  };
}
