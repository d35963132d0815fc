/** Server reflection: lets grpcurl and the like call without the .proto files. */
import { type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { service as healthService } from 'grpc-health-check';

/** All that the reflection service looks at in a definition of @grpc/proto-loader. */
interface ReflectedFiles {
  readonly fileDescriptorProtos: Buffer[];
}
type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

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

/** The health service comes with descriptors of its own. */
function healthFiles(): ReflectedFiles[] {
  return Object.values(healthService).map((method) => method.requestType as ReflectedFiles);
}

/** Describes `files`, what they import and grpc.health.v1. */
export function addReflection(server: Server, files: readonly DescFile[]): void {
  const ours = [...withDependencies(files)].map(({ proto }) => ({
    fileDescriptorProtos: [Buffer.from(toBinary(FileDescriptorProtoSchema, proto))],
  }));
  // The names of the entries are not looked at.
  const definition = Object.fromEntries([...ours, ...healthFiles()].entries());
  new ReflectionService(definition as unknown as PackageDefinition).addToServer(server);
}
