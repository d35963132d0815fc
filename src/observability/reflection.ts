/** Server reflection: lets grpcurl and the like call without the .proto files. */
import { createRequire } from 'node:module';
import { type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
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

/** The files and all that they import, each once. */
function withDependencies(files: readonly DescFile[], found = new Set<DescFile>()): Set<DescFile> {
  for (const file of files) {
    if (!found.has(file)) {
      found.add(file);
      withDependencies(file.dependencies, found);
    }
  }
  return found;
}

/** The file as a FileDescriptorProto; our own with the comments of their sources, which tools show. */
function encode({ proto }: DescFile, commented: string | undefined): Buffer {
  return commented === undefined
    ? Buffer.from(toBinary(FileDescriptorProtoSchema, proto))
    : Buffer.from(commented, 'base64');
}

/** Describes `files` and what they import. */
export function addReflection(server: Server, files: readonly DescFile[]): void {
  addLazily(server, methods, (taker) => load(taker, files));
}

async function load(taker: ServiceTaker, files: readonly DescFile[]): Promise<void> {
  const { commentedFiles } = await import('../gen/ptraced/v1/commented_files.js');
  const { ReflectionService } = require('@grpc/reflection') as typeof reflectionLibrary;
  const reflected = [...withDependencies(files)].map(
    (file): ReflectedFile => ({
      fileDescriptorProtos: [encode(file, commentedFiles[file.proto.name])],
    }),
  );
  // The names of the entries are not looked at.
  const definition = Object.fromEntries(reflected.entries());
  new ReflectionService(definition as unknown as PackageDefinition).addToServer(taker);
}
