/**
 * The programs as they are shipped: few files in place of several hundred, since finding, reading and compiling
 * those takes most of a start (docs/adr/0018). src/start has what runs them.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tablesOfDescriptors } from './descriptors.mjs';
import { root } from './paths.mjs';

const folder = `${root}/dist/bundle`;

/** What users and the launcher start. @type {Record<string, string>} */
const programs = { ptraced: 'main.js', ptracectl: 'cli/main.js' };

/** Rooms whose modules do nothing but define: a program that uses none of a module's names leaves it out. */
const definitions = /\/src\/(?:client|embedded|gen|native|procfs|rpc|security|services|session)\//;

/** @type {import('rolldown').InputOptions} */
const input = {
  cwd: root,
  platform: 'node',
  input: {
    ptraced: 'src/main.ts',
    ptracectl: 'src/cli/main.ts',
    start: 'src/start/start.ts',
    'save-code': 'src/start/save-code.ts',
  },
  // They look for files beside their own.
  external: ['node-gyp-build', '@grpc/proto-loader', '@grpc/reflection', 'grpc-health-check'],
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  transform: { target: 'es2022' },
  treeshake: { moduleSideEffects: (/** @type {string} */ id) => !definitions.test(id) },
  plugins: [{ name: 'version', load: loadVersion }, tablesOfDescriptors],
  logLevel: 'warn',
  // That the tables of descriptors take most of it is known.
  checks: { pluginTimings: false },
};

/** @type {import('rolldown').OutputOptions} */
const output = {
  dir: folder,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  // What the programs share, by names that say what it is.
  codeSplitting: {
    groups: [
      {
        name: 'messages',
        test: /\/src\/gen\/(?!.*\/commented_files)|\/src\/start\/descriptors|\/@bufbuild\//,
      },
      { name: 'grpc', test: /\/@grpc\// },
    ],
  },
};

/** The version as a constant: package.json need not be read. @param {string} id */
function loadVersion(id) {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  return id === `${root}/src/version.ts` ? `export const version = '${version}';` : null;
}

/** The package that a bundled file comes from. @param {string} id @returns {string | undefined} */
function packageOf(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0];
}

/** What the licenses of the packages want to be passed on. @param {Set<string>} packages */
function licenses(packages) {
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
      const texts = readdirSync(path)
        .filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file))
        .map((file) => readFileSync(join(path, file), 'utf8').trim());
      return [`${name} ${version}: ${license}`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

/** Writes dist/bundle and the two files that start its programs. */
export async function bundle() {
  rmSync(folder, { recursive: true, force: true });
  // Not before it is installed.
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown(input);
  const { output: chunks } = await bundled.write(output);
  await bundled.close();
  const ids = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  const packages = new Set(ids.map(packageOf).filter((path) => path !== undefined));
  writeFileSync(`${folder}/LICENSES.txt`, `${licenses(packages)}\n`);
  for (const [program, path] of Object.entries(programs)) {
    const file = `${root}/dist/${path}`;
    const start = `${'../'.repeat(path.split('/').length - 1) || './'}bundle/start.cjs`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      `#!/usr/bin/env node\nimport { start } from '${start}';\n\nstart('${program}');\n`,
    );
    chmodSync(file, 0o755);
  }
}
