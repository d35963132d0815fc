/** The container image of this tree. */
import { ensureBaseImage } from './base-image.mjs';
import { run, say } from './run.mjs';

/** Name of the image, as the pages run it. */
export const defaultImage = 'ptraced';

/**
 * Builds it; Docker's own cache makes that quick where nothing has changed.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env with the DOCKER_HOST to use
 * @returns {Promise<string>} the base image that it is built on
 */
export async function buildImage(name, env) {
  const base = await ensureBaseImage(env);
  say(`building the image ${name} on ${base}`);
  // The daemon of docker.mjs has no bridge, and the build reaches the package registries as we do.
  const args = ['build', '--quiet', '--network=host', '--build-arg', `NODE_IMAGE=${base}`];
  await run('docker', [...args, '--tag', name, '.'], { env });
  return base;
}
