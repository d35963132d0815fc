/** Before the e2e tests: a Docker, the image of this tree, the compiled ticker. After them: nothing left. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { ensureDocker } from '../../.ci/lib/docker.mjs';
import { buildImage } from '../../.ci/lib/image.mjs';
import { root } from '../support/paths.js';

const image = 'ptraced:test';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the e2e tests run on. */
    docker: {
      /** A DOCKER_HOST; empty: Docker's own default. */
      host: string;
      /** The image of this tree. */
      image: string;
      /** The image that it is built on, for targets. */
      baseImage: string;
      /** Marks every container of this clone's tests. */
      label: { name: string; value: string };
      /** Folder of the compiled ticker, which runs in any image. */
      programs: string;
    };
  }
}

/** Compiles the ticker without needing a C library in the image. */
function compileTicker(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const source = `${root}/test/e2e/ticker.c`;
  execFileSync('gcc', [
    '-std=gnu11',
    '-O2',
    '-Wall',
    '-Werror',
    '-static',
    '-o',
    `${folder}/ticker`,
    source,
  ]);
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const docker = await ensureDocker({ keep: false });
  const env = { ...process.env, ...docker.env };
  const label = { name: 'ptraced.test', value: root };
  const removeContainers = () => {
    const filter = `label=${label.name}=${label.value}`;
    const listed = execFileSync('docker', ['ps', '--all', '--quiet', '--filter', filter], { env });
    const ids = listed.toString().split('\n').filter(Boolean);
    if (ids.length > 0) {
      execFileSync('docker', ['rm', '--force', '--volumes', ...ids], { env });
    }
  };
  try {
    removeContainers();
    const programs = `${root}/.cache/e2e`;
    compileTicker(programs);
    const baseImage = await buildImage(image, env);
    project.provide('docker', {
      host: docker.env.DOCKER_HOST ?? '',
      image,
      baseImage,
      label,
      programs,
    });
  } catch (error) {
    await docker.stop();
    throw error;
  }
  return async () => {
    removeContainers();
    await docker.stop();
  };
}
