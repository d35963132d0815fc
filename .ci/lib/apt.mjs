/** System packages, by the names of Debian and Ubuntu. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { cache } from './paths.mjs';
import { asRoot, capture, run, StepError, say, succeeds, which } from './run.mjs';

/**
 * @typedef {object} SystemPackage
 * @property {string} name of Debian and Ubuntu
 * @property {() => boolean} present whether what we need of it is there, from wherever it came
 * @property {boolean} [service] its installation would start a server, which nobody has asked for
 * @property {string[]} [projects] of the tests, that alone need it; unset: all of them do
 */

/** @param {string} program @returns {() => boolean} */
const command = (program) => () => which(program) !== undefined;
/** @param {string} path @returns {() => boolean} */
const file = (path) => () => existsSync(path);

/** A client, and a daemon that we could start or one that runs already, here or elsewhere. */
function dockerIsPresent() {
  const daemon = which('dockerd') ?? process.env['DOCKER_HOST'];
  return which('docker') !== undefined && (Boolean(daemon) || existsSync('/var/run/docker.sock'));
}

/** For the launcher. A compiler that is not there yet brings it. */
const hasStaticLibc = () =>
  which('g++') === undefined || capture('g++', ['-print-file-name=libc.a']).trim() !== 'libc.a';

/** For 32-bit programs of the tests. */
const has32BitLibc = () => capture('g++', ['-m32', '-print-file-name=crt1.o']).trim() !== 'crt1.o';

/** What the build needs. @type {SystemPackage[]} */
export const buildPackages = [
  { name: 'g++', present: command('g++') },
  { name: 'make', present: command('make') },
  { name: 'python3', present: command('python3') },
  { name: 'libprotozero-dev', present: file('/usr/include/protozero/pbf_writer.hpp') },
  { name: 'libc6-dev', present: hasStaticLibc },
];

/** What the tests need besides. @type {SystemPackage[]} */
export const testPackages = [
  { name: 'ca-certificates', present: file('/etc/ssl/certs/ca-certificates.crt') },
  { name: 'debootstrap', present: command('debootstrap'), projects: ['e2e'] },
  { name: 'docker.io', present: dockerIsPresent, projects: ['e2e'] },
  { name: 'doctest-dev', present: file('/usr/include/doctest/doctest.h'), projects: ['checks'] },
  { name: 'gcc-multilib', present: has32BitLibc, projects: ['integration'] },
  { name: 'git', present: command('git') },
  { name: 'openssl', present: command('openssl') },
  {
    name: 'python3-venv',
    present: () => succeeds('python3', ['-c', 'import ensurepip, venv']),
    projects: ['e2e'],
  },
  { name: 'sqlite3', present: command('sqlite3'), projects: ['integration'] },
  { name: 'strace', present: command('strace'), projects: ['integration'] },
  { name: 'sudo', present: command('sudo') },
];

/** A folder of /usr/lib/postgresql has the server's programs. */
function postgresIsPresent() {
  const folder = '/usr/lib/postgresql';
  return (
    existsSync(folder) &&
    readdirSync(folder).some((name) => existsSync(`${folder}/${name}/bin/initdb`))
  );
}

/** The programs that test/real-programs traces. @type {SystemPackage[]} */
export const realProgramPackages = [
  { name: 'bubblewrap', present: command('bwrap') },
  { name: 'default-jdk-headless', present: command('javac') },
  { name: 'golang-go', present: command('go') },
  { name: 'make', present: command('make') },
  { name: 'nginx-light', present: file('/usr/sbin/nginx'), service: true },
  { name: 'openssh-client', present: command('ssh') },
  { name: 'openssh-server', present: file('/usr/sbin/sshd'), service: true },
  { name: 'postgresql', present: postgresIsPresent, service: true },
  { name: 'qemu-user', present: command('qemu-x86_64') },
];

/**
 * What these projects of the tests need; the checks count as one.
 * @param {readonly string[]} projects
 */
export function packagesFor(projects) {
  const common = testPackages.filter(
    (wanted) => !wanted.projects || wanted.projects.some((name) => projects.includes(name)),
  );
  return projects.every((name) => name === 'unit') ? common : [...common, ...realProgramPackages];
}

/** What grpcurl is built with where there is no Go. @type {SystemPackage[]} */
export const pipPackages = [
  { name: 'python3-pip', present: () => succeeds('python3', ['-m', 'pip', '--version']) },
];

const frontend = 'DEBIAN_FRONTEND=noninteractive';
/** Seconds that apt waits for another one. */
const lockPatience = 'DPkg::Lock::Timeout=300';
const listsFolder = '/var/lib/apt/lists';
const listsMaxAgeMs = 24 * 60 * 60 * 1000;

/** Whether apt's package lists are missing or older than a day. */
function listsAreStale() {
  try {
    const lists = readdirSync(listsFolder).filter((name) => name.includes('_Packages'));
    return lists.length === 0 || Date.now() - statSync(listsFolder).mtimeMs > listsMaxAgeMs;
  } catch {
    return true;
  }
}

/**
 * Keeps packages from starting their servers (Debian Policy 9.3.3.1, invoke-rc.d(8)), unless the machine has a policy
 * of its own. Returns what ends that.
 */
function forbidServices() {
  const policy = '/usr/sbin/policy-rc.d';
  const asUser = asRoot(['sh', '-c']);
  if (existsSync(policy) || !asUser) {
    return () => {};
  }
  const [program, ...args] = asUser;
  capture(program, [...args, `printf '#!/bin/sh\nexit 101\n' >${policy} && chmod 755 ${policy}`]);
  return () => void capture(program, [...args, `rm -f ${policy}`]);
}

/**
 * Installs the packages that are missing.
 * @param {SystemPackage[]} packages
 * @throws {StepError} that says what to install, where that needs somebody else
 */
export async function ensurePackages(packages) {
  const missing = packages.filter((wanted) => !wanted.present());
  const names = missing.map((wanted) => wanted.name);
  if (names.length === 0) {
    return;
  }
  const aptGet = which('apt-get') ? asRoot(['env', frontend, 'apt-get']) : undefined;
  if (!aptGet) {
    throw new StepError(
      `These system packages are missing: ${names.join(' ')}\n` +
        `Install them and start again:\n\n    sudo apt-get install ${names.join(' ')}\n`,
    );
  }
  say(`installing system packages: ${names.join(' ')}`);
  const [program, ...args] = aptGet;
  mkdirSync(cache, { recursive: true });
  const log = openSync(`${cache}/apt.log`, 'a');
  /** @param {string[]} rest */
  const apt = (...rest) =>
    run(program, [...args, '-qq', '-o', lockPatience, ...rest], { stdio: ['ignore', log, 2] });
  const install = () => apt('install', '-y', '--no-install-recommends', ...names);
  const startServices = missing.some(({ service }) => service) ? forbidServices() : () => {};
  try {
    if (listsAreStale()) {
      await apt('update');
    }
    // Lists that are fresh by date can still name files that the archive has replaced.
    await install().catch(() => apt('update').then(install));
  } finally {
    startServices();
    closeSync(log);
  }
}
