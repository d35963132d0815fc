/** Server reflection: lets grpcurl and the like call without the .proto files. */
import { type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { commentedFiles } from '../gen/ptraced/v1/commented_files.js';

/** All that the reflection service looks at in a definition of @grpc/proto-loader. */
interface ReflectedFile {
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

/** The file as a FileDescriptorProto; our own with the comments of their sources, which tools show. */
function encode({ proto }: DescFile): Buffer {
  const commented = commentedFiles[proto.name];
  return commented === undefined
    ? Buffer.from(toBinary(FileDescriptorProtoSchema, proto))
    : Buffer.from(commented, 'base64');
}

/** Describes `files` and what they import. */
export function addReflection(server: Server, files: readonly DescFile[]): void {
  const reflected = [...withDependencies(files)].map(
    (file): ReflectedFile => ({ fileDescriptorProtos: [encode(file)] }),
  );
  // The names of the entries are not looked at.
  const definition = Object.fromEntries(reflected.entries());
  new ReflectionService(definition as unknown as PackageDefinition).addToServer(server);
}
