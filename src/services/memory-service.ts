/** MemoryService: not served by this version. */
import type { SessionRegistry } from '../session/registry.js';

export interface MemoryServiceOptions {
  readonly registry: SessionRegistry;
}

export function memoryHandlers(_options: MemoryServiceOptions) {
  return {
    readMemory: 'unimplemented',
    readStringVector: 'unimplemented',
    readSocketAddress: 'unimplemented',
    dumpMemory: 'unimplemented',
    searchMemory: 'unimplemented',
    writeMemory: 'unimplemented',
    listMappings: 'unimplemented',
    getRegisters: 'unimplemented',
    setRegisters: 'unimplemented',
  } as const;
}
