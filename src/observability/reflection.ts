/** Server reflection: lets grpcurl and the like call without the .proto files. */
import { createRequire } from 'node:module';
import type { Server } from '@grpc/grpc-js';
import type * as reflectionLibrary from '@grpc/reflection';
import { addLazily, type ServiceTaker } from './lazy-service.js';

const require = createRequire(import.meta.url);

/** All that the reflection service looks at in a definition of @grpc/proto-loader. */
interface ReflectedFile {
  readonly fileDescriptorProtos: Buffer[];
}
type PackageDefinition = ConstructorParameters<typeof reflectionLibrary.ReflectionService>[0];

/** The versions of the protocol that the library has. */
const methods = ['v1', 'v1alpha'].map((version) => ({
  path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
  kind: 'bidi_streaming' as const,
}));

/** Describes ptraced's services, and what else clients meet: health and the details of errors. */
export function addReflection(server: Server): void {
  addLazily(server, methods, load);
}

async function load(taker: ServiceTaker): Promise<void> {
  const modules = await Promise.all([
    import('../gen/google/rpc/commented_files.js'),
    import('../gen/health/v1/commented_files.js'),
    import('../gen/ptraced/v1/commented_files.js'),
  ]);
  const { ReflectionService } = require('@grpc/reflection') as typeof reflectionLibrary;
  // Several import the same file.
  const files = Object.assign({}, ...modules.map(({ commentedFiles }) => commentedFiles));
  const reflected = Object.values<string>(files).map(
    (encoded): ReflectedFile => ({ fileDescriptorProtos: [Buffer.from(encoded, 'base64')] }),
  );
  // The names of the entries are not looked at.
  const definition = Object.fromEntries(reflected.entries());
  new ReflectionService(definition as unknown as PackageDefinition).addToServer(taker);
}
