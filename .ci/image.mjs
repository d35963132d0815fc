/**
 * `npm run image [-- NAME]`: builds the container image, `ptraced` by default. Where no Docker answers it
 * starts one, which stays until `npm run image -- --stop`, and prints the DOCKER_HOST to use, as a line of
 * shell: `eval "$(npm run --silent image)"`, since npm's own lines are none.
 */
import { ensurePackages, testPackages } from './lib/apt.mjs';
import { ensureDocker, stopDocker } from './lib/docker.mjs';
import { buildImage, defaultImage } from './lib/image.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  const name = process.argv[2] ?? defaultImage;
  if (name === '--stop') {
    return stopDocker();
  }
  const wanted = ['docker.io', 'debootstrap'];
  await ensurePackages(testPackages.filter((offered) => wanted.includes(offered.name)));
  const docker = await ensureDocker({ keep: true });
  await buildImage(name, { ...process.env, ...docker.env });
  if (docker.env.DOCKER_HOST) {
    process.stdout.write(`export DOCKER_HOST=${docker.env.DOCKER_HOST}\n`);
  }
});
