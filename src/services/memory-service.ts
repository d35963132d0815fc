/** MemoryService: not served by this version. */
export const memoryHandlers = {
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
